"""Plain text: paragraphs parted by empty lines; a short line alone, without a full stop, is taken as a heading."""

import re
from collections.abc import Iterator

from knowledge.readers.decoding import decode
from knowledge.readers.reading import Block, Reading, checked
from knowledge.readers.unseen import seen

HEADING_WORDS = 10
ITEM = re.compile(r"^\s*(?:[-*•‣–]|\d{1,3}[.)])\s+(.*)$")


def read_text(data: bytes) -> Reading:
    text, hid = seen(decode(data))
    return Reading(checked(paragraphs(text)), notes=("hidden text left out",) if hid else ())


def paragraphs(text: str, page: int | None = None) -> Iterator[Block]:
    """Blocks of running text."""
    for part in re.split(r"\n[ \t]*\n", text):
        lines = [line.strip() for line in part.splitlines() if line.strip()]
        words: list[str] = []
        if len(lines) == 1 and _is_heading(lines[0]):
            yield Block("heading", lines[0], 2, page)
            continue
        for line in lines:
            if item := ITEM.match(line):
                if words:
                    yield Block("paragraph", " ".join(words), page=page)
                    words = []
                yield Block("item", item.group(1), page=page)
            else:
                words.append(line)
        if words:
            yield Block("paragraph", " ".join(words), page=page)


def _is_heading(line: str) -> bool:
    return (
        len(line.split()) <= HEADING_WORDS and line[:1].isalnum() and line[-1] not in ".!?,;:" and not line[0].islower()
    )
