"""Which cards and claims a message is about: several ways of comparing, weighed together.

A *view* gives each owner (card or claim) one number for a query. Views differ in scale, so each is standardised over
the owners before it is weighed; the weights were fitted by ``scripts/train_coverage.py`` and live in
``retrieval.json`` with their training record.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache as once
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.phrases import Phrase
from knowledge.words import WordIndex

FITTED = Path(__file__).parent / "retrieval.json"

SOFTNESS = 10.0
"""How sharply the soft maximum prefers the nearest phrase: at 10, one at cosine 0.7 counts as much as seven at 0.5."""
RIDGE = 3.0
"""Penalty of the linear view, in units of phrases; flat between 1 and 10 on the tuning situations."""


@once
def fitted() -> dict[str, Any]:
    """The fitted numbers, read once."""
    return json.loads(FITTED.read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Query:
    """A message as the ranking sees it. ``vectors`` has a row for the whole and for each of its sentences."""

    text: str
    vectors: np.ndarray | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A query held against every phrase and every owner, made once and then read by all who need it."""

    near: np.ndarray
    """For each phrase: cosine, the best of the whole message and its sentences; overlap where nothing is embedded."""
    overlap: np.ndarray
    """For each phrase: share of words, 0 to 1, rare words weighing more."""
    met: float
    """Share of the message's content words that any phrase has."""
    views: dict[str, np.ndarray]
    """For each owner, by view, not yet standardised."""

    @property
    def embedded(self) -> bool:
        return "near" in self.views

    def scores(self) -> np.ndarray:
        """One number for each owner, comparable within a query only."""
        weights = fitted()["ranking"]["embedded" if self.embedded else "words"]
        return np.sum([weights[name] * standard(view) for name, view in self.views.items()], axis=0)


class Ranking:
    """Owners and their phrases. ``vectors`` has a row for each phrase; None where there is no embedding."""

    def __init__(self, phrases: Sequence[Phrase], vectors: np.ndarray | None):
        self.owners = tuple(dict.fromkeys(phrase.owner for phrase in phrases))
        self.phrases = tuple(phrases)
        place = {owner: n for n, owner in enumerate(self.owners)}
        of = np.array([place[phrase.owner] for phrase in phrases], np.int32)
        # Phrases of one owner stand side by side, so its first row is where a sum over it starts.
        self._starts = np.flatnonzero(np.diff(of, prepend=-1))
        self._vectors = vectors
        self._linear = None if vectors is None else _linear(vectors, of, len(self.owners))
        self._texts = WordIndex([" ".join(phrase.text for phrase in phrases if phrase.owner == o) for o in self.owners])
        self._lines = WordIndex([phrase.text for phrase in phrases])

    def compare(self, query: Query) -> Comparison:
        overlap = self._lines.overlap(query.text)
        views = {"words": self._texts.bm25(query.text), "line": np.maximum.reduceat(overlap, self._starts)}
        near = overlap
        if self._vectors is not None and self._linear is not None and query.vectors is not None:
            near = (self._vectors @ query.vectors.T).max(axis=1)
            weight, shift = self._linear
            views["near"] = np.log(np.add.reduceat(np.exp(SOFTNESS * near), self._starts)) / SOFTNESS
            views["nearest"] = np.maximum.reduceat(near, self._starts)
            views["linear"] = (query.vectors[0] - shift) @ weight
        return Comparison(near, overlap, self._lines.met(query.text), views)


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities that sum to 1."""
    weights = np.exp(logits - logits.max())
    return weights / weights.sum()


def standard(view: np.ndarray) -> np.ndarray:
    """Mean 0 and deviation 1 over the owners."""
    return (view - view.mean()) / (view.std() + 1e-6)


def _linear(vectors: np.ndarray, of: np.ndarray, owners: int) -> tuple[np.ndarray, np.ndarray]:
    """Ridge regression from a phrase's vector to the owner it belongs to: weights (dimensions, owners) and mean."""
    shift = vectors.mean(axis=0)
    centred = vectors - shift
    targets = np.zeros((len(of), owners), np.float32)
    targets[np.arange(len(of)), of] = 1
    targets -= targets.mean(axis=0)
    gram = centred.T @ centred + RIDGE * np.eye(vectors.shape[1], dtype=np.float32)
    return np.linalg.solve(gram, centred.T @ targets), shift
