"""Timelines read from pasted notes: is every event kept, is the order right, are gaps and conflicts named.

Cases are our own notes in ``data/timelines``: a text beside what is in it, by line. ``split``: ``tune`` for those that
the reader was written with, ``kept`` for those written before it and looked at afterwards, ``later`` for those written
when it stood. What each first look gave is in docs/practices.md; what it missed has been put right since.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from coach.timeline.event import Event, Timeline
from coach.timeline.timeline import read
from evals.board import Row, share

FOLDER = Path(__file__).parent / "data" / "timelines"


@dataclass(frozen=True, slots=True)
class Case:
    """One pasted note with what is in it."""

    name: str
    split: str
    text: str
    today: date
    events: tuple[dict[str, Any], ...]
    """In order: ``line``, ``when`` (as in ``Event.when``, without zone) or None, ``about``, ``actor``."""
    gaps: tuple[tuple[int, int], ...]
    """Lines after and before which nothing is written for long."""
    conflicts: tuple[frozenset[int], ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one note."""

    case: Case
    kept: tuple[bool, ...]
    """For each event that is in it."""
    extra: int
    """Events that are none."""
    in_order: bool
    named: bool
    """Whether exactly the gaps and conflicts that are there were named."""


def cases(folder: Path = FOLDER) -> Iterator[Case]:
    for path in sorted(folder.glob("*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        yield Case(
            path.stem,
            data["split"],
            path.with_suffix(".txt").read_text(encoding="utf-8"),
            date.fromisoformat(data["today"]),
            tuple(data["events"]),
            tuple((after, before) for after, before in data["gaps"]),
            tuple(frozenset(pair) for pair in data["conflicts"]),
        )


def outcome(case: Case) -> Outcome:
    """Reads a note and sets it against what is in it."""
    found = read(case.text, today=case.today)
    used: list[int] = []
    kept = []
    for wanted in case.events:
        place = next((n for n, one in enumerate(found.events) if n not in used and _is(one, wanted)), None)
        kept.append(place is not None)
        if place is not None:
            used.append(place)
    return Outcome(
        case, tuple(kept), len(found.events) - len(used), all(kept) and used == sorted(used), _named(found, case)
    )


def _is(event: Event, wanted: dict[str, Any]) -> bool:
    when = event.when.replace(tzinfo=None).isoformat() if event.when else None
    return _on(event, wanted["line"]) and when == wanted["when"]


def _on(event: Event, line: int) -> bool:
    return event.line <= line <= event.end


def _named(found: Timeline, case: Case) -> bool:
    gaps = [
        next(((a, b) for a, b in case.gaps if _on(gap.after, a) and _on(gap.before, b)), None) for gap in found.gaps
    ]
    pairs = {frozenset((one.one.line, one.other.line)) for one in found.conflicts}
    return None not in gaps and set(gaps) == set(case.gaps) and pairs == set(case.conflicts)


def measure() -> list[Row]:
    """Figures of the board, by split."""
    found = [outcome(case) for case in cases()]
    rows: list[Row] = []
    for split in ("tune", "kept", "later"):
        mine = [one for one in found if one.case.split == split]
        events = [hit for one in mine for hit in one.kept]
        notes = "own pasted notes"
        rows.append(share(12, "events of a timeline kept", notes, split, events, "≥ 1"))
        rows.append(share(12, "timelines in the right order", notes, split, [one.in_order for one in mine], "≥ 1"))
        rows.append(share(12, "gaps and conflicts named, no others", notes, split, [one.named for one in mine], "≥ 1"))
        rows.append(share(12, "notes without an event that is none", notes, split, [one.extra == 0 for one in mine]))
    return rows
