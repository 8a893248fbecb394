"""The values of a timeline: events, what is missing between them, where accounts differ."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from coach.timeline import zones


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, as one account has it."""

    line: int
    """First line of the paste that it stands on, from 1."""
    end: int
    """Last line of it."""
    text: str
    """What the account says, in its own words."""
    when: datetime | None = None
    """In UTC where a zone is known, else as written with UTC put on; None where only its place is known."""
    until: datetime | None = None
    """The later end, where a stretch of time was given."""
    about: bool = False
    """Whether the account itself gives the time as rough."""
    said: str = ""
    """The time as written."""
    zone: str = ""
    """The zone that it was read in, as written; empty where none is known."""
    zone_assumed: bool = False
    """Whether the zone was taken over from elsewhere in the paste."""
    actor: str = ""
    """Who or what did it, or said it in a channel; as written, empty where the account does not say."""
    source: str = ""
    """The account it stands in: a heading, a sender, a channel; empty where the paste is one piece."""
    told: bool = False
    """Whether it was told later, inside a message of another time."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of time of which nothing is written."""

    after: Event
    before: Event
    lasts: timedelta


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two accounts of what seems to be the same thing."""

    one: Event
    other: Event
    about: Literal["when", "who"]


@dataclass(frozen=True, slots=True)
class Aside:
    """A line that was taken for no event, and what for instead."""

    line: int
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """Everything that a paste holds, in the order in which it happened."""

    events: tuple[Event, ...] = ()
    gaps: tuple[Gap, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    unsure: tuple[str, ...] = ()
    """What was assumed in reading the times, one plain sentence each."""
    aside: tuple[Aside, ...] = field(default=(), repr=False)
    dated: bool = False
    """Whether the paste names a day anywhere; where not, times stand on the day it was read."""
    zoned: bool = False
    """Whether it names a zone; then every time is shown in it, or in UTC where there are several."""

    @property
    def sources(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(event.source for event in self.events if event.source))

    @property
    def zone(self) -> str:
        """The zone that times are shown in: the one that is written, UTC where there are several; empty for none."""
        if not self.zoned:
            return ""
        written = {one.zone for one in self.events if one.zone}
        return written.pop() if len(written) == 1 else "UTC"

    @property
    def day(self) -> str:
        """The day of all that happened, where one is named and it is the same: "28 February 2017"."""
        days = {self._here(one.when).date() for one in self.events if one.when} if self.dated else set()
        return f"{(only := days.pop()).day} {only:%B %Y}" if len(days) == 1 else ""

    def _here(self, moment: datetime) -> datetime:
        found = zones.zone(self.zone) if self.zone else None
        return moment.astimezone(found) if found else moment

    def shown(self, event: Event) -> str:
        """The time of an event as a timeline shows it; empty where none is known."""
        if event.when is None:
            return ""
        when = self._here(event.when)
        days = {self._here(one.when).date() for one in self.events if one.when}
        clock = f"{when:%H:%M:%S}" if when.second else f"{when:%H:%M}"
        if event.until:
            clock += f"–{self._here(event.until):%H:%M}"
        if len(days) > 1:
            first = min(days)
            day = f"{when:%d %b}" if self.dated else f"day {(when.date() - first).days + 1}"
            clock = f"{day} {clock}"
        return f"~{clock}" if event.about else clock

    def as_json(self) -> dict[str, Any]:
        """Plain data, with events named by their place in the order."""
        place = {id(event): n for n, event in enumerate(self.events)}
        return {
            "events": [
                {
                    "line": one.line, "end": one.end, "when": one.when.isoformat() if one.when else None,
                    "until": one.until.isoformat() if one.until else None, "about": one.about, "said": one.said,
                    "zone": one.zone, "zone_assumed": one.zone_assumed, "actor": one.actor, "source": one.source,
                    "told": one.told, "text": one.text,
                }
                for one in self.events
            ],
            "gaps": [
                {"after": place[id(gap.after)], "before": place[id(gap.before)],
                 "minutes": round(gap.lasts.total_seconds() / 60, 1)}
                for gap in self.gaps
            ],
            "conflicts": [
                {"one": place[id(one.one)], "other": place[id(one.other)], "about": one.about}
                for one in self.conflicts
            ],
            "zone": self.zone,
            "unsure": list(self.unsure),
            "aside": [{"line": one.line, "text": one.text, "why": one.why} for one in self.aside],
        }  # fmt: skip
