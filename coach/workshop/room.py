"""A room as it stands: where the agenda is, what time is left, what is held still. Values and plain changes of them.

Time comes in as an argument, so that a workshop can be walked through with the clock moved.
"""

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from coach.errors import CoachError
from coach.workshop.agenda import Agenda, Step

NOT_BEGUN = -1

MOST_SEATS = 150
"""More phones than one laptop answers in a second each (``coach bench load``)."""

CLOSING_MINUTES = 10
"""How long notes can be taken home once the facilitator begins to end, unless they end sooner."""

LONGEST_BROADCAST = 280


class RoomError(CoachError):
    """Something that the room does not allow now."""


@dataclass(frozen=True, slots=True)
class Room:
    """One workshop."""

    id: str
    code: str | None
    """None once it has ended."""
    title: str
    agenda: tuple[Step, ...]
    collection: str | None = None
    """Documents that the coach may speak from in this room."""
    at: int = NOT_BEGUN
    """Which step of the agenda; ``NOT_BEGUN`` before the first."""
    ends: datetime | None = None
    """When the time of the step is up, while it runs."""
    left_s: float = 0.0
    """Time left of the step, while it stands still."""
    doors: bool = True
    """Whether others may still join."""
    frozen: bool = False
    """The wall stands still: no cards, no votes, and phones ask to look up."""
    paused: bool = False
    """No coach answers, danger to life aside."""
    broadcast: str = ""
    spotlight: str | None = None
    """Id of the card that the wall shows large."""
    pulses: dict[str, Any] | None = None
    """What closed pulses showed, by step; None in it where fewer than the floor answered."""
    done: tuple[str, ...] = ()
    """Steps that were left, in order of leaving, each once."""
    closing: datetime | None = None
    """When everything is deleted, once the facilitator has begun to end."""
    ended: datetime | None = None
    receipt: dict[str, Any] | None = None
    opened: datetime | None = None
    version: int = 0

    @property
    def step(self) -> Step | None:
        return self.agenda[self.at] if 0 <= self.at < len(self.agenda) else None

    @property
    def running(self) -> bool:
        return self.ends is not None

    def remaining_s(self, now: datetime) -> float:
        """Seconds left of the step; negative where it runs over."""
        return self.left_s if self.ends is None else (self.ends - now).total_seconds()

    def takes_cards(self) -> bool:
        return self.step is not None and bool(self.step.prompt) and not self.frozen and self.ended is None


def begun(room: Room, now: datetime) -> Room:
    """The time of the step runs; before the first step, that begins."""
    if room.step is None:
        return at_step(room, 0, now)
    if room.running:
        return room
    return replace(room, ends=now + timedelta(seconds=room.left_s), left_s=0.0)


def held(room: Room, now: datetime) -> Room:
    """The time of the step stands still."""
    return room if not room.running else replace(room, left_s=room.remaining_s(now), ends=None)


def extended(room: Room, minutes: float) -> Room:
    """More time for the step, or less. Raises RoomError."""
    if not -60 <= minutes <= 60:
        raise RoomError("Extend by an hour at most.")
    if room.ends is not None:
        return replace(room, ends=room.ends + timedelta(minutes=minutes))
    return replace(room, left_s=room.left_s + 60 * minutes)


def at_step(room: Room, at: int, now: datetime) -> Room:
    """Another step, its time running. What the wall showed large goes. Raises RoomError."""
    if not 0 <= at < len(room.agenda):
        raise RoomError("The agenda ends here. Add an exercise, or end the workshop.")
    left = (room.step.id,) if room.step is not None and room.at != at and room.step.id not in room.done else ()
    ends = now + timedelta(minutes=room.agenda[at].minutes)
    return replace(room, at=at, ends=ends, left_s=0.0, spotlight=None, done=room.done + left)


def rearranged(room: Room, steps: tuple[Step, ...]) -> Room:
    """Another agenda; the step in use stays in use. Raises RoomError."""
    if room.step is None:
        return replace(room, agenda=steps)
    ids = [one.id for one in steps]
    if room.step.id not in ids:
        raise RoomError("The exercise that is on cannot be taken out. Go on to another first.")
    return replace(room, agenda=steps, at=ids.index(room.step.id))


def titled(room: Room, title: str) -> Room:
    return replace(room, title=title)


def announced(room: Room, text: str) -> Room:
    """A line on every phone and on the wall; empty takes it away."""
    return replace(room, broadcast=" ".join(text.split())[:LONGEST_BROADCAST])


def begins_to_end(room: Room, now: datetime, minutes: float = CLOSING_MINUTES) -> Room:
    """Phones offer the notes; afterwards all is deleted."""
    return replace(held(room, now), closing=now + timedelta(minutes=minutes), doors=False)


def goes_on(room: Room) -> Room:
    """The end is called off."""
    return replace(room, closing=None, doors=True)


_KEPT_APART = ("id", "code", "version", "opened", "ended")
"""Columns of their own."""


def state_of(room: Room) -> dict[str, Any]:
    """The room as it is stored, without what has a column of its own."""
    state: dict[str, Any] = {name: value for name, value in asdict(room).items() if name not in _KEPT_APART}
    state["agenda"] = [one.model_dump() for one in room.agenda]
    for name in ("ends", "closing"):
        state[name] = state[name].isoformat() if state[name] else None
    return state


def room_of(state: dict[str, Any], **apart: Any) -> Room:
    dates = {name: datetime.fromisoformat(state[name]) if state[name] else None for name in ("ends", "closing")}
    agenda = tuple(Step.model_validate(one) for one in state["agenda"])
    return Room(**{**state, **dates, **apart, "agenda": agenda, "done": tuple(state["done"])})


def room_for(id: str, code: str, agenda: Agenda, *, collection: str | None, opened: datetime) -> Room:
    return Room(id=id, code=code, title=agenda.title, agenda=agenda.steps, collection=collection, opened=opened)
