"""Vectors on a Chroma server, for several processes or machines that share one set of documents.

The same promise as on the disk: a set of vectors is filled aside under a name of its own, marked whole, and only then
searched; older ones are deleted afterwards. The documents' SQLite stays the truth.
"""

import hashlib
import threading
import urllib.parse
from typing import TYPE_CHECKING, Any

import numpy as np

from coach.errors import KnowledgeError
from knowledge.generation import SPACE, nearest
from knowledge.index import Rows

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

BATCH = 500
"""A request with so many vectors has about four megabytes."""


class ServedIndex:
    """The vectors of one collection on the server at ``url``. Raises KnowledgeError where it cannot be reached."""

    def __init__(self, url: str, collection: str, rows: Rows, *, owner: str = ""):
        self._url, self._rows = url, rows
        self._prefix = f"coach-{_short(owner + collection)}-"
        self._collection = collection
        self._client: ClientAPI | None = None
        self._open: tuple[str, Any] | None = None
        # Protects the open set while it is exchanged for a newer one.
        self._exchange = threading.Lock()

    def search_all(self, vectors: np.ndarray, k: int) -> list[list[tuple[str, float]]]:
        """For each row ids with their cosine similarity, nearest first."""
        return self._tried(lambda: self._search(vectors, k))

    def refresh(self) -> None:
        self._tried(self._present)

    def rebuild(self) -> None:
        self.forget()
        self.refresh()

    def forget(self) -> None:
        """Delete every set of this collection."""
        self._tried(lambda: self._sweep(keep=""))
        self._open = None

    def close(self) -> None:
        self._open = self._client = None

    def _search(self, vectors: np.ndarray, k: int) -> list[list[tuple[str, float]]]:
        held = self._present()
        count = held.count()
        if not count:
            return [[] for _ in vectors]
        return nearest(held.query(query_embeddings=vectors.tolist(), n_results=min(k, count), include=["distances"]))

    def _present(self) -> Any:
        with self._exchange:
            name = self._prefix + _short(self._rows.key())
            if self._open is not None and self._open[0] == name:
                return self._open[1]
            client = self._connected()
            held = self._whole(name) or self._fill(client, name)
            self._open = name, held
            self._sweep(keep=name)
            return held

    def _whole(self, name: str) -> Any:
        if name not in self._names():
            return None
        held = self._connected().get_collection(name, embedding_function=None)
        return held if (held.metadata or {}).get("rows") == held.count() else None

    def _fill(self, client: "ClientAPI", name: str) -> Any:
        if name in self._names():
            client.delete_collection(name)  # half filled by someone who did not come back
        ids, vectors = self._rows.load()
        held = client.create_collection(name, configuration={"hnsw": SPACE}, embedding_function=None)
        for start in range(0, len(ids), BATCH):
            held.add(ids=list(ids[start : start + BATCH]), embeddings=vectors[start : start + BATCH].tolist())
        held.modify(metadata={"rows": len(ids), "collection": self._collection})
        return client.get_collection(name, embedding_function=None)

    def _sweep(self, keep: str) -> None:
        for name in self._names():
            if name.startswith(self._prefix) and name != keep:
                self._connected().delete_collection(name)

    def _names(self) -> list[str]:
        return [held.name for held in self._connected().list_collections()]

    def _connected(self) -> "ClientAPI":
        if self._client is None:
            import chromadb
            from chromadb.config import Settings

            parts = urllib.parse.urlsplit(self._url if "//" in self._url else f"//{self._url}", scheme="http")
            self._client = chromadb.HttpClient(
                host=parts.hostname or "localhost",
                port=parts.port or (443 if parts.scheme == "https" else 8000),
                ssl=parts.scheme == "https",
                settings=Settings(anonymized_telemetry=False),
            )
        return self._client

    def _tried(self, work: Any) -> Any:
        try:
            return work()
        except KnowledgeError:
            raise
        except Exception as exc:  # whatever the client raises, the person can do the same about it
            self.close()
            raise KnowledgeError(
                f"The Chroma server at {self._url} does not answer ({type(exc).__name__}). Start it, or unset "
                "COACH_CHROMA_URL."
            ) from exc


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
