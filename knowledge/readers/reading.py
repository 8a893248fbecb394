"""What a reader brings back: blocks of text in order, and what it noticed on the way."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from coach.errors import KnowledgeError

BlockKind = Literal["heading", "paragraph", "item", "row", "code"]

MAX_CHARACTERS = 8_000_000
"""Longest text of one document, about 1.3 million words. A longer one is a log or a dump."""


class Unreadable(KnowledgeError):
    """A file that is not taken up. ``reason`` is a short name for the report, the message says it in a sentence."""

    def __init__(self, reason: str, text: str):
        super().__init__(text)
        self.reason = reason
        self.text = text

    def __reduce__(self) -> tuple[type["Unreadable"], tuple[str, str]]:
        return Unreadable, (self.reason, self.text)


@dataclass(frozen=True, slots=True)
class Block:
    """One heading, paragraph, list item, table row or listing. ``level`` is a heading's depth, from 1."""

    kind: BlockKind
    text: str
    level: int = 0
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A document as text. ``notes`` are short names of what was found or left out, for the report."""

    blocks: tuple[Block, ...]
    title: str = ""
    date: str | None = None
    """ISO date that the document itself gives."""
    licence: str = ""
    attribution: str = ""
    notes: tuple[str, ...] = ()
    marked: bool = False
    """Whether part of the text may have been invisible to a person who looked at the document."""

    @property
    def words(self) -> int:
        return sum(len(block.text.split()) for block in self.blocks)


def checked(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """The blocks that hold text. Raises Unreadable where there is more than a document can hold."""
    kept: list[Block] = []
    size = 0
    for block in blocks:
        if block.text.strip():
            kept.append(block)
            size += len(block.text)
            if size > MAX_CHARACTERS:
                raise Unreadable("too large", f"It holds more than {MAX_CHARACTERS:,} characters of text.")
    return tuple(kept)
