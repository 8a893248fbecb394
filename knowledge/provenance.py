"""Where documents come from and how they may be used: a manifest beside them, or the licence files of their folders."""

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from knowledge.readers.dispatch import is_licence

MANIFESTS = ("manifest.tsv", "manifest.csv")
FILE_COLUMNS = ("file", "path", "filename")
MOST_BYTES = 20 << 20

KNOWN = (
    (r"attribution[- ]share ?alike 4\.0|by-sa/4\.0|CC[- ]BY[- ]SA", "CC-BY-SA-4.0"),
    (r"attribution 4\.0|licenses/by/4\.0|CC[- ]BY[- ]?4", "CC-BY-4.0"),
    (r"CC0|public domain", "CC0-1.0"),
    (r"apache license", "Apache-2.0"),
    (r"open government licence", "OGL-UK"),
    (r"permission is hereby granted, free of charge", "MIT"),
    (r"redistribution and use in source and binary forms", "BSD"),
)


@dataclass(frozen=True, slots=True)
class Origin:
    """What is known of a file beyond its content; empty where nothing is."""

    title: str = ""
    licence: str = ""
    attribution: str = ""
    source: str = ""
    date: str | None = None


class Provenance:
    """The origins of the files under one root."""

    def __init__(self, root: Path):
        self._rows: dict[str, Origin] = {}
        self._licences: dict[str, str] = {}
        if not root.is_dir():
            return
        for name in MANIFESTS:
            self._rows |= _manifest(root / name)

    def is_manifest(self, file: str) -> bool:
        return bool(self._rows) and file in MANIFESTS

    def licence_file(self, file: str, data: bytes) -> None:
        """Learn from a licence file which licence its folder has."""
        text = data[:20000].decode("utf-8", errors="replace")
        for pattern, name in KNOWN:
            if re.search(pattern, text, re.I):
                self._licences.setdefault(PurePosixPath(file).parent.as_posix(), name)
                return

    def of(self, file: str) -> Origin:
        if file in self._rows:
            return self._rows[file]
        for folder in PurePosixPath(file).parents:
            if (licence := self._licences.get(folder.as_posix())) is not None:
                return Origin(licence=licence)
        return Origin()


def licences_first(files: list[str]) -> list[str]:
    """The licence files, which are looked at before the documents they speak of."""
    return [file for file in files if is_licence(file)]


def _manifest(path: Path) -> dict[str, Origin]:
    """Rows by file; none where it is not a table with a column of files."""
    try:
        if path.stat().st_size > MOST_BYTES:
            return {}
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    rows: dict[str, Origin] = {}
    try:
        table = csv.DictReader(io.StringIO(text), delimiter="\t" if path.suffix == ".tsv" else ",")
        names = {str(name).strip().lower(): name for name in table.fieldnames or ()}
        column = next((names[name] for name in FILE_COLUMNS if name in names), None)
        if column is None:
            return {}

        def value(row: dict[str, str], *keys: str) -> str:
            return next((str(row[names[key]] or "").strip()[:300] for key in keys if key in names), "")

        for row in table:
            rows[str(row[column] or "").strip()] = Origin(
                title=value(row, "title"),
                licence=value(row, "licence", "license"),
                attribution=value(row, "attribution", "author", "authors"),
                source=value(row, "source_repo", "source", "url", "origin"),
                date=value(row, "date", "published") or None,
            )
    except csv.Error:
        return {}
    return rows
