"""Messages that are pasted notes of what happened, beside what the person says about them."""

import re
from datetime import date
from functools import lru_cache

from coach.timeline.event import Timeline
from coach.timeline.timeline import read

# A chat message may name a time or two; notes name more.
LEAST_TIMES = 3
LEAST_LINES = 4
LONG_WORDS = 60
"""A story in one piece counts as notes from this length on, or with so many times of day."""
MANY_TIMES = 4
_CLOCK = re.compile(r"\b\d{1,2}[:.h]\d\d(?!\d)|\b\d{1,2} ?[ap]\.?m\b", re.I)

_SAID_WORDS = 120
"""What a person writes around a paste is read up to here."""


@lru_cache(maxsize=32)
def course(text: str, today: date) -> Timeline:
    """The timeline of pasted notes. Cached: a page is made of them several times."""
    return read(text, today=today)


@lru_cache(maxsize=256)
def is_paste(text: str) -> bool:
    """Whether a message is notes with times rather than talk."""
    lines = sum(1 for line in text.splitlines() if line.strip())
    short = lines < LEAST_LINES and len(text.split()) < LONG_WORDS
    if short and len(_CLOCK.findall(text)) < MANY_TIMES:
        return False
    events = read(text, today=date.today()).events
    return sum(1 for one in events if one.when is not None and not one.told) >= LEAST_TIMES


def unplaced(found: Timeline, text: str) -> list[str]:
    """Lines within the notes that name no time and belong to no event; what stands around the notes is talk."""
    first, last = _ends(found, text)
    return [one.text for one in found.aside if one.why == "names no time" and first < one.line <= last]


def _ends(found: Timeline, text: str) -> tuple[int, int]:
    """The first line of the notes and their last: up to the first empty line after the last event."""
    lines = text.splitlines()
    first = min((one.line for one in found.events), default=0)
    last = max((one.end for one in found.events), default=0)
    while last < len(lines) and lines[last].strip():
        last += 1
    return first, last


@lru_cache(maxsize=256)
def around(text: str) -> str:
    """What a person says before their notes, or after them below an empty line; the whole message where it is none."""
    if not is_paste(text):
        return text
    found = read(text, today=date.today())
    first, last = _ends(found, text)
    lines = text.splitlines()
    own = [one for one in found.aside if one.why in {"names no time", "a heading"} and not first < one.line <= last]
    # In a story on one line a sentence stands for itself.
    told = {n for one in found.events for n in range(one.line, one.end + 1)}
    return " ".join(dict.fromkeys(one.text if one.line in told else lines[one.line - 1].strip() for one in own))


@lru_cache(maxsize=256)
def talk_of(text: str) -> str:
    """What the person says themself around a paste; the whole message where it is none."""
    if not is_paste(text):
        return text
    lines = text.splitlines()
    own = [one for one in read(text, today=date.today()).aside if one.why in {"names no time", "a heading"}]
    said: list[str] = []
    for one in own:
        line = lines[one.line - 1].strip() if one.line <= len(lines) else ""
        if line and line not in said and sum(len(other.split()) for other in said) < _SAID_WORDS:
            said.append(line)
    return " ".join(said) or "Here are my notes."
