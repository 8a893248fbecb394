"""Which reader a file calls for, told by its name and held against its bytes."""

import importlib
from collections.abc import Callable
from pathlib import PurePosixPath

from knowledge.readers.reading import Reading, Unreadable

MOST_BYTES = 60 << 20
"""Largest file that is read. A book with pictures has 20 MB."""

READERS = {
    ".md": "markdown:read_markdown", ".markdown": "markdown:read_markdown", ".mdx": "markdown:read_markdown",
    ".txt": "text:read_text", ".text": "text:read_text", ".rst": "text:read_text",
    ".html": "html:read_html", ".htm": "html:read_html", ".xhtml": "html:read_html",
    ".pdf": "pdf:read_pdf", ".docx": "docx:read_docx", ".odt": "odt:read_odt", ".pptx": "pptx:read_pptx",
    ".eml": "mail:read_mail", ".csv": "table:read_csv", ".tsv": "table:read_csv",
}  # fmt: skip
ARCHIVES = (".zip",)
MACROS = (".docm", ".dotm", ".pptm", ".potm", ".xlsm")
OLD = {".doc": ".docx", ".ppt": ".pptx", ".rtf": ".docx", ".pages": ".docx", ".key": ".pptx"}

LICENCE_STEMS = ("license", "licence", "licenses", "licences", "copying", "notice", "unlicense", "copyright")

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
INSIDE = {".docx": "word/document.xml", ".pptx": "ppt/presentation.xml", ".odt": "content.xml"}


def is_licence(name: str) -> bool:
    """Whether a file is a licence by its name: it says how others may be used, not how people are led."""
    path = PurePosixPath(name.lower())
    return path.stem in LICENCE_STEMS or path.name.startswith(("license-", "licence-", "copying."))


def suffix(name: str) -> str:
    return PurePosixPath(name.lower()).suffix


def is_known(name: str) -> bool:
    return suffix(name) in READERS or suffix(name) in ARCHIVES


def read(name: str, data: bytes) -> Reading:
    """The document's text. Raises Unreadable, whose reason names why it is left out."""
    ending = suffix(name)
    if ending in MACROS:
        raise Unreadable("macros", f"{ending} files carry macros. Save a copy without them.")
    if ending in OLD:
        raise Unreadable("format", f"{ending} is an old format. Save a copy as {OLD[ending]} or PDF.")
    if ending not in READERS:
        raise Unreadable("format", f"{ending or 'Files without an extension'} cannot be read.")
    if len(data) > MOST_BYTES:
        raise Unreadable("too large", f"It is larger than {MOST_BYTES >> 20} MB.")
    if not data.strip(b"\x00 \t\r\n"):
        raise Unreadable("empty", "It is empty.")
    _hold_against_bytes(ending, data)
    module, _, function = READERS[ending].partition(":")
    reader: Callable[[bytes], Reading] = getattr(importlib.import_module(f"knowledge.readers.{module}"), function)
    try:
        return reader(data)
    except Unreadable:
        raise
    except RecursionError as exc:
        raise Unreadable("damaged", "It is nested too deeply to be read.") from exc
    except MemoryError as exc:
        raise Unreadable("too large", "Reading it takes more memory than a document should.") from exc
    except Exception as exc:  # whatever a parser makes of a broken file, one file must not end the whole reading
        raise Unreadable("damaged", f"It cannot be read ({type(exc).__name__}).") from exc


def _hold_against_bytes(ending: str, data: bytes) -> None:
    """Raises Unreadable where the content is plainly of another kind."""
    head = data[:1024].lstrip()
    is_zip, is_pdf = data.startswith(b"PK\x03\x04"), b"%PDF-" in data[:1024]
    if data.startswith(OLE):
        if ending in INSIDE:
            raise Unreadable(
                "password-protected", "It is protected by a password, or an old format. Save a plain copy."
            )
        raise _other("an old office document")
    if ending == ".pdf" and not is_pdf:
        raise _other("no PDF")
    if ending in INSIDE:
        if not is_zip:
            raise _other("no such document")
        from knowledge.readers.package import open_package

        if INSIDE[ending] not in open_package(data).namelist():
            raise _other("another kind of archive")
    if ending not in INSIDE and ending != ".pdf" and (is_zip or head.startswith(b"%PDF-")):
        raise _other("an archive or a PDF")


def _other(what: str) -> Unreadable:
    return Unreadable("not what it says", f"Its content is {what}, whatever its name says.")
