"""The person's collections as they are searched: shelves opened when asked for, and anew when content changed."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from coach.config import Settings
from coach.errors import KnowledgeError
from coach.protocols import Embedder
from coach.values import Passage
from knowledge import thesaurus
from knowledge.documents import DEFAULT, Documents, as_array
from knowledge.index import Index, OnNotice
from knowledge.intake import Intake, OnFile, Report
from knowledge.seeking import EXACT, Answer, OnNearest, Sought, seek
from knowledge.shelf import Shelf, open_shelf, shelf_folder, sweep
from knowledge.vectors import OnProgress, embed_cached

CARD_TITLES = 3
"""So many of the nearest cards' titles stand beside a question."""


class Searched(Protocol):
    """Vectors that can be searched, wherever they lie."""

    def search_all(self, vectors: np.ndarray, k: int) -> list[list[tuple[str, float]]]: ...
    def refresh(self) -> None: ...
    def rebuild(self) -> None: ...
    def forget(self) -> None: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as the library has read it: unit vectors of the whole and its sentences, and what the cards have."""

    text: str
    vectors: np.ndarray | None
    titles: tuple[str, ...]
    """Of the nearest cards, best first."""
    card: float
    """How likely the cards cover it, 0 to 1."""


class Bookcase:
    """Searches the documents of one home. Safe to share between threads.

    ``server`` is the address of a Chroma server that holds the vectors for several processes or machines.
    """

    def __init__(
        self,
        documents: Documents,
        embedder: Embedder | None,
        cache: Path,
        *,
        server: str | None = None,
        on_progress: OnProgress | None = None,
        on_notice: OnNotice = lambda text: None,
    ):
        self.documents = documents
        self.embedder = embedder
        self._cache = cache
        self._server = server
        self._on_progress = on_progress
        self._on_notice = on_notice
        self._shelves: dict[str, Shelf] = {}
        self._indexes: dict[str, Searched] = {}
        self._senses: tuple[np.ndarray, np.ndarray] | None = None
        # Protects the shelves, indexes and senses while they are made.
        self._making = threading.Lock()
        self.warm = False
        """Whether an index may be opened for a small collection too; costs seconds at first, little afterwards."""

    def shelf(self, collection: str = DEFAULT) -> Shelf | None:
        """The present content of a collection; None where it is empty."""
        revision = self.documents.revision(collection)
        with self._making:
            held = self._shelves.get(collection)
            if held is None or held.revision != revision:
                self._shelves.pop(collection, None)
                opened = open_shelf(self.documents, collection, self._dimensions)
                if opened is None:
                    return None
                held = self._shelves[collection] = opened
        return held

    def search(self, asked: Asked, collection: str = DEFAULT, k: int = 8) -> Answer:
        """The k best documents and whether the collection covers the question."""
        shelf = self.shelf(collection)
        if shelf is None:
            return Answer((), 0.0)
        return seek(shelf, self.sought(asked), k, self._nearest(shelf, collection))

    def sought(self, asked: Asked) -> Sought:
        """The question with the words that guides use for it."""
        senses = thesaurus.senses()
        stated = thesaurus.stated(asked.text)
        if self.embedder is None or asked.vectors is None:
            return Sought(asked.text, " ".join(senses[n].written for n in stated), len(stated), None, asked.card)
        phrases, of = self._phrases()
        meant = thesaurus.nearest((phrases @ asked.vectors.T).max(axis=1), of, stated)
        written = [senses[n].written for n in meant]
        forms = [_with(asked.text, written), _with(asked.text, asked.titles[:CARD_TITLES])]
        vectors = np.vstack([asked.vectors[:1], self.embedder.embed(forms)])
        return Sought(asked.text, " ".join(written), len(stated), vectors, asked.card)

    def add(
        self, paths: Sequence[Path], collection: str = DEFAULT, *, again: bool = False, on_file: OnFile | None = None
    ) -> Report:
        """Take documents in and have them searchable. Raises KnowledgeError."""
        report = Intake(self.documents, self.embedder, on_file=on_file).add(paths, collection, again=again)
        self.refresh(collection)
        return report

    def passages(self, ids: Sequence[str]) -> dict[str, Passage]:
        return self.documents.passages(ids)

    def refresh(self, collection: str) -> None:
        """Have shelf and index of the present content ready, and nothing of older ones left."""
        shelf = self.shelf(collection)
        if self.embedder is not None:
            index = self._index(collection)
            if shelf is not None:
                index.refresh()
            else:
                index.forget()
                self._indexes.pop(collection, None)
        sweep(self.documents, collection)

    def forget(self, collection: str) -> None:
        """Delete all that was made from a collection: shelves and indexes, older ones included."""
        import shutil

        with self._making:
            self._shelves.pop(collection, None)
        shutil.rmtree(shelf_folder(self.documents, collection), ignore_errors=True)
        if self.embedder is not None:
            self._index(collection).forget()

    def rebuild(self, collection: str) -> None:
        """Build the index of a collection anew, whatever is there."""
        if self.embedder is not None and self.shelf(collection) is not None:
            self._index(collection).rebuild()

    def close(self) -> None:
        for index in self._indexes.values():
            index.close()

    @property
    def _dimensions(self) -> int | None:
        return self.embedder.dimensions if self.embedder is not None else None

    def _phrases(self) -> tuple[np.ndarray, np.ndarray]:
        with self._making:
            if self._senses is None:
                assert self.embedder is not None
                texts, of = thesaurus.phrases(thesaurus.senses())
                vectors = embed_cached(
                    texts, self.embedder, self._cache / "thesaurus", what="thesaurus", on_progress=self._on_progress
                )
                self._senses = vectors, of
            return self._senses

    def _nearest(self, shelf: Shelf, collection: str) -> OnNearest | None:
        if self.embedder is None or (shelf.size <= EXACT and not self.warm and not self._server):
            return None
        index = self._index(collection)

        def nearest(vectors: np.ndarray, k: int) -> list[list[tuple[str, float]]]:
            try:
                return index.search_all(vectors, k)
            except KnowledgeError as exc:
                self._on_notice(str(exc))
                assert shelf.vectors is not None
                near = shelf.vectors @ vectors.T
                return [[(shelf.ids[n], float(one[n])) for n in np.argsort(-one)[:k]] for one in near.T]

        return nearest

    def _index(self, collection: str) -> "Searched":
        with self._making:
            if collection not in self._indexes:
                assert self.embedder is not None
                rows = CollectionRows(self.documents, collection, self.embedder)
                if self._server:
                    from knowledge.server import ServedIndex

                    self._indexes[collection] = ServedIndex(
                        self._server, collection, rows, owner=str(self.documents.folder)
                    )
                else:
                    folder = self.documents.folder / "index" / collection
                    self._indexes[collection] = LocalIndex(folder, rows, on_notice=self._on_notice)
            return self._indexes[collection]


def open_bookcase(
    settings: Settings, *, on_progress: OnProgress | None = None, on_notice: OnNotice = lambda text: None
) -> Bookcase:
    """The documents of a home, with the embedding where its weights are installed. Raises KnowledgeError."""
    from knowledge.embedding import load_embedder

    return Bookcase(
        Documents(settings.home),
        load_embedder(settings.cache),
        settings.cache,
        server=settings.chroma_url,
        on_progress=on_progress,
        on_notice=on_notice,
    )


class LocalIndex(Index):
    """Chroma generations of one collection, which may also be forgotten altogether."""

    def refresh(self) -> None:
        """Build where the content changed; opening, which takes longer, is left to the first search."""
        pointer = self._pointer()
        if pointer is None or pointer.key != self._rows.key():
            self.close()
            self._build(seen=self._stamp_now(), notice="")

    def forget(self) -> None:
        import shutil

        self.close()
        shutil.rmtree(self._folder, ignore_errors=True)


class CollectionRows:
    """The vectors of a collection, as an index is built from them."""

    def __init__(self, documents: Documents, collection: str, embedder: Embedder):
        self._documents, self._collection = documents, collection
        self._model, self._dimensions = embedder.name, embedder.dimensions

    def key(self) -> str:
        return f"{self._model}:{self._documents.revision(self._collection)}"

    def load(self) -> tuple[Sequence[str], np.ndarray]:
        rows = [
            (row[0], row[4]) for row in self._documents.rows(self._collection) if len(row[4]) == 2 * self._dimensions
        ]
        return [id for id, _ in rows], as_array([vector for _, vector in rows], self._dimensions)


def _with(text: str, more: Sequence[str]) -> str:
    return f"{text} ({'; '.join(more)})" if more else text
