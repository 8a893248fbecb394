"""A document's blocks as passages: pieces of about 140 words that keep to its structure.

A passage never crosses into a section of another thought unless both are too short to stand alone. It knows the path
of headings above it, its page, and where it stands in the document's text, so that a viewer can mark it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from knowledge.readers.reading import Block

TARGET_WORDS = 140
"""About what the embedding reads well (it was trained on 128 to 256 word pieces) and a person reads at a glance."""
LEAST_WORDS = 45
"""A section shorter than this is joined by the next one."""
MOST_WORDS = 190
SENTENCE = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+(?=[\"'“‘(\[]?[A-ZÀ-ÞА-Я0-9])")
CONTEXT_WORDS = 30
PARTED = "\n\n"


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage of a document before it has an id. ``span`` counts characters of the document's text."""

    text: str
    heading: str
    """The headings above it, outermost first, parted by `` > ``."""
    span: tuple[int, int]
    page: int | None


@dataclass(frozen=True, slots=True)
class _Piece:
    """Part of a block, at most a passage long, with where it stands."""

    text: str
    start: int
    end: int
    path: tuple[str, ...]
    heading: bool
    page: int | None

    @property
    def words(self) -> int:
        return len(self.text.split())


def document_text(blocks: Sequence[Block]) -> str:
    """The text that spans count in."""
    return PARTED.join(block.text for block in blocks)


def chunks(blocks: Sequence[Block]) -> tuple[Chunk, ...]:
    """All passages of a document, in order."""
    return tuple(chunk for group in _groups(_pieces(blocks)) if (chunk := _joined(group)) is not None)


def context(title: str, chunk: Chunk) -> str:
    """What is put before a passage when it is compared with a question: the document's title and its headings."""
    parts = [title, *chunk.heading.split(" > ")]
    kept = [part for n, part in enumerate(parts) if part and part.lower() not in [p.lower() for p in parts[:n]]]
    return " ".join(" > ".join(kept).split()[:CONTEXT_WORDS])


def sentences(text: str) -> list[str]:
    """The sentences and lines of a passage."""
    return [part.strip() for line in text.split("\n") for part in SENTENCE.split(line) if part.strip()]


def _pieces(blocks: Sequence[Block]) -> Iterator[_Piece]:
    path: list[tuple[int, str]] = []
    start = 0
    for block in blocks:
        heading = block.kind == "heading"
        if heading:
            while path and path[-1][0] >= block.level:
                path.pop()
            path.append((block.level, block.text[:200]))
        names = tuple(text for _, text in path)
        for begin, end in _parts(block.text):
            yield _Piece(block.text[begin:end], start + begin, start + end, names, heading, block.page)
        start += len(block.text) + len(PARTED)


def _parts(text: str) -> Iterator[tuple[int, int]]:
    """Where to part a long block: between sentences, else between words."""
    if len(text.split()) <= MOST_WORDS:
        yield 0, len(text)
        return
    ends = [match.start() for match in SENTENCE.finditer(text)]
    begin, words = 0, 0
    last = 0
    for end in [*ends, len(text)]:
        more = len(text[last:end].split())
        if words and words + more > TARGET_WORDS:
            yield begin, last
            begin, words = last, 0
        if more > MOST_WORDS:
            for stop in _word_ends(text, begin, end):
                yield begin, stop
                begin = stop
            words = 0
        else:
            words += more
        last = end
    if begin < len(text) and text[begin:].strip():
        yield begin, len(text)


def _word_ends(text: str, begin: int, end: int) -> Iterator[int]:
    ends = [match.end() + begin for match in re.finditer(r"\S+\s*", text[begin:end])]
    # A line without spaces can be a megabyte long; such a word is cut where it stands.
    for n in range(TARGET_WORDS - 1, len(ends), TARGET_WORDS):
        yield ends[n]
    if ends and len(ends) % TARGET_WORDS:
        yield end


def _groups(pieces: Iterable[_Piece]) -> Iterator[list[_Piece]]:
    group: list[_Piece] = []
    words = 0
    for piece in pieces:
        new_section = piece.heading and words >= LEAST_WORDS
        too_long = words + piece.words > MOST_WORDS or (words >= TARGET_WORDS - 20 and not piece.heading)
        if group and (new_section or too_long) and any(not one.heading for one in group):
            trailing: list[_Piece] = []
            # A heading goes with what it stands over.
            while too_long and group and group[-1].heading:
                trailing.insert(0, group.pop())
            yield group
            group, words = trailing, sum(one.words for one in trailing)
        group.append(piece)
        words += piece.words
    if group:
        yield group


def _joined(group: Sequence[_Piece]) -> Chunk | None:
    lead = 0
    while lead < len(group) and group[lead].heading:
        lead += 1
    body = group[lead:]
    if not body:
        return None
    return Chunk(
        text="\n".join(piece.text.strip() for piece in body).strip(),
        heading=" > ".join(body[0].path),
        span=(body[0].start, body[-1].end),
        page=body[0].page,
    )
