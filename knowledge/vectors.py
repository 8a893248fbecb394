"""Vectors of fixed texts, computed once for a machine and kept in the cache folder.

Keyed by the texts' hashes and the model, so that a changed card costs one embedding and another model shares
nothing. Whatever is missing, cut short or unreadable is computed anew.
"""

import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from coach.protocols import Embedder

OnProgress = Callable[[int, int, str], None]
"""Called with how many are done, of how many, and of what."""

STEP = 64
KEPT = 4
"""Cached sets a model keeps: two checkouts, each before and after a change."""


def embed_cached(
    texts: Sequence[str], embedder: Embedder, cache: Path, *, what: str, on_progress: OnProgress | None = None
) -> np.ndarray:
    """Float32 array of shape (len(texts), dimensions), from the cache where it has them."""
    keys = [_key(text) for text in texts]
    folder = cache / "vectors" / embedder.name
    path = folder / f"{_key(''.join(keys))}.npz"
    known = _read(path, embedder.dimensions)
    if set(keys) <= known.keys():
        return _stack(keys, known, embedder.dimensions)
    for older in _newest_first(folder):
        known = _read(older, embedder.dimensions) | known
    todo = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
    # By length, so that batches waste little; the bar then runs ever slower, never faster than promised.
    order = sorted(todo, key=lambda key: len(todo[key]))
    for start in range(0, len(order), STEP):
        batch = order[start : start + STEP]
        known.update(zip(batch, embedder.embed([todo[key] for key in batch]), strict=True))
        if on_progress:
            on_progress(min(start + STEP, len(order)), len(order), what)
    vectors = _stack(keys, known, embedder.dimensions)
    _write(path, keys, vectors)
    for older in _newest_first(folder)[KEPT:]:
        older.unlink(missing_ok=True)
    return vectors


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _stack(keys: Sequence[str], known: dict[str, np.ndarray], dimensions: int) -> np.ndarray:
    return np.array([known[key] for key in keys], np.float32).reshape(len(keys), dimensions)


def _read(path: Path, dimensions: int) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as file:
            keys, vectors = file["keys"].tolist(), file["vectors"]
        if vectors.shape != (len(keys), dimensions) or not np.isfinite(vectors).all():
            return {}
        return dict(zip(keys, vectors, strict=True))
    except Exception:  # numpy, zipfile and zlib each have their own way of refusing a damaged file
        return {}


def _write(path: Path, keys: Sequence[str], vectors: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}.partial")
    try:
        with partial.open("wb") as file:
            np.savez(file, keys=np.array(keys, "U32"), vectors=vectors)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def _newest_first(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.npz"), key=lambda path: path.stat().st_mtime, reverse=True)
