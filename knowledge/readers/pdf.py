"""PDF, through pypdf: text page by page, without the words that are drawn where nobody sees them."""

import io
import logging
import re
from collections.abc import Iterator
from typing import Any

from knowledge.readers.reading import Block, Reading, Unreadable, checked
from knowledge.readers.unseen import seen

MOST_PAGES = 2000
TINY_POINTS = 1.5
WHITE = 0.97
FILLS = frozenset({b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*"})
PICTURES = frozenset({b"Do", b"sh", b"INLINE IMAGE"})
SHOWS = frozenset({b"Tj", b"TJ", b"'", b'"'})
LIGATURES = str.maketrans({"ﬁ": "fi", "ﬂ": "fl", "ﬀ": "ff", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "ft", "ﬆ": "st"})
HYPHEN = re.compile(r"(?<=[a-z])-\n(?=[a-z])")
BULLET = re.compile(r"^\s*(?:[•●▪◦‣·*–-]|\d{1,2}[.)])\s+")
FULL = 0.75
"""A line shorter than this share of the page's long lines ends its paragraph when it ends a sentence."""
ATTACHED = "/EmbeddedFiles"


def read_pdf(data: bytes) -> Reading:
    # What the library has to say about fonts and cross references is of no use to a person.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        from pypdf import PdfReader
        from pypdf.errors import FileNotDecryptedError

        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise _locked()
        if len(reader.pages) > MOST_PAGES:
            raise Unreadable("too large", f"It has more than {MOST_PAGES:,} pages.")
        pages = [_page(page, reader) for page in reader.pages]
        title, date = _about(reader)
    except Unreadable:
        raise
    except FileNotDecryptedError as exc:
        raise _locked() from exc
    except RecursionError as exc:
        raise Unreadable("damaged", "Its objects refer to each other without end.") from exc
    except Exception as exc:  # a damaged object can break the library anywhere
        raise Unreadable("damaged", "It is not a PDF that can be read.") from exc
    if pages and not any(text.strip() for text, _ in pages):
        raise Unreadable("no text", "It holds pictures of pages and no text. Run text recognition over it first.")
    hidden = any(hid for _, hid in pages)
    blocks = checked(block for number, (text, _) in enumerate(pages, start=1) for block in _blocks(text, number))
    return Reading(blocks, title=title, date=date, notes=("hidden text left out",) if hidden else ())


def _locked() -> Unreadable:
    return Unreadable("password-protected", "It is protected by a password. Save a copy without one.")


def _page(page: Any, reader: Any) -> tuple[str, bool]:
    """The page's text as seen, and whether something was hidden on it."""
    hidden = False
    contents = page.get("/Contents")
    if contents is not None:
        from pypdf.generic import ContentStream, NameObject

        stream = ContentStream(contents.get_object(), reader, "bytes")
        shown, hidden = _shown(stream.operations)
        if hidden:
            stream.operations = shown
            page[NameObject("/Contents")] = stream
    text, hid = seen(page.extract_text() or "")
    return text.translate(LIGATURES), hidden or hid


def _shown(operations: list[tuple[Any, bytes]]) -> tuple[list[tuple[Any, bytes]], bool]:
    """Without the operations that draw words unseen: no ink, white on the bare page, or tiny.

    A page all of whose words have no ink is a scan with its recognised text behind it, and is read.
    """
    colour, mode, size, scale = 0.0, 0, 10.0, 1.0
    painted = False
    saved: list[tuple[float, int, float]] = []
    kept: list[tuple[Any, bytes]] = []
    without_ink: list[tuple[Any, bytes]] = []
    drawn = unseen = 0
    for operands, operator in operations:
        try:
            if operator == b"q":
                saved.append((colour, mode, size))
            elif operator == b"Q" and saved:
                colour, mode, size = saved.pop()
            elif operator in (b"g", b"rg", b"sc", b"scn") and operands:
                numbers = [
                    float(value) for value in operands if isinstance(value, int | float) or hasattr(value, "as_numeric")
                ]
                colour = min(numbers) if numbers else 0.0
            elif operator == b"k" and len(operands) == 4:
                colour = 1.0 - max(float(value) for value in operands)
            elif operator == b"Tr" and operands:
                mode = int(operands[0])
            elif operator == b"Tf" and len(operands) == 2:
                size = abs(float(operands[1]))
            elif operator == b"Tm" and len(operands) == 6:
                scale = max(abs(float(operands[0])), abs(float(operands[1])), abs(float(operands[3])))
            elif operator in PICTURES or (operator in FILLS and colour < WHITE):
                painted = True
            elif operator in SHOWS:
                drawn += 1
                if mode in (3, 7):
                    unseen += 1
                    without_ink.append((operands, operator))
                    kept.append((operands, b"%hidden"))
                    continue
                if (colour >= WHITE and not painted) or 0 < size * scale < TINY_POINTS:
                    unseen += 1
                    continue
        except (TypeError, ValueError):
            pass
        kept.append((operands, operator))
    if drawn and len(without_ink) == drawn:
        return operations, False
    return [one for one in kept if one[1] != b"%hidden"], unseen > 0


def _blocks(text: str, page: int) -> Iterator[Block]:
    """Paragraphs out of lines: a PDF knows where lines stand, not what they belong to."""
    lines = [line.rstrip() for line in HYPHEN.sub("", text).split("\n")]
    lengths = sorted(len(line) for line in lines if line.strip())
    long = lengths[int(len(lengths) * 0.9)] if lengths else 0
    words: list[str] = []
    item = False
    for line in lines:
        bare = " ".join(line.split())
        if not bare or BULLET.match(line):
            if words:
                yield Block("item" if item else "paragraph", " ".join(words), page=page)
            words, item = ([BULLET.sub("", bare)], True) if bare else ([], False)
            continue
        words.append(bare)
        if bare[-1] in ".!?:" and len(bare) < FULL * long:
            yield Block("item" if item else "paragraph", " ".join(words), page=page)
            words, item = [], False
    if words:
        yield Block("item" if item else "paragraph", " ".join(words), page=page)


def _about(reader: Any) -> tuple[str, str | None]:
    try:
        about = reader.metadata
        title = seen(str(about.title or ""))[0].strip()[:200] if about else ""
        when = (about.modification_date or about.creation_date) if about else None
    except Exception:  # metadata is the least of a document, and often broken
        return "", None
    return title, when.date().isoformat() if when else None
