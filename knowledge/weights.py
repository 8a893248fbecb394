"""Model files that travel as packages: which there are, where they lie, and that they are what they say.

``weights.yaml`` is the table. A package is found through its metadata and read as data; its code is never
imported. Files that lie together are used where they are; parts are put together once in the cache folder, under
a name made from their hashes, so that homes and versions share them without mixing. This file knows nothing of
what a model does.
"""

import difflib
import hashlib
import os
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache as once
from importlib import metadata
from pathlib import Path

import yaml
from filelock import FileLock

from coach.errors import KnowledgeError

TABLE = Path(__file__).parent / "weights.yaml"
BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class WeightsFile:
    """One file as a model wants it: the parts that make it, in order, and its SHA-256."""

    name: str
    parts: tuple[tuple[str, str], ...]
    """Pairs of package name and path inside the package's installation folder."""
    sha256: str
    member: str | None = None
    """Path inside the zip archive that the parts make, where they make one."""


@dataclass(frozen=True, slots=True)
class Weights:
    """The files of one model."""

    name: str
    role: str
    licence: str
    install: str
    """The command that installs the packages."""
    files: tuple[WeightsFile, ...]

    @property
    def key(self) -> str:
        """Twelve hexadecimal digits that stand for the content of all files."""
        return hashlib.sha256("".join(file.sha256 for file in self.files).encode()).hexdigest()[:12]

    @property
    def packages(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(package for file in self.files for package, _ in file.parts))


@once
def load_table(path: Path = TABLE) -> dict[str, Weights]:
    """Every known set of weights, by name."""
    table: dict[str, Weights] = {}
    for name, row in yaml.safe_load(path.read_text(encoding="utf-8")).items():
        files = tuple(
            WeightsFile(file, tuple(_part(part) for part in entry["parts"]), entry["sha256"], entry.get("member"))
            for file, entry in row["files"].items()
        )
        table[name] = Weights(name, row["role"], row["licence"], row["install"], files)
    return table


def _part(text: str) -> tuple[str, str]:
    package, _, path = text.partition("/")
    return package, path


def known(name: str) -> Weights:
    """The table's row. Raises KnowledgeError that suggests the nearest name."""
    table = load_table()
    if name in table:
        return table[name]
    near = difflib.get_close_matches(name, table, 1)
    hint = f"Did you mean {near[0]!r}?" if near else f"Known are: {', '.join(table)}."
    raise KnowledgeError(f"No weights called {name!r} and no such folder. {hint}")


def missing(name: str) -> str | None:
    """What is not installed and how to install it, as one line; None where every part is there."""
    weights = known(name)
    absent = [package for package in weights.packages if not _installed(package)]
    if not absent:
        return None
    what = absent[0] if len(absent) == 1 else f"{absent[0]} and {len(absent) - 1} more"
    return f"The weights {name!r} are not installed ({what}). Run: {weights.install}"


def weights_folder(name: str, cache: Path) -> Path:
    """A folder with the verified files of ``name``: a row of the table, a local folder, or ``hub:owner/name``.

    A local folder is taken as it is. A hub is asked only for a name that says so. Raises KnowledgeError where a
    package is missing (with the command that installs it) or a file is not what the table says.
    """
    if name.startswith("hub:"):
        return _from_hub(name.removeprefix("hub:"), cache)
    if name not in load_table() and Path(name).is_dir():
        return Path(name)
    weights = known(name)
    if line := missing(name):
        raise KnowledgeError(line)
    together = _together(weights)
    if together is not None:
        for file in weights.files:
            if sha256_of(together / file.name, cache) != file.sha256:
                raise _changed(str(together), file.name)
        return together
    return _assemble(weights, cache)


def spacy_model_path(cache: Path) -> Path:
    """The verified folder of the English model that parses what people say, used where it lies."""
    return weights_folder("parser", cache)


def _installed(package: str) -> bool:
    try:
        metadata.distribution(package)
    except metadata.PackageNotFoundError:
        return False
    return True


