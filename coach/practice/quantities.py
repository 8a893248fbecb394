"""Amounts as people say them in an answer: how many people, how many minutes, which lines make a list."""

import re

from coach.timeline.stamps import stamps_in

_WORDS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)  # fmt: skip
_TENS = {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90, "a dozen": 12, "half a dozen": 6}
_COUNTED = {**{word: n for n, word in enumerate(_WORDS)}, **_TENS}
_NUMBER = re.compile(rf"\b(?:(\d+)|({'|'.join(sorted(_COUNTED, key=len, reverse=True))}))\b", re.I)
_SPAN = re.compile(
    rf"\b(?P<n>\d+(?:[.,]\d+)?|{'|'.join(sorted(_COUNTED, key=len, reverse=True))}|half an|an?|quarter of an)"
    r"(?P<half> and a half)?[ -]?(?P<unit>h|hrs?|hours?|m|mins?|minutes?)\b(?P<more> and a half)?",
    re.I,
)
_BULLET = re.compile(r"^\s*(?:[-*•–]|\(?\d{1,2}[.)])\s+")


def number_in(text: str) -> int | None:
    """The first number of a text; None where it names none."""
    match = _NUMBER.search(text)
    if match is None:
        return None
    return int(match[1]) if match[1] else _COUNTED[match[2].lower()]


def people_in(text: str) -> int | None:
    """How many people an answer names, by number or one by one; None where it cannot be told."""
    text = re.sub(r"\d{1,2}:\d\d|\b\d{1,2} ?[ap]m\b", "", text)
    numbers = [int(m[1]) if m[1] else _COUNTED[m[2].lower()] for m in _NUMBER.finditer(text)]
    if numbers:
        return max(numbers)
    names = [part for part in re.split(r",| and |;|\n", text) if part.strip()]
    return len(names) if len(names) > 1 else None


def minutes_in(text: str) -> int | None:
    """How long, in minutes: "an hour", "90 min", "an hour and a half"; None where it names no length."""
    match = _SPAN.search(text)
    if match is None:
        return None
    word = match["n"].lower().replace(",", ".")
    shares = {"a": 1.0, "an": 1.0, "half an": 0.5, "quarter of an": 0.25}
    amount = shares[word] if word in shares else float(_COUNTED[word]) if word in _COUNTED else float(word)
    if match["half"] or match["more"]:
        amount += 0.5
    return round(amount * (60 if match["unit"].lower().startswith("h") else 1))


# "Friday at 10", "tomorrow 3", with nothing that makes it something else ("at 10 people").
_BARE_HOUR = re.compile(
    r"\bat (?P<h>1?\d|2[0-3])\b(?!\s?[-/%:.]?\d)|day,? (?P<d>1?\d|2[0-3])\W*$|\btomorrow,? (?P<t>1?\d)\W*$", re.I
)
# People meet by day: a bare 3 is the afternoon.
_EARLIEST_HOUR = 7


def clock_in(text: str) -> int | None:
    """The time of day that an answer names, in minutes after midnight: "tomorrow at 3 pm", "at 10 tomorrow"."""
    found = next((one for one in stamps_in(text) if one.hour is not None and one.later is None), None)
    if found is not None and found.hour is not None:
        hour = found.hour % 12 + 12 * (found.half == "pm") if found.half else found.hour
        return hour * 60 + found.minute
    match = _BARE_HOUR.search(text)
    if match is None:
        return None
    hour = int(match["h"] or match["d"] or match["t"])
    return (hour + 12 if hour < _EARLIEST_HOUR else hour) * 60


def items_in(text: str) -> list[str]:
    """The points of an answer: its lines, or what stands between semicolons; a sentence each where it has neither."""
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) < 2:
        lines = re.split(r";\s+", text)
    if len(lines) < 2:
        lines = re.split(r"(?<=[.!?])\s+(?=[A-Z])", text)
    return [line for one in lines if (line := _BULLET.sub("", one).strip(" ;"))]
