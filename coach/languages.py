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

# Very common words, enough to tell the five apart where a rule such as "suicid…" matches in several.
_COMMON = {
    "es": "el la los que de y en un una no me mi es por con para se lo ya muy esta pero quiero estoy yo su hoy",
    "fr": "le la les que de et en un une ne pas je mon ma est pour avec se ce plus tres suis mais moi veux j'ai elle",
    "de": "der die das und ich nicht ein eine mein meine ist zu mit mir mich es so sehr bin aber will er sie hat",
    "pt": "o a os que de e em um uma nao me meu minha por com para se ja muito estou mas eu quero sua ele ela",
    "it": "il la lo che di e in un una non mi mio mia per con si gia molto sono ma io voglio piu lui lei ho",
}


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
    weight = {language: sum(word in _COMMON[language].split() for word in words) for language, _ in found}
    language, kind = max(found, key=lambda pair: weight[pair[0]])
    if (weight[language] == 0 and len(words) > 3) or sum(word in _ENGLISH.split() for word in words) > weight[language]:
        return None
    own = (language, "own") in found and kind == "other" and _FIRST[language].search(flat)
    who = "own" if own else _WHO[kind]
    return Finding(who, "explicit", f"{who} in {language}", language=language)


# "Suicide" and its kin are spelt alike; a message with more of these is English, and the English rules look at it.
_ENGLISH = (
    "the of to is are was were my i i'm that with for it on at have has not you she they what how do does about this and "
    "your we our his her be been will would can could should if so just after"
)

# First person beside a rule for another: the speaker may be in danger as well, and comes first.
_FIRST = {
    "es": re.compile(r"\b(?:quiero|matarme|suicidarme|mi vida)\b"),
    "fr": re.compile(r"\b(?:je veux|me tuer|me suicider|ma vie|mes jours)\b"),
    "de": re.compile(r"\b(?:ich will|mich umbringen|mein leben)\b"),
    "pt": re.compile(r"\b(?:quero|matar-me|me matar|minha vida)\b"),
    "it": re.compile(r"\b(?:voglio|uccidermi|ammazzarmi|mia vita)\b"),
}


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