def _locate(package: str, path: str) -> Path:
    located = Path(str(metadata.distribution(package).locate_file(path)))
    if not located.is_file():
        raise KnowledgeError(f"{package} lacks {path}. Run: uv sync --reinstall-package {package}")
    return located


def _together(weights: Weights) -> Path | None:
    """The one folder in which all files already lie whole under their own names; None where they do not."""
    folders: set[Path] = set()
    for file in weights.files:
        if len(file.parts) != 1 or file.member:
            return None
        located = _locate(*file.parts[0])
        if not located.as_posix().endswith("/" + file.name):
            return None
        folders.add(Path(located.as_posix().removesuffix("/" + file.name)))
    return folders.pop() if len(folders) == 1 else None


def _assemble(weights: Weights, cache: Path) -> Path:
    final = cache / "weights" / f"{weights.name}-{weights.key}"
    if final.is_dir():
        return final
    final.parent.mkdir(parents=True, exist_ok=True)
    # Two coaches that start at once must not write the same parts; the second finds the folder done.
    with FileLock(final.with_name(f"{final.name}.lock")):
        if final.is_dir():
            return final
        partial = final.with_name(f"{final.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        try:
            for file in weights.files:
                _join(file, partial / file.name)
            os.replace(partial, final)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    return final


def _join(file: WeightsFile, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    whole = target.with_name(f"{target.name}.zip") if file.member else target
    with whole.open("wb") as out:
        for package, path in file.parts:
            for block in _blocks(_locate(package, path)):
                out.write(block)
    if file.member:
        _unzip(whole, file.member, target)
    digest = hashlib.sha256()
    for block in _blocks(target):
        digest.update(block)
    if digest.hexdigest() != file.sha256:
        raise _changed(file.parts[0][0], file.name)


def _unzip(archive: Path, member: str, target: Path) -> None:
    """One member of an archive, named by us: nothing else in it is unpacked."""
    try:
        with zipfile.ZipFile(archive) as opened, opened.open(member) as source, target.open("wb") as out:
            shutil.copyfileobj(source, out, BLOCK)
    except (zipfile.BadZipFile, KeyError) as exc:
        raise _changed(archive.name, member) from exc
    finally:
        archive.unlink(missing_ok=True)


def sha256_of(path: Path, cache: Path) -> str:
    """A file's SHA-256. It is read once; afterwards its size and time of change vouch for it."""
    stat = path.stat()
    mark = f"{path}\n{stat.st_size}\n{stat.st_mtime_ns}\n"
    seen = cache / "weights" / "seen" / hashlib.sha256(str(path).encode()).hexdigest()[:32]
    try:
        remembered = seen.read_text(encoding="utf-8")
    except OSError:
        remembered = ""
    if remembered.startswith(mark):
        return remembered.removeprefix(mark)
    digest = hashlib.sha256()
    for block in _blocks(path):
        digest.update(block)
    seen.parent.mkdir(parents=True, exist_ok=True)
    partial = seen.with_suffix(f".{os.getpid()}")
    partial.write_text(mark + digest.hexdigest(), encoding="utf-8")
    os.replace(partial, seen)
    return digest.hexdigest()


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block


def _changed(where: str, name: str) -> KnowledgeError:
    return KnowledgeError(
        f"{name} from {where} is not the file that was reviewed (its hash differs). Reinstall it, or name a folder."
    )


def _from_hub(repo: str, cache: Path) -> Path:
    try:
        from huggingface_hub import snapshot_download
    except ImportError as exc:
        raise KnowledgeError("Hubs need huggingface_hub. Run: uv pip install huggingface_hub") from exc
    try:
        return Path(snapshot_download(repo, cache_dir=cache / "hub"))
    except Exception as exc:
        raise KnowledgeError(
            f"The hub did not give {repo!r} ({type(exc).__name__}). Check the name and the connection, "
            "or name a local folder."
        ) from exc
