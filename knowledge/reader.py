"""The two sentence encoders side by side: what the small one and the matcher make of a message, as one vector.

The matcher's vector reads more between the lines; the small one was trained on what the matcher has since unlearnt.
For messages, never for documents.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from coach.protocols import Embedder
from knowledge.embedding import load_embedder
from knowledge.matcher import Matcher, load_matcher


def load_reader(cache: Path) -> "Reader | None":
    """Both encoders, where the weights of both are installed."""
    embedder, matcher = load_embedder(cache), load_matcher(cache)
    return Reader(embedder, matcher) if embedder is not None and matcher is not None else None


class Reader:
    """Implements ``coach.protocols.Embedder``; each half of a row has length 1."""

    def __init__(self, embedder: Embedder, matcher: Matcher) -> None:
        self._embedder, self._matcher = embedder, matcher
        self.name = f"{embedder.name}+{matcher.name}"
        self.dimensions = embedder.dimensions + matcher.dimensions

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Float32 array of shape (len(texts), dimensions)."""
        if not texts:
            return np.empty((0, self.dimensions), np.float32)
        return np.hstack([self._embedder.embed(texts), np.stack([self._matcher.vector(text) for text in texts])])
