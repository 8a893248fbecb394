"""The guided writer: words a plan from cards, claims and the person's own words, with no language model.

Every sentence is written by us or said by the person. What was said before is remembered, so that no line, opening
or turn shape comes twice.
"""

import re
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace

from coach import patterns
from coach.fill import filled, words_slots
from coach.foreign import language_of
from coach.frame import Slot
from coach.kinds import lines_wanted
from coach.leaving import reason
from coach.memory import remember
from coach.phrasebook import cautions, phrases, unused
from coach.protocols import Brief
from coach.reflection import Reflection, link, lower_first, points, quoted, reflect, telling
from coach.sayable import built
from coach.values import Card, Citation, Claim, Grade, Idea, Sentence, SentenceKind
from coach.writers import owned, practised, rehearsed
from coach.writers.draft import Draft, split_sentences

TELLING_WORDS = 10
"""From this many words a message is told, and gets a word back before the next question."""
LEAST_TAKEN = 4
"""Words below which a fact, said back after a correction, would be a torn-off piece."""
MAX_WORDS = 110
"""A typed reply stays under this; the coaching guide asks for 40 to 80 words, less when spoken."""


class GuidedWriter:
    """Needs no model and never fails: the fall-back of every other writer, and the default where none is set up."""

    name = "guided"

    async def write(self, brief: Brief) -> AsyncIterator[str | Sentence]:
        for sentence in compose(brief):
            yield sentence


def compose(brief: Brief) -> list[Sentence]:
    """The whole reply to a brief, sentence by sentence."""
    draft = Draft(brief, remember(brief.history))
    _ALL.get(brief.plan.move, _follow)(draft)
    if brief.plan.move not in owned.MOVES:
        owned.add(draft)
    if not draft.sentences:
        _follow(draft)
    if not draft.sentences:
        draft.phrase("unclear")
    return draft.sentences


# ---------------------------------------------------------------- parts of a reply


def _reflection(d: Draft, *, avoid: frozenset[str] = frozenset()) -> Reflection | None:
    """Says the most telling reflection; a second one where the turn would else have the shape of the last."""
    card, index = d.brief.card, d.brief.plan.echo
    echo = card.echoes[index].say if card and index is not None else None
    found = reflect(d.brief.frame, d.memory, echo=echo, avoid=avoid)
    if found is None:
        return None
    parts = split_sentences(found.text)
    if len(parts) == 1 and d.last_kinds[:2] == ("reflection", "question"):
        more = link(d.brief.frame, d.memory)
        deeper = more.text if more else echo if echo and echo not in found.text else None
        parts += [deeper] if deeper else []
    for part in parts:
        d.say(part, "reflection")
    return found


def _idea(d: Draft, lead: str | None = None) -> None:
    idea = _planned_idea(d.brief)
    if idea is None or d.brief.card is None:
        return
    text = f"{lead} {idea.say}" if lead else idea.say
    claims = tuple(claim for claim in d.brief.claims if claim.id in idea.claims)
    d.say(text, "insight", (*(cite_claim(claim) for claim in claims), cite_card(d.brief.card, idea, claims)))


def _planned_idea(brief: Brief) -> Idea | None:
    return next((i for i in brief.card.ideas if i.id == brief.plan.idea), None) if brief.card else None


def _words(d: Draft, lead_key: str = "words_lead", *, after: bool = True) -> bool:
    plan, card = d.brief.plan, d.brief.card
    if card is None or plan.words is None:
        return False
    say = filled(card.words[plan.words].say, words_slots(d.brief.frame))
    if say is None:
        return False
    lead = d.line(lead_key) or phrases()[lead_key][0]
    cited = () if any(s.citations for s in d.sentences) else (cite_card(card),)
    say = say.replace('"', "'")
    if (wanted := lines_wanted(d.brief.said)) is not None:
        say, after = shortened(say, wanted), False
    d.say(f"{lead} “{say}”", "words", cited)
    if after:
        d.phrase("words_after")
    return True


def _question(d: Draft) -> None:
    question = d.brief.plan.question
    if question and question.ask:
        d.say(question.ask, "question")


def _ask(d: Draft, key: str) -> None:
    text = d.line(key)
    d.say(text, "question")


def cite_card(card: Card, idea: Idea | None = None, claims: tuple[Claim, ...] = ()) -> Citation:
    """A practice card as a source; an idea is as well founded as the weakest claim it rests on, else advice (D)."""
    id = f"card:{card.id}#{idea.id}" if idea else f"card:{card.id}"
    grade: Grade = max((claim.grade for claim in claims), default="D")
    quote = idea.say if idea else card.gist
    return Citation(id, f"Practice card: {card.title}", card.title, quote, grade, "Apache-2.0")


