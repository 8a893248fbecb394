"""What the person's own documents bring to a turn: a sentence that answers, a difference, a correction.

Only places are planned, never the documents' words; the writers look those up, and a removed document is gone from
stored plans as well. Knows nothing of how it is worded.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import PurePosixPath

from coach.facts import content
from coach.frame import Frame
from coach.memory import Memory
from coach.obeying import is_order
from coach.phrasebook import document_lines
from coach.protocols import Brief, Library
from coach.quoting import best_excerpts, quoted
from coach.values import Excerpt, Passage, Plan, Question, Retrieval, Sentence

MOST = 4
"""So many documents are handed to the writer."""
LOOKED_AT = 3
"""So many of them are looked through for a sentence to say."""
ASKED_FIT, OPEN_FIT, BESIDE_FIT = 0.33, 0.45, 0.45
"""How well a sentence must fit: where the documents were asked for, where nothing else answers, and where it only
stands beside a card's idea (read on the tuning half of our questions over the corpus)."""
SURE_FIT = 0.5
"""From here a sentence is told as what a document says on it; below, as the nearest line."""
SECOND_FIT = 0.45
"""And a second one, of another document."""
ON_IT = 2
"""Words that a message must share with a wrong figure's line and what it is a figure of, one of them with the line,
before it is put right."""
POINTS, POINTS_TOO = 0.6, 0.75
"""Probability that the documents answer from which one is named where no sentence of it fits; beside an idea, more."""
LIKELY = 0.5
"""Probability from which the documents answer a question that they were not asked by name."""

_DOCUMENTS = (
    r"(?:handbooks?|guides?|guidelines?|polic(?:y|ies)|principles|values|playbooks?|documents?|docs|wiki|manual|"
    r"code of conduct|rules|notes|files|material|pdfs?|charter|agreement)"
)
_OWN = rf"(?:our|my|your|the|these|those) (?:own |team['’]?s? |compan(?:y|ies)['’]?s? |\w+ )?{_DOCUMENTS}"
_ASKED = re.compile(
    rf"\b(?:what|where|how|does|do|is there|which|anything|something|look|check|quote|show|find|search)\b[^.?!]{{0,60}}"
    rf"\b{_OWN}\b[^.?!]{{0,30}}\b(?:say|says|state|states|mention|mentions|cover|covers|tell|tells|recommend|recommends|"
    rf"require|requires|ask|asks|allow|allows|put|puts|have|has|write|written|about|on|for)\b"
    rf"|\baccording to {_OWN}\b|\b(?:look|looked|check|search|find|read)\b[^.?!]{{0,20}}\bin {_OWN}\b"
    rf"|\bwhat(?:['’]s| is| stands| do we have)\b[^.?!]{{0,20}}\bin {_OWN}\b|\bquote {_OWN}\b",
    re.I,
)
_ASKING = frozenset(("ask_fact", "ask_open", "ask_advice", "ask_list", "what_if"))
_WEAK = frozenset(("not_covered", "choice", "no_more_ideas", "unclear", "follow", "deepen"))
"""Moves that give way where the documents have an answer and the cards have none."""
_UNSURE = frozenset(("not_covered", "choice"))
"""Of these, moves that say nothing on the matter: even the name of a document that is about it is better."""
_BESIDE = frozenset(("advise", "list", "evidence", "another_idea", "offer_after_stuck"))
"""Moves beside whose idea a sentence of a document may stand."""
MOST_HEADING_WORDS = 9
LONGEST_TITLE = 60
_NAMELESS = frozenset(("index", "readme", "main", "document", "default"))
_TALKS = frozenset(("practice", "closing"))


def with_documents(plan: Plan, frame: Frame, memory: Memory, retrieval: Retrieval, library: Library) -> Plan:
    """The plan with what the documents found add to it."""
    documents = [found.passage for found in retrieval.found if found.passage.kind == "document"][:MOST]
    plan = replace(plan, passages=tuple(passage.id for passage in documents))
    if plan.stage in _TALKS or "caution" in plan.notes:
        return plan
    asked = _ASKED.search(frame.said) is not None
    if asked and not documents:
        return replace(plan, stage="evidence", move="documents_silent", card=None, idea=None, words=None, question=None)
    if not documents:
        return plan
    asks = bool(_ASKING & {frame.kind, *frame.also})
    answers = asked or (asks and plan.move in _WEAK and retrieval.of_documents >= LIKELY)
    if answers:
        return _answer(plan, frame, memory, retrieval, documents, library, asked)
    if asks and plan.move in _BESIDE:
        return _beside(plan, frame, memory, retrieval, documents, library)
    return plan


