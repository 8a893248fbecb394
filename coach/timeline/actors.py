"""Who acts or speaks, as far as the words at the head of a line tell. By form alone; nothing is looked up."""

import re
from functools import cache

from coach import patterns

_NAME = re.compile(
    r"[@+%~&]?[A-Za-zÀ-ž][\w.'’\-]*(?: (?:[A-ZÀ-Ž(@][\w.'’\-)]*|de|van|von|der|la|al)){0,3}"
    r"(?: (?:\[bot\]|APP|\(\w+\)))?"
)
_SPEAKER = re.compile(
    r"(?P<who><[@+%~& ]?[\w.\-\[\]|^`{}\\ ]+>|@[\w.\-]+:?|"
    r"(?:[A-Za-zÀ-ž][\w.'’\-]*(?: [A-ZÀ-Ž(][\w.'’\-)]*){0,3}):)\s(?P<said>.*)"
)  # fmt: skip
_ACTS = re.compile(
    r"(?:[a-z]{2,}(?:ed|[^s\W]s)|ran|saw|took|told|found|began|came|went|gave|got|made|put|read|said|sent|set|shut|stood|"
    r"thought|wrote|rang|drove|left|lost|met|paid|sold|spoke|threw|woke|brought|bought|built|cut|felt|held|kept|knew)\b"
)  # fmt: skip
# "host program[number]: words", as systems log.
_LOGGED = re.compile(r"([\w.\-]+) [\w.\-/]+\[\d+\]: ")


@cache
def words(name: str) -> frozenset[str]:
    """A list of words in ``coach/data/timeline.yaml``."""
    return frozenset(str(patterns.read("timeline")[name]).split())


def is_name(text: str) -> bool:
    """Whether a few words look like somebody's name or nick, and like nothing else."""
    text = text.strip()
    if not 2 <= len(text) <= 40 or not _NAME.fullmatch(text):
        return False
    first = text.split()[0]
    return first.lower() not in words("no_name") and (first[:1].isupper() or " " not in text)


def speaker(rest: str) -> tuple[str, str | None]:
    """Who speaks in what follows a time, and what they say; ("", None) where nobody is named."""
    match = _SPEAKER.match(rest)
    if match is None:
        return "", None
    who = match["who"].rstrip(":")
    if not who.startswith(("<", "@")) and not is_name(who):
        return "", None
    return who, match["said"]


def of(text: str, owner: str = "") -> str:
    """Who acts in a note: the name that it begins with, or the one whose account it is where it says "I"."""
    if owner and re.match(r"(?:and |then |so )?I\b", text):
        return owner
    if match := _LOGGED.match(text):
        return match[1]
    words_after = re.sub(r"^\W*(?:Then|Later|So|And)\b[, ]*", "", re.sub(r"^\W+", "", text))
    words_after = _AT.sub("", words_after)
    found = re.match(r"(?P<name>[A-ZÀ-Ž][\w'’\-]+)(?: \([^)]*\))?,? (?P<verb>\w+)", words_after)
    return _acting(found) or next(filter(None, map(_acting, _AFTER_TIME.finditer(text))), "")


_AT = re.compile(
    r"^(?:At|Around|About|By) (?:~?[\d:.]+(?: ?[ap]m)?|noon|midnight)(?: (?:yesterday|today|[A-Z]{3,4}))?,? *"
)
_AFTER_TIME = re.compile(
    r"\b(?:later|after(?:wards| that)?|yesterday|today|then|\d),? (?P<name>[A-ZÀ-Ž][\w'’\-]+) (?P<verb>\w+)"
)


def _acting(found: "re.Match[str] | None") -> str:
    """The name of a match, where its next word is something done."""
    if found is None or found["name"].lower() in words("no_name") or found["verb"] in words("not_acting"):
        return ""
    return found["name"] if _ACTS.fullmatch(found["verb"]) else ""
