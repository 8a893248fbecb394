"""What the coach needs from the outside, as protocols. Implementations are passed in by ``coach.app``."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from coach.values import Card, Claim, Passage, Plan, Retrieval, Sentence, Turn

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


class Library(Protocol):
    """Everything the coach may speak from: cards and claims by id, and search over them and documents."""

    def card(self, id: str) -> Card: ...
    def claim(self, id: str) -> Claim: ...
    def passage(self, id: str) -> Passage | None:
        """None where the source was removed."""
        ...

    async def search(self, query: str, *, k: int = 8, collection: str | None = None) -> Retrieval:
        """Best material for a query. ``collection`` names the person's documents to search beside the cards."""
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
