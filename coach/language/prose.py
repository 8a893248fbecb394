"""The prose of a text: the sentences that are the writer's own words, with where they stand.

Code, links, markup, tables' rules and what is quoted from others are blanked with the length kept, so that offsets
into the prose are offsets into the text. Knows nothing of what a sentence means.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

_APOSTROPHES = str.maketrans("’‘`", "'''")

_BLANKED = (
    re.compile(r"\A---\n.*?\n---\n", re.S),  # front matter
    re.compile(r"^ {0,3}(```|~~~).*?(?:^ {0,3}\1[^\n]*$|\Z)", re.S | re.M),
    re.compile(r"(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)"),
    re.compile(r"<!--.*?-->", re.S),
    re.compile(r"<(?:style|script|pre|code)\b.*?</(?:style|script|pre|code)>", re.S | re.I),
    re.compile(r"</?[a-zA-Z][^<>\n]*>"),
    re.compile(r"^\s*>.*$", re.M),  # what a mail or a page quotes
    re.compile(r"^\s*\|?[\s:|-]{3,}\|?\s*$", re.M),
    re.compile(r"!\[[^\]\n]*\]\([^)\n]*\)"),
    re.compile(r"(?<=\])\((?:[^()\n]|\([^)\n]*\))*\)"),
    re.compile(r"(?<=\])\[[^\]\n]*\]"),
    re.compile(r"^\s*\[[^\]\n]+\]:\s*\S+.*$", re.M),
    re.compile(r"\b(?:https?|ftp|file)://\S+|\bwww\.\S+|\S+@\S+\.\w+"),
    re.compile(r"\{[{%].*?[%}]\}", re.S),
)
"""What is no prose at all."""
_STOOD_IN = (
    re.compile(r"(?<=\[)[^\]\n]+(?=\])"),  # a link's text is a title more often than a statement
    re.compile(r"(?<=\")(?:[^\"\n]|\n(?!\s*\n)){1,800}?(?=\")"),
    re.compile(r"(?<=[“„])(?:[^“”„\n]|\n(?!\s*\n)){1,800}?(?=[”“])"),
    re.compile(r"(?<=[«»])(?:[^«»\n]|\n(?!\s*\n)){1,800}?(?=[»«])"),
    re.compile(
        r"(?:(?<=[\s(\[,:;*_—-]['‘])|(?<=^['‘]))(?![\s'])(?:[^'‘’\n]|"
        r"['’](?=\w)){2,400}(?=['’](?:[\s).,;:?!*_\]—-]|$))",
        re.M,
    ),
)
"""What is somebody else's: one word without meaning stands in, so that the sentence around it can still be read."""
_DOUBLE = _STOOD_IN[1]

_BLOCK = re.compile(r"\n[ \t]*\n|\n(?=[ \t]*(?:[-*+•]|\d+[.)]|#{1,6}|\||\w+:)\s)|(?<=#)\s+|\n(?=[ \t]*#)|[|]|\t")
_BULLET = re.compile(r"[\s\-*+•#|>_]*(?:\d{1,3}[.)]\s+)?(?:\[[ xX]\]\s*)?")
_END = re.compile(r"(?:[.!?…]+[\"”»'’)\]*_]*)(?=\s)")
_ABBREVIATED = re.compile(r"\b(?:e\.g|i\.e|etc|cf|vs|Dr|Mr|Mrs|Ms|Prof|St|No|approx|resp|[A-Z])\.$")
_LONGEST = 1200
"""Characters; what runs on longer without a full stop is a list or a dump, and is cut so that parsing stays quick."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One sentence: offsets into the text, the text with other people's words blanked, and its original wording."""

    start: int
    end: int
    plain: str
    original: str

    @property
    def asks(self) -> bool:
        return self.plain.rstrip(" \"”»'’)*_").endswith("?")


class Lines:
    """Where the lines of a text begin, to turn offsets into line and column, both from 1."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def at(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


def own_words(text: str) -> str:
    """The text with everything blanked that is not its writer's prose; the length stays."""
    plain = text.translate(_APOSTROPHES) if "`" not in text else text
    for pattern in _BLANKED:
        plain = pattern.sub(_blank, plain)
    plain = plain.translate(_APOSTROPHES)
    for pattern in _STOOD_IN:
        # Straight quotes open and close alike, so that they are paired from the start of each paragraph.
        plain = _paired(plain) if pattern is _DOUBLE else pattern.sub(_stand_in, plain)
    return plain


def sentences(text: str) -> Iterator[Passage]:
    """The sentences of a text in order. List items, table cells and headings are sentences of their own."""
    plain = own_words(text)
    for start, end in _blocks(plain):
        start += len(_BULLET.match(plain[start:end]).group())  # type: ignore[union-attr]  # matches the empty text too
        for first, last in _sentences(plain, start, end):
            words = plain[first:last]
            if any(char.isalpha() for char in words):
                yield Passage(first, last, " ".join(words.split("\n")), text[first:last])


def _blank(found: re.Match[str]) -> str:
    return "".join(char if char == "\n" else " " for char in found.group())


def _stand_in(found: re.Match[str]) -> str:
    return "".join(char if char == "\n" else "x" for char in found.group())


def _paired(plain: str) -> str:
    out = []
    for part in re.split(r"(\n[ \t]*\n)", plain):
        if part.count('"') < 2:
            out.append(part)
            continue
        pieces = part.split('"')
        closed = len(pieces) % 2 == 1
        last = len(pieces) - (0 if closed else 1)
        out.append(
            '"'.join(
                re.sub(r"[^\n]", "x", piece) if index % 2 and index < last and len(piece) <= 800 else piece
                for index, piece in enumerate(pieces)
            )
        )
    return "".join(out)


def _blocks(plain: str) -> Iterator[tuple[int, int]]:
    start = 0
    for cut in _BLOCK.finditer(plain):
        if cut.start() > start:
            yield start, cut.start()
        start = cut.end()
    if start < len(plain):
        yield start, len(plain)


def _sentences(plain: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    first = start
    for stop in _END.finditer(plain, start, end):
        if _ABBREVIATED.search(plain, first, stop.end()):
            continue
        yield from _trimmed(plain, first, stop.end())
        first = stop.end()
    yield from _trimmed(plain, first, end)


def _trimmed(plain: str, first: int, last: int) -> Iterator[tuple[int, int]]:
    while first < last and plain[first] in " \n\t*_":
        first += 1
    while last > first and plain[last - 1] in " \n\t":
        last -= 1
    while first < last:
        cut = last
        if last - first > _LONGEST:
            cut = plain.rfind(" ", first, first + _LONGEST)
            cut = first + _LONGEST if cut <= first else cut
        yield first, cut
        first = cut
        while first < last and plain[first] in " \n\t":
            first += 1