def _answer(
    plan: Plan, frame: Frame, memory: Memory, retrieval: Retrieval, documents: Sequence[Passage], library: Library,
    asked: bool,
) -> Plan:  # fmt: skip
    """The documents answer: in one or two sentences of theirs, or at least by where it stands."""
    said = [(excerpt, fit) for excerpt, fit in _said(frame, documents, library) if _place(excerpt) not in _told(memory)]
    least = ASKED_FIT if asked else OPEN_FIT
    first = [excerpt for excerpt, fit in said if fit >= least][:1]
    second = [e for e, fit in said if first and e.passage != first[0].passage and fit >= SECOND_FIT][:1]
    points = plan.move in _UNSURE and retrieval.of_documents >= POINTS
    if not first and not asked and not points:
        return plan
    notes: dict[str, str] = {}
    if not first:
        notes |= {"nearest": documents[0].id, "lead": "nearest" if asked else "points"}
    notes |= _noted(frame, retrieval, documents, memory, library)
    if first and "differs" not in notes:
        notes["quote"] = ";".join(_place(excerpt) for excerpt in (*first, *second))
        # What was found without being asked for by name is not passed off as the answer.
        notes["lead"] = "says" if asked and said[0][1] >= SURE_FIT else "near"
    ended = memory.moves("from_documents") or notes.get("lead") == "nearest"
    question = None if ended else Question("goal.use", "goal", "")
    return _with_claims(
        replace(
            plan, stage="evidence", move="from_documents", card=None, idea=None, words=None, claims=(), echo=None,
            reflect=None, question=question, notes={k: v for k, v in notes.items() if v},
        )
    )  # fmt: skip


def _beside(
    plan: Plan, frame: Frame, memory: Memory, retrieval: Retrieval, documents: Sequence[Passage], library: Library
) -> Plan:
    """What a document adds to a card's idea or to a finding; not in two turns running."""
    notes = _noted(frame, retrieval, documents, memory, library)
    lately = memory.last is not None and bool({"quote", "nearest"} & memory.last.notes.keys())
    if "differs" not in notes and not lately and plan.move != "list":
        said = next(((e, fit) for e, fit in _said(frame, documents, library) if _place(e) not in _told(memory)), None)
        if said is not None and said[1] >= BESIDE_FIT:
            notes["quote"] = _place(said[0])
        elif retrieval.of_documents >= POINTS_TOO and documents[0].id not in _pointed(memory):
            notes |= {"nearest": documents[0].id, "lead": "points_too"}
    return _with_claims(replace(plan, notes={**plan.notes, **notes}))


def _said(frame: Frame, documents: Sequence[Passage], library: Library) -> list[tuple[Excerpt, float]]:
    """The best sentence of each of the first documents, best first."""
    return best_excerpts(frame.said, documents[:LOOKED_AT], library.embedder)


def _noted(
    frame: Frame, retrieval: Retrieval, documents: Sequence[Passage], memory: Memory, library: Library
) -> dict[str, str]:
    """A difference, else a correction, that is on what was said and has not been told yet."""
    shown = {passage.id: passage for passage in documents[:LOOKED_AT]}
    said = content(frame.said)
    told = {value for plan in memory.plans for name, value in plan.notes.items() if name in ("differs", "corrects")}
    for one in retrieval.differing:
        value = f"{_place(one.first)};{_place(one.second)}"
        first = shown.get(one.first.passage)
        if first is not None and said & content(quoted(one.first, first)) and value not in told:
            return {"differs": value}
    best, most = "", 0
    for beside in retrieval.beside:
        value = "|".join((beside.passage, beside.claim, beside.kind, beside.credited))
        shared = len(said & content(beside.quote))
        # A line of a list holds the figure and a word; what it is a figure of stands in the claim.
        whole = len(said & content(f"{beside.quote} {library.claim(beside.claim).statement}"))
        if beside.passage in shown and shared > most and whole >= ON_IT and value not in told:
            best, most = value, shared
    return {"corrects": best} if best else {}


