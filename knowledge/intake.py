"""Taking documents in: from paths to sources and passages, reading only what changed.

Each file becomes one source, stored whole in one transaction, so that an interruption costs at most the file at hand.
What is left out is remembered with its reason, and not read again until it changes.
"""

import hashlib
import os
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import numpy as np
from filelock import FileLock, Timeout

from coach.errors import KnowledgeError
from coach.protocols import Embedder
from knowledge.chunks import Chunk, chunks, context, document_text
from knowledge.documents import DEFAULT, FORM, Documents, Row, Source
from knowledge.likeness import NEARLY_SAME, Likeness, sketch
from knowledge.provenance import Origin, Provenance
from knowledge.readers.apart import Apart, read_file
from knowledge.readers.archive import members
from knowledge.readers.dispatch import ARCHIVES, MOST_BYTES, is_licence, suffix
from knowledge.readers.language import language
from knowledge.readers.quality import FLAGGED_QUALITY, MARKED_QUALITY, quality
from knowledge.readers.reading import Reading, Unreadable
from knowledge.steering import steering
from knowledge.words import content_words

OnFile = Callable[[int, int, str], None]
"""Called with how many files are done, of how many, and the name of the one at hand."""

LEAST_WORDS = 25
"""A page with fewer words is a frame around something else."""
LEAST_QUALITY = 0.55
"""Below this the text layer is noise; measured, broken ones lie under .5 and odd ones over .7."""
TWIN = 0.5
"""Files of one name in several formats that share so much are the same document."""
FORMATS = (".md", ".docx", ".odt", ".html", ".htm", ".pptx", ".pdf", ".txt")
"""Of twins, the earlier here is read: it keeps more of the structure."""
BATCH = 96
"""Passages embedded at a time; files wait for each other no longer than that."""
AHEAD = 8
LOCK_S = 600
SKIP_FOLDERS = frozenset({".git", ".svn", ".hg", "node_modules", "__pycache__", ".venv", "__MACOSX", ".obsidian"})


@dataclass(slots=True)
class Report:
    """What happened to every file. Each entry names the file and, where it matters, why."""

    collection: str = DEFAULT
    read: list[Source] = field(default_factory=list)
    skipped: list[Source] = field(default_factory=list)
    unchanged: int = 0
    gone: list[str] = field(default_factory=list)
    passages: int = 0
    noted: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """A file to be read: its source without content, and how to get its bytes."""

    source: Source
    data: Callable[[], bytes]


