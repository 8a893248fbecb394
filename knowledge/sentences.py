"""A message as the whole and its sentences: a long one holds several things, and the whole blurs them."""

import re

LAST = 6
"""Only the last sentences are read singly, since there the ask tends to stand."""
END = re.compile(r"(?<=[.!?…])\s+")


def with_sentences(text: str) -> list[str]:
    """The whole text first, then its last sentences where it has several."""
    sentences = [part for part in END.split(text.strip()) if part]
    return [text, *sentences[-LAST:]] if len(sentences) > 1 else [text]
