"""The person's own documents: one SQLite file that is the truth about sources, passages and vectors.

Everything else about them (word postings, Chroma generations) is made from it and can be made again. What is removed
is overwritten and the file is packed, so that no sentence of it stays on the disk. A source is written whole in one
transaction: a crash leaves its old version or its new one.
"""

import contextlib
import json
import os
import sqlite3
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from coach.errors import KnowledgeError
from coach.values import Passage

DEFAULT = "documents"
"""The collection that is meant where none is named."""
FORM = 1
"""Raised when readers or passages change so that sources must be read again."""
WAIT_S = 30.0

SCHEMA = """
create table if not exists collections (name text primary key, revision text not null);
create table if not exists sources (
    id text primary key, collection text not null, root text not null, file text not null, state text not null,
    reason text not null default '', explanation text not null default '', form integer not null, size integer,
    changed integer, digest text, title text, format text, text text, text_hash text, sketch blob, licence text,
    attribution text, origin text, date text, language text, quality real, notes text, added text, alike text);
create table if not exists passages (
    id text primary key, source text not null, number integer not null, heading text, page integer, start integer,
    stop integer, text text not null, context text, stems text, hash text, quality real, flagged real, vector blob);
create index if not exists passages_of on passages (source);
create index if not exists sources_of on sources (collection, root);
"""


@dataclass(frozen=True, slots=True)
class Source:
    """A document, or a file that was left out and why."""

    id: str
    collection: str
    root: str
    """The path that was added, absolute."""
    file: str
    """Relative to the path that was added."""
    state: str
    """``read`` or ``skipped``."""
    reason: str = ""
    explanation: str = ""
    form: int = FORM
    size: int = 0
    changed: int = 0
    """Time of change in nanoseconds."""
    digest: str = ""
    title: str = ""
    format: str = ""
    text: str = ""
    text_hash: str = ""
    sketch: bytes = b""
    licence: str = ""
    attribution: str = ""
    origin: str = ""
    date: str | None = None
    language: str = "en"
    quality: float = 1.0
    notes: tuple[str, ...] = ()
    added: str = ""
    alike: str = ""
    """The file that this one nearly repeats."""


@dataclass(frozen=True, slots=True)
class Row:
    """A passage as it is stored beside its source. ``vector`` is float16, empty where nothing embeds."""

    id: str
    number: int
    heading: str
    page: int | None
    span: tuple[int, int]
    text: str
    context: str
    stems: str
    hash: str
    quality: float
    flagged: float
    """How much it reads like an attempt to steer the coach, 0 to 1."""
    vector: bytes


COLUMNS = tuple(Source.__dataclass_fields__)


