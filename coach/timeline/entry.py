"""What a paste is laid out into, before its times are worked out: entries, each within an account."""

from dataclasses import dataclass, field
from typing import Literal

from coach.timeline.event import Aside
from coach.timeline.stamps import Day, Stamp


@dataclass(slots=True)
class Account:
    """One account within a paste, with what its heading says of all its times."""

    name: str = ""
    owner: str = ""
    """Whose account it is: who "I" is in it."""
    zone: str = ""
    day: Day | None = None
    start: Stamp | None = None
    """T+0, where it is given."""


@dataclass(slots=True)
class Entry:
    """Some lines that say one thing."""

    line: int
    end: int
    text: str
    account: Account
    stamp: Stamp | None = None
    actor: str = ""
    kind: Literal["message", "note", "prose"] = "note"
    """A message carries the time at which it was sent; a note the time at which the thing happened."""
    day: Day | None = None
    """A day that was written above it since the entry before."""
    written: Stamp | None = None
    """When the letter that it stands in was written."""


@dataclass(slots=True)
class Laid:
    entries: list[Entry] = field(default_factory=list)
    aside: list[Aside] = field(default_factory=list)
