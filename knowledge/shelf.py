"""A collection made ready to be searched: passages' vectors and words as files that are mapped, not loaded.

Made from the documents' SQLite whenever their content changed, under the name of that content, and never changed
afterwards, so that any number of processes may read it.
"""

import itertools
import os
import shutil
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from knowledge.documents import Documents, as_array
from knowledge.postings import Postings, mapped, write_postings

FORM = 1
"""Raised when the files change, so that older ones are not taken up."""
TRIES = 5


@dataclass(frozen=True, slots=True)
class Shelf:
    """What a search needs of a collection. Passages of one document stand side by side."""

    revision: str
    ids: tuple[str, ...]
    """Of passages."""
    sources: tuple[str, ...]
    """Ids of documents, in order."""
    starts: np.ndarray
    """Where the passages of each document begin, with the end as the last."""
    owner: np.ndarray
    """The number of each passage's document."""
    vectors: np.ndarray | None
    """Float32 (passages, dimensions); None where nothing was embedded."""
    means: np.ndarray | None
    """Of the documents, unit length."""
    passages: Postings
    whole: Postings
    """Of whole documents."""
    headings: Postings
    """Of what stands above their passages: file names, titles and headings."""

    @property
    def size(self) -> int:
        return len(self.ids)


def open_shelf(documents: Documents, collection: str, dimensions: int | None) -> Shelf | None:
    """The shelf of the present content, made first where it is not there. None for an empty collection."""
    for _ in range(TRIES):
        revision = documents.revision(collection)
        if not revision:
            return None
        folder = shelf_folder(documents, collection) / f"{revision}-{FORM}-{dimensions or 0}"
        if not folder.is_dir() and not _build(documents, collection, revision, folder, dimensions):
            continue
        try:
            return _open(folder, revision)
        except (OSError, ValueError):
            # Swept by a writer that was faster, or damaged: made anew.
            shutil.rmtree(folder, ignore_errors=True)
    return None


def shelf_folder(documents: Documents, collection: str) -> Path:
    return documents.folder / "shelf" / collection


def sweep(documents: Documents, collection: str) -> None:
    """Delete every shelf but that of the present content, with whatever was left half made."""
    revision = documents.revision(collection)
    for path in shelf_folder(documents, collection).glob("*"):
        if not revision or not path.name.startswith(f"{revision}-"):
            shutil.rmtree(path, ignore_errors=True)
    if not revision:
        shutil.rmtree(shelf_folder(documents, collection), ignore_errors=True)


def _build(documents: Documents, collection: str, revision: str, folder: Path, dimensions: int | None) -> bool:
    """Whether the content stood still while the shelf was made."""
    rows = list(documents.rows(collection))
    names = {source.id: source for source in documents.sources(collection)}
    if documents.revision(collection) != revision:
        return False
    ids = [row[0] for row in rows]
    sources = list(dict.fromkeys(row[1] for row in rows))
    place = {id: n for n, id in enumerate(sources)}
    owner = np.array([place[row[1]] for row in rows], np.int32)
    starts = np.searchsorted(owner, np.arange(len(sources) + 1))
    partial = folder.with_name(f"partial-{uuid.uuid4().hex[:8]}")
    partial.mkdir(parents=True)
    try:
        stems = [row[3].split() for row in rows]
        write_postings(partial / "passages", stems)
        spans = list(itertools.pairwise(starts))
        write_postings(partial / "whole", [[stem for text in stems[a:b] for stem in text] for a, b in spans])
        from knowledge.words import content_words

        heads = [" ".join([_spoken(names[id].file), names[id].title]) for id in sources]
        heads = [" ".join([head, *(row[2] for row in rows[a:b])]) for head, (a, b) in zip(heads, spans, strict=True)]
        write_postings(partial / "headings", [content_words(head) for head in heads])
        (partial / "ids.txt").write_text("\n".join(ids), encoding="utf-8")
        (partial / "sources.txt").write_text("\n".join(sources), encoding="utf-8")
        np.save(partial / "owner.npy", owner)
        if dimensions and rows and all(len(row[4]) == 2 * dimensions for row in rows):
            vectors = as_array([row[4] for row in rows], dimensions)
            np.save(partial / "vectors.npy", vectors)
            means = np.add.reduceat(vectors, starts[:-1], axis=0)
            np.save(partial / "means.npy", means / np.linalg.norm(means, axis=1, keepdims=True))
        os.rename(partial, folder)
    except OSError:
        if not folder.is_dir():  # another process may have been faster
            raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return True


def _spoken(file: str) -> str:
    for mark in "/-_.":
        file = file.replace(mark, " ")
    return file


def _open(folder: Path, revision: str) -> Shelf:
    owner = np.load(folder / "owner.npy")
    sources = _lines(folder / "sources.txt")
    embedded = (folder / "vectors.npy").is_file()
    return Shelf(
        revision=revision,
        ids=tuple(_lines(folder / "ids.txt")),
        sources=tuple(sources),
        starts=np.searchsorted(owner, np.arange(len(sources) + 1)),
        owner=owner,
        vectors=mapped(folder / "vectors.npy") if embedded else None,
        means=np.load(folder / "means.npy") if embedded else None,
        passages=Postings(folder / "passages"),
        whole=Postings(folder / "whole"),
        headings=Postings(folder / "headings"),
    )


def _lines(path: Path) -> Sequence[str]:
    text = path.read_text(encoding="utf-8")
    return text.split("\n") if text else []
