"""What is known of a topic: who, what happened, what it did, what is wished and feared, each with its words.

Every slot keeps the span it came from, the turn, and how sure its pattern was. Knows nothing of how slots are read
(``coach.slots``) or of what to do next (``coach.policy``).
"""

from dataclasses import dataclass
from typing import Literal

from coach.parse import Clause, Utterance

SlotKind = Literal[
    "person", "role", "event", "quote", "count", "duration", "when", "deadline", "impact", "feeling", "wish", "fear",
    "tried", "constraint", "own_part", "figure", "ask", "verdict", "plan", "task", "about",
]  # fmt: skip

Form = Literal["np", "inf", "clause", "adj", "adv", "name"]


@dataclass(frozen=True, slots=True)
class Slot:
    """One thing the person told us. ``text`` is verbatim, ``phrase`` is the same turned to "you"."""

    kind: SlotKind
    text: str
    phrase: str
    start: int
    end: int
    turn: int
    confidence: float
    form: Form = "clause"
    clause: Clause | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """A topic as far as it is known, the present message included."""

    said: str
    kind: str
    """What kind of message ``said`` is; see ``coach.kinds``."""
    also: frozenset[str]
    """Other kinds that the same message shows."""
    utterance: Utterance
    slots: tuple[Slot, ...]
    turn: int
    """Number of the present message in the conversation, from 0."""
    topic_start: int
    topic: tuple[str, ...]
    """The person's messages on this topic, the present one last."""
    against: tuple[str, str] | None = None
    """What was said before and what this message says against it, verbatim; None where nothing collides."""

    def all(self, kind: str) -> list[Slot]:
        return [slot for slot in self.slots if slot.kind == kind]

    def now(self, kind: str) -> list[Slot]:
        """What the present message itself says."""
        return [slot for slot in self.slots if slot.kind == kind and slot.turn == self.turn]

    def latest(self, kind: str, *, sure: float = 0.0) -> Slot | None:
        return next((s for s in reversed(self.slots) if s.kind == kind and s.confidence >= sure), None)

    def has(self, kind: str) -> bool:
        return any(slot.kind == kind for slot in self.slots)

    @property
    def words(self) -> int:
        return len(self.said.split())
