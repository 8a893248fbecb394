"""Recognises danger in Spanish, French, German, Portuguese and Italian. Rules alone; data in ``languages.yaml``.

The embedding reads English only, so these rules carry the whole burden in their languages.
"""

import re
import unicodedata
from functools import cache
from typing import Any

from coach import patterns
from coach.crisis import Finding, Who

LANGUAGES = ("es", "fr", "de", "pt", "it")

_WHO: dict[str, Who] = {"other": "other", "own": "own", "danger": "abuse"}


def crisis_abroad(text: str) -> Finding | None:
    """Danger in one of the five languages; None where there is none, and for English."""
    flat = _flat(text)
    found = [
        (language, kind)
        for language in LANGUAGES
        for kind in ("other", "own", "danger")
        if _rule(language, kind).search(flat)
    ]
    if not found:
        return None
    words = re.findall(r"[\w']+", flat)
    weight = {language: _weight(language, words) for language, _ in found}
    language, kind = max(found, key=lambda pair: weight[pair[0]])
    if weight[language] == 0 and (len(words) > 3 or "suicid" in flat):
        return None
    # "Suicide" and its kin are spelt alike; more English words make it English, and the English rules look at it.
    if _weight("en", words) > weight[language]:
        return None
    own = (language, "own") in found and kind == "other" and _FIRST[language].search(flat)
    who = "own" if own else _WHO[kind]
    return Finding(who, "explicit", f"{who} in {language}", language=language)


# First person beside a rule for another: the speaker may be in danger as well, and comes first.
_FIRST = {
    "es": re.compile(r"\b(?:quiero|matarme|suicidarme|mi vida)\b"),
    "fr": re.compile(r"\b(?:je veux|me tuer|me suicider|ma vie|mes jours)\b"),
    "de": re.compile(r"\b(?:ich will|mich umbringen|mein leben)\b"),
    "pt": re.compile(r"\b(?:quero|matar-me|me matar|minha vida)\b"),
    "it": re.compile(r"\b(?:voglio|uccidermi|ammazzarmi|mia vita)\b"),
}


def _weight(language: str, words: list[str]) -> int:
    """How many of the words are very common ones of a language."""
    common = _data()["common"][language].split()
    return sum(word in common for word in words)


def _flat(text: str) -> str:
    """Lower case without accents, as rules and spoken transcripts have it."""
    decomposed = unicodedata.normalize("NFKD", text.lower().replace("’", "'").replace("ß", "ss"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


@cache
def _rule(language: str, kind: str) -> re.Pattern[str]:
    return patterns.any_of(_data()[language][kind])


@cache
def _data() -> dict[str, Any]:
    return patterns.read("languages")
