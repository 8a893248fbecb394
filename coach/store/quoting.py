"""Keeps a document's words out of stored sentences: what stands in a cited passage word for word is kept as its place.

Read again, the words come from the document as it is today; of a removed document none are left anywhere.
"""

import re
from collections.abc import Sequence

from coach.values import Citation

LEAST_WORDS = 5
"""Fewer words in the same order may be anybody's."""
REMOVED = "removed source"
_PLACE = re.compile(r"⟦(\d+):(\d+)-(\d+)⟧")
_WORD = re.compile(r"\S+")


def kept(text: str, citations: Sequence[Citation]) -> str:
    """The text with what it takes from the documents it cites as places: citation, first and last character."""
    text = text.replace("⟦", "[").replace("⟧", "]")
    for number, cited in enumerate(citations):
        if cited.passage is not None:
            text = _placed(text, cited.passage.text, number)
    return text


def restored(text: str, citations: Sequence[Citation | None]) -> str:
    """The text with its places filled in again; None stands for a citation whose source was removed."""

    def words(found: "re.Match[str]") -> str:
        number, start, end = (int(part) for part in found.groups())
        cited = citations[number] if number < len(citations) else None
        if cited is None or cited.passage is None:
            return f"[{REMOVED}]"
        return cited.passage.text[start:end]

    return _PLACE.sub(words, text)


def _placed(text: str, source: str, number: int) -> str:
    """Every run of words that the source has too, longest first from the left, as a place in it."""
    words = [found.span() for found in _WORD.finditer(text)]
    out, last, n = [], 0, 0
    while n + LEAST_WORDS <= len(words):
        end = n + LEAST_WORDS
        start = words[n][0] + _lead(text[words[n][0] : words[n][1]])
        if "⟦" in text[start : words[end - 1][1]] or _core(text, start, words[end - 1][1]) not in source:
            n += 1
            continue
        while end < len(words) and "⟦" not in text[words[end][0] : words[end][1]]:
            if _core(text, start, words[end][1]) not in source:
                break
            end += 1
        run = text[start : words[end - 1][1]]
        if run not in source:
            run = _core(text, start, words[end - 1][1])
        at = source.index(run)
        out += [text[last:start], f"⟦{number}:{at}-{at + len(run)}⟧"]
        last, n = start + len(run), end
    return "".join([*out, text[last:]])


def _lead(word: str) -> int:
    """Characters of a word's opening quotation marks and brackets."""
    return len(word) - len(word.lstrip("“\"'‘(["))


def _core(text: str, start: int, end: int) -> str:
    """A run of words less the marks that close around it."""
    return text[start:end].rstrip("”\"'’)].,;:!?…")