def cite_claim(claim: Claim) -> Citation:
    return Citation(f"claim:{claim.id}", claim.source, claim.type, claim.statement, claim.grade, "")


def _newest(d: Draft) -> Slot | None:
    order = ("event", "quote", "impact", "wish", "fear", "own_part", "tried", "constraint", "task")
    now = [s for kind in order for s in d.brief.frame.now(kind) if len(s.text.split()) <= 12]
    return now[0] if now else None


# ---------------------------------------------------------------- moves


def _shows(name: str, text: str) -> bool:
    return patterns.pattern("telling", name).search(text) is not None


def _follow(d: Draft) -> None:
    if _reflection(d) is None and len(d.brief.said.split()) >= TELLING_WORDS:
        d.phrase("acknowledge")  # a bare question to somebody who has just told a story is an interrogation
    if (
        tuple(s.kind for s in d.sentences) == ("reflection",)
        and d.last_kinds == ("reflection", "question")
        and d.brief.plan.question
    ):
        d.phrase("invite")
        return
    _question(d)


def _greet(d: Draft) -> None:
    if d.memory.commitment and d.memory.plans[-1].move != "greet":
        d.phrase("welcome_back", commitment_q=f"“{d.memory.commitment}”")
    else:
        d.phrase("greet")
    _question(d)


def _offer(d: Draft) -> None:
    _reflection(d)
    which = d.brief.plan.notes.get("offer")
    if which == "words":
        _ask(d, "offer_words")
        return
    idea = next((i for i in d.brief.card.ideas if i.id == which), None) if d.brief.card else None
    if idea:
        d.say(d.line("offer", offer=idea.offer), "question")


def _advise(d: Draft) -> None:
    if not d.brief.plan.notes.get("agreed") and "reflection" not in d.last_kinds:
        _reflection(d)
    _idea(d)
    _words(d, after=False)
    _question(d)


def _own_words(d: Draft) -> None:
    """A line from the person's own facts; what is missing stands in brackets."""
    for tail in unused(phrases()["own_words_tail"], d.memory.sentences, d.seed):
        for blank in unused(phrases()["own_words_blank"], d.memory.sentences, d.seed):
            say = built(d.brief.frame, tail, blank).replace('"', "'")
            if not any(say in spoken for spoken in d.memory.sentences):
                lead = d.line("words_lead") or phrases()["words_lead"][0]
                d.say(f"{lead} “{say}”", "words")
                if lines_wanted(d.brief.said) is None:
                    d.phrase("words_after" if "[" not in say else "own_words_after")
                return
    d.phrase("reword_none")


def _contradiction(d: Draft) -> None:
    notes = d.brief.plan.notes
    d.phrase(
        "contradiction", "reflection", old_q=f"“{lower_first(notes['old'])}”", new_q=f"“{lower_first(notes['new'])}”"
    )
    _ask(d, "contradiction_question")


def _limit(d: Draft) -> None:
    d.phrase("limit")
    _question(d)


def _choice(d: Draft) -> None:
    """Two matters by name, and which it is."""
    notes = d.brief.plan.notes
    _reflection(d)
    d.say(d.line("choice", first=lower_first(notes["first"]), second=lower_first(notes["second"])), "question")


def _list(d: Draft) -> None:
    """Several ideas, each with its source."""
    card = d.brief.card
    if card is None:
        return
    for number, id in enumerate(d.brief.plan.notes["list"].split(",")):
        idea = next(i for i in card.ideas if i.id == id)
        claims = tuple(claim for claim in d.brief.claims if claim.id in idea.claims)
        cited = (*(cite_claim(claim) for claim in claims), cite_card(card, idea, claims))
        d.say(f"{phrases()['list_marks'][number]} {idea.say}", "insight", cited)


def _say_words(d: Draft) -> None:
    if not d.brief.plan.notes.get("written") and lines_wanted(d.brief.said) is None:
        _idea(d)
    if not _words(d):
        _idea(d)
    _question(d)


def _less(d: Draft) -> None:
    quiet = re.search(r"question|asking", d.brief.said, re.I)
    lead = d.line("no_more_questions" if quiet else "less")
    again = None if quiet else _again_shorter(d)
    if again is not None:
        text, kind, cited = again
        d.say(f"{lead} {text}" if lead else text, kind, cited)
        return
    d.say(lead)
    if not _words(d, after=False):
        _idea(d)


