"""What a good coach would do next, apart from how to say it.

Reads the frame, names what to look for, picks the card that the talk stays with, and hands the scene to the moves.
Knows nothing of wording; the writers do that.
"""

from collections.abc import Sequence
from dataclasses import replace

from coach import patterns
from coach.contradiction import contradicted
from coach.denial import denied, without_denied
from coach.frame import Frame, Slot
from coach.kinds import kinds_of
from coach.memory import Memory, remember
from coach.moves import MOVES, challenge, progress
from coach.parse import Parser
from coach.protocols import CardMatch, Library
from coach.scene import Scene, best_echo, commitment_in
from coach.slots import read_slots
from coach.values import Card, Plan, Retrieval, Turn

STICKY = 0.5
"""A card in use stays while it scores at least this share of the best, so that the talk keeps its thread."""
SWITCH_AT = 0.4
"""How sure the library must be of another card before the talk moves to it."""
USE_AT = 0.3
"""How sure the library must be of a card before an unasked reply uses it (tuning half of the situations)."""
CHOSEN = 0.9
"""How sure a card is that the person picked, or that a question about two of them led to."""
_WANTS_WORDS = frozenset(("ask_words", "write_it"))
CHOOSE_BELOW = 0.3
"""Below this certainty of the card an asked reply first asks which of the two nearest is meant."""
MOST_CHOICES = 2
_STATING = frozenset(("facts", "answer", "verdict", "venting", "two_things"))
_CHOOSING = frozenset(("ask_advice", "ask_list", "ask_open", "what_if"))
_STILL_DUE = frozenset(("facts", "answer", "reject", "two_things", "unclear"))
"""Kinds of message after which words that were asked for are still what is due."""
_ASKS = frozenset(("ask_advice", "ask_list", "ask_words", "ask_open", "what_if", "write_it"))
SHORT_WORDS = 9
"""Messages up to this length say too little by themselves to choose material."""
_REFLECTING = frozenset(("follow", "deepen", "offer", "stay", "advise", "prepare", "summary"))


class CoachingPolicy:
    """The coaching policy: reads the frame, names what to look for, and picks the next move."""

    def __init__(self, library: Library, parser: Parser) -> None:
        self._library = library
        self._parser = parser

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
            slots=(*earlier, *now),
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
        card = self._card(frame, memory, retrieval)
        match = self._match(frame, card) if card else None
        sure = _sure(card, memory, retrieval)
        claims = self._library.match_claims(frame.said) if frame.kind in {"ask_fact", "ask_open"} else ()
        scene = Scene(frame, memory, retrieval, card, match, claims, sure)
        challenged = challenge(scene) if _announces(frame) else None
        kind = "ask_words" if memory.words_due and frame.kind in _STILL_DUE else frame.kind
        unsure = "choice" if kind in _CHOOSING and _unsure(scene) else kind
        if frame.against is not None and kind in _STATING and memory.moves("contradiction") == 0:
            unsure = "contradiction"
        plan = challenged or MOVES.get(unsure, progress)(scene)
        if unsure == "choice":
            plan = self._naming(plan)
        if plan.move in {"evidence", "source"}:
            first = self._library.claim(plan.claims[0])
            plan = replace(plan, card=None, claims=(first.id, *first.see))
        if plan.move in _REFLECTING:
            plan = replace(plan, echo=best_echo(scene))
        notes = {"sure": f"{sure:.2f}"} if plan.card else {}
        if _WANTS_WORDS & {frame.kind, *frame.also} or (kind == "ask_words" and memory.words_due):
            notes["wanted"] = "words"
        plan = replace(plan, notes={**plan.notes, **notes})
        if commitment := commitment_in(frame):
            plan = replace(plan, notes={**plan.notes, "commitment": commitment})
        return replace(
            plan, passages=tuple(found.passage.id for found in retrieval.found[:4] if found.passage.kind == "document")
        )

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

    def _card(self, frame: Frame, memory: Memory, retrieval: Retrieval) -> Card | None:
        chosen = _chosen(frame, memory)
        if chosen is not None:
            return self._library.card(chosen)
        held = next((p.card for p in reversed(memory.plans[frame.topic_start :]) if p.card), None)
        dropped = memory.rejected | ({held} if frame.kind == "reject" and held else set())
        if held in dropped:
            held = None
        if dropped:
            left = tuple(pair for pair in retrieval.cards if pair[0] not in dropped)
            retrieval = replace(retrieval, cards=left, covered=retrieval.covered and bool(left))
        if not retrieval.cards or (not retrieval.covered and held is None):
            return None
        best, top = retrieval.cards[0]
        near = dict(retrieval.cards).get(held or "", 0.0)
        if held and memory.sure_of(held) < USE_AT and near < STICKY * top:
            held = None  # a guess is not worth staying with
        if held and (frame.words < 6 or not retrieval.covered or near >= STICKY * top or retrieval.sure < SWITCH_AT):
            return self._library.card(held)
        if retrieval.sure < USE_AT and not _ASKS & {frame.kind, *frame.also}:
            return None  # nothing is lost by asking once more before choosing what the talk is about
        return self._library.card(best)


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


def _unsure(scene: Scene) -> bool:
    """Whether two cards come near and none of them clearly, so that one question saves a wrong answer."""
    asked = scene.memory.moves("choice")
    return (
        scene.card is not None
        and scene.sure < CHOOSE_BELOW
        and len(scene.retrieval.cards) > 1
        and asked < MOST_CHOICES
        and scene.memory.since("choice") > 1
    )


def _sure(card: Card | None, memory: Memory, retrieval: Retrieval) -> float:
    """How sure the library is of the card, by this message or by an earlier one of the talk."""
    if card is None:
        return 0.0
    if memory.last and card.id in memory.last.notes.get("choice", "").split(","):
        return CHOSEN
    now = retrieval.sure if retrieval.cards and retrieval.cards[0][0] == card.id else 0.0
    return max(now, memory.sure_of(card.id))


def _chosen(frame: Frame, memory: Memory) -> str | None:
    """The card that the person picked of the two they were asked about."""
    choice = memory.last.notes.get("choice") if memory.last else None
    if choice is None:
        return None
    first, second = choice.split(",")
    if patterns.pattern("kinds", "first_one").search(frame.said):
        return first
    return second if patterns.pattern("kinds", "second_one").search(frame.said) else None


def _announces(frame: Frame) -> bool:
    """Whether the person says what they are about to do, and does not just ask about it."""
    return bool({"plan", "commit"} & {frame.kind, *frame.also}) and not frame.now("ask")


def _topic_start(history: Sequence[Turn]) -> int:
    for index in range(len(history) - 1, -1, -1):
        plan = history[index].plan
        if plan and plan.notes.get("topic") == "new":
            return index
    return 0
