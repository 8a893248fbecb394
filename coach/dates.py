"""The day that people mean: "by Friday", "tomorrow", "in two weeks", "on 3 March", "next month".

English only. Knows no clock: the day it is today is passed in.
"""

import re
from datetime import date, datetime, timedelta

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "a couple of": 2, "three": 3, "a few": 3, "four": 4, "five": 5, "six": 6,
    "seven": 7, "eight": 8, "ten": 10,
}  # fmt: skip
_SPANS = {"day": 1, "week": 7, "fortnight": 14}

_NEAR = re.compile(r"\b(?:the )?(today|tonight|this (?:morning|afternoon|evening)|tomorrow|day after tomorrow)\b", re.I)
_AHEAD = re.compile(
    rf"\bin (?P<n>\d+|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))}) (?P<unit>day|week|fortnight|month)s?\b", re.I
)
_WEEKDAY = re.compile(rf"\b(?P<next>next )?(?P<day>{'|'.join(_DAYS)})\b(?P<week> week| after next)?", re.I)
_NEXT = re.compile(r"\b(?P<which>next|end of (?:the |this |next )?) ?(?P<unit>week|month)\b", re.I)
_THIS_WEEK = re.compile(r"\b(?:later )?this week\b", re.I)
_NUMBERED = re.compile(
    rf"\b(?:(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<m1>{'|'.join(m[:3] for m in _MONTHS)})[a-z]*"
    rf"|(?P<m2>{'|'.join(m[:3] for m in _MONTHS)})[a-z]* (?P<d2>\d{{1,2}})(?:st|nd|rd|th)?)\b(?:,? (?P<year>\d{{4}}))?",
    re.I,
)
_DATED = re.compile(rf"\b(?:{'|'.join(_DAYS)}),? (?:the )?{_NUMBERED.pattern}", re.I)
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")


def day_in(text: str, today: date) -> date | None:
    """The coming day that a text names first; None where it names none. A weekday is the next one to come."""
    found = [
        (match.start(), day)
        for pattern, read in _READERS
        if (match := pattern.search(text)) and (day := read(match, today)) is not None
    ]
    if not found:
        return None
    first = min(found, key=lambda one: one[0])
    # "Monday 7 December" is the seventh, whatever Monday comes first.
    dated = _DATED.search(text)
    numbered = _numbered(dated, today) if dated and dated.start() == first[0] else None
    return numbered or first[1]


def spoken(day: date, today: date) -> str:
    """A day, past or coming, as people say it, without figures."""
    away = (day - today).days
    if -1 <= away <= 1:
        return {-1: "yesterday", 0: "today", 1: "tomorrow"}[away]
    weekday = day.strftime("%A")
    if -7 < away < 7:
        return weekday
    if 7 <= away < 14:
        return f"{weekday} next week"
    return f"a {weekday} in {day.strftime('%B')}"


def _near(match: re.Match[str], today: date) -> date:
    word = match.group(1).lower()
    return today + timedelta(days=2 if word.startswith("day after") else 1 if word == "tomorrow" else 0)


def _ahead(match: re.Match[str], today: date) -> date:
    count = match["n"].lower()
    number = int(count) if count.isdigit() else _NUMBERS[count]
    unit = match["unit"].lower()
    return _months_on(today, number) if unit == "month" else today + timedelta(days=number * _SPANS[unit])


def _months_on(day: date, months: int) -> date:
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month, min(day.day, last))


def _weekday(match: re.Match[str], today: date) -> date:
    """ "Next Friday" is taken for the one of next week, as most people mean it."""
    wanted = _DAYS.index(match["day"].lower())
    away = (wanted - today.weekday()) % 7 or 7
    if match["next"] and away <= 6 - today.weekday():
        away += 7
    return today + timedelta(days=away + 7 * bool(match["week"]))


def _next(match: re.Match[str], today: date) -> date:
    which, unit = match["which"].lower(), match["unit"].lower()
    on = which.startswith("next") or "next" in which
    if unit == "month":
        first = _months_on(today.replace(day=1), 1 + (on and which.startswith("end")))
        return first if which.startswith("next") else first - timedelta(days=1)
    monday = today - timedelta(days=today.weekday())
    return monday + timedelta(days=7 if which.startswith("next") else 4 + 7 * on)


def _this_week(_: re.Match[str], today: date) -> date:
    return max(today, today + timedelta(days=4 - today.weekday()))


def _numbered(match: re.Match[str], today: date) -> date | None:
    month = [m[:3] for m in _MONTHS].index((match["m1"] or match["m2"]).lower()) + 1
    number = int(match["d1"] or match["d2"])
    try:
        day = date(int(match["year"] or today.year), month, number)
        return day if match["year"] or day >= today else day.replace(year=day.year + 1)
    except ValueError:
        return None


def _iso(match: re.Match[str], _: date) -> date | None:
    try:
        return datetime.strptime(match.group(), "%Y-%m-%d").date()
    except ValueError:
        return None


_READERS = (
    (_ISO, _iso), (_NUMBERED, _numbered), (_NEAR, _near), (_AHEAD, _ahead), (_WEEKDAY, _weekday), (_NEXT, _next),
    (_THIS_WEEK, _this_week),
)  # fmt: skip