def _again_shorter(d: Draft) -> tuple[str, SentenceKind, tuple[Citation, ...]] | None:
    """The core of what was just said, in fewer words; None where it was short already."""
    last = d.brief.history[-1].spoken if d.brief.history else ()
    for sentence in last:
        inside = _INSIDE.search(sentence.text) if sentence.kind == "words" else None
        if inside:
            short = shortened(inside.group(1), 1)
            return (f"“{short}”", "words", sentence.citations) if short != inside.group(1) else None
    for sentence in last:
        if sentence.kind == "insight":
            first = split_sentences(sentence.text)[0]
            return (first, "insight", sentence.citations) if first != sentence.text else None
    return None


_INSIDE = re.compile(r"“(.+)”", re.S)
_SALUTE = re.compile(r"^(?:[A-Z]\w+, )?(?:thank you|thanks|hello|hi)\b[^.?!]*[.?!]$", re.I)


def shortened(words: str, most: int) -> str:
    """The first ``most`` sentences of words to say; of two the last is the question, where there is one."""
    parts = [part for part in re.split(r"(?<=[.?!])\s+", words) if not _SALUTE.match(part)] or [words]
    if most == 1 or len(parts) <= most:
        return " ".join(parts[:most])
    question = next((part for part in reversed(parts) if part.endswith("?")), parts[1])
    return f"{parts[0]} {question}" if question != parts[0] else " ".join(parts[:2])


def _reword(d: Draft) -> None:
    short = re.search(
        r"stiff|formal|long|wordy|scripted|corporate|robotic|shorter|simpler|human|casual", d.brief.said, re.I
    )
    previous = next((s.text for t in reversed(d.brief.history) for s in t.spoken if s.kind == "words"), None)
    trimmed = _trimmed(previous) if short and previous else None
    if trimmed and trimmed not in " ".join(d.memory.sentences):
        d.say(f"{d.line('reword_short')} “{trimmed}”", "words", (cite_card(d.brief.card),) if d.brief.card else ())
    elif not _words(d, "reword_other", after=False):
        d.phrase("reword_none")


def _trimmed(previous: str) -> str | None:
    """The heart of a longer line: its first sentence and its question, less the lead-in."""
    inside = re.search(r"“(.+)”", previous, re.S)
    parts = re.split(r"(?<=[.?!])\s+", inside.group(1)) if inside else []
    if len(parts) < 3:
        return None
    question = next((p for p in reversed(parts) if p.endswith("?")), parts[-1])
    return f"{parts[0]} {question}" if question != parts[0] else None


def _repair(d: Draft) -> None:
    d.phrase("repair")
    rest = _after_rejection(d.brief.said)
    new = _newest(d)
    told = quoted(new) if new and len(new.text.split()) >= LEAST_TAKEN else None
    for taken in (f"“{rest}”" if rest else None, told):
        # What may not leave, such as an insult that was quoted, would leave the repair empty.
        if taken and reason(Sentence(taken, "reflection"), d.brief.said) is None:
            d.phrase("repair_take_up", "reflection", new_q=taken)
            return
    d.phrase("repair_open")


def _after_rejection(said: str) -> str | None:
    """What the person put in place of what they rejected, where it is one short sentence."""
    parts = [p.strip(" .!,") for p in re.split(r"(?<=[.!?])\s+|,\s*(?=i meant|it's|it is)", said, flags=re.I)]
    complaint = patterns.pattern("kinds", "reject")
    kept = [p for p in parts if p and not _shows("rejecting", p) and not complaint.search(p)]
    text = re.sub(r"^(?:no|nope|i meant|i mean|actually)[,:]?\s+(?:that\s+)?", "", kept[-1], flags=re.I) if kept else ""
    return lower_first(text) if 2 <= len(text.split()) <= 12 and not text.endswith("?") else None


def _already_asked(d: Draft) -> None:
    """I did, and you said this; then on, without a question."""
    answers = [
        t.said for t in d.brief.history[1:] if 4 <= len(t.said.split()) <= 14 and not t.said.rstrip().endswith("?")
    ]
    if not (answers and d.phrase("already_asked", old_q=f"“{lower_first(answers[-1].rstrip('.!'))}”")):
        d.phrase("already_asked_plain")
    _idea(d)


