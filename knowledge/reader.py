"""The two sentence encoders side by side: what the small one and the stronger one make of a message, as one vector.

The stronger one reads more between the lines, through the branches that were trained for a question; the small one was
trained on what they have since unlearnt. For messages, never for documents.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from coach.protocols import Embedder
from knowledge.embedding import load_embedder
from knowledge.matcher import Matcher, load_matcher


def load_reader(cache: Path, *branches: str) -> "Reader | None":
    """Both encoders, where the weights of both are installed."""
    embedder, matcher = load_embedder(cache), load_matcher(cache)
    return Reader(embedder, matcher, *branches) if embedder is not None and matcher is not None else None


class Reader:
    """Implements ``coach.protocols.Embedder``; each part of a row has length 1."""

    def __init__(self, embedder: Embedder, matcher: Matcher, *branches: str) -> None:
        self._embedder, self._matcher, self._branches = embedder, matcher, branches
        self.name = "+".join([embedder.name, *map(matcher.name, branches)])
        self.dimensions = embedder.dimensions + matcher.dimensions * len(branches)

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Float32 array of shape (len(texts), dimensions)."""
        if not texts:
            return np.empty((0, self.dimensions), np.float32)
        parts = [np.stack([self._matcher.vector(text, branch) for text in texts]) for branch in self._branches]
        return np.hstack([self._embedder.embed(texts), *parts])
