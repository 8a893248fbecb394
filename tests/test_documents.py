"""The documents' SQLite: whole or not at all, and nothing left of what was removed."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from coach.errors import KnowledgeError
from coach.values import Passage
from knowledge.documents import Documents, Row, Source, as_array

SOURCE = Source(
    "s1",
    "documents",
    "/docs",
    "a.md",
    "read",
    title="Our way",
    text="Ask how.",
    licence="CC0-1.0",
    origin="example.org",
)
VECTOR = np.array([0.6, 0.8], np.float16).tobytes()
ROW = Row("doc:s1-x", 0, "Talking", 3, (0, 8), "Ask how.", "Our way > Talking", "ask", "h1", 0.9, 0.0, VECTOR)


@pytest.fixture
def documents(tmp_path: Path) -> Documents:
    made = Documents(tmp_path)
    made.prepare()
    return made


def test_what_is_put_comes_back(documents):
    documents.put(SOURCE, [ROW])
    assert documents.source("s1") == SOURCE
    assert documents.passage("doc:s1-x") == Passage(
        "doc:s1-x", "document", "Ask how.", "Our way", "Talking", (0, 8), 3, "CC0-1.0", "example.org", None, "en", "D",
        0.9, "a.md", "h1",
    )  # fmt: skip
    assert as_array([row[4] for row in documents.rows("documents")], 2) == pytest.approx(
        np.array([[0.6, 0.8]], np.float32), abs=1e-3
    )
    assert (documents.collections(), documents.vectors(["h1", "h2"])) == ({"documents": 1}, {"h1": VECTOR})


def test_a_new_version_takes_the_place_of_the_old(documents):
    documents.put(SOURCE, [ROW])
    before = documents.revision("documents")
    documents.put(replace(SOURCE, text="New."), [replace(ROW, id="doc:s1-y", text="New.")])
    assert [p.id for p in documents.passages_of("s1")] == ["doc:s1-y"]
    assert documents.passage("doc:s1-x") is None
    assert documents.revision("documents") not in ("", before)


def test_a_version_that_cannot_be_stored_leaves_the_old(documents):
    documents.put(SOURCE, [ROW])
    with pytest.raises((KnowledgeError, sqlite3.Error)):
        documents.put(replace(SOURCE, text="New."), [replace(ROW, text=None)])  # type: ignore[arg-type]
    assert documents.source("s1") == SOURCE
    assert documents.passage("doc:s1-x") is not None


def test_nothing_is_left_of_what_was_removed(documents):
    documents.put(
        replace(SOURCE, text="Nobody else says this sentence."), [replace(ROW, text="Nobody else says this.")]
    )
    documents.remove(["s1"])
    documents.pack()
    assert (documents.collections(), documents.revision("documents")) == ({}, "")
    assert b"Nobody else" not in b"".join(path.read_bytes() for path in documents.folder.rglob("*") if path.is_file())


def test_an_index_on_a_drive_without_rights_can_be_read(documents):
    documents.put(SOURCE, [ROW])
    documents.path.chmod(0o444)
    documents.folder.chmod(0o555)
    try:
        assert documents.source("s1") == SOURCE
    finally:
        documents.folder.chmod(0o755)
        documents.path.chmod(0o644)


def test_a_home_without_documents_has_none(tmp_path):
    none = Documents(tmp_path / "nowhere")
    assert (none.collections(), none.sources(), none.passage("doc:x"), none.revision("documents")) == ({}, [], None, "")
    assert not (tmp_path / "nowhere").exists()


def test_a_damaged_file_says_what_to_do(documents):
    documents.path.write_bytes(b"not a database" * 100)
    with pytest.raises(KnowledgeError, match="coach knowledge rebuild"):
        documents.sources()
