"""Tells whether a message is in a language that the guided writer lacks.

Function-word counts are enough for the one question asked here: is this English, and if not, which of a few.
"""

import re
from functools import cache

from coach import patterns


def language_of(text: str) -> str | None:
    """ISO 639-1 code of the language, ``other`` for another script; None for English or where it cannot be told."""
    letters = sum(ch.isalpha() for ch in text)
    if letters and sum(not ch.isascii() and ch.isalpha() for ch in text) > letters / 2:
        return "other"
    words = re.findall(r"[^\W\d_]+", text.lower())
    if len(words) < 3:
        return None
    counts = {code: sum(word in common for word in words) for code, common in _common().items()}
    english = counts.pop("en")
    best = max(counts, key=lambda code: counts[code])
    sure = counts[best] >= max(2, english + 2) or (not english and counts[best] >= max(2, len(words) / 4))
    return best if sure else None


@cache
def _common() -> dict[str, frozenset[str]]:
    """Very common words of each language."""
    return {code: frozenset(words.split()) for code, words in patterns.read("common-words").items() if code != "words"}
