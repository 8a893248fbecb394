"""Forgetting documents: text, vectors, words and indexes, with a receipt written after looking for what is left."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from coach.errors import NotFoundError
from knowledge.bookcase import Bookcase
from knowledge.chunks import sentences
from knowledge.documents import Documents, Source
from knowledge.handed import delete_copies, handed_folder
from knowledge.intake import writing

LEAST_CHARACTERS = 30
"""Shorter sentences may stand in other files by chance."""
MOST_SENTENCES = 150
BLOCK = 8 << 20


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was removed, and what was found of it afterwards; every count should be 0."""

    files: tuple[str, ...]
    passages: int
    left_in_database: int
    left_in_search: int
    left_in_files: int
    """Sentences of the removed documents found by a byte search of the whole home, conversations aside."""
    left_in_conversations: int
    """Sentences that the coach or the person said, which only deleting those conversations takes away."""
    ms: float

    @property
    def clean(self) -> bool:
        return not (self.left_in_database or self.left_in_search or self.left_in_files)


def find(documents: Documents, what: str, collection: str | None = None) -> list[Source]:
    """The sources that ``what`` names: an id, a file, or a path that was added. Raises NotFoundError."""
    every = documents.sources(collection, state=None)
    path = str(Path(what).expanduser().resolve())
    for chosen in (
        [s for s in every if s.id == what],
        [s for s in every if s.file == what],
        [s for s in every if s.root == path or str(Path(s.root) / s.file) == path],
        [s for s in every if s.file.startswith(what.rstrip("/") + "/")],
    ):
        if chosen:
            return chosen
    near = get_close_matches(what, [name for s in every for name in (s.id, s.file)], 1)
    hint = f"Did you mean {near[0]!r}?" if near else "See: coach knowledge list"
    raise NotFoundError(f"No document {what!r}. {hint}")


def remove(bookcase: Bookcase, sources: Sequence[Source], home: Path) -> Receipt:
    """Remove the sources and look for what is left of them."""
    began = time.perf_counter()
    documents = bookcase.documents
    ids = [source.id for source in sources]
    own = [passage for source in sources for passage in documents.passages_of(source.id)]
    with writing(documents):
        telling = _telling(documents, ids)
        documents.remove(ids)
        delete_copies(handed_folder(documents), sources)
        # Files that were left out for repeating these are to be read when they are added next.
        gone = {source.file for source in sources}
        orphans = [s.id for s in documents.sources(state="skipped") if s.alike in gone]
        if orphans:
            documents.remove(orphans)
        documents.pack()
        for collection in dict.fromkeys(source.collection for source in sources):
            bookcase.forget(collection)
            bookcase.refresh(collection)
    found = set()
    for collection in documents.collections():
        shelf = bookcase.shelf(collection)
        found |= set(shelf.ids) & {passage.id for passage in own} if shelf is not None else set()
    inside, said = _searched(home, telling)
    return Receipt(
        files=tuple(source.file for source in sources if source.state == "read"),
        passages=len(own),
        left_in_database=len(documents.passages([p.id for p in own]))
        + sum(documents.source(id) is not None for id in ids),
        left_in_search=len(found),
        left_in_files=inside,
        left_in_conversations=said,
        ms=round((time.perf_counter() - began) * 1000, 1),
    )


def _telling(documents: Documents, ids: Sequence[str]) -> list[bytes]:
    """Sentences that stand in these documents and in no other."""
    texts = {source.id: source.text for source in documents.sources(text=True)}
    rest = "\n".join(text for id, text in texts.items() if id not in ids)
    own = [one for id in ids for one in sentences(texts.get(id, "")) if len(one) >= LEAST_CHARACTERS]
    unique = list(dict.fromkeys(own))
    step = max(1, len(unique) // MOST_SENTENCES)
    return [one.encode() for one in unique[::step] if one not in rest]


def _searched(home: Path, telling: Sequence[bytes]) -> tuple[int, int]:
    """How many of the sentences stand in the home's files, and how many in its conversations."""
    inside: set[bytes] = set()
    said: set[bytes] = set()
    for path in home.rglob("*"):
        if path.is_file():
            for block in _blocks(path, max(map(len, telling), default=0)):
                hits = {one for one in telling if one in block}
                if path.parent == home and path.name.startswith("coach.sqlite"):
                    said |= hits
                else:
                    inside |= hits
    return len(inside), len(said)


def _blocks(path: Path, overlap: int) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            tail = b""
            while block := file.read(BLOCK):
                yield tail + block
                tail = block[-overlap:] if overlap else b""
    except OSError:
        return
