"""What a good coach would do next, apart from how to say it.

Reads the frame, names what to look for, picks the card that the talk stays with, and hands the scene to the moves.
Knows nothing of wording; the writers do that.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from coach import patterns
from coach.contradiction import contradicted
from coach.denial import denied, without_denied
from coach.drafts import draft_in, judged
from coach.frame import Frame, Slot
from coach.judging import challenge
from coach.kinds import kinds_of
from coach.language.language import Language
from coach.memory import heard, remember
from coach.moves import CLAIM_AT, MOVES, progress
from coach.names import nobody_named, set_aside
from coach.owned import with_documents
from coach.parse import Parser
from coach.protocols import CardMatch, Library
from coach.refusing import denials, gives_back
from coach.scene import Scene, best_echo, commitment_in
from coach.slots import read_slots
from coach.topic import Topic
from coach.values import Card, Plan, Retrieval, Turn

SHORT_WORDS = 9
"""Messages up to this length say too little by themselves to choose material."""
CHOICE_FROM, CHOOSE_BELOW = 0.1, 0.35
"""Between these certainties of the card an asked reply first asks which of the two nearest is meant; below, neither is
worth naming."""
MOST_CHOICES = 1
_CHOOSING = frozenset(("ask_advice", "ask_list", "ask_open", "what_if"))
_STATING = frozenset(("facts", "answer", "verdict", "venting", "two_things"))
_WANTS_WORDS = frozenset(("ask_words", "write_it"))
_STILL_DUE = frozenset(("facts", "answer", "reject", "two_things", "unclear"))
"""Kinds of message after which words that were asked for are still what is due."""
_REFLECTING = frozenset(("follow", "deepen", "offer", "stay", "advise", "prepare", "summary"))


class CoachingPolicy:
    """The coaching policy: reads the frame, names what to look for, and picks the next move."""

    def __init__(self, library: Library, parser: Parser) -> None:
        self._library = library
        self._parser = parser
        self._language = Language(parser, library.embedder)

    def read(self, said: str, history: Sequence[Turn]) -> Frame:
        """What is known of the topic, this message included."""
        utterance = self._parser.read(said)
        now = _asserted(read_slots(utterance, len(history)), said)
        kinds = kinds_of(utterance, now, history)
        start = len(history) if kinds[0] == "elsewhere" else _topic_start(history)
        earlier = [
            slot
            for i in range(start, len(history))
            for slot in _asserted(read_slots(self._parser.read(history[i].said), i), history[i].said)
        ]
        return Frame(
            said=said,
            kind=kinds[0],
            also=frozenset(kinds[1:]),
            utterance=utterance,
            slots=tuple(_of_the_matter([*earlier, *now], said, history)),
            turn=len(history),
            topic_start=start,
            topic=(*(turn.said for turn in history[start:]), said),
            against=contradicted(utterance, [self._parser.read(turn.said) for turn in history[start:]]),
        )

    def query(self, frame: Frame) -> str:
        """What to look for: this message, and the topic's own words where it says little by itself."""
        content = [without_denied(text) for text in frame.topic[:-1] if len(text.split()) > 3]
        said = without_denied(frame.said)
        if frame.words >= 25 or not content:
            return said
        told = content[:1] + content[-2:] if len(content) > 2 else content
        return "\n".join([*told, said] if frame.words > 3 else told)

    def next(self, frame: Frame, history: Sequence[Turn], retrieval: Retrieval) -> Plan:
        """The next move. Never the same question intent, idea or words twice in a conversation."""
        memory = remember(history)
        topic = Topic(frame, memory, retrieval, self._library)
        id, sure = topic.card()
        if frame.kind == "yes" and (offer := memory.offered) and offer.card:
            id, sure = offer.card, max(sure, memory.sure_of(offer.card))  # a yes is to what was offered
        card = self._library.card(id) if id else None
        match = self._match(frame, card) if card else None
        claims = self._library.match_claims(frame.said) if frame.kind in {"ask_fact", "ask_open"} else ()
        draft = draft_in(frame.said) if frame.kind == "draft" else None
        verdict = judged(draft, frame, self._language) if draft else None
        scene = Scene(frame, memory, retrieval, card, match, claims, sure, verdict)
        asked = patterns.pattern("kinds", "should_i").search(frame.said) is not None
        challenged = challenge(scene, asked=asked) if asked or _announces(frame) else None
        kind = _kind(scene)
        if kind == "answer" and frame.kind in _CHOOSING:
            scene = replace(scene, card=None, match=None)  # a doubtful card lends no question either
        plan = challenged or MOVES.get(kind, progress)(scene)
        if plan.move == "choice":
            plan = self._naming(plan)
        if plan.move in {"evidence", "source"}:
            first = self._library.claim(plan.claims[0])
            plan = replace(plan, card=None, claims=(first.id, *first.see))
        if plan.move in _REFLECTING:
            plan = replace(plan, echo=best_echo(scene))
        notes = {"sure": f"{sure:.2f}"} if plan.card else {}
        if "reject" in {frame.kind, *frame.also}:
            notes["refused"] = "yes"
        if _WANTS_WORDS & {kind, frame.kind, *frame.also}:
            notes["wanted"] = "words"
        plan = replace(plan, notes={**plan.notes, **notes})
        if commitment := commitment_in(frame):
            plan = replace(plan, notes={**plan.notes, "commitment": commitment})
        return with_documents(plan, frame, memory, retrieval, self._library)

    def _naming(self, plan: Plan) -> Plan:
        """The two cards of a choice by their titles."""
        first, second = plan.notes["choice"].split(",")
        titles = {"first": self._library.card(first).title, "second": self._library.card(second).title}
        return replace(plan, notes={**plan.notes, **titles})

    def _match(self, frame: Frame, card: Card) -> CardMatch:
        """What is asked weighs more than the story around it; a short message borrows from its topic."""
        whole = self._library.match(frame.said, card.id)
        asks = [slot.text for slot in frame.now("ask")]
        if asks and len(asks[-1]) <= 0.8 * len(frame.said):
            return _mixed(self._library.match(asks[-1], card.id), whole, 0.7)
        if frame.words <= SHORT_WORDS and len(frame.topic) > 1:
            return _mixed(whole, self._library.match(self.query(frame), card.id), 0.5)
        return whole