def _with_claims(plan: Plan) -> Plan:
    """The claims that a difference or a correction names are among the sources of the turn."""
    ids = [f"claim:{plan.notes['corrects'].split('|')[1]}"] if "corrects" in plan.notes else []
    ids += [one.passage for one in read_places(plan.notes.get("differs", ""))]
    ids += [one.passage for one in read_places(plan.notes.get("quote", ""))]
    return replace(plan, passages=tuple(dict.fromkeys((*plan.passages, *ids))))


def _pointed(memory: Memory) -> set[str]:
    return {plan.notes["nearest"] for plan in memory.plans if "nearest" in plan.notes}


def _told(memory: Memory) -> set[str]:
    return {place for plan in memory.plans for place in plan.notes.get("quote", "").split(";")}


def _place(excerpt: Excerpt) -> str:
    return f"{excerpt.passage}|{excerpt.start}|{excerpt.end}"


def read_places(note: str) -> list[Excerpt]:
    """The excerpts of a note."""
    return list(_read(note))


def _read(note: str) -> Iterator[Excerpt]:
    for place in note.split(";"):
        passage, _, span = place.partition("|")
        if span:
            start, end = span.split("|")
            yield Excerpt(passage, int(start), int(end))


def named(passage: Passage) -> str:
    """A document's name as it can be said: its title, or its folder where the title is that of any start page."""
    title = passage.source.strip(" _.-")
    folder = PurePosixPath(passage.file).parent.name
    if title.lower() in _NAMELESS and folder:
        title = folder.replace("-", " ").replace("_", " ")
    title = title.replace("“", "").replace("”", "")
    return title if len(title) <= LONGEST_TITLE else title[:LONGEST_TITLE].rsplit(" ", 1)[0].rstrip(" ,;:-")


def heading_of(passage: Passage) -> str:
    """The innermost heading, where it is short enough to be said and says more than the title."""
    heading = passage.heading.rsplit(" > ", 1)[-1].strip(" .:#").replace("“", "").replace("”", "")
    plain = 0 < len(heading.split()) <= MOST_HEADING_WORDS and "?" not in heading
    return heading if plain and heading.lower() != named(passage).lower() else ""


def stands(sentence: Sentence, brief: Brief) -> bool:
    """Whether a sentence is a line of ours around what a cited document says word for word, and no order to a writer.

    Such a sentence needs no other ground: whatever it quotes is in the document that it names.
    """
    cited = {citation.id for citation in sentence.citations}
    sources = [passage for passage in brief.passages if passage.id in cited and passage.kind == "document"]
    said = content(" ".join([brief.said, *(turn.said for turn in brief.history)]))
    return bool(sources) and any(
        all(_holds(name, text, sources, said) for name, text in found.groupdict().items())
        for line in _lines()
        if (found := line.fullmatch(sentence.text)) is not None
    )


def _holds(name: str, text: str, sources: Sequence[Passage], said: frozenset[str]) -> bool:
    """Whether what fills a slot is a document's: its name, heading or words."""
    if name in ("title", "other"):
        return any(text.lower() == named(passage).lower() for passage in sources)
    if name == "heading":
        return any(text == heading_of(passage) for passage in sources)
    if name == "credited":
        return any(text in passage.text for passage in sources)
    return any(text in passage.text for passage in sources) and not is_order(text, said)


@cache
def _lines() -> tuple[re.Pattern[str], ...]:
    """Matches any sentence made from our lines, slot by slot."""
    made = []
    for template in (line for lines in document_lines().values() for line in lines):
        seen: set[str] = set()
        parts = []
        for n, part in enumerate(re.split(r"\{(\w+)\}", template)):
            parts.append(re.escape(part) if n % 2 == 0 else f"(?P={part})" if part in seen else f"(?P<{part}>.+?)")
            seen |= {part} if n % 2 else set()
        made.append(re.compile("".join(parts), re.S))
    return tuple(made)