class Intake:
    """Takes paths into one collection. ``embedder`` None stores passages without vectors."""

    def __init__(self, documents: Documents, embedder: Embedder | None, *, on_file: OnFile | None = None):
        self._documents = documents
        self._embedder = embedder
        self._on_file = on_file or (lambda done, total, name: None)

    def add(self, paths: Sequence[Path], collection: str = DEFAULT, *, again: bool = False) -> Report:
        """Read what is new or changed under the paths; ``again`` reads everything. Raises KnowledgeError."""
        report = Report(check_name(collection))
        roots = [path.expanduser().resolve() for path in paths]
        for path, root in zip(paths, roots, strict=True):
            if not root.exists():
                raise KnowledgeError(f"There is no {path}. Check the path and add it again.")
        self._documents.prepare()
        with writing(self._documents):
            for root in roots:
                self._add(root, report, again)
        return report

    def _add(self, root: Path, report: Report, again: bool) -> None:
        known = {s.file: s for s in self._documents.sources(report.collection, state=None) if s.root == str(root)}
        provenance = Provenance(root)
        files = _walk(root)
        if not files:
            raise KnowledgeError(f"Nothing to read in {root}. Name a folder with documents.")
        self._alike = Likeness(
            (s.file, s.sketch) for s in self._documents.sources(report.collection, text=True) if s.sketch
        )
        self._hashes = {s.text_hash: s for s in self._documents.sources(report.collection) if s.text_hash}
        present: set[str] = set()
        todo: list[Found] = []
        for found in self._files(root, files, provenance, report, known):
            present.add(found.source.file)
            before = known.get(found.source.file)
            same = (
                before is not None
                and before.form == FORM
                and not again
                and ((before.size, before.changed) == (found.source.size, found.source.changed))
            )
            if same and before is not None and self._still_stands(before):
                report.unchanged += 1
                continue
            todo.append(found)
        vanished = [s for file, s in known.items() if file not in present]
        if vanished:
            self._documents.remove([s.id for s in vanished])
            report.gone += [s.file for s in vanished if s.state == "read"]
        self._read_all(todo, known, provenance, report, again)

    def _still_stands(self, before: Source) -> bool:
        """A source without vectors is read again once there is an embedding."""
        return (
            before.state != "read"
            or before.quality < 0
            or self._embedder is None
            or "without vectors" not in before.notes
        )

    def _files(
        self,
        root: Path,
        files: list[tuple[str, Path]],
        provenance: Provenance,
        report: Report,
        known: dict[str, Source],
    ) -> Iterator[Found]:
        for file, path in files:
            if is_licence(file):
                provenance.licence_file(file, _bytes(path))
        for file, path in files:
            if provenance.is_manifest(file):
                continue
            stat = path.stat()
            source = Source(
                id=source_id(report.collection, str(root), file),
                collection=report.collection,
                root=str(root),
                file=file,
                state="skipped",
                size=stat.st_size,
                changed=stat.st_mtime_ns,
                format=suffix(file).lstrip("."),
            )
            if suffix(file) in ARCHIVES:
                yield from self._inside(path, source, known)
            else:
                yield Found(source, lambda path=path: read_file(path))  # type: ignore[misc]

    def _inside(self, path: Path, archive: Source, known: dict[str, Source]) -> Iterator[Found]:
        """The files in an archive, under its name and theirs."""
        prefix = f"{archive.file}/"
        before = {file: s for file, s in known.items() if file.startswith(prefix)}
        if before and all((s.size, s.changed) == (archive.size, archive.changed) for s in before.values()):
            for s in before.values():
                yield Found(s, lambda: b"")
            return
        try:
            if archive.size > MOST_BYTES * 4:
                raise Unreadable("too large", "The archive is larger than 240 MB.")
            for name, data in members(read_file(path)):
                file = prefix + name
                source = replace(
                    archive,
                    id=source_id(archive.collection, archive.root, file),
                    file=file,
                    format=suffix(name).lstrip("."),
                )
                yield Found(source, lambda data=data: data)  # type: ignore[misc]
        except Unreadable as exc:
            yield Found(archive, _raising(exc))

    # Reading

    def _read_all(
        self, todo: list[Found], known: dict[str, Source], provenance: Provenance, report: Report, again: bool
    ) -> None:
        waiting: list[tuple[Source, list[Row]]] = []
        touched: list[Source] = []
        done = 0
        for found, data, reading in _ahead(todo):
            done += 1
            self._on_file(done, len(todo), found.source.file)
            before = known.get(found.source.file)
            digest = hashlib.sha256(data).hexdigest()[:32] if data else ""
            if (
                before
                and digest
                and not again
                and before.form == FORM
                and before.digest == digest
                and self._still_stands(before)
            ):
                touched.append(replace(before, size=found.source.size, changed=found.source.changed))
                report.unchanged += 1
                continue
            source, rows = self._made(replace(found.source, digest=digest), reading, provenance.of(found.source.file))
            for note in source.notes:
                report.noted[note] = report.noted.get(note, 0) + 1
            if source.state == "read":
                report.read.append(source)
                report.passages += len(rows)
                waiting.append((source, rows))
                if sum(len(rows) for _, rows in waiting) >= BATCH:
                    self._store(waiting)
            else:
                report.skipped.append(source)
                self._documents.put(source, [])
        self._store(waiting)
        if touched:
            self._documents.note(touched)

    def _made(self, source: Source, reading: Reading | Unreadable, origin: Origin) -> tuple[Source, list[Row]]:
        """A source with its passages, or with the reason for which it is left out."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        source = replace(source, added=now)
        if isinstance(reading, Unreadable):
            return replace(source, reason=reading.reason, explanation=reading.text), []
        text = document_text(reading.blocks)
        good = quality(text)
        if reading.words < LEAST_WORDS:
            return _left(source, "almost no text", f"It holds {reading.words} words of text.", reading.notes), []
        if good < LEAST_QUALITY:
            return _left(
                source, "gibberish", "Its text layer is noise. Run text recognition over it first.", reading.notes
            ), []
        text_hash = _hash(" ".join(text.split()).lower())
        marks = sketch(text)
        twin = self._hashes.get(text_hash)
        if twin is not None and twin.id != source.id:
            return self._repeats(source, twin.file, "The same text stands in", reading.notes), []
        nearest, alike = self._alike.nearest(marks)
        notes = list(reading.notes)
        if nearest and nearest != source.file:
            if alike >= TWIN and _stem(nearest) == _stem(source.file):
                return self._repeats(source, nearest, "The same document stands in", reading.notes), []
            if alike >= NEARLY_SAME:
                notes.append("near-duplicate")
        if self._embedder is None:
            notes.append("without vectors")
        made = replace(
            source, state="read", title=reading.title or origin.title or _named(source.file), text=text, sketch=marks,
            text_hash=text_hash, licence=origin.licence or reading.licence, origin=origin.source,
            attribution=origin.attribution or reading.attribution, date=origin.date or reading.date,
            language=language(text), quality=min(good, MARKED_QUALITY) if reading.marked else good, notes=tuple(notes),
            alike=nearest if alike >= NEARLY_SAME and nearest != source.file else "",
        )  # fmt: skip
        self._hashes[text_hash] = made
        self._alike.add(made.file, marks)
        return made, self._rows(made, chunks(reading.blocks))

    def _repeats(self, source: Source, other: str, how: str, notes: Sequence[str]) -> Source:
        twin = _stem(other) == _stem(source.file) and suffix(other) != suffix(source.file)
        reason = "twin" if twin else "duplicate"
        return replace(_left(source, reason, f"{how} {other}.", notes), alike=other)

    def _rows(self, source: Source, pieces: Sequence[Chunk]) -> list[Row]:
        rows: list[Row] = []
        seen: dict[str, int] = {}
        for number, piece in enumerate(pieces):
            above = context(source.title, piece)
            flagged = steering(f"{piece.heading}. {piece.text}")
            good = (
                min(quality(piece.text), source.quality) if len(piece.text.split()) >= LEAST_WORDS else source.quality
            )
            name = _hash(f"{piece.heading}\0{piece.text}")[:10]
            seen[name] = seen.get(name, 0) + 1
            rows.append(
                Row(
                    id=f"doc:{source.id}-{name}" + (f"-{seen[name]}" if seen[name] > 1 else ""),
                    number=number,
                    heading=piece.heading,
                    page=piece.page,
                    span=piece.span,
                    text=piece.text,
                    context=above,
                    stems=" ".join(content_words(f"{above} {piece.text}")),
                    hash=_hash(f"{self._embedder.name if self._embedder else ''}\0{above}\0{piece.text}"),
                    quality=min(good, FLAGGED_QUALITY) if flagged else good,
                    flagged=flagged,
                    vector=b"",
                )
            )
        return rows

    def _store(self, waiting: list[tuple[Source, list[Row]]]) -> None:
        """Embed what is new and put each source in its place."""
        rows = [row for _, rows in waiting for row in rows]
        vectors: dict[str, bytes] = {}
        if self._embedder is not None and rows:
            size = 2 * self._embedder.dimensions
            vectors = {h: v for h, v in self._documents.vectors({row.hash for row in rows}).items() if len(v) == size}
            new = {row.hash: f"{row.context}. {row.text}" for row in rows if row.hash not in vectors}
            made = self._embedder.embed(list(new.values())).astype(np.float16)
            vectors |= {hash: vector.tobytes() for hash, vector in zip(new, made, strict=True)}
        for source, own in waiting:
            self._documents.put(source, [replace(row, vector=vectors.get(row.hash, b"")) for row in own])
        waiting.clear()


def writing(documents: Documents, wait_s: float = LOCK_S) -> FileLock:
    """The lock under which documents are written. Raises KnowledgeError where another holds it too long."""

    class Waiting(FileLock):
        def __enter__(self) -> "Waiting":
            try:
                return super().__enter__()
            except Timeout as exc:
                raise KnowledgeError("Another coach is adding documents. Wait for it to end, then try again.") from exc

    return Waiting(documents.lock, timeout=wait_s)


def check_name(collection: str) -> str:
    """The name where it can name a folder. Raises KnowledgeError."""
    import re

    if not re.fullmatch(r"[\w][\w-]{0,59}", collection) or collection in ("cards", "claims"):
        raise KnowledgeError(
            f"{collection!r} cannot name a collection. Use letters, digits, - and _, and neither cards nor claims."
        )
    return collection


def source_id(collection: str, root: str, file: str) -> str:
    """Stays the same however often the file is added."""
    return _hash(f"{collection}\0{root}\0{file}")[:12]


def _walk(root: Path) -> list[tuple[str, Path]]:
    """Files with their names below the root, twins side by side. Links that lead out of the root are left alone."""
    if root.is_file():
        return [(root.name, root)]
    found: list[tuple[str, Path]] = []
    for folder, folders, names in os.walk(root, followlinks=False):
        folders[:] = sorted(name for name in folders if name not in SKIP_FOLDERS and not name.startswith("."))
        for name in names:
            path = Path(folder) / name
            inside = not path.is_symlink() or path.resolve().is_relative_to(root)
            if not name.startswith((".", "~$")) and inside and path.is_file():
                found.append((path.relative_to(root).as_posix(), path))
    return sorted(
        found, key=lambda one: (_stem(one[0]), FORMATS.index(suffix(one[0])) if suffix(one[0]) in FORMATS else 99)
    )


def _ahead(todo: Sequence[Found]) -> Iterator[tuple[Found, bytes, Reading | Unreadable]]:
    """Readings in order, made in a thread beside the embedding, a few files ahead of it."""
    ready: queue.Queue[tuple[Found, bytes, Reading | Unreadable] | BaseException | None] = queue.Queue(AHEAD)
    stopped = threading.Event()

    def work() -> None:
        try:
            with Apart() as reader:
                for found in todo:
                    if stopped.is_set():
                        return
                    ready.put(_one(reader, found))
            ready.put(None)
        except BaseException as exc:
            ready.put(exc)

    thread = threading.Thread(target=work, daemon=True)
    if todo:
        thread.start()
    else:
        return
    try:
        while (one := ready.get()) is not None:
            if isinstance(one, BaseException):
                raise one
            yield one
    finally:
        stopped.set()
        while thread.is_alive():
            try:
                ready.get(timeout=0.05)
            except queue.Empty:
                continue


def _one(reader: Apart, found: Found) -> tuple[Found, bytes, Reading | Unreadable]:
    data = b""
    try:
        if is_licence(found.source.file):
            raise Unreadable("licence", "A licence file: it is used for provenance and not searched.")
        if found.source.size > MOST_BYTES and "/" not in found.source.file.partition(".zip")[2]:
            raise Unreadable("too large", f"It is larger than {MOST_BYTES >> 20} MB.")
        data = found.data()
        if suffix(found.source.file) in ARCHIVES:
            raise Unreadable("archive in an archive", "Unpack it first, then add what is in it.")
        name = PurePosixPath(found.source.file).name
        return found, data, reader.read(name, data)
    except Unreadable as exc:
        return found, data, exc


def _raising(error: Unreadable) -> Callable[[], bytes]:
    def data() -> bytes:
        raise error

    return data


def _left(source: Source, reason: str, explanation: str, notes: Sequence[str]) -> Source:
    return replace(source, state="skipped", reason=reason, explanation=explanation, notes=tuple(notes))


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(20000)
    except OSError:
        return b""


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", errors="replace")).hexdigest()[:32]


def _stem(file: str) -> str:
    return file.rsplit(".", 1)[0].lower() if "." in file.rsplit("/", 1)[-1] else file.lower()


def _named(file: str) -> str:
    """A title made from a file's name."""
    return " ".join(PurePosixPath(file).stem.replace("_", " ").replace("-", " ").split())