def _mixed(a: CardMatch, b: CardMatch, share: float) -> CardMatch:
    """Weighted mean of two matches of one card; echoes answer the message alone."""

    def mean(x: tuple[float, ...], y: tuple[float, ...]) -> tuple[float, ...]:
        return tuple(share * p + (1 - share) * q for p, q in zip(x, y, strict=True))

    return CardMatch(mean(a.ideas, b.ideas), mean(a.words, b.words), mean(a.cautions, b.cautions), a.echoes)


def _asserted(slots: list[Slot], said: str) -> list[Slot]:
    """Less what the person says it is not."""
    spans = denied(said)
    return [
        slot
        for slot in slots
        if not any(
            start <= slot.start < end or min(end, slot.end) - max(start, slot.start) > 0.6 * (slot.end - slot.start)
            for start, end in spans
        )
    ]


def _of_people(slots: Sequence[Slot], messages: Sequence[str]) -> Iterator[Slot]:
    """Less the names that the person took back, and what was said of a name that is nobody's.

    Who was set aside ("the student, not Dervla") counts again once spoken of later.
    """
    nobody = nobody_named(messages)
    aside = [set_aside(said) for said in messages]
    for slot in slots:
        if slot.kind == "person" and any(slot.text.lower() in names for names in (nobody, *aside[slot.turn :])):
            continue
        if not nobody & set(re.findall(r"\w+", slot.text.lower())):
            yield slot


def _of_the_matter(slots: Sequence[Slot], said: str, history: Sequence[Turn]) -> Iterator[Slot]:
    """Less what only answers the coach: its words given back, and denials of what it alone spoke of."""
    messages = [*(turn.said for turn in history), said]
    against: dict[int, list[tuple[int, int]]] = {}
    for slot in _of_people(slots, messages):
        reply = heard(history[slot.turn - 1]) if 0 < slot.turn <= len(history) else ()
        if slot.turn not in against:
            against[slot.turn] = denials(messages[slot.turn], reply, messages[: slot.turn], questions=True)
        if slot.kind == "quote" and reply and gives_back(slot.text, reply):
            continue
        if not any(start < slot.end and slot.start < end for start, end in against[slot.turn]):
            yield slot


def _kind(scene: Scene) -> str:
    """The kind to answer: what was asked before and is still due, or what a doubt about the matter makes of it."""
    frame, memory = scene.frame, scene.memory
    if memory.words_due and frame.kind in _STILL_DUE:
        return "ask_words"
    if frame.against is not None and frame.kind in _STATING and memory.moves("contradiction") == 0:
        return "contradiction"
    if scene.claims and scene.claims[0][1] >= CLAIM_AT:
        return frame.kind  # the ledger has the answer, however unsure the cards are
    if frame.kind not in _CHOOSING or scene.card is None or scene.sure >= CHOOSE_BELOW:
        return frame.kind
    if scene.sure < CHOICE_FROM or len(scene.retrieval.cards) < 2:
        return "answer"
    if not memory.plans:
        return "answer"  # to a first message the titles of two cards are no answer
    if memory.rejected or "reject" in frame.also:
        return "answer"  # whoever has just been misread wants no menu
    return frame.kind if memory.moves("choice") >= MOST_CHOICES else "choice"


def _announces(frame: Frame) -> bool:
    """Whether the person says what they are about to do, and does not just ask about it."""
    return bool({"plan", "commit"} & {frame.kind, *frame.also}) and not frame.now("ask")


def _topic_start(history: Sequence[Turn]) -> int:
    for index in range(len(history) - 1, -1, -1):
        plan = history[index].plan
        if plan and plan.notes.get("topic") == "new":
            return index
    return 0
