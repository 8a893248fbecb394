"""Small trained heads over a text's embedding and the rules that matched it. NumPy only.

A head is a file pair under ``coach/data``: ``NAME.npz`` with the weights and ``NAME.json`` with the record of its
training (cases, split, seed, figures), classes, features and thresholds. ``scripts/train_gate.py`` makes them.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from coach.errors import CoachError

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Head:
    """A classifier with one hidden layer: softmax over ``classes``.

    Input is a unit vector of the embedding with one 0/1 per feature behind it. An ensemble of ``members`` networks,
    trained from different seeds, is averaged, since one network of this size depends much on its start.
    """

    classes: tuple[str, ...]
    features: tuple[str, ...]
    embedder: str
    thresholds: dict[str, float]
    w1: np.ndarray
    """(members, inputs, hidden)"""
    b1: np.ndarray
    w2: np.ndarray
    """(members, hidden, classes)"""
    b2: np.ndarray

    def probabilities(self, vectors: np.ndarray, features: Iterable[frozenset[str]]) -> np.ndarray:
        """Class probabilities, shape (rows, classes), for vectors of shape (rows, dimensions)."""
        return forward(self, inputs(vectors, features, self.features))


def inputs(vectors: np.ndarray, features: Iterable[frozenset[str]], order: tuple[str, ...]) -> np.ndarray:
    """Vectors with the matched rules behind them, float32 of shape (rows, dimensions + features)."""
    flags = np.array([[name in row for name in order] for row in features], dtype=np.float32)
    return np.hstack([vectors.astype(np.float32), flags.reshape(len(vectors), len(order))])


def forward(head: Head, rows: np.ndarray) -> np.ndarray:
    """Mean softmax of the members over input rows."""
    hidden = np.maximum(np.einsum("ri,mih->mrh", rows, head.w1, optimize=True) + head.b1[:, None, :], 0)
    logits = np.einsum("mrh,mhc->mrc", hidden, head.w2, optimize=True) + head.b2[:, None, :]
    exp = np.exp(logits - logits.max(axis=2, keepdims=True))
    mean: np.ndarray = (exp / exp.sum(axis=2, keepdims=True)).mean(axis=0)
    return mean


def load(name: str, folder: Path = DATA) -> Head:
    """The head ``name``. Raises CoachError where its files are missing or do not belong together."""
    try:
        record: dict[str, Any] = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        with np.load(folder / f"{name}.npz", allow_pickle=False) as arrays:
            # Half precision halves the files in the repository; sums need single.
            weights = {key: arrays[key].astype(np.float32) for key in ("w1", "b1", "w2", "b2")}
    except (OSError, ValueError, KeyError) as exc:
        raise CoachError(f"The trained head {name!r} in {folder} cannot be read. Restore it from the release.") from exc
    head = Head(
        tuple(record["classes"]), tuple(record["features"]), record["embedder"], dict(record["thresholds"]), **weights
    )
    if head.w2.shape[2] != len(head.classes) or head.w1.shape[1] <= len(head.features):
        raise CoachError(f"The trained head {name!r} does not fit its record. Run: python scripts/train_gate.py")
    return head
