"""Time zones as people write them: UTC, CET, PST, +02:00, GMT+1, Europe/Berlin, PT.

An abbreviation that several countries use is read as the one most written in incident notes (CST is Chicago, IST is
India, BST is London in summer).
"""

import re
from datetime import datetime, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_HOURS = {
    "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "MEZ": 1, "MESZ": 2, "EET": 2,
    "EEST": 3, "MSK": 3, "GST": 4, "PKT": 5, "IST": 5.5, "ICT": 7, "SGT": 8, "HKT": 8, "AWST": 8, "JST": 9, "KST": 9,
    "ACST": 9.5, "AEST": 10, "ACDT": 10.5, "AEDT": 11, "NZST": 12, "NZDT": 13, "BRT": -3, "ART": -3, "AST": -4,
    "ADT": -3, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9,
    "AKDT": -8, "HST": -10, "SAST": 2, "WAT": 1, "EAT": 3,
}  # fmt: skip
# Written without saying whether it is summer time; the date decides.
_SEASONAL = {
    "ET": "America/New_York", "CT": "America/Chicago", "MT": "America/Denver", "PT": "America/Los_Angeles",
}  # fmt: skip

NAMED = "|".join(sorted((*_HOURS, *_SEASONAL), key=len, reverse=True))
ZONE = (
    rf"(?:(?:UTC|GMT)\s?[+-]\s?\d{{1,2}}(?::?\d\d)?|(?:{NAMED})(?![A-Za-z])|[+-]\d\d:?\d\d(?!\d)|"
    r"(?:Africa|America|Asia|Atlantic|Australia|Europe|Pacific)/[A-Za-z_]+)"
)
"""A zone as it stands beside a time. Case matters, so that no word is taken for one."""

_SAID = re.compile(
    rf"\b(?:times?(?: ?zone)?|clock)\b[^.;\n]{{0,20}}?\(?({ZONE})\)?|"
    rf"\(\s*(?:all |times )?(?:in )?({ZONE})\s*\)|\bin ({ZONE})\b"
)
# At the end of a heading a zone needs no word for it: "Outage of 2 July 2019, UTC".
_LAST = re.compile(rf"(?:,|\d|[-–/(])\s*({ZONE})\)?\s*$")

_OFFSET = re.compile(r"(?:UTC|GMT)?\s?([+-])\s?(\d{1,2}):?(\d\d)?$")


@cache
def zone(written: str) -> tzinfo | None:
    """What is meant; None for what is no zone."""
    written = written.strip("() ")
    if written in _HOURS:
        return timezone(timedelta(hours=_HOURS[written]), written)
    if match := _OFFSET.fullmatch(written):
        away = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
        return timezone(-away if match[1] == "-" else away) if away < timedelta(hours=15) else None
    try:
        return ZoneInfo(_SEASONAL.get(written, written))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def to_utc(moment: datetime, written: str) -> datetime:
    """A moment of that zone in UTC; with no zone, as it is."""
    found = zone(written) if written else None
    utc = timezone.utc  # noqa: UP017 (beside timezone itself)
    return moment.replace(tzinfo=found).astimezone(utc) if found else moment.replace(tzinfo=utc)


def says_zone(line: str) -> bool:
    """Whether a line says in which zone its times are."""
    return _SAID.search(line) is not None and re.search(r"\btimes?\b", line, re.I) is not None


def zone_of(line: str) -> str:
    """The zone that a line says for all its times; empty where it says none."""
    found = _SAID.search(line) or _LAST.search(line)
    return next(filter(None, found.groups()), "") if found else ""
