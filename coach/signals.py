"""Rules that recognise danger, clinical and legal asks and injection in a message, in English.

The patterns are data (``coach/data/rules.yaml``). Figures of speech are blanked first, so that "this deadline is
killing me" shows no sign of anything. The names of the rules that matched are also features of the learned heads.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from coach import patterns

# Rules for bare words, which talk about the subject uses as well ("our suicide prevention training").
_WORDS_ALONE = frozenset(f"crisis.{rule}" for rule in ("suicide", "self-harm", "ways", "promote", "method", "starve"))

_MASKED = (
    (re.compile(r"\bsu?[i1!*]+c[i1!*]+d[e3*]+", re.I), "suicide"),
    (re.compile(r"\bk[*!1]ll", re.I), "kill"),
    (re.compile(r"\b(?:kys|k y s)\b", re.I), "kill yourself"),
)
# Letters written as signs inside a word, to slip past filters: "k!ll", "p@!nful".
_LEET = str.maketrans({"@": "a", "!": "i", "1": "i", "0": "o", "3": "e", "$": "s", "5": "s", "7": "t", "4": "a"})
_MIXED = re.compile(
    r"[\w.+-]+@[\w-]+\.\w+|\b[\w@!$]*[a-z][@!$013457]+[\w@!$]*[a-z0-9$]\b|[@!$]+[a-z][\w@!$]*[@!$013457]\w*", re.I
)
_APOSTROPHES = str.maketrans("’‘`´", "''''")


@dataclass(frozen=True, slots=True)
class Rules:
    """All compiled patterns; a rule's name is ``family.rule``."""

    idiom: re.Pattern[str]
    about: re.Pattern[str]
    first_person: re.Pattern[str]
    themes: dict[str, re.Pattern[str]]
    rules: dict[str, re.Pattern[str]]


def plain(text: str) -> str:
    """Text as the rules read it: one kind of apostrophe and space, no invisible characters, masked words spelt out."""
    text = unicodedata.normalize("NFKC", text).translate(_APOSTROPHES)
    if not text.isascii():
        text = "".join(char for char in text if unicodedata.category(char) != "Cf")
    text = _MIXED.sub(lambda word: word.group(0).translate(_LEET) if _masks(word.group(0)) else word.group(0), text)
    for pattern, word in _MASKED:
        text = pattern.sub(word, text)
    return re.sub(r"[ \t]+", " ", text).strip()


def _masks(word: str) -> bool:
    """Whether signs stand for letters, as opposed to a number with a unit, a version or an address."""
    address = "@" in word and "." in word
    return not address and re.search(r"[a-z][@!$013457]+[a-z$]|[@!$][a-z0-9]*[a-z].*[@!$0-9]", word, re.I) is not None


def blank_idioms(text: str) -> str:
    """The text without figures of speech that use words of violence, death, fire or diagnosis."""
    return rules().idiom.sub(" · ", text)


@lru_cache(maxsize=1024)
def matched(text: str) -> frozenset[str]:
    """Names (``family.rule``) of the rules that a message matches, figures of speech aside."""
    rest = blank_idioms(plain(text))
    quiet = _WORDS_ALONE if rules().about.search(rest) else frozenset()
    return frozenset(name for name, rule in rules().rules.items() if name not in quiet and rule.search(rest))


def themes(text: str) -> frozenset[str]:
    """What a message about danger speaks of, by the names of the openings in ``prompts/crisis/openings.md``."""
    text = plain(text)
    return frozenset(theme for theme, pattern in rules().themes.items() if pattern.search(text))


def names() -> tuple[str, ...]:
    """Names of all rules in the order in which heads take them as features."""
    return tuple(rules().rules)


@cache
def rules() -> Rules:
    """The rules, read and compiled once."""
    data = patterns.read("rules")
    words = data["words"]
    return Rules(
        patterns.any_of(data["idioms"], words),
        patterns.any_of(data["about"], words),
        patterns.any_of(data["first_person"], words),
        {theme: patterns.any_of(lines, words) for theme, lines in data["themes"].items()},
        {
            f"{family}.{name}": patterns.any_of(lines, words)
            for family, group in data["families"].items()
            for name, lines in group.items()
        },
    )