class Documents:
    """One home's documents. Safe to share between threads and processes; only the holder of the lock writes."""

    def __init__(self, home: Path):
        self.folder = home / "knowledge"
        self.path = self.folder / "documents.sqlite"
        self._made = False

    @property
    def lock(self) -> Path:
        return self.folder / "documents.lock"

    def exists(self) -> bool:
        """Whether there are tables to ask: a file that was only begun has none."""
        if not self.path.is_file() or not self.path.stat().st_size:
            self._made = False
        elif not self._made:
            with self._connect() as db:
                self._made = db.execute("select 1 from sqlite_master where name = 'passages'").fetchone() is not None
        return self._made

    # Reading

    def revision(self, collection: str) -> str:
        """Stands for a collection's content: another one after each change. Empty where there is no collection."""
        if not self.exists():
            return ""
        with self._connect() as db:
            found = db.execute("select revision from collections where name = ?", (collection,)).fetchone()
        return str(found[0]) if found else ""

    def collections(self) -> dict[str, int]:
        """Names of collections with how many documents each holds."""
        if not self.exists():
            return {}
        with self._connect() as db:
            rows = db.execute(
                "select c.name, count(s.id) from collections c left join sources s "
                "on s.collection = c.name and s.state = 'read' group by c.name order by c.name"
            )
            return {str(row[0]): int(row[1]) for row in rows}

    def sources(self, collection: str | None = None, *, state: str | None = "read", text: bool = False) -> list[Source]:
        """Sources in order of their file names. ``text`` brings their whole text and sketch as well."""
        if not self.exists():
            return []
        columns = ", ".join(name if text or name not in ("text", "sketch") else f"'' as {name}" for name in COLUMNS)
        query = f"select {columns} from sources where (?1 is null or collection = ?1) and (?2 is null or state = ?2)"
        with self._connect() as db:
            return [_source(row) for row in db.execute(f"{query} order by collection, root, file", (collection, state))]

    def source(self, id: str) -> Source | None:
        if not self.exists():
            return None
        with self._connect() as db:
            row = db.execute(f"select {', '.join(COLUMNS)} from sources where id = ?", (id,)).fetchone()
        return _source(row) if row else None

    def source_of(self, passage: str) -> Source | None:
        """The source of a passage; None where it was removed."""
        if not self.exists():
            return None
        with self._connect() as db:
            row = db.execute("select source from passages where id = ?", (passage,)).fetchone()
        return self.source(row[0]) if row else None

    def passage(self, id: str) -> Passage | None:
        """None where its source was removed."""
        return self.passages([id]).get(id)

    def passages(self, ids: Sequence[str]) -> dict[str, Passage]:
        """Those of the ids that are still there."""
        if not self.exists() or not ids:
            return {}
        found: dict[str, Passage] = {}
        with self._connect() as db:
            for start in range(0, len(ids), 500):
                some = ids[start : start + 500]
                marks = ",".join("?" * len(some))
                for row in db.execute(f"{PASSAGE} where p.id in ({marks})", some):
                    found[row["id"]] = _passage(row)
        return found

    def passages_of(self, source: str) -> list[Passage]:
        if not self.exists():
            return []
        with self._connect() as db:
            return [_passage(row) for row in db.execute(f"{PASSAGE} where p.source = ? order by p.number", (source,))]

    def rows(self, collection: str) -> Iterator[tuple[str, str, str, str, bytes]]:
        """Of every passage: id, source, context, stems and vector, those of one source side by side."""
        with self._connect() as db:
            yield from db.execute(
                "select p.id, p.source, p.context, p.stems, p.vector from passages p join sources s on s.id = p.source "
                "where s.collection = ? and s.state = 'read' order by s.root, s.file, p.number",
                (collection,),
            )

    def vectors(self, hashes: Iterable[str]) -> dict[str, bytes]:
        """Vectors already known, by the passages' hashes, so that only new text is embedded."""
        if not self.exists():
            return {}
        known: dict[str, bytes] = {}
        wanted = list(hashes)
        with self._connect() as db:
            for start in range(0, len(wanted), 500):
                some = wanted[start : start + 500]
                marks = ",".join("?" * len(some))
                rows = db.execute(f"select hash, vector from passages where hash in ({marks})", some)
                known.update((hash, vector) for hash, vector in rows if vector)
        return known

    # Writing, under the lock

    def prepare(self) -> None:
        """Make the file where there is none. Raises KnowledgeError where it cannot be written."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with self._connect(write=True, transaction=False) as db:
                db.executescript(f"begin; {SCHEMA} commit;")
        except (OSError, sqlite3.Error) as exc:
            raise KnowledgeError(f"{self.path} cannot be written ({exc}). Check the disk and its rights.") from exc

    def put(self, source: Source, rows: Sequence[Row]) -> None:
        """Store a source with its passages in place of what was there, whole or not at all."""
        values = [json.dumps(source.notes) if name == "notes" else getattr(source, name) for name in COLUMNS]
        with self._connect(write=True) as db:
            db.execute("delete from passages where source = ?", (source.id,))
            db.execute(f"insert or replace into sources values ({','.join('?' * len(COLUMNS))})", values)
            db.executemany(
                "insert or replace into passages values (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                [
                    (
                        r.id,
                        source.id,
                        r.number,
                        r.heading,
                        r.page,
                        *r.span,
                        r.text,
                        r.context,
                        r.stems,
                        r.hash,
                        r.quality,
                        r.flagged,
                        r.vector,
                    )
                    for r in rows
                ],
            )
            self._changed(db, source.collection)

    def note(self, sources: Sequence[Source]) -> None:
        """Store what changed about sources but not in their passages."""
        with self._connect(write=True) as db:
            for source in sources:
                db.execute(
                    "update sources set size = ?, changed = ? where id = ?", (source.size, source.changed, source.id)
                )

    def remove(self, ids: Sequence[str]) -> None:
        """Delete sources and all that is known of them, and overwrite the place where they stood."""
        with self._connect(write=True) as db:
            marks = ",".join("?" * len(ids))
            names = [
                name for (name,) in db.execute(f"select distinct collection from sources where id in ({marks})", ids)
            ]
            db.execute(f"delete from passages where source in ({marks})", ids)
            db.execute(f"delete from sources where id in ({marks})", ids)
            for name in names:
                self._changed(db, name)
                if not db.execute("select 1 from sources where collection = ? limit 1", (name,)).fetchone():
                    db.execute("delete from collections where name = ?", (name,))

    def pack(self) -> None:
        """Give back the space of what was removed, so that its bytes are gone from the file."""
        with self._connect(write=True, transaction=False) as db:
            db.execute("vacuum")

    def _changed(self, db: sqlite3.Connection, collection: str) -> None:
        db.execute("insert or replace into collections values (?, ?)", (collection, uuid.uuid4().hex[:16]))

    @contextlib.contextmanager
    def _connect(self, *, write: bool = False, transaction: bool = True) -> Iterator[sqlite3.Connection]:
        try:
            if write or _writable(self.path):
                db = sqlite3.connect(self.path, timeout=WAIT_S, isolation_level=None)
            else:
                # An index that is shared read-only, on a drive that this person may not write to.
                db = sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
        except sqlite3.Error as exc:
            raise KnowledgeError(f"{self.path} cannot be opened ({exc}). Run: coach doctor") from exc
        db.row_factory = sqlite3.Row
        try:
            if write:
                db.execute("pragma secure_delete = on")
                db.execute("pragma journal_mode = delete")
                db.execute("pragma synchronous = full")
                if transaction:
                    db.execute("begin immediate")
            yield db
            if db.in_transaction:
                db.execute("commit")
        except sqlite3.DatabaseError as exc:
            if db.in_transaction:
                db.execute("rollback")
            raise KnowledgeError(f"{self.path} cannot be used ({exc}). Run: coach knowledge rebuild") from exc
        finally:
            db.close()


PASSAGE = (
    "select p.id, p.text, p.heading, p.start, p.stop, p.page, p.hash, p.quality, p.flagged, s.title, s.file, "
    "s.licence, s.attribution, s.origin, s.date, s.language from passages p join sources s on s.id = p.source"
)


def _source(row: sqlite3.Row) -> Source:
    values: dict[str, Any] = dict(row)
    values["notes"] = tuple(json.loads(values["notes"] or "[]"))
    values["sketch"] = values["sketch"] or b""
    return Source(**values)


def _passage(row: Mapping[str, Any]) -> Passage:
    return Passage(
        id=row["id"],
        kind="document",
        text=row["text"],
        source=row["title"] or row["file"],
        heading=row["heading"] or "",
        span=(row["start"], row["stop"]),
        page=row["page"],
        licence=row["licence"] or "",
        attribution="; ".join(part for part in (row["attribution"], row["origin"]) if part),
        date=row["date"],
        language=row["language"] or "en",
        grade="D",
        quality=row["quality"],
        file=row["file"],
        text_hash=row["hash"],
    )


def as_array(vectors: Sequence[bytes], dimensions: int) -> np.ndarray:
    """Stored vectors as float32 of shape (len(vectors), dimensions)."""
    return np.frombuffer(b"".join(vectors), np.float16).reshape(len(vectors), dimensions).astype(np.float32)


def _writable(path: Path) -> bool:
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
