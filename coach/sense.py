"""What the trained heads make of a message: a chance for each kind, and the text of that kind which fits best.

Owns the embedding of messages and the heads' files; decides nothing (``coach.gate`` does).
"""

import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from coach import heads, signals
from coach.protocols import Embedder

if TYPE_CHECKING:
    import numpy as np

Text = TypeVar("Text", bound=str)

LONG_WORDS = 30
"""Above this a danger or an ask can drown in its surroundings, so that pieces are looked at as well."""
KEPT_VECTORS = 64


@dataclass(frozen=True, slots=True)
class Sensed:
    """Chance of each kind, the highest over a message's pieces, and the piece that it comes from."""

    chances: dict[str, float] = field(default_factory=dict)
    pieces: dict[str, str] = field(default_factory=dict)


class Sense:
    """Reads messages through an embedder and two heads: ``gate-kinds`` and ``gate-texts``."""

    def __init__(self, embedder: Embedder):
        self._embedder = embedder
        self._kinds = heads.load("gate-kinds")
        self._texts = heads.load("gate-texts")
        self._vectors: OrderedDict[str, np.ndarray] = OrderedDict()

    def threshold(self, kind: str) -> float:
        """Chance from which a kind counts, chosen in training on ordinary talk."""
        return self._kinds.thresholds[kind]

    def read(self, text: str, pieces: int, vector: "np.ndarray | None" = None) -> Sensed:
        """The chances of a text and of at most ``pieces`` of its parts. ``vector`` is its embedding, where known."""
        import numpy as np

        parts = split(text, pieces)
        if vector is not None:
            self._keep(text, vector)
        table = self._kinds.probabilities(
            np.vstack([self._vector(part) for part in parts]), [signals.matched(part) for part in parts]
        )
        best = table.argmax(axis=0)
        classes = self._kinds.classes
        return Sensed(
            {kind: float(table[best[column], column]) for column, kind in enumerate(classes)},
            {kind: parts[best[column]] for column, kind in enumerate(classes)},
        )

    def fitting(self, piece: str, among: Sequence[Text]) -> Text:
        """Which of the texts ``among`` fits a piece best."""
        table = self._texts.probabilities(self._vector(piece)[None, :], [signals.matched(piece)])[0]
        return max(among, key=lambda name: float(table[self._texts.classes.index(name)]))

    def _vector(self, text: str) -> "np.ndarray":
        """Embedding of a text; the last few are kept, since several checks see the same one."""
        vector = self._vectors.get(text)
        if vector is None:
            vector = self._embedder.embed([signals.plain(text)])[0]
            self._keep(text, vector)
        return vector

    def _keep(self, text: str, vector: "np.ndarray") -> None:
        self._vectors[text] = vector
        if len(self._vectors) > KEPT_VECTORS:
            self._vectors.popitem(last=False)


def split(text: str, limit: int) -> list[str]:
    """The whole text, and where it is long also its overlapping pairs of sentences, at most ``limit`` of them."""
    if len(text.split()) <= LONG_WORDS:
        return [text]
    sentences = [part for part in re.split(r"(?<=[.!?])\s+|\n+", text) if part.strip()]
    pairs = [" ".join(sentences[start : start + 2]) for start in range(max(1, len(sentences) - 1))]
    step = max(1, -(-len(pairs) // limit))
    return [text, *pairs[::step]] if len(pairs) > 1 else [text]
