"""What a good coach would do next, apart from how to say it.

Reads the frame, names what to look for, picks the card that the talk stays with, and hands the scene to the moves.
Knows nothing of wording; the writers do that.
"""

from collections.abc import Sequence
from dataclasses import replace

from coach.frame import Frame
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
_ASKS = frozenset(("ask_advice", "ask_words", "ask_open", "what_if", "write_it"))
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
        now = read_slots(utterance, len(history))
        kinds = kinds_of(utterance, now, history)
        start = len(history) if kinds[0] == "elsewhere" else _topic_start(history)
        earlier = [s for i in range(start, len(history)) for s in read_slots(self._parser.read(history[i].said), i)]
        return Frame(
            said=said,
            kind=kinds[0],
            also=frozenset(kinds[1:]),
            utterance=utterance,
            slots=(*earlier, *now),
            turn=len(history),
            topic_start=start,
            topic=(*(turn.said for turn in history[start:]), said),
        )

    def query(self, frame: Frame) -> str:
        """What to look for: this message, and the topic's own words where it says little by itself."""
        content = [text for text in frame.topic[:-1] if len(text.split()) > 3]
        if frame.words >= 25 or not content:
            return frame.said
        told = content[:1] + content[-2:] if len(content) > 2 else content
        return "\n".join([*told, frame.said] if frame.words > 3 else told)

    def next(self, frame: Frame, history: Sequence[Turn], retrieval: Retrieval) -> Plan:
        """The next move. Never the same question intent, idea or words twice in a conversation."""
        memory = remember(history)
        card = self._card(frame, memory, retrieval)
        match = self._match(frame, card) if card else None
        claims = self._library.match_claims(frame.said) if frame.kind in {"ask_fact", "ask_open"} else ()
        scene = Scene(frame, memory, retrieval, card, match, claims)
        challenged = challenge(scene) if _announces(frame) else None
        plan = challenged or MOVES.get(frame.kind, progress)(scene)
        if plan.move in {"evidence", "source"}:
            first = self._library.claim(plan.claims[0])
            plan = replace(plan, card=None, claims=(first.id, *first.see))
        if plan.move in _REFLECTING:
            plan = replace(plan, echo=best_echo(scene))
        if commitment := commitment_in(frame):
            plan = replace(plan, notes={**plan.notes, "commitment": commitment})
        return replace(
            plan, passages=tuple(found.passage.id for found in retrieval.found[:4] if found.passage.kind == "document")
        )

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
        held = next((p.card for p in reversed(memory.plans[frame.topic_start :]) if p.card), None)
        if not retrieval.cards or (not retrieval.covered and held is None):
            return None
        best, top = retrieval.cards[0]
        near = dict(retrieval.cards).get(held or "", 0.0)
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


def _announces(frame: Frame) -> bool:
    """Whether the person says what they are about to do, and does not just ask about it."""
    return bool({"plan", "commit"} & {frame.kind, *frame.also}) and not frame.now("ask")


def _topic_start(history: Sequence[Turn]) -> int:
    for index in range(len(history) - 1, -1, -1):
        plan = history[index].plan
        if plan and plan.notes.get("topic") == "new":
            return index
    return 0
