"""The head of a line: its bullet, its time, the name before it, or the cells of a table's row."""

import re
from collections.abc import Sequence
from dataclasses import replace

from coach.timeline import actors
from coach.timeline.stamps import Stamp, distance_at, plus_at, stamp_at

BULLET = re.compile(r"\s*(?:[-*•–—+◦▪]\s+|\(?\d{1,3}[.)]\s+|>\s?)+")
EMOJI = re.compile(r":(?:\+1|-1|[a-z0-9_\-]*[a-z_][a-z0-9_\-]*):")
_APP = re.compile(r"\bAPP\b\s*")

NAMED = re.compile(r"(?P<name>[^\d\[(:]{2,40}?) (?P<time>\d{1,2}:\d\d(?: ?[AaPp][Mm])?)$")
"""A name and a time, and nothing else."""

_FOUR_FIGURES = re.compile(r"(?P<lead>\W*)(?P<h>[01]\d|2[0-3])(?P<mark>\.?)(?P<m>[0-5]\d)(?P<rest>\s*[:–-]?\s+\S)")


def with_colons(lines: Sequence[str]) -> list[str]:
    """Lines whose times are written 0830 or 08.30 at their head, with a colon in them; others as they are.

    Only where several lines begin so: one alone may be a year or an amount.
    """
    found = [match for line in lines if (match := _FOUR_FIGURES.match(line))]
    if len({match["h"] + match["m"] for match in found}) < 2:
        return list(lines)
    return [
        _FOUR_FIGURES.sub(lambda m: f"{m['lead']}{m['h']}:{m['m']}{m['rest']}", line, count=1)
        if _FOUR_FIGURES.match(line)
        else line
        for line in lines
    ]


def bare_of(line: str) -> str:
    """A line without bullets, emoji codes and brackets around its head."""
    return _APP.sub("", EMOJI.sub("", line)).strip()


def bare_stamp(line: str) -> Stamp | None:
    """The time that a line consists of; None where it says anything else."""
    bare = bare_of(line).strip("[]()-—– ")
    bare = re.sub(r"^[A-Za-z]{3,9}day,? (?=\w+ \d)", "", bare) if bare else bare
    if not bare or len(bare) > 60:
        return None
    found = stamp_at(bare, 0)
    return found if found is not None and not bare[found.end :].strip(" .,:()[]") else None


def head_of(raw: str) -> tuple[Stamp, str] | None:
    """The time at the head of a line and what follows; also where only a name stands before it."""
    bullet = BULLET.match(raw)
    line = bare_of(raw[bullet.end() :] if bullet else raw)
    inner = re.match(r"[\[(]\s?", line)
    at = inner.end() if inner else 0
    rough = re.match(
        r"(?:~|≈|ca\.?|c\.|circa|about|around|approx\.?|approximately|roughly|at|by|from|since|um)\s*", line[at:], re.I
    )
    for begin in dict.fromkeys((at, at + (rough.end() if rough else 0))):
        found = plus_at(line, begin) or distance_at(line, begin) or stamp_at(line, begin)
        # A sentence that begins with "At 14:05 Ana …" is prose, unless it is a point of a list.
        word = rough is not None and begin > at and re.match(r"at|by|from|since", line[at:], re.I)
        if found and not (word and not bullet) and not found.ago:
            if found.is_day_only and not inner:
                continue
            rest = re.sub(r"^\s*[\])]?\s*(?:[-–—|:>]+\s+|,\s+|[–—]\s*)?", "", line[found.end :])
            if found.later is not None and not found.from_start and not bullet:
                continue  # "Ten minutes later Piotr …" is prose as well
            return _with_day_behind(found, rest), rest.strip()
    if match := _MILITARY_HEAD.match(line):
        return Stamp(0, match.end(1), match[1], hour=int(match[1][:2]), minute=int(match[1][2:])), match[2]
    name = re.match(r"(?P<name>[^\d\[(:—–|]{2,40}?)(?:\s{2,}|\s*[—–|]\s*|\s*[\[(])", line)
    if name and actors.is_name(name["name"].strip()):
        stamp = stamp_at(line, name.end())
        if stamp is not None and not stamp.is_day_only and not line[stamp.end :].strip("])( "):
            return stamp, ""
    return None


_MILITARY_HEAD = re.compile(r"((?:[01]\d|2[0-3])[0-5]\d)\s+([a-z].*)")
_DAY_BEHIND = re.compile(r"\(([^()]{4,24})\)\s*$")


def _with_day_behind(stamp: Stamp, rest: str) -> Stamp:
    """The stamp with a day that stands in brackets at the end of its line."""
    match = _DAY_BEHIND.search(rest) if stamp.day is None else None
    day = bare_stamp(match[1]) if match else None
    return replace(stamp, day=day.day) if day and day.is_day_only else stamp


def named_before(raw: str, stamp: Stamp) -> str:
    """The name that stands before the time of a line."""
    bare = bare_of(raw)
    at = bare.find(stamp.said)
    name = bare[:at].strip(" —–|-[(") if at > 0 else ""
    return name if actors.is_name(name) else ""


def looks_chat(raw: str, stamp: Stamp) -> bool:
    """Whether "day time Name: text" stands there, as exports of channels write it."""
    return not BULLET.match(raw) and stamp.day is not None


def cells_of(line: str) -> list[str]:
    """The cells of a table's row; empty for any other line."""
    if not (line.startswith("|") and line.endswith("|") and line.count("|") >= 3):
        return []
    return [cell.strip() for cell in line.strip("|").split("|")]
