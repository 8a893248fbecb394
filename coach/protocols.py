"""What the coach needs from the outside, as protocols. Implementations are passed in by ``coach.app``."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from coach.commitments import Leaves
from coach.values import Card, Claim, Gated, Passage, Plan, Retrieval, Sentence, Turn

if TYPE_CHECKING:
    import numpy as np

    from coach.frame import Frame


class Embedder(Protocol):
    """Turns texts into unit vectors."""

    name: str
    dimensions: int

    def embed(self, texts: Sequence[str]) -> "np.ndarray":
        """Float32 array of shape (len(texts), dimensions); each row has length 1."""
        ...


@dataclass(frozen=True, slots=True)
class CardMatch:
    """How well a message calls for each part of one card: similarity, 0 to 1, in the card's own order."""

    ideas: tuple[float, ...]
    words: tuple[float, ...]
    cautions: tuple[float, ...]
    echoes: tuple[float, ...] = ()


class Library(Protocol):
    """Everything the coach may speak from: cards and claims by id, and search over them and documents."""

    embedder: Embedder | None
    """None where no weights are installed; search then runs on words alone."""

    def card(self, id: str) -> Card: ...
    def claim(self, id: str) -> Claim: ...
    def passage(self, id: str) -> Passage | None:
        """None where the source was removed."""
        ...

    def expect(self, said: str) -> None:
        """Begins to read a message that gate and search will soon ask about. Returns at once, raises nothing."""
        ...

    async def search(self, query: str, *, k: int = 8, collection: str | None = None) -> Retrieval:
        """Best material for a query. ``collection`` names the person's documents to search beside the cards."""
        ...

    def match(self, query: str, card: str) -> CardMatch:
        """Which idea, words, cautions and echoes of a card a message calls for."""
        ...

    def match_claims(self, query: str) -> tuple[tuple[str, float], ...]:
        """Claim ids with how closely a message asks about or repeats each, 0 to 1, best first."""
        ...


@dataclass(frozen=True, slots=True)
class Brief:
    """All that a writer is given: the message, what is known, what to do, and what it may stand on."""

    said: str
    plan: Plan
    frame: "Frame"
    history: tuple[Turn, ...]
    card: Card | None
    claims: tuple[Claim, ...]
    passages: tuple[Passage, ...]
    """Numbered from 1 for the ``[n]`` markers of writers that stream text."""
    spoken_aloud: bool = False


class Gate(Protocol):
    """Keeps both sides of the talk on the coaching side of the line."""

    def check(self, said: str, history: Sequence[Turn]) -> Gated | None:
        """What a message calls for before any coaching; None where it is coaching."""
        ...

    def check_out(self, sentence: Sentence, said: str) -> str | None:
        """Why a sentence may not leave; None where it may."""
        ...


class Grounding(Protocol):
    """Lets out only sentences that stand on what the turn may use."""

    def check(self, sentence: Sentence, brief: Brief) -> str | None:
        """Why a sentence is not grounded in the brief; None where it is."""
        ...


class Policy(Protocol):
    """Decides what a good coach would do next, apart from how to say it."""

    def read(self, said: str, history: Sequence[Turn]) -> "Frame":
        """What is known of the topic, this message included."""
        ...

    def query(self, frame: "Frame") -> str:
        """What to look for in the library."""
        ...

    def next(self, frame: "Frame", history: Sequence[Turn], retrieval: Retrieval) -> Plan:
        """The next move. ``frame.said`` is the message it answers."""
        ...


class Keeper(Protocol):
    """Says what a turn leaves behind once it was said."""

    def leaves(self, brief: Brief) -> Leaves: ...


class Writer(Protocol):
    """Words a plan. Yields text as it comes, or whole sentences where the writer knows their kind and sources."""

    name: str

    def write(self, brief: Brief) -> AsyncIterator[str | Sentence]:
        """Raises WriterError when the plan cannot be worded."""
        ...


class SpeechToText(Protocol):
    name: str

    async def transcribe(self, samples: "np.ndarray", *, hotwords: Sequence[str] = ()) -> str:
        """Text of 16 kHz mono float32 samples; empty where nobody spoke."""
        ...


class TextToSpeech(Protocol):
    name: str
    sample_rate: int

    def speak(self, text: str, *, voice: str | None = None, speed: float = 1.0) -> AsyncIterator["np.ndarray"]:
        """Mono int16 samples at ``sample_rate``, as they become ready."""
        ...
