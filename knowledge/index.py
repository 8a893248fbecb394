"""Dense search in Chroma, kept so that a damaged store is a repair and never an exit.

The truth lies elsewhere (card files, the documents' SQLite). From it a *generation* is built aside, in a process of
its own, opened again there to prove it, and swapped in whole by one locked writer. A generation is never changed
afterwards: a Chroma store that is written while others read it loses vectors, serves deleted ones, and killed while
it persists can later crash whoever opens it. For the same reason a generation whose files changed since they were
proven, or whose last opening did not come back, is opened in a child process first.
"""

import json
import os
import shutil
import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from filelock import FileLock

from coach.errors import KnowledgeError
from knowledge import generation

if TYPE_CHECKING:
    from knowledge.generation import OpenGeneration

OnNotice = Callable[[str], None]


class Rows(Protocol):
    """Where an index comes from."""

    def key(self) -> str:
        """Stands for the present content, and is cheap to ask: another key means another generation."""
        ...

    def load(self) -> tuple[Sequence[str], np.ndarray]:
        """Ids and their unit vectors, float32 of shape (len(ids), dimensions)."""
        ...


@dataclass(frozen=True, slots=True)
class Pointer:
    """What ``current.json`` says: the folder in use, its content, and its files as they were proven."""

    folder: str
    key: str
    files: dict[str, list[int]]


class Index:
    """The vectors of one scope. Safe to share between threads, and its folder between processes."""

    def __init__(self, folder: Path, rows: Rows, *, on_notice: OnNotice = lambda text: None):
        self._folder = folder
        self._rows = rows
        self._on_notice = on_notice
        self._open: OpenGeneration | None = None
        self._opened = ""
        """Folder of the open generation."""
        self._stamp: tuple[int, int] | None = None
        # Protects the open generation while it is exchanged for a newer one.
        self._exchange = threading.Lock()

    def search(self, vector: np.ndarray, k: int) -> list[tuple[str, float]]:
        """Ids with their cosine similarity, nearest first. As ``search_all``."""
        return self.search_all(vector.reshape(1, -1), k)[0]

    def search_all(self, vectors: np.ndarray, k: int) -> list[list[tuple[str, float]]]:
        """The same for each row. Repairs what it finds broken, with one notice.

        Raises KnowledgeError where even a fresh generation cannot be searched.
        """
        try:
            return self._present().search(vectors, k)
        except Exception:
            # Whatever a broken store raises, the remedy is the same.
            self.rebuild(notice="The index was damaged and has been rebuilt.")
        try:
            return self._present().search(vectors, k)
        except Exception as exc:
            raise KnowledgeError(f"The index in {self._folder} cannot be searched. Run: coach doctor --repair") from exc

    def refresh(self) -> None:
        """Have a proven generation of the present content, building it where there is none."""
        self._present()

    def rebuild(self, *, notice: str = "") -> None:
        """Build from the truth, whatever is there."""
        stamp = self._stamp
        self.close()
        self._build(seen=stamp or self._stamp_now(), notice=notice)

    def close(self) -> None:
        with self._exchange:
            self._release()

    def _present(self) -> "OpenGeneration":
        with self._exchange:
            if self._open is not None and self._open.key == self._rows.key():
                # Another process that proved the same generation writes its pointer anew; what is open stays open.
                stamp = self._stamp_now()
                if self._stamp == stamp:
                    return self._open
                still = self._pointer()
                if still is not None and still.folder == self._opened:
                    self._stamp = stamp
                    return self._open
            self._release()
            pointer = self._pointer()
            if pointer is None:
                missing = not self._folder.is_dir()
                notice = "The index was not there and has been built." if missing else "The index has been rebuilt."
                self._build(seen=self._stamp_now(), notice=notice)
            elif pointer.key != self._rows.key():
                self._build(seen=self._stamp_now(), notice="")
            pointer = self._pointer()
            if pointer is None:
                raise KnowledgeError(f"The index in {self._folder} cannot be written. Check that disk, then try again.")
            self._stamp = self._stamp_now()
            self._open = self._prove_and_open(pointer)
            return self._open

    def _prove_and_open(self, pointer: Pointer) -> "OpenGeneration":
        folder = self._folder / pointer.folder
        unreturned = self._folder / f"{pointer.folder}.opening"
        files = generation.files(folder)
        if files != pointer.files or unreturned.exists():
            generation.prove(folder)
            with FileLock(self._folder / "lock"):
                if self._pointer() == pointer:
                    self._point(Pointer(pointer.folder, pointer.key, files))
                    self._stamp = self._stamp_now()
        unreturned.touch()
        opened = generation.OpenGeneration(folder, pointer.key)
        self._opened = pointer.folder
        unreturned.unlink(missing_ok=True)
        return opened

    def _build(self, *, seen: tuple[int, int], notice: str) -> None:
        """``seen`` is the pointer that was found wanting: whoever waited for the lock may find the work done."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with FileLock(self._folder / "lock"):
            before = self._pointer()
            key = self._rows.key()
            if before is not None and before.key == key and self._stamp_now() != seen:
                return
            folder = self._folder / f"g-{uuid.uuid4().hex[:12]}"
            try:
                generation.build(folder, *self._rows.load())
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
            self._point(Pointer(folder.name, key, generation.files(folder)))
            # The generation before stays for those who are reading it now.
            self._sweep(keep={folder.name, before.folder if before else folder.name})
        if notice:
            self._on_notice(notice)

    def _sweep(self, keep: set[str]) -> None:
        for path in self._folder.glob("g-*"):
            if path.is_dir() and path.name not in keep:
                shutil.rmtree(path, ignore_errors=True)
            elif path.suffix == ".opening" and path.stem not in keep:
                path.unlink(missing_ok=True)

    def _pointer(self) -> Pointer | None:
        try:
            pointer = Pointer(**json.loads((self._folder / "current.json").read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None
        return pointer if (self._folder / pointer.folder).is_dir() else None

    def _point(self, pointer: Pointer) -> None:
        partial = self._folder / f"current.{os.getpid()}.partial"
        partial.write_text(json.dumps(asdict(pointer)), encoding="utf-8")
        os.replace(partial, self._folder / "current.json")

    def _stamp_now(self) -> tuple[int, int]:
        try:
            stat = (self._folder / "current.json").stat()
        except OSError:
            return 0, 0
        return stat.st_ino, stat.st_mtime_ns

    def _release(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None
