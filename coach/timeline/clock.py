"""From times as written to moments: which day, which half of it, which zone, and what a distance comes to.

Each account is read in its own order, since "00:07" after "23:59" is the next day, and "ten minutes later" hangs on the
line before. What had to be assumed is kept, to be said.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import pairwise

from coach.patterns import pattern
from coach.timeline import actors
from coach.timeline.entry import Account, Entry
from coach.timeline.event import Event
from coach.timeline.stamps import Day, Stamp, stamps_in
from coach.timeline.zones import to_utc, zone

# A step back of more than this, in times without a day, is midnight and not a line out of order.
MIDNIGHT = timedelta(hours=12)
# Something told in a message is taken to lie at most this far back where only its hour is given.
TOLD_BACK = timedelta(hours=12)
# Notes made while something goes on are hardly made in the future; a day further on is taken for last year's.
AHEAD = timedelta(days=7)


@dataclass(slots=True)
class Found:
    """An event with its place in the paste, before it is put in order."""

    event: Event
    placed: datetime | None
    """Where it belongs in the order; of an event without a time, the moment of the one that it stands after."""


@dataclass(slots=True)
class _State:
    """How far an account was read."""

    account: Account
    today: date
    half_clock: bool = False
    day: date | None = None
    previous: datetime | None = None
    """As written, in the zone of the account."""
    anchor: datetime | None = None
    """The moment that a distance counts from, in UTC."""
    start: datetime | None = None
    zone: str = ""
    assumed: bool = False
    descending: bool = False
    month_first: bool = False
    year: int | None = None


@dataclass(slots=True)
class Reading:
    """Everything that was read, and what was assumed in it."""

    found: list[Found] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)
    dated: bool = False


def read(entries: Sequence[Entry], today: date, default_zone: str = "") -> Reading:
    """The events of all entries, in the order of the paste."""
    reading = Reading()
    stamps = [one.stamp for one in entries if one.stamp]
    days = [one.day for one in stamps if one.day] + [one.day for one in entries if one.day]
    days += [one.account.day for one in entries if one.account.day]
    reading.dated = any(day.day or day.weekday is not None or day.away is not None for day in days)
    month_first = _month_first(days, stamps, reading)
    year = next((day.year for day in days if day.year), None)
    only = {one.zone for one in stamps if one.zone} | {one.account.zone for one in entries if one.account.zone}
    for account in dict.fromkeys(id(one.account) for one in entries):
        mine = [one for one in entries if id(one.account) == account]
        state = _State(mine[0].account, today, month_first=month_first, year=year)
        _learn_zone(state, mine, only, default_zone, reading)
        _learn_clock(state, mine, reading)
        if state.account.day:
            state.day = _date(state.account.day, state)
        state.day = state.day or _day_before_the_first(mine, state)
        if state.account.start:
            state.start = _moment(state.account.start, state, None)[0]
        for entry in mine:
            reading.found += _events(entry, state)
    return reading


def _day_before_the_first(entries: Sequence[Entry], state: _State) -> date | None:
    """The day of entries that stand before the first day that is written: "day changed" comes after a whole evening."""
    clocks: list[int] = []
    for entry in entries:
        named = entry.day or (entry.stamp.day if entry.stamp else None)
        if named is None or named.day is None:
            if entry.stamp and entry.stamp.hour is not None:
                clocks.append(entry.stamp.hour * 60 + entry.stamp.minute)
            continue
        if not clocks or state.descending:
            return None
        if entry.stamp and entry.stamp.hour is not None:
            clocks.append(entry.stamp.hour * 60 + entry.stamp.minute)
        nights = sum(before - after > MIDNIGHT.total_seconds() / 60 for before, after in pairwise(clocks))
        day = _date(named, state)
        return day - timedelta(days=nights) if day else None
    return None


def _month_first(days: Sequence[Day], stamps: Sequence[Stamp], reading: Reading) -> bool:
    """Whether 11/12 is November: where the clock has AM and PM, as it goes in the same places."""
    unclear = [day for day in days if day.either]
    if not unclear:
        return False
    halves = any(one.half for one in stamps)
    one = unclear[0]
    reading.unsure.append(
        f"“{one.day}/{one.month}” may be read either way; it was taken for "
        f"{'the month first, since the times have AM and PM' if halves else 'the day first'}."
    )
    return halves


def _learn_zone(state: _State, entries: Sequence[Entry], only: set[str], default: str, reading: Reading) -> None:
    written = Counter(one.stamp.zone for one in entries if one.stamp and one.stamp.zone)
    bare = sum(1 for one in entries if one.stamp and one.stamp.hour is not None and not one.stamp.zone)
    state.zone = state.account.zone
    if not state.zone and bare:
        known = written.most_common(1)[0][0] if written else next(iter(only)) if len(only) == 1 else default
        state.zone, state.assumed = known, bool(known)
        whose = f" in “{state.account.name}”" if state.account.name else ""
        times = "One time" if bare == 1 else f"{bare} times"
        if known:
            reading.unsure.append(f"{times}{whose} without a zone: taken for {known}, like the rest.")
        elif only:
            names = ", ".join(sorted(only))
            reading.unsure.append(
                f"{times}{whose} without a zone, beside others in {names}: taken for UTC. Which is it?"
            )
            state.zone, state.assumed = "UTC", True


def _learn_clock(state: _State, entries: Sequence[Entry], reading: Reading) -> None:
    """Whether hours without AM or PM are of a clock with twelve of them, and whether the newest stands first."""
    clocks = [one.stamp for one in entries if one.stamp and one.stamp.hour is not None and one.stamp.later is None]
    hours = [(one.hour or 0) * 60 + one.minute for one in clocks]
    drops = any(
        before >= 10 * 60 and after <= 5 * 60 and not later.padded and later.day is None
        for before, after, later in zip(hours, hours[1:], clocks[1:], strict=False)
    )
    twelve = all((one.hour or 0) <= 12 for one in clocks)
    halves = any(one.half for one in clocks)
    bare = any(not one.half and not one.padded and 1 <= (one.hour or 0) <= 12 for one in clocks)
    spoken = any(not one.padded and not one.half and ":" not in one.said for one in clocks)
    state.half_clock = (twelve and (drops or (halves and bare))) or (spoken and bare)
    if state.half_clock and not (halves and all(one.half for one in clocks)):
        reading.unsure.append("Hours without AM or PM were read so that the notes run forward; check the afternoon.")
    whole = [one for one in clocks if one.day is None or one.day.day is not None]
    keys = [((one.day.month or 0, one.day.day or 0) if one.day else (0, 0), one.hour or 0, one.minute) for one in whole]
    falls = sum(after < before for before, after in pairwise(keys))
    rises = sum(after > before for before, after in pairwise(keys))
    state.descending = len(keys) > 2 and falls > 2 * rises


def _events(entry: Entry, state: _State) -> Iterator[Found]:
    """The event of an entry, and what is told in it of another time."""
    if entry.day:
        state.day = _date(entry.day, state)
    stamp = entry.stamp
    base = Event(entry.line, entry.end, entry.text, actor=entry.actor, source=entry.account.name)
    if stamp is None or stamp.vague:
        yield Found(replace(base, about=True, said=stamp.said if stamp else ""), state.anchor)
        if stamp is None and entry.kind != "message":
            return
    if stamp is not None and not stamp.vague:
        when, used = _moment(stamp, state, entry.written)
        until = None
        if stamp.until and when is not None and stamp.hour is not None:
            until = when + timedelta(minutes=stamp.until[0] * 60 + stamp.until[1] - stamp.hour * 60 - stamp.minute)
        said = replace(
            base, when=when, until=until, about=stamp.about, said=stamp.said, zone=used,
            zone_assumed=bool(used) and not stamp.zone and state.assumed and stamp.later is None,
        )  # fmt: skip
        yield Found(said, when)
        state.anchor = when or state.anchor
    yield from _told(entry, base, state)


def _told(entry: Entry, base: Event, state: _State) -> Iterator[Found]:
    """Other times in the words of an entry: of something that had happened before it was said."""
    said_at = state.anchor
    if said_at is None:
        return
    own = entry.stamp
    for stamp in stamps_in(entry.text):
        if own is not None and entry.kind != "message" and (stamp.start, stamp.end) == (own.start, own.end):
            continue
        before = entry.text[: stamp.start]
        clause = re.split(r"[.;\n]|, (?=but|and|so)", before)[-1]
        if stamp.from_start or (stamp.later is not None and not stamp.ago):
            continue
        if stamp.later is None and not pattern("timeline", "told").search(before) and entry.kind == "message":
            continue
        if stamp.later is None and entry.kind == "note" and not pattern("timeline", "told").search(before):
            continue
        if pattern("timeline", "coming").search(clause) or (entry.kind == "note" and own is None):
            continue
        when = _told_moment(stamp, said_at, state, prose=entry.kind == "prose")
        if when is not None:
            text = _clause(entry.text, stamp)
            who = entry.actor if entry.kind == "message" else actors.of(text, entry.account.owner)
            yield Found(
                replace(base, text=text, when=when, about=stamp.about, said=stamp.said, told=True, actor=who,
                        zone=stamp.zone or state.zone, zone_assumed=not stamp.zone and state.assumed),
                when,
            )  # fmt: skip


def _told_moment(stamp: Stamp, said_at: datetime, state: _State, *, prose: bool) -> datetime | None:
    if stamp.later is not None:
        return said_at + stamp.later
    if stamp.hour is None or stamp.vague:
        return None
    written = stamp.zone or state.zone
    here = said_at.astimezone(zone(written)) if written and zone(written) else said_at
    day = (_date(stamp.day, replace(state, day=here.date())) if stamp.day else None) or here.date()
    hours = [stamp.hour]
    if stamp.half:
        hours = [stamp.hour % 12 + 12 * (stamp.half == "pm")]
    elif state.half_clock and stamp.hour <= 12 and not stamp.padded:
        hours = [stamp.hour % 12, stamp.hour % 12 + 12]
    moments = [to_utc(datetime(day.year, day.month, day.day, hour, stamp.minute), written) for hour in hours]
    if stamp.day:
        return moments[-1] if len(moments) == 1 else min(moments, key=lambda one: abs(one - said_at))
    if prose:
        # A story goes back and forth; the same day is the likeliest.
        return min(moments, key=lambda one: abs(one - said_at))
    moments += [moment - timedelta(days=1) for moment in moments]
    past = [moment for moment in moments if timedelta(0) <= said_at - moment <= TOLD_BACK]
    return max(past, default=None)


def _clause(text: str, stamp: Stamp) -> str:
    """The sentence that a time stands in."""
    start = max((m.end() for m in re.finditer(r"[.!?]\s+|\n", text[: stamp.start])), default=0)
    stop = re.search(r"(?<=[.!?])\s|\n", text[stamp.end :])
    return text[start : stamp.end + stop.start() if stop else len(text)].strip()


def _moment(stamp: Stamp, state: _State, written: Stamp | None) -> tuple[datetime | None, str]:
    """When that was, in UTC, and the zone it was read in. Moves the state on."""
    if stamp.later is not None:
        anchor = state.start if stamp.from_start else state.anchor
        if anchor is None and stamp.from_start:
            day = state.day or state.today
            anchor = state.start = to_utc(datetime(day.year, day.month, day.day), "")
        if anchor is None:
            return None, ""
        when = anchor + stamp.later
        here = zone(state.zone) if state.zone else None
        state.previous = (when.astimezone(here) if here else when).replace(tzinfo=None)
        return when, ""
    used = stamp.zone or state.zone
    explicit = stamp.day is not None
    if stamp.day is not None:
        state.day = _date(stamp.day, state, written)
    if stamp.hour is None:
        return None, used
    day = state.day or state.today
    plain = _plain_moment(stamp, day, state, explicit=explicit)
    state.previous, state.day = plain, plain.date() if state.day or not explicit else state.day
    return to_utc(plain, used), used


def _plain_moment(stamp: Stamp, day: date, state: _State, *, explicit: bool) -> datetime:
    """The moment on its own clock."""
    hour = stamp.hour or 0
    previous = state.previous
    if stamp.half:
        hour = hour % 12 + 12 * (stamp.half == "pm")
    moment = datetime(day.year, day.month, day.day, hour, stamp.minute, stamp.second)
    bare = not stamp.half and state.half_clock and 1 <= hour <= 12
    if bare and (not stamp.padded or (hour >= 10 and ":" in stamp.said and stamp.day is None)):
        noon = moment.replace(hour=hour % 12 + 12)
        early = moment.replace(hour=hour % 12)
        if previous is not None:
            on = [one for one in (early, noon) if one >= previous - timedelta(minutes=5)]
            moment = min(on, default=noon)
        else:
            moment = noon if hour < 7 or hour == 12 else early
    if explicit or previous is None or stamp.day is not None:
        return moment
    if not state.descending and previous - moment > MIDNIGHT:
        return moment + timedelta(days=1)
    if state.descending and moment - previous > MIDNIGHT:
        return moment - timedelta(days=1)
    return moment


def _date(day: Day, state: _State, written: Stamp | None = None) -> date | None:
    """The date that is meant; None where it names none that there is."""
    here = state.day or state.today
    if written is not None and written.day is not None:
        here = _date(written.day, replace(state, day=None)) or here
    elif day.away is not None or day.weekday is not None:
        here = state.today
    if day.on is not None:
        return (state.previous.date() if state.previous else here) + timedelta(days=day.on)
    if day.away is not None:
        return here + timedelta(days=day.away)
    if day.weekday is not None:
        return here - timedelta(days=(here.weekday() - day.weekday) % 7)
    first, second = (day.day, day.month) if day.either and state.month_first else (day.month, day.day)
    year = day.year or state.year
    try:
        if year:
            return date(year, first or 1, second or 1)
        near = date(state.today.year, first or 1, second or 1)
        return near if near <= state.today + AHEAD else near.replace(year=near.year - 1)
    except ValueError:
        return None
