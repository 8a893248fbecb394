"""From text as it streams to sentences that can be checked, stored and said one by one.

However the text is cut into chunks, the sentences are the same. Markers such as ``[2]`` stay with their sentence,
a quotation is never torn, every item of a list is a sentence of its own.
"""

import re
from collections.abc import AsyncIterator
from typing import TypeVar

T = TypeVar("T")

ENDS = ".!?…"
CLOSERS = ")”’»'*_"
PAUSES = ",;:—–"

# A first clause shorter than this sounds chopped when it is spoken before the rest is there.
EARLY_WORDS = 4

# Longer "quotations" are a quote mark that was never closed.
QUOTE_LIMIT = 400

# A full stop after these never ends a sentence. After "etc.", "a.m." or "U.S." it does where a capital follows.
ABBREVIATIONS = frozenset({
    "dr", "mr", "mrs", "ms", "prof", "st", "jr", "sr", "vs", "cf", "ca", "approx", "fig", "e.g", "i.e", "eg", "ie",
    "al", "resp", "dept", "est", "incl", "vol", "ch", "sec",
})  # fmt: skip

_MARKERS = re.compile(r"(?:\s?\[\d+(?:\s*,\s*\d+)*\])*")
_HALF_MARKER = re.compile(r"\s*(?:\[[\d,\s]*)?")
_BULLET = re.compile(r"^\s*(?:[-*•–]\s+|#{1,6}\s+)")
_ITEM_NUMBER = re.compile(r"\s*\(?\d{1,2}")
_LAST_WORD = re.compile(r"[\w.]+$")


async def sentences(chunks: AsyncIterator[str | T], *, early: bool = False) -> AsyncIterator[str | T]:
    """Sentences of streamed text, in order. Whatever is not text passes through, after the text before it.

    ``early``: the first clause of the first sentence leaves on its own, so that a voice can begin.
    """
    waiting = ""
    first = early
    async for chunk in chunks:
        if not isinstance(chunk, str):
            for sentence in _rest(waiting):
                yield sentence
            waiting = ""
            yield chunk
            continue
        waiting += chunk
        while (end := _end(waiting, early=first)) is not None:
            sentence, waiting = _clean(waiting[:end]), waiting[end:]
            if sentence:
                first = False
                yield sentence
    for sentence in _rest(waiting):
        yield sentence


def split(text: str) -> list[str]:
    """The sentences of a whole text."""
    return _rest(text)


def _rest(text: str) -> list[str]:
    found = []
    while text.strip():
        end = _end(text, final=True)
        if end is None:
            # A quotation that never closes holds nothing together.
            end = _end(text, final=True, quotes=False) or len(text)
        found.append(_clean(text[:end]))
        text = text[end:]
    return [sentence for sentence in found if sentence]


def _clean(sentence: str) -> str:
    return " ".join(_BULLET.sub("", sentence).split())


def _end(text: str, *, final: bool = False, early: bool = False, quotes: bool = True) -> int | None:
    """Where the first sentence ends; None where that cannot be told yet, or (``final``) there is no end."""
    quoted_from: int | None = None
    at = 0
    while at < len(text):
        char = text[at]
        if quoted_from is not None and at - quoted_from > QUOTE_LIMIT:
            quoted_from = None
        if char == "\n":
            if text[:at].strip():
                return at + 1
        elif char == "“" and quotes:
            quoted_from = at
        elif char == "”":
            quoted_from = None
        elif char == '"' and quotes:
            quoted_from = at if quoted_from is None else None
        elif char in ENDS:
            after = at + 1
            while after < len(text) and (
                text[after] in ENDS or text[after] in CLOSERS or (text[after] == '"' and quoted_from is not None)
            ):
                if text[after] in '”"':
                    quoted_from = None
                after += 1
            if quoted_from is None:
                verdict = _is_end(text, at, after, final)
                if verdict is None:
                    return None
                if verdict:
                    return _MARKERS.match(text, after).end()  # type: ignore[union-attr]  # it matches nothing too
            at = after
            continue
        elif char in PAUSES and early and quoted_from is None and len(text[:at].split()) >= EARLY_WORDS:
            if at + 1 == len(text):
                return None
            if text[at + 1].isspace():
                return at + 1
        at += 1
    return len(text) if final and quoted_from is None and text.strip() else None


def _is_end(text: str, stop: int, after: int, final: bool) -> bool | None:
    """Whether the stop at ``stop`` (its closing marks end at ``after``) ends a sentence; None: cannot be told yet."""
    marked = _MARKERS.match(text, after)
    assert marked is not None
    rest = text[marked.end() :]
    half = _HALF_MARKER.fullmatch(rest)
    if half is not None and "\n" not in rest:
        return True if final else None
    if not rest[:1].isspace():
        return False
    following = rest.lstrip()
    if "\n" in rest[: len(rest) - len(following)]:
        return True
    if following[:1].islower():
        return False
    if text[stop] == "." and after == stop + 1:
        return not _abbreviated(text[:stop], following)
    return True


def _abbreviated(before: str, following: str) -> bool:
    if _ITEM_NUMBER.fullmatch(before):
        return True
    last = _LAST_WORD.search(before)
    word = last.group() if last else ""
    if word.lower() in ABBREVIATIONS:
        return True
    if word == "No" or word == "no":
        return following[:1].isdigit()
    # An initial before a name; "I" at the end of a sentence is the person speaking.
    return len(word) == 1 and word.isupper() and word != "I"
