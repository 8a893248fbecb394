"""Which practice card the talk is about: the one it stays with, the one a message moves it to, or none yet."""

from dataclasses import dataclass, replace
from math import log

from coach import patterns
from coach.frame import Frame
from coach.memory import Memory
from coach.protocols import Library
from coach.suiting import fits
from coach.values import Retrieval

STICKY = 0.5
"""A card in use stays while it scores at least this share of the best, so that the talk keeps its thread."""
SWITCH_AT = 0.4
"""How sure the library must be of another card before the talk moves to it."""
ENOUGH_WORDS, SWITCH_SHORT = 14, 0.7
"""The same for a message of fewer words, which says less of its matter."""
USE_AT = 0.35
"""How sure the library must be of a card before an unasked reply uses it (tuning half of the situations)."""
CHOSEN = 0.9
"""How sure a card is that the person picked."""
ASKS = frozenset(("ask_advice", "ask_list", "ask_words", "ask_open", "what_if", "write_it"))
NEIGHBOUR_WORDS = 16
"""A question up to this length may be one for a neighbour of the card in use: "how do I open it?" in a debrief."""
NEIGHBOUR_BY = 0.05
"""How much better a neighbour must fit such a question."""
PRIOR = 0.15
"""Weight of a card's log-probability on the topic beside its likeness to the question (read on our own talks)."""


@dataclass(frozen=True, slots=True)
class Topic:
    """What a message and the talk before it say about the card."""

    frame: Frame
    memory: Memory
    retrieval: Retrieval
    library: Library

    def card(self) -> tuple[str | None, float]:
        """Id of the card and how sure that is, 0 to 1; None where nothing fits well enough to be used."""
        chosen = self._chosen()
        if chosen is not None:
            return chosen, CHOSEN
        id = self._used()
        if id is None:
            return None, 0.0
        asked = self._neighbour(id) if ASKS & {self.frame.kind, *self.frame.also} else id
        # A neighbour is as sure as the matter it belongs to.
        return asked, max(self._sure(id), self._sure(asked))

    def _used(self) -> str | None:
        frame, memory, found = self.frame, self.memory, self._allowed()
        held = next((p.card for p in reversed(memory.plans[frame.topic_start :]) if p.card), None)
        if held in self._dropped():
            held = None
        if not found.cards or (not found.covered and held is None):
            return None
        best, top = found.cards[0]
        near = dict(found.cards).get(held or "", 0.0)
        if held and memory.sure_of(held) < USE_AT and near < STICKY * top:
            held = None  # a guess is not worth staying with
        switch_at = SWITCH_AT if frame.words >= ENOUGH_WORDS else SWITCH_SHORT
        if held and (frame.words < 6 or not found.covered or near >= STICKY * top or found.sure < switch_at):
            return held
        if held and frame.words <= NEIGHBOUR_WORDS and ASKS & {frame.kind, *frame.also}:
            return held  # a bare question belongs to the talk that it stands in
        if found.sure < USE_AT and not ASKS & {frame.kind, *frame.also}:
            return None  # nothing is lost by asking once more before choosing what the talk is about
        return best

    def _dropped(self) -> frozenset[str]:
        """Cards that the person has pushed back on, the one of the last turn included where this message does."""
        last = next((p.card for p in reversed(self.memory.plans[self.frame.topic_start :]) if p.card), None)
        pushed = {last} if "reject" in {self.frame.kind, *self.frame.also} and last else set()
        told = " ".join(self.frame.topic)
        return self.memory.rejected | pushed | {id for id, _ in self.retrieval.cards if not fits(id, told)}

    def _allowed(self) -> Retrieval:
        dropped = self._dropped()
        left = tuple(pair for pair in self.retrieval.cards if pair[0] not in dropped)
        return replace(self.retrieval, cards=left, covered=self.retrieval.covered and bool(left or not dropped))

    def _neighbour(self, id: str) -> str:
        """The card near the topic that the question is for; ``id`` itself where none is clearly better."""
        scores = dict(self._allowed().cards)
        held = next((p.card for p in reversed(self.memory.plans) if p.card), None)
        if held != id or self.frame.words > NEIGHBOUR_WORDS or id not in scores:
            return id

        def fits(other: str) -> float:
            match = self.library.match(self.frame.said, other)
            return PRIOR * log(scores[other] + 1e-4) + max((*match.words, *match.ideas), default=0.0)

        best = max(scores, key=fits)
        return best if fits(best) > fits(id) + NEIGHBOUR_BY else id

    def _sure(self, id: str) -> float:
        """By this message or by an earlier one of the talk."""
        cards = self.retrieval.cards
        now = self.retrieval.sure if cards and cards[0][0] == id else 0.0
        return max(now, self.memory.sure_of(id))

    def _chosen(self) -> str | None:
        """The card that the person picked of the two they were asked about."""
        choice = self.memory.last.notes.get("choice") if self.memory.last else None
        if choice is None:
            return None
        first, second = choice.split(",")
        if patterns.pattern("kinds", "first_one").search(self.frame.said):
            return first
        return second if patterns.pattern("kinds", "second_one").search(self.frame.said) else None
