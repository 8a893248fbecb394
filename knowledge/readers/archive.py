"""Zip archives, member by member. Archives inside archives are left alone."""

from collections.abc import Iterator

from knowledge.readers.dispatch import ARCHIVES, MOST_BYTES, suffix
from knowledge.readers.package import member_bytes, open_package

LEAVE = ("__macosx/", ".ds_store", "thumbs.db")


def members(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Names and contents of the files inside, in order of name. Raises Unreadable for an archive that is refused."""
    archive = open_package(data)
    for name in sorted(archive.namelist()):
        low = name.lower()
        if low.endswith("/") or low.startswith(LEAVE) or low.rsplit("/", 1)[-1].startswith("."):
            continue
        if suffix(name) in ARCHIVES:
            yield name, b""
            continue
        yield name, member_bytes(archive, name, MOST_BYTES + 1)
