"""Times as people write them, found in a line: stamps, clock words, and times said by their distance from another.

Only reads what is written. Which day "14:05" is on, and what "ten minutes later" comes to, ``coach.timeline.clock``
works out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

from coach.timeline.zones import ZONE

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_WEEKDAY = (
    r"(?:mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs(?:day)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)\b"
)


@dataclass(frozen=True, slots=True)
class Day:
    """A day as written; what is None was not written."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    either: bool = False
    """Whether day and month might stand the other way round, as in 11/12."""
    weekday: int | None = None
    away: int | None = None
    """Days from the day it was written on: today 0, yesterday -1."""
    on: int | None = None
    """Days on from the event before: "the next morning" 1."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """One time as written, at ``start`` to ``end`` of its line."""

    start: int
    end: int
    said: str
    day: Day | None = None
    hour: int | None = None
    minute: int = 0
    second: int = 0
    half: Literal["am", "pm"] | None = None
    padded: bool = True
    """Whether the hour has two digits, as 24-hour clocks write it."""
    zone: str = ""
    about: bool = False
    until: tuple[int, int] | None = None
    """Hour and minute of the later end."""
    later: timedelta | None = None
    """Distance from the event before; from the start where ``from_start``."""
    from_start: bool = False
    ago: bool = False
    """Whether the distance goes back from when it was said."""
    vague: bool = False
    """Whether only the hour is known, as in 8:??."""

    @property
    def is_day_only(self) -> bool:
        return self.day is not None and self.hour is None and self.later is None


# Days

_ISO = re.compile(r"(?<![\d.])(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?![\d-])")
_SLASHED = re.compile(r"(?<![\d.:/])(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d\d)(?!\d)")
_DAY_MONTH = re.compile(
    rf"(?:{_WEEKDAY},? )?(?:the )?\b(\d{{1,2}})(?:st|nd|rd|th)?(?: of)?[ -]({_MONTH})(?:,?[ -](\d{{4}})\b)?", re.I
)
_MONTH_DAY = re.compile(
    rf"(?:\b{_WEEKDAY},? )?\b({_MONTH}) (\d{{1,2}})(?:st|nd|rd|th)?(?![\d:])"
    r"(?:,? (?:at )?(\d{4})\b(?! ?(?:hrs?|hours|Z)\b))?",
    re.I,
)
_NEXT = re.compile(r"\b(?:the )?(?:next|following) (day|morning|afternoon|evening|night)\b", re.I)
_NEAR = re.compile(r"\b(today|yesterday|tonight|this (?:morning|afternoon|evening)|last night)\b", re.I)
_WEEKDAY_ONLY = re.compile(
    r"\b(?:on )?(monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b(?: (morning|afternoon|evening|night))?",
    re.I,
)  # fmt: skip
# What a part of the day is taken for where no hour is given with it.
_PARTS = {"morning": 8, "afternoon": 14, "evening": 18, "night": 22}


def _day_at(text: str, at: int) -> tuple[Day, int] | None:
    """A day that begins right there, and where it ends."""
    if match := _ISO.match(text, at):
        year, month, day = map(int, match.groups())
        return (Day(year, month, day), match.end()) if 1 <= month <= 12 and 1 <= day <= 31 else None
    if match := _SLASHED.match(text, at):
        first, second = int(match[1]), int(match[3])
        year = int(match[4]) + (2000 if len(match[4]) == 2 else 0)
        if first > 12 and 1 <= second <= 12:
            return Day(year, second, first), match.end()
        if second > 12 and 1 <= first <= 12:
            return Day(year, first, second), match.end()
        # Dots and dashes are day first wherever they are used; slashes may be either.
        return Day(year, second, first, either=match[2] == "/" and first != second), match.end()
    match = _DAY_MONTH.match(text, at)
    if match and match[2] != "may":
        return Day(_year(match[3]), _month(match[2]), int(match[1])), match.end()
    if match := _MONTH_DAY.match(text, at):
        return Day(_year(match[3]), _month(match[1]), int(match[2])), match.end()
    if match := _NEXT.match(text, at):
        return Day(on=1), match.end()
    if match := _NEAR.match(text, at):
        word = match[1].lower()
        return Day(away=-1 if word in {"yesterday", "last night"} else 0), match.end()
    if match := _WEEKDAY_ONLY.match(text, at):
        return Day(weekday=WEEKDAYS.index(match[1].lower()[:3])), match.end()
    return None


def _year(written: str | None) -> int | None:
    return int(written) if written else None


def _month(written: str) -> int:
    return MONTHS.index(written.lower()[:3]) + 1


# Times of day

_CLOCK = re.compile(
    r"(?<![\d:.,])(?P<h>[01]?\d|2[0-4]):(?P<m>[0-5]\d|\?\?|xx)(?::(?P<s>[0-5]\d)(?:[.,]\d+)?)?(?!\d|:\d)"
    r"\s?(?P<half>[ap]\.?m\b\.?)?",
    re.I,
)
_HALF = re.compile(r"(?<![\d:.])(?P<h>1[0-2]|[1-9])(?:\.(?P<m>[0-5]\d))?\s?(?P<half>[ap]\.?m\b\.?)", re.I)
_MILITARY = re.compile(r"(?<![\d:.])(?P<h>[01]\d|2[0-3])(?P<m>[0-5]\d)(?=Z\b|\s?(?:UTC|GMT|hrs?\b|hours\b|h\b))")
_FRENCH = re.compile(r"(?<![\d:.+T])(?P<h>[01]?\d|2[0-3])h(?P<m>[0-5]\d)\b")
_GERMAN = re.compile(r"(?<![\d:.])(?P<h>[01]?\d|2[0-3])[.:](?P<m>[0-5]\d)(?= ?Uhr\b)")
_EPOCH = re.compile(r"(?<![\d.])(1[4-9]\d{8})(?:\.\d+)?(?![\d])")

_HOUR_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_HOUR = rf"(?P<hour>{'|'.join(_HOUR_WORDS)}|1[0-2]|[1-9])\b"
_MINUTE_WORDS = {"five": 5, "ten": 10, "a quarter": 15, "quarter": 15, "twenty": 20, "twenty-five": 25, "half": 30}
_SPOKEN = re.compile(
    rf"\b(?:(?P<minutes>half|a quarter|quarter|five|ten|twenty-five|twenty) (?P<side>past|to|after) {_HOUR}|"
    rf"(?P<whole>{'|'.join(_HOUR_WORDS)}|1[0-2]|[1-9]) o['’]clock|(?P<name>noon|midday|midnight)\b)"
    r"(?: in the (?P<part>morning|afternoon|evening)| (?P<night>at night))?",
    re.I,
)
_TAIL = re.compile(r"(?:\s?(?:hrs?|hours|h|Uhr)\b)?(?:ish\b|-ish\b)?")
_ZONE_AFTER = re.compile(rf"\s?\(?({ZONE})(?![A-Za-z])\)?")
_SECOND_CLOCK = re.compile(rf"\s?(?:/|\()\s?\d{{1,2}}:\d\d(?:\s?[ap]m)?(?:\s?(?:{ZONE}|local(?: time)?))\)?", re.I)
_RANGE = re.compile(r"\s?(?:-|–|—|to|until|till|and)\s?(?=\d{1,2}:\d\d)")
_ROUGH = re.compile(
    r"(?:~|≈|\bca\.?|\bc\.|\bcirca|\babout|\baround|\bapprox\.?|\bapproximately|\broughly|\bjust (?:before|after)|"
    r"\bshortly (?:before|after)|\bsome ?time (?:around|after|before)|\bnearly|\bmaybe|\bbetween)\s*(?:at )?$",
    re.I,
)

_LEADS = re.compile(r"\b(?:at|by|was|until|till|since|from|about|around|nearly)\s$", re.I)


def _clock_at(text: str, at: int) -> Stamp | None:
    """A time of day that begins right there."""
    for pattern in (_CLOCK, _HALF, _MILITARY, _FRENCH, _GERMAN):
        if match := pattern.match(text, at):
            found = match.groupdict()
            vague = (found["m"] or "0") in {"??", "xx", "XX"}
            half = found.get("half")
            return Stamp(
                at, match.end(), match[0].strip(), hour=int(found["h"]) % 24,
                minute=0 if vague else int(found["m"] or 0), second=int(found.get("s") or 0),
                half=("am" if half[0].lower() == "a" else "pm") if half else None,
                padded=len(found["h"]) == 2, vague=vague, about=vague,
            )  # fmt: skip
    match = _SPOKEN.match(text, at)
    if match is None or (
        match["side"] == "to" and "quarter" not in match["minutes"] and not _LEADS.search(text, 0, at)
    ):
        return None  # "five to ten minutes"
    return _spoken(match, at)


def _spoken(match: re.Match[str], at: int) -> Stamp:
    part = match["part"] or match["night"]
    half: Literal["am", "pm"] | None = None if not part else "am" if part.lower() == "morning" else "pm"
    if name := match["name"]:
        hour = 0 if name.lower() == "midnight" else 12
        return Stamp(at, match.end(), match[0], hour=hour)
    minute = 0
    word = (match["hour"] or match["whole"]).lower()
    hour = _HOUR_WORDS.index(word) + 1 if word in _HOUR_WORDS else int(word)
    if match["minutes"]:
        minute = _MINUTE_WORDS[match["minutes"].lower()]
        if match["side"].lower() == "to":
            hour, minute = (hour - 1) or 12, 60 - minute
    return Stamp(at, match.end(), match[0], hour=hour, minute=minute, half=half, padded=False)


def _whole_clock_at(text: str, at: int) -> Stamp | None:
    """A time of day with what belongs to it: rough or not, its zone, a later end."""
    found = _clock_at(text, at)
    if found is None:
        return None
    end = found.end
    tail = _TAIL.match(text, end)
    about = found.about or _ROUGH.search(text, 0, at) is not None
    if tail and tail.end() > end:
        about = about or "ish" in tail[0]
        end = tail.end()
    until = None
    gap = _RANGE.match(text, end)
    # Right after seconds, "-05:30" is a zone.
    if gap and not (found.said.count(":") == 2 and gap[0] == "-"):
        later = _clock_at(text, gap.end())
        if later is not None and later.hour is not None:
            hour = later.hour + 12 if later.half == "pm" and later.hour < 12 else later.hour
            until, end = (hour, later.minute), later.end
            found = replace(found, half=found.half or later.half)
    zone = ""
    if match := _ZONE_AFTER.match(text, end):
        zone, end = match[1], match.end()
    if match := _SECOND_CLOCK.match(text, end):
        end = match.end()
    return replace(found, end=end, zone=zone, about=about, until=until)


_BETWEEN_DAY_AND_CLOCK = re.compile(r"(?:T|[ ,;]*(?:\bat\b|@|um\b|—|-|–|\|)?\s*)")
_BEFORE_LATER_DAY = re.compile(r",?\s?\(?(?:on )?(?:the )?")


def stamp_at(text: str, at: int) -> Stamp | None:
    """The longest time that begins right there: a day, a time of day, both in either order, or Unix seconds."""
    if match := _EPOCH.match(text, at):
        return _of_epoch(match, at)
    if found := _day_at(text, at):
        day, end = found
        between = _BETWEEN_DAY_AND_CLOCK.match(text, end)
        clock = _whole_clock_at(text, between.end() if between else end)
        if clock is not None:
            return replace(clock, start=at, day=day, said=text[at : clock.end].strip())
        part = re.search(r"morning|afternoon|evening|night", text[at:end], re.I)
        if part:
            return Stamp(at, end, text[at:end], day=day, hour=_PARTS[part[0].lower()], about=True)
        return Stamp(at, end, text[at:end], day=day)
    clock = _whole_clock_at(text, at)
    if clock is None:
        return None
    between = _BEFORE_LATER_DAY.match(text, clock.end)
    if between and (later := _day_at(text, between.end())) and not _whole_clock_at(text, later[1]):
        end = later[1] + (text[later[1] : later[1] + 1] == ")")
        return replace(clock, end=end, day=later[0], said=text[at:end].strip())
    return replace(clock, said=text[at : clock.end].strip())


def _of_epoch(match: re.Match[str], at: int) -> Stamp:
    from datetime import UTC, datetime

    moment = datetime.fromtimestamp(int(match[1]), UTC)
    return Stamp(
        at, match.end(), match[0], Day(moment.year, moment.month, moment.day), moment.hour, moment.minute,
        moment.second, zone="UTC",
    )  # fmt: skip


# Distances

_COUNTS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "twenty-five": 25, "thirty": 30, "forty": 40,
    "forty-five": 45, "fifty": 50, "sixty": 60, "ninety": 90, "half an": 0.5, "half a": 0.5, "a quarter of an": 0.25,
    "three quarters of an": 0.75, "a few": 3, "a couple of": 2, "several": 4,
}  # fmt: skip
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_N = "|".join(sorted(map(re.escape, _COUNTS), key=len, reverse=True))
_DISTANCE = re.compile(
    rf"(?:\b(?P<rough>about|around|some|roughly|maybe|approximately|nearly|almost|perhaps)\s+)?"
    rf"(?<![\w.:])(?P<n>\d+(?:\.\d+)?|{_N})[\s-]?"
    r"(?P<unit>s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|days?|weeks?)\b"
    r"(?P<half> and a half)?(?:,? (?:and )?(?P<n2>\d+|" + _N + r") ?(?P<unit2>m|mins?|minutes?))?\s+"
    r"(?P<side>later|after(?:wards?|(?: that| this)?\b)|before(?: that| this)\b|earlier|ago)",
    re.I,
)
_OFFSET = re.compile(
    r"(?<![\w+:])T ?(?P<sign>[+-]) ?(?:(?P<h>\d+)(?::(?P<m>\d\d)|h(?:ours?)? ?(?P<hm>\d\d?)?m?)|"
    r"(?P<n>\d+) ?(?P<unit>s|m|h)?\w*)"
)  # fmt: skip
_PLUS = re.compile(r"\+ ?(?:(?P<h>\d+):(?P<m>\d\d)|(?P<n>\d+) ?(?P<unit>s|m|h)(?:in|ins|inutes?|r|rs|ours?|ecs?)?)\b")
_VAGUE_COUNTS = frozenset({"a few", "a couple of", "several"})


def distance_at(text: str, at: int) -> Stamp | None:
    """A time said by its distance from another, such as "ten minutes later" or "T+4m", right there."""
    if match := _OFFSET.match(text, at):
        if match["h"]:
            later = timedelta(hours=int(match["h"]), minutes=int(match["m"] or match["hm"] or 0))
        else:
            later = timedelta(seconds=int(match["n"]) * _UNITS[match["unit"] or "m"])
        later = -later if match["sign"] == "-" else later
        return Stamp(at, match.end(), match[0], later=later, from_start=True)
    if match := _DISTANCE.match(text, at):
        seconds = _seconds(match["n"], match["unit"])
        if match["half"]:
            seconds += _seconds("half a", match["unit"])
        if match["n2"]:
            seconds += _seconds(match["n2"], match["unit2"])
        side = match["side"].lower()
        back = side.startswith(("before", "earlier", "ago"))
        # Days that are counted say nothing of the hour.
        rough = bool(match["rough"]) or match["n"].lower() in _VAGUE_COUNTS or match["unit"].lower()[0] in "dw"
        later = timedelta(seconds=-seconds if back else seconds)
        return Stamp(at, match.end(), match[0], later=later, about=rough, ago=side == "ago")
    return None


def plus_at(text: str, at: int) -> Stamp | None:
    """An offset from the start, as logs put it at the head of a line: "+15m", "+0:15"."""
    match = _PLUS.match(text, at)
    if match is None:
        return None
    if match["h"]:
        later = timedelta(hours=int(match["h"]), minutes=int(match["m"]))
    else:
        later = timedelta(seconds=int(match["n"]) * _UNITS[match["unit"]])
    return Stamp(at, match.end(), match[0], later=later, from_start=True)


def _seconds(count: str, unit: str) -> float:
    word = count.lower()
    return (_COUNTS[word] if word in _COUNTS else float(word)) * _UNITS[unit.lower()[0]]


_DIGITS = re.compile(r"\d+")
# Where a time may begin; everything else is skipped without trying.
_BEGINS = re.compile(
    rf"\d|\bT ?[+-]|\b(?:{_WEEKDAY}|{_MONTH}|the (?:next|following|\d)|next|following|today|yesterday|"
    r"tonight|this |last night|on |half|a quarter|quarter|three quarters|noon|midday|midnight|an?\b|about|around|"
    r"some|roughly|maybe|approximately|nearly|almost|perhaps|several|"
    rf"{'|'.join(word for word in _COUNTS if ' ' not in word)})",
    re.I,
)


def stamps_in(text: str, *, days: bool = False) -> Iterator[Stamp]:
    """Every time in a text, left to right; days without a time of day only where asked for."""
    at = 0
    while match := _BEGINS.search(text, at):
        start = match.start()
        found = distance_at(text, start) or stamp_at(text, start)
        if found is not None:
            if days or not found.is_day_only:
                yield found
            at = max(found.end, start + 1)
        elif run := _DIGITS.match(text, start):
            at = run.end()  # the rest of a number is no time of its own
        else:
            at = start + 1
