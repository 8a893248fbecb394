"""One immutable Chroma store: built and proven in a child process, then opened for reading.

Run as ``python -m knowledge.generation build|prove FOLDER`` it is that child.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from coach.errors import KnowledgeError

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateHNSWConfiguration
    from chromadb.api.types import QueryResult

COLLECTION = "passages"
SPACE: "CreateHNSWConfiguration" = {"space": "cosine", "ef_construction": 200, "max_neighbors": 16, "ef_search": 100}
"""Chroma's own default is squared L2. The wide search costs half a millisecond more than the default."""
BATCH = 2000
CHILD_S = 300
"""Longest a child may take; a hundred thousand passages are built in about a minute on one core."""


class OpenGeneration:
    """A store open for reading. ``key`` stands for its content. Safe to share between threads."""

    def __init__(self, folder: Path, key: str):
        self.key = key
        self._client = _client(folder)
        self._collection = self._client.get_collection(COLLECTION, embedding_function=None)
        self._count = self._collection.count()

    def search(self, vectors: np.ndarray, k: int) -> list[list[tuple[str, float]]]:
        """For each row of ``vectors`` ids with their cosine similarity, nearest first."""
        if not self._count:
            return [[] for _ in vectors]
        answer = self._collection.query(query_embeddings=vectors, n_results=min(k, self._count), include=["distances"])
        return nearest(answer)

    def close(self) -> None:
        # A store whose folder was deleted under it may not close cleanly, and nothing depends on it.
        with contextlib.suppress(Exception):
            self._client.close()


def nearest(answer: "QueryResult") -> list[list[tuple[str, float]]]:
    """Chroma's distances as cosines, for each query."""
    return [
        [(id, 1.0 - float(distance)) for id, distance in zip(ids, distances, strict=True)]
        for ids, distances in zip(answer["ids"], answer["distances"] or [], strict=True)
    ]


def build(folder: Path, ids: Sequence[str], vectors: np.ndarray) -> None:
    """Write a store of these rows and prove it. Raises KnowledgeError."""
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory(prefix="coach-index-") as scratch:
        rows = Path(scratch) / "rows.npz"
        np.savez(rows, ids=np.array(ids, str), vectors=vectors)
        _child("build", folder, rows)


def prove(folder: Path) -> None:
    """Open and search a store where a crash harms nobody. Raises KnowledgeError where it does not hold."""
    _child("prove", folder)


def files(folder: Path) -> dict[str, list[int]]:
    """Size and time of change of the graph's files. SQLite is left out: Chroma touches it on opening, and damage to
    it is an error message, where damage to the graph can be a crash."""
    return {
        path.relative_to(folder).as_posix(): [path.stat().st_size, path.stat().st_mtime_ns]
        for path in sorted(folder.glob("*/*"))
        if path.is_file()
    }


def _client(folder: Path) -> "Client":
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False, is_persistent=True, persist_directory=str(folder))
    return chromadb.Client(settings)  # type: ignore[return-value]


def _child(what: str, *paths: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, "-m", "knowledge.generation", what, *map(str, paths)]
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=CHILD_S, check=False)
    except subprocess.TimeoutExpired as exc:
        raise KnowledgeError(f"The index in {paths[0]} does not open. Run: coach doctor --repair") from exc
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"exit {done.returncode}"])[-1]
        raise KnowledgeError(f"The index in {paths[0]} could not be made or opened ({last}). Check the disk's space.")


def _build(folder: Path, rows: Path) -> None:
    with np.load(rows) as file:
        ids, vectors = file["ids"].tolist(), file["vectors"]
    client = _client(folder)
    collection = client.create_collection(COLLECTION, configuration={"hnsw": SPACE}, embedding_function=None)
    for start in range(0, len(ids), BATCH):
        collection.add(ids=ids[start : start + BATCH], embeddings=vectors[start : start + BATCH])
    client.close()
    if _prove(folder) != len(ids):
        raise SystemExit(f"{len(ids)} passages went in and other than that came out")


def _prove(folder: Path) -> int:
    """How many rows a fresh opening finds, after one search."""
    opened = _client(folder)
    collection = opened.get_collection(COLLECTION, embedding_function=None)
    count = collection.count()
    if count:
        sample = collection.get(limit=1, include=["embeddings"])
        collection.query(query_embeddings=sample["embeddings"], n_results=min(10, count), include=["distances"])
    opened.close()
    return count


if __name__ == "__main__":
    what, *paths = sys.argv[1:]
    if what == "build":
        _build(*map(Path, paths))
    else:
        _prove(*map(Path, paths))
