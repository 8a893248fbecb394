"""Files that are zip archives inside (docx, odt, pptx, zip), looked over before anything opens them."""

import io
import re
import struct
import zipfile
from pathlib import PurePosixPath

from knowledge.readers.reading import Unreadable

MOST_BYTES = 200 << 20
MOST_RATIO = 150
"""Text shrinks to a tenth, blank tables to a fiftieth; beyond this an archive is made to burst."""
RATIO_FROM = 1 << 20
MOST_MEMBERS = 5000
ENTITIES = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.I)
ENTITIES_WIDE = ("<!DOCTYPE".encode("utf-16-le"), "<!DOCTYPE".encode("utf-16-be"), "<!ENTITY".encode("utf-16-le"), "<!ENTITY".encode("utf-16-be"))  # fmt: skip  # noqa: E501
HEAD = 65536


def open_package(data: bytes) -> zipfile.ZipFile:
    """The archive, proven harmless. Raises Unreadable."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = archive.infolist()
    except (
        zipfile.BadZipFile,
        ValueError,
        NotImplementedError,
        OSError,
        IndexError,
        UnicodeError,
        struct.error,
    ) as exc:
        raise Unreadable("damaged", "The archive is damaged and does not open.") from exc
    if len(members) > MOST_MEMBERS:
        raise Unreadable("archive bomb", f"The archive holds more than {MOST_MEMBERS:,} files.")
    total = sum(member.file_size for member in members)
    if total > MOST_BYTES:
        raise Unreadable("archive bomb", f"The archive unpacks to more than {MOST_BYTES >> 20} MB.")
    for member in members:
        if member.flag_bits & 1:
            raise Unreadable("password-protected", "It is protected by a password. Save a copy without one.")
        if member.file_size > RATIO_FROM and member.file_size > MOST_RATIO * max(member.compress_size, 1):
            raise Unreadable("archive bomb", "Part of the archive unpacks to more than 150 times its size.")
        if leads_out(member.filename):
            raise Unreadable("path traversal", "The archive names a file outside of itself.")
    return archive


def leads_out(name: str) -> bool:
    """Whether a member's name points outside the archive."""
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or bool(re.match(r"^[A-Za-z]:", name)) or "\x00" in name


def member_bytes(archive: zipfile.ZipFile, name: str, most: int = MOST_BYTES) -> bytes:
    """One member unpacked, never more than ``most`` bytes whatever the directory says. Raises Unreadable."""
    try:
        with archive.open(name) as file:
            data = file.read(most + 1)
    except Unreadable:
        raise
    except Exception as exc:  # zipfile, zlib, lzma and bz2 each have their own way of refusing
        raise Unreadable("damaged", "Part of the archive is damaged.") from exc
    if len(data) > most:
        raise Unreadable("archive bomb", f"Part of the archive unpacks to more than {most >> 20} MB.")
    return data


def check_office(archive: zipfile.ZipFile) -> list[str]:
    """Refuses macros and entity declarations in an office document; returns notes on remote references."""
    notes: list[str] = []
    left = MOST_BYTES
    for name in archive.namelist():
        low = name.lower()
        if low.endswith(("vbaproject.bin", "vbadata.xml")) or low.startswith(("basic/", "scripts/")):
            raise Unreadable("macros", "It carries macros. Save a copy without them (.docx, .pptx or .odt).")
        if low.endswith((".xml", ".rels")):
            data = member_bytes(archive, name, left)
            left -= len(data)
            if ENTITIES.search(data) or any(mark in data[:HEAD] for mark in ENTITIES_WIDE):
                raise Unreadable("entity bomb", "It declares XML entities, which no office program writes.")
            if low.endswith(".rels") and _remote(data):
                notes.append("remote reference not fetched")
    return list(dict.fromkeys(notes))


def _remote(rels: bytes) -> bool:
    """Whether a relation other than a hyperlink leads to another machine."""
    return any(
        b"External" in one
        and b"/hyperlink" not in one
        and re.search(rb'Target\s*=\s*["\'](?:https?|ftp|file|\\\\)', one)
        for one in re.findall(rb"<Relationship\b[^>]{0,4000}>", rels)
    )
