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
CALM = 0.95
"""Pieces that the small heads find harmless with this chance are not read again."""
CLOSER = 2
"""Pieces of a long message that the stronger encoder reads besides the whole, at about 20 ms each."""


@dataclass(frozen=True, slots=True)
class Sensed:
    """Chance of each kind, the highest over a message's pieces, and the piece that it comes from."""

    chances: dict[str, float] = field(default_factory=dict)
    pieces: dict[str, str] = field(default_factory=dict)


class Sense:
    """Reads messages through an embedder and two heads: ``gate-kinds`` and ``gate-texts``.

    ``reader`` is a stronger and slower encoder with heads of its own. It reads the whole message, and of a long one
    the pieces that the small heads find most telling. One that its heads were not trained on is left aside.
    """

    def __init__(self, embedder: Embedder, reader: Embedder | None = None) -> None:
        self._small = _Heads(embedder, "gate-kinds", "gate-texts")
        strong = _Heads(reader, "gate-kinds-strong", "gate-texts-strong") if reader is not None else None
        self._best = strong if strong is not None and strong.fits else self._small

    def threshold(self, kind: str, *, quickly: bool = False) -> float:
        """Chance from which a kind counts, chosen in training on ordinary talk."""
        return self._by(quickly).kinds.thresholds[kind]

    def read(self, text: str, pieces: int, vector: "np.ndarray | None" = None, *, quickly: bool = False) -> Sensed:
        """The chances of a text and of at most ``pieces`` of its parts. ``vector`` is its embedding, where known.

        ``quickly`` leaves the stronger encoder aside, for long texts.
        """
        by = self._by(quickly)
        parts = split(text, pieces)
        if vector is not None:
            self._small.keep(text, vector)
        if by is not self._small and len(parts) > 1:
            calm = self._small.table(parts[1:])[:, self._small.kinds.classes.index("none")]
            telling = [place for place in calm.argsort(kind="stable")[:CLOSER] if calm[place] < CALM]
            parts = [text, *(parts[1 + place] for place in sorted(telling))]
        table = by.table(parts)
        best = table.argmax(axis=0)
        classes = by.kinds.classes
        return Sensed(
            {kind: float(table[best[column], column]) for column, kind in enumerate(classes)},
            {kind: parts[best[column]] for column, kind in enumerate(classes)},
        )

    def fitting(self, piece: str, among: Sequence[Text]) -> Text:
        """Which of the texts ``among`` fits a piece best."""
        return self._best.fitting(piece, among)

    def _by(self, quickly: bool) -> "_Heads":
        return self._small if quickly else self._best


class _Heads:
    """The two heads over one encoder, with the vectors of the last few texts."""

    def __init__(self, embedder: Embedder, kinds: str, texts: str) -> None:
        self._embedder = embedder
        self.kinds = heads.load(kinds)
        self._texts = heads.load(texts)
        self._vectors: OrderedDict[str, np.ndarray] = OrderedDict()

    @property
    def fits(self) -> bool:
        return self.kinds.embedder == self._embedder.name

    def table(self, parts: Sequence[str]) -> "np.ndarray":
        """Chances of shape (parts, kinds)."""
        import numpy as np

        vectors = np.vstack([self._vector(part) for part in parts])
        return self.kinds.probabilities(vectors, [signals.matched(part) for part in parts])

    def fitting(self, piece: str, among: Sequence[Text]) -> Text:
        table = self._texts.probabilities(self._vector(piece)[None, :], [signals.matched(piece)])[0]
        return max(among, key=lambda name: float(table[self._texts.classes.index(name)]))

    def _vector(self, text: str) -> "np.ndarray":
        """Embedding of a text; the last few are kept, since several checks see the same one."""
        vector = self._vectors.get(text)
        if vector is None:
            vector = self._embedder.embed([signals.plain(text)])[0]
            self.keep(text, vector)
        return vector

    def keep(self, text: str, vector: "np.ndarray") -> None:
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
