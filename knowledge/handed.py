"""Files that were handed over instead of named by a path: copies in the home, kept until the document is removed.

What is handed over together arrives in a folder of its own first and then takes its place at once: loose files side
by side, a folder or an archive as a whole, in place of its older version. Of what is not read, nothing is kept.
"""

import os
import re
import shutil
import time
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from coach.errors import KnowledgeError
from knowledge.documents import Documents, Source
from knowledge.intake import Report, check_name
from knowledge.readers.archive import members
from knowledge.readers.dispatch import ARCHIVES, suffix
from knowledge.readers.package import leads_out
from knowledge.readers.reading import Unreadable

MOST_BYTES = 240 << 20
"""Largest file that is taken over; no archive may be larger either."""
LONGEST_PART = 150
"""Bytes of a file's or folder's name. File systems stop at 255."""
DEEPEST = 20
FORGOTTEN_S = 24 * 3600


class Handed:
    """What was handed over into one collection."""

    def __init__(self, documents: Documents, collection: str):
        self._home = handed_folder(documents)
        self.collection = check_name(collection)
        self._place = self._home / self.collection
        self.left: dict[str, str] = {}
        """What was handed over and never came as far as a reader, with the reason."""

    def arriving(self, batch: str, name: str) -> Path:
        """Where a file of a batch is to be written, its folder made. Raises KnowledgeError for a name that leads out.

        ``name`` has the folders that were handed over with it: ``notes.md`` or ``handbook/team/notes.md``.
        """
        path = PurePosixPath(_clean(name))
        kind = "files" if len(path.parts) == 1 else "folders"
        there = self._batch(batch) / kind / path
        there.parent.mkdir(parents=True, exist_ok=True)
        return there

    def settle(self, batch: str) -> list[Path]:
        """Put a batch in its place. Returns the paths to add."""
        arrived = self._batch(batch)
        try:
            for kind in ("folders", "files"):
                self.left |= _unpack(arrived / kind, arrived / "folders")
            loose = sorted((arrived / "files").glob("*"))
            wholes = sorted((arrived / "folders").glob("*"))
            for path in loose:
                _place(path, self._place / "files" / path.name)
            for path in wholes:
                _place(path, self._place / "folders" / path.name)
        except OSError as exc:
            raise KnowledgeError(f"The files cannot be kept ({exc}). Check the disk and its rights.") from exc
        finally:
            shutil.rmtree(arrived, ignore_errors=True)
        folders = [self._place / "folders" / path.name for path in wholes]
        return [*([self._place / "files"] if loose else []), *folders]

    def sweep(self) -> None:
        """Throw away batches that never were read: a page that was closed while it sent them."""
        for path in (self._home / ".arriving").glob("*"):
            if time.time() - path.stat().st_mtime > FORGOTTEN_S:
                shutil.rmtree(path, ignore_errors=True)

    def keep_only_read(self, report: Report) -> None:
        """Delete copies of what was left out. Licences stay: they say how the others may be used."""
        delete_copies(self._home, [source for source in report.skipped if source.reason != "licence"])

    def _batch(self, batch: str) -> Path:
        if not re.fullmatch(r"[A-Za-z0-9_-]{8,64}", batch):
            raise KnowledgeError("This is no name of a batch. Hand the files over again.")
        return self._home / ".arriving" / f"{self.collection}-{batch}"


def handed_folder(documents: Documents) -> Path:
    return documents.folder / "handed"


def delete_copies(folder: Path, sources: Iterable[Source]) -> None:
    """Delete the copies of these sources and the folders that this leaves empty; files elsewhere are left alone."""
    for source in sources:
        root = Path(source.root)
        if not root.is_relative_to(folder):
            continue
        path = root / source.file
        path.unlink(missing_ok=True)
        for above in path.parents:
            if above == folder or not above.is_relative_to(folder):
                break
            try:
                above.rmdir()
            except OSError:
                break  # something else is in it


def names(report: Report) -> dict[str, tuple[str, str]]:
    """What became of each file, by the name under which it was handed over: ``read`` or ``skipped``, and why."""
    found: dict[str, tuple[str, str]] = {}
    for source in (*report.read, *report.skipped):
        root = Path(source.root)
        name = f"{root.name}/{source.file}" if root.parent.name == "folders" else source.file
        found[name] = (source.state, source.explanation)
    return found


def _clean(name: str) -> str:
    """The name in plain form. Raises KnowledgeError for one that no file may have here."""
    plain = name.replace("\\", "/").strip("/")
    parts = [part for part in plain.split("/") if part not in ("", ".")]
    if not parts or leads_out(name) or len(parts) > DEEPEST:
        raise KnowledgeError(f"{name[:80]!r} cannot name a document. Rename the file and hand it over again.")
    for part in parts:
        hidden = part.startswith(".")
        if hidden or len(part.encode()) > LONGEST_PART or re.search(r"[\x00-\x1f]", part):
            raise KnowledgeError(f"{part[:80]!r} cannot name a document. Rename the file and hand it over again.")
    return "/".join(parts)


def _unpack(folder: Path, into: Path) -> dict[str, str]:
    """Turn archives into folders of the same name, so that a single document of them can be removed later.

    An archive that is refused stays as it is; the report will say why. Returns the archives in archives.
    """
    left: dict[str, str] = {}
    for path in [path for path in folder.rglob("*") if path.is_file() and suffix(path.name) in ARCHIVES]:
        unpacked = path.with_name(f"{path.name}.unpacked")
        changed = path.stat().st_mtime_ns
        try:
            for name, data in members(path.read_bytes()):
                if suffix(name) in ARCHIVES:
                    left[f"{path.relative_to(folder)}/{name}"] = "Unpack it first, then add what is in it."
                    continue
                there = unpacked / name.replace("\\", "/")
                there.parent.mkdir(parents=True, exist_ok=True)
                there.write_bytes(data)
                os.utime(there, ns=(changed, changed))
        except (Unreadable, OSError):
            shutil.rmtree(unpacked, ignore_errors=True)
            continue
        path.unlink()
        if unpacked.is_dir():
            target = into / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(target, ignore_errors=True)
            unpacked.rename(target)
    return left


def _place(path: Path, there: Path) -> None:
    """Move into place over whatever was there."""
    there.parent.mkdir(parents=True, exist_ok=True)
    if there.is_dir() and not there.is_symlink():
        shutil.rmtree(there)
    if path.is_dir() and there.exists():
        there.unlink()
    os.replace(path, there)
