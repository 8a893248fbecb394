"""The guided writer: words a plan from cards, claims and the person's own words, with no language model.

Every sentence is written by us or said by the person. What was said before is remembered, so that no line, opening
or turn shape comes twice.
"""

import re
from collections.abc import AsyncIterator, Callable, Iterator

from coach import patterns
from coach.foreign import language_of
from coach.frame import Slot
from coach.leaving import reason
from coach.memory import remember
from coach.phrasebook import cautions, phrases, unused
from coach.protocols import Brief
from coach.reflection import lower_first, points, quoted, telling
from coach.values import Sentence
from coach.writers import answering, judged, owned, practised, rehearsed
from coach.writers.draft import Draft
from coach.writers.parts import ask, cite_card, idea, newest, question, reflection

TELLING_WORDS = 10
"""From this many words a message is told, and gets a word back before the next question."""
LEAST_TAKEN = 4
"""Words below which a fact, said back after a correction, would be a torn-off piece."""


_ABOUT_US = re.compile(
    r"(?:^|(?<=\s))you(?:'re| are| have|'ve| keep| gave| give) "
    r"(?:giving|not|wrong|got|misunder|me|telling|asking)\b.*",
    re.I,
)
"""What is said about the coach itself, to the end: a complaint is nothing to hold on to."""


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


def _shows(name: str, text: str) -> bool:
    return patterns.pattern("telling", name).search(text) is not None


def _follow(d: Draft) -> None:
    if reflection(d) is None and len(d.brief.said.split()) >= TELLING_WORDS:
        d.phrase("acknowledge")  # a bare question to somebody who has just told a story is an interrogation
    if (
        tuple(s.kind for s in d.sentences) == ("reflection",)
        and d.last_kinds == ("reflection", "question")
        and d.brief.plan.question
    ):
        d.phrase("invite")
        return
    question(d)


def _greet(d: Draft) -> None:
    if d.memory.commitment and d.memory.plans[-1].move != "greet":
        d.phrase("welcome_back", commitment_q=f"“{d.memory.commitment}”")
    else:
        d.phrase("greet")
    question(d)


def _offer(d: Draft) -> None:
    reflection(d)
    which = d.brief.plan.notes.get("offer")
    if which == "words":
        ask(d, "offer_words")
        return
    idea = next((i for i in d.brief.card.ideas if i.id == which), None) if d.brief.card else None
    if idea:
        d.say(d.line("offer", offer=idea.offer), "question")


def _contradiction(d: Draft) -> None:
    notes = d.brief.plan.notes
    d.phrase(
        "contradiction", "reflection", old_q=f"“{lower_first(notes['old'])}”", new_q=f"“{lower_first(notes['new'])}”"
    )
    ask(d, "contradiction_question")


def _limit(d: Draft) -> None:
    d.phrase("limit")
    question(d)


def _repair(d: Draft) -> None:
    d.phrase("repair")
    rest = _after_rejection(d.brief.said)
    new = newest(d)
    told = quoted(new) if new and len(new.text.split()) >= LEAST_TAKEN else None
    for taken in (f"“{rest}”" if rest else None, told):
        # What may not leave, such as an insult that was quoted, would leave the repair empty.
        if taken and reason(Sentence(taken, "reflection"), d.brief.said) is None:
            d.phrase("repair_take_up", "reflection", new_q=taken)
            return
    d.phrase("repair_open")


def _after_rejection(said: str) -> str | None:
    """What the person put in place of what they rejected, where it is one short sentence."""
    said = _ABOUT_US.sub("", said)
    parts = [p.strip(" .!,") for p in re.split(r"(?<=[.!?])\s+|,\s*(?=i meant|it's|it is)", said, flags=re.I)]
    complaint = patterns.pattern("kinds", "reject")
    aside = patterns.pattern("frame", "about_coach")
    kept = [p for p in parts if p and not _shows("rejecting", p) and not complaint.search(p) and not aside.search(p)]
    text = re.sub(r"^(?:no|nope|i meant|i mean|actually)[,:]?\s+(?:that\s+)?", "", kept[-1], flags=re.I) if kept else ""
    asks = any(
        patterns.pattern("kinds", kind).search(text) for kind in ("ask_words", "what_now", "the_offered", "thanks")
    )
    whole = LEAST_TAKEN <= len(text.split()) <= 12 or (len(text.split()) >= 2 and len(kept) == 1)
    return lower_first(text) if whole and not asks and len(text.split()) <= 12 and not text.endswith("?") else None


def _already_asked(d: Draft) -> None:
    """I did, and you said this; then on, without a question."""
    answers = [
        t.said for t in d.brief.history[1:] if 4 <= len(t.said.split()) <= 14 and not t.said.rstrip().endswith("?")
    ]
    if not (answers and d.phrase("already_asked", old_q=f"“{lower_first(answers[-1].rstrip('.!'))}”")):
        d.phrase("already_asked_plain")
    idea(d)


def _can_help(d: Draft) -> None:
    d.phrase("can_help")
    question(d)


def _narrow(d: Draft) -> None:
    narrow = phrases()["dont_know_narrow"]
    d.say(narrow.get(d.brief.plan.notes.get("intent", "other"), narrow["other"]), "question")


def _example(d: Draft) -> None:
    d.phrase("yes_example")


def _dropped(d: Draft) -> None:
    d.phrase("no_drop")
    question(d)


def _noted(d: Draft) -> None:
    d.phrase("no_answer")
    question(d)


def _elsewhere(d: Draft) -> None:
    d.phrase("elsewhere")
    question(d)


def _verdict(d: Draft) -> None:
    verdict = d.brief.frame.now("verdict")
    label = _label(verdict[0]) if verdict else None
    if label:
        d.phrase("challenge_verdict", label=label)
    ask(d, "challenge_question")


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
    ask(d, "aim_behind")


def _rephrase(d: Draft) -> None:
    d.phrase("rephrase")
    question(d)


def _two_threads(d: Draft) -> None:
    threads = _threads(d)
    if len(threads) == 2:
        d.phrase("two_threads", "reflection", first_q=quoted(threads[0]), second_q=quoted(threads[1]))
        ask(d, "two_threads_question")
    else:
        reflection(d)
        question(d)


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
        reflection(d)
    question(d)


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
    ask(d, "report_question")


def _summary(d: Draft) -> None:
    found = list(points(d.brief.frame, d.memory))
    if len(found) >= 2:
        d.phrase("summary", "summary", points="; ".join(found), points_cap="; ".join(found))
    else:
        reflection(d)
    question(d)


def _stay(d: Draft) -> None:
    d.phrase("vent_stay")
    reflection(d)
    question(d)


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
    "limit": _limit,
    "contradiction": _contradiction,
    "small_talk": _fixed("small_talk"),
    "can_help": _can_help,
    "rephrase": _rephrase,
    "repair": _repair,
    "already_asked": _already_asked,
    "narrow": _narrow,
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


_ALL = {**_MOVES, **owned.MOVES, **answering.MOVES, **judged.MOVES, **practised.MOVES, **rehearsed.MOVES}


def moves() -> Iterator[str]:
    """Names of all moves, for the documentation."""
    return iter(_ALL)
