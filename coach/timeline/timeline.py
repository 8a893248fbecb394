"""Reads a paste into a timeline: every event kept, in order, with what is missing and where accounts differ."""

from datetime import date

from coach.timeline import clock, comparing, layout
from coach.timeline.event import Timeline


def read(text: str, *, today: date, zone: str = "") -> Timeline:
    """The timeline of what somebody pasted.

    ``today``: the day from which "yesterday" and days without a year are read. ``zone``: that of times without one,
    where the paste names none at all. Nothing is lost: each line with words is in an event or set aside with a reason.
    """
    laid = layout.lay_out(text)
    reading = clock.read(laid.entries, today, zone)
    # Where a story goes on without a time, its place is right after what stands before it.
    order = sorted(enumerate(reading.found), key=lambda one: _key(one[0], reading))
    events = tuple(found.event for _, found in order)
    return Timeline(
        events,
        tuple(comparing.gaps(events)),
        tuple(comparing.conflicts(events)),
        tuple(dict.fromkeys(reading.unsure)),
        tuple(sorted(laid.aside, key=lambda one: one.line)),
        reading.dated,
        any(one.zone for one in events),
    )


def _key(place: int, reading: clock.Reading) -> tuple[str, int]:
    placed = reading.found[place].placed
    if placed is None:
        # Before the first time of its account: right before what follows it.
        source = reading.found[place].event.source
        placed = next(
            (one.placed for one in reading.found[place:] if one.placed is not None and one.event.source == source), None
        )
    return (placed.isoformat() if placed else "", place)