def _evidence(d: Draft) -> None:
    """Who found what, in whom, how sure; then what is stronger, where something is."""
    if not d.brief.claims:
        return _not_covered(d)
    claim = d.brief.claims[0]
    d.say(claim.say or claim.if_asked, "evidence", (cite_claim(claim),))
    stronger = next((c for c in d.brief.claims[1:] if c.say), None)
    if claim.deeper:
        d.say(claim.deeper, "evidence", (cite_claim(stronger or claim),))
    if d.brief.plan.question:
        _ask(d, "evidence_use")


def _source(d: Draft) -> None:
    """Where a finding just told comes from."""
    for claim in d.brief.claims[:1]:
        text = f"It's from {claim.source}." if claim.say else "I know of no source for it."
        d.say(text, "evidence", (cite_claim(claim),))
        if claim.caveat:
            d.say(f"Its limits: {lower_first(claim.caveat)}", "evidence", (cite_claim(claim),))


def _source_of(d: Draft) -> None:
    """The card or study behind the last advice; or plainly that there was none."""
    cited = [c for turn in reversed(d.brief.history[-3:]) for s in turn.spoken for c in s.citations]
    if not cited:
        d.phrase("source_none", "evidence")
        return
    study = next((c for c in cited if c.id.startswith("claim:")), None)
    card = next((c for c in cited if c.id.startswith("card:")), None)
    if study:
        d.phrase("source_study", "evidence", source=study.source)
    elif card:
        d.phrase("source_card", "evidence", title=card.heading)
    else:
        d.phrase("source_document", "evidence", title=cited[0].source)
    if d.sentences:
        d.sentences[-1] = replace(d.sentences[-1], citations=(study or card or cited[0],))


def _can_help(d: Draft) -> None:
    d.phrase("can_help")
    _question(d)


def _not_covered(d: Draft) -> None:
    d.phrase("not_covered")
    d.phrase("not_covered_next")
    _question(d)


def _narrow(d: Draft) -> None:
    narrow = phrases()["dont_know_narrow"]
    d.say(narrow.get(d.brief.plan.notes.get("intent", "other"), narrow["other"]), "question")


def _stuck(d: Draft) -> None:
    d.phrase("dont_know_offer")
    _idea(d)


def _another_idea(d: Draft) -> None:
    _idea(d, d.line("another_idea"))


def _no_more(d: Draft) -> None:
    d.phrase("no_more_ideas")
    _question(d)


def _example(d: Draft) -> None:
    d.phrase("yes_example")


def _dropped(d: Draft) -> None:
    d.phrase("no_drop")
    _question(d)


def _noted(d: Draft) -> None:
    d.phrase("no_answer")
    _question(d)


def _elsewhere(d: Draft) -> None:
    d.phrase("elsewhere")
    _question(d)


def _verdict(d: Draft) -> None:
    verdict = d.brief.frame.now("verdict")
    label = _label(verdict[0]) if verdict else None
    if label:
        d.phrase("challenge_verdict", label=label)
    _ask(d, "challenge_question")


def _label(slot: Slot) -> str:
    words = slot.text.split()
    return " ".join(
        words[2:]
        if len(words) > 2 and words[1] in {"is", "was", "are"}
        else words[1:]
        if len(words) > 1 and "'" in words[0]
        else words
    )


def _challenge_plan(d: Draft) -> None:
    key, card = d.brief.plan.notes["caution"], d.brief.card
    general = next((c for c in cautions() if c["id"] == key), None)
    if general:
        d.say(unused(general["say"], d.memory.sentences, d.seed)[0], "insight", (cite_card(card),) if card else ())
    elif card:
        d.say(card.cautions[int(key.rpartition("#")[2])].say, "insight", (cite_card(card),))
    _ask(d, "aim_behind")


def _rephrase(d: Draft) -> None:
    d.phrase("rephrase")
    _question(d)


def _two_threads(d: Draft) -> None:
    threads = _threads(d)
    if len(threads) == 2:
        d.phrase("two_threads", "reflection", first_q=quoted(threads[0]), second_q=quoted(threads[1]))
        _ask(d, "two_threads_question")
    else:
        _reflection(d)
        _question(d)


def _threads(d: Draft) -> list[Slot]:
    """The two threads of a long message: the most telling thing on each side of its seam."""
    frame = d.brief.frame
    kinds = ("fear", "wish", "event", "impact", "own_part", "constraint", "tried")
    slots = [s for k in kinds for s in frame.now(k) if s.confidence >= 0.65 and 2 <= len(s.text.split()) <= 12]
    seam = patterns.pattern("telling", "seam").search(frame.said)
    middle = seam.start() if seam else len(frame.said) // 2
    sides = [[s for s in slots if s.start < middle], [s for s in slots if s.start >= middle]]
    if not all(sides):
        return []
    first = max(sides[0], key=lambda s: telling(s, frame))
    second = max(sides[1], key=lambda s: telling(s, frame) + 0.5 * (s.kind in {"fear", "wish", "own_part"}))
    return [first, second]


def _commit(d: Draft) -> None:
    commitment = d.brief.plan.notes.get("commitment")
    if commitment:
        d.phrase("commit_noted", "reflection", commitment_q=f"“{commitment}”")
    else:
        _reflection(d)
    _question(d)


def _thanks(d: Draft) -> None:
    # Praise for a talk that went wrong along the way would sound like mockery.
    rough = d.memory.moves("repair", "already_asked", "less", "reword")
    d.phrase("thanks_plain" if rough else "thanks")


def _close(d: Draft) -> None:
    commitment = d.brief.plan.notes.get("commitment") or d.memory.commitment
    if commitment and d.phrase("close_commit", commitment_q=f"“{commitment}”"):
        return
    takeaway = _takeaway(d)
    if takeaway and d.phrase("close_plain", takeaway=lower_first(takeaway)):
        return
    d.phrase("close_bare")


def _takeaway(d: Draft) -> str | None:
    for plan in reversed(d.memory.plans):
        if plan.idea and plan.card and d.brief.card and plan.card == d.brief.card.id:
            return d.brief.card.gist
    return None


def _report(d: Draft) -> None:
    bad, good = _shows("went_badly", d.brief.said), _shows("went_well", d.brief.said)
    d.phrase("report_bad" if bad else "report_good" if good else "report_plain", "reflection")
    _ask(d, "report_question")


def _summary(d: Draft) -> None:
    found = list(points(d.brief.frame, d.memory))
    if len(found) >= 2:
        d.phrase("summary", "summary", points="; ".join(found), points_cap="; ".join(found))
    else:
        _reflection(d)
    _question(d)


def _stay(d: Draft) -> None:
    d.phrase("vent_stay")
    _reflection(d)
    _question(d)


def _prepare(d: Draft) -> None:
    if "reflection" not in d.last_kinds:
        _reflection(d)
    _idea(d)
    _words(d, after=False)


def _fixed(key: str) -> Callable[[Draft], None]:
    def move(d: Draft) -> None:
        d.phrase(key)

    return move


def _about(d: Draft) -> None:
    lines = phrases()["about_coach"]
    said = d.brief.said
    key = (
        "private"
        if re.search(r"private|confidential|record|store|save|see|read|share|data|privacy|where", said, re.I)
        else "sources"
        if re.search(r"source", said, re.I)
        else "what"
    )
    d.say(lines[key])


def _other_language(d: Draft) -> None:
    lines = phrases()["other_language"]
    d.say(lines.get(language_of(d.brief.said) or "other", lines["other"]))


_MOVES: dict[str, Callable[[Draft], None]] = {
    "greet": _greet,
    "follow": _follow,
    "deepen": _follow,
    "offer": _offer,
    "advise": _advise,
    "words": _say_words,
    "own_words": _own_words,
    "list": _list,
    "limit": _limit,
    "choice": _choice,
    "contradiction": _contradiction,
    "source_of": _source_of,
    "small_talk": _fixed("small_talk"),
    "can_help": _can_help,
    "prepare": _prepare,
    "rephrase": _rephrase,
    "less": _less,
    "reword": _reword,
    "repair": _repair,
    "already_asked": _already_asked,
    "evidence": _evidence,
    "source": _source,
    "not_covered": _not_covered,
    "narrow": _narrow,
    "offer_after_stuck": _stuck,
    "another_idea": _another_idea,
    "no_more_ideas": _no_more,
    "example": _example,
    "dropped": _dropped,
    "noted": _noted,
    "elsewhere": _elsewhere,
    "challenge_verdict": _verdict,
    "challenge_plan": _challenge_plan,
    "two_threads": _two_threads,
    "commit": _commit,
    "thanks": _thanks,
    "close": _close,
    "report_back": _report,
    "summary": _summary,
    "stay": _stay,
    "joke": _fixed("joke"),
    "out_of_scope": _fixed("out_of_scope"),
    "unclear": _fixed("unclear"),
    "about_coach": _about,
    "other_language": _other_language,
}


_ALL = {**_MOVES, **owned.MOVES, **practised.MOVES, **rehearsed.MOVES}


def moves() -> Iterator[str]:
    """Names of all moves, for the documentation."""
    return iter(_ALL)
