"""Rooms and seats on disk. All state of a workshop lives here, so that any worker can serve any phone.

Who holds a key is found by the key's hash; no id opens anything. Every call may raise StoreError.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from coach.errors import NotFoundError
from coach.store import Store, new_id
from coach.store.rows import aware
from coach.store.tables import pools, presence, rooms, seats
from coach.workshop.agenda import Agenda
from coach.workshop.key import hashed, new_code, new_key, tag
from coach.workshop.room import MOST_SEATS, Room, RoomError, room_for, room_of, state_of

LONGEST_NICKNAME = 24

Clock = Callable[[], datetime]

# A worker that has not told for so long is gone, and its phones are counted where they come back.
PRESENCE_S = 40

GONE = "This room is over or was never there. Ask for the code again."


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Seat:
    """One person in a room, known by nothing but the key that their phone keeps."""

    id: str
    room: str
    nickname: str
    conversation: str
    hand: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """A room that was just opened, with the keys that are told once."""

    room: Room
    desk_key: str
    wall_key: str


class Rooms:
    """All rooms of one database."""

    def __init__(self, store: Store, *, clock: Clock = utc_now) -> None:
        self.store = store
        self.now = clock

    # Rooms

    async def open(self, agenda: Agenda, *, collection: str | None = None) -> Opened:
        desk_key = new_key()
        wall_key = wall_key_of(desk_key)

        def work(db: sa.Connection) -> Room:
            code = new_code()
            while db.execute(sa.select(rooms.c.id).where(rooms.c.code == code)).first():
                code = new_code()
            room = room_for(new_id(), code, agenda, collection=collection, opened=self.now())
            db.execute(
                rooms.insert().values(
                    id=room.id, code=code, desk_key=hashed(desk_key), wall_key=hashed(wall_key), state=state_of(room),
                    version=1, opened=room.opened, ended=None,
                )
            )  # fmt: skip
            return replace(room, version=1)

        return Opened(await self.store.transact(work, writes=True), desk_key, wall_key)

    async def rekey(self, id: str) -> Opened:
        """New keys for a room whose facilitator comes back to the machine; the old ones open nothing any more."""
        desk_key = new_key()
        wall_key = wall_key_of(desk_key)

        def work(db: sa.Connection) -> Room:
            values = {"desk_key": hashed(desk_key), "wall_key": hashed(wall_key)}
            db.execute(rooms.update().where(rooms.c.id == id).values(**values))
            return _room(db, id)

        return Opened(await self.store.transact(work, writes=True), desk_key, wall_key)

    async def open_ones(self) -> tuple[Room, ...]:
        """Rooms that have not ended, the newest first."""

        def work(db: sa.Connection) -> tuple[Room, ...]:
            rows = db.execute(sa.select(rooms).where(rooms.c.ended.is_(None)).order_by(rooms.c.opened.desc()))
            return tuple(_room_of(row) for row in rows)

        return await self.store.transact(work, writes=False)

    async def room(self, id: str) -> Room:
        """Raises NotFoundError."""
        return await self.store.transact(lambda db: _room(db, id), writes=False)

    async def version(self, id: str) -> int | None:
        """Goes up with every change; None where the room is gone."""
        query = sa.select(rooms.c.version).where(rooms.c.id == id)
        return await self.store.transact(lambda db: db.execute(query).scalar(), writes=False)

    async def by_desk(self, key: str) -> Room | None:
        """The room whose facilitator has this key."""
        return await self._by(rooms.c.desk_key == hashed(key))

    async def by_wall(self, key: str) -> Room | None:
        """The room whose projected page has this key."""
        return await self._by(rooms.c.wall_key == hashed(key))

    async def change(self, id: str, how: Callable[[Room], Room]) -> Room:
        """Changes a room in one stroke. What ``how`` raises leaves it as it was. Raises NotFoundError."""

        def work(db: sa.Connection) -> Room:
            before = locked(db, id)
            if before.ended is not None:
                raise RoomError(GONE)
            return put(db, how(before))

        return await self.store.transact(work, writes=True)

    # Seats

    async def join(self, code: str, nickname: str = "") -> tuple[str, Seat]:
        """A seat in the room of that code, and its key, told once. Raises NotFoundError and RoomError."""
        key = new_key()

        def work(db: sa.Connection) -> Seat:
            row = db.execute(sa.select(rooms).where(rooms.c.code == code, rooms.c.ended.is_(None))).first()
            if row is None:
                raise NotFoundError("There is no room with this code. Look at the wall once more.")
            room = locked(db, row.id)
            if not room.doors:
                raise RoomError("The doors of this room are closed. Ask the facilitator to open them.")
            taken = db.execute(sa.select(sa.func.count()).select_from(seats).where(seats.c.room == room.id)).scalar()
            if (taken or 0) >= MOST_SEATS:
                raise RoomError(f"This room is full: it takes {MOST_SEATS}.")
            seat = Seat(new_id(), room.id, " ".join(nickname.split())[:LONGEST_NICKNAME], new_id())
            db.execute(
                seats.insert().values(
                    id=seat.id, room=seat.room, key=hashed(key), nickname=seat.nickname,
                    conversation=seat.conversation, hand=False, take_key=None,
                )
            )  # fmt: skip
            put(db, room)
            return seat

        seat = await self.store.transact(work, writes=True)
        room = await self.room(seat.room)
        await self.store.create(seat.conversation, collection=room.collection, settings={"workshop": seat.room})
        return key, seat

    async def by_key(self, key: str) -> Seat | None:
        """Whose key this is."""
        return await self._seat(seats.c.key == hashed(key))

    async def by_take_key(self, key: str) -> Seat | None:
        """Whose take-home file may be fetched with this link."""
        return await self._seat(seats.c.take_key == hashed(key))

    async def take_link(self, seat: Seat) -> str:
        """A new link to somebody's take-home file; the one before it opens nothing any more."""
        key = new_key()
        changed = seats.update().where(seats.c.id == seat.id).values(take_key=hashed(key))
        await self.store.transact(lambda db: db.execute(changed), writes=True)
        return key

    async def raise_hand(self, seat: Seat, up: bool) -> None:
        def work(db: sa.Connection) -> None:
            room = locked(db, seat.room)
            db.execute(seats.update().where(seats.c.id == seat.id).values(hand=up))
            put(db, room)

        await self.store.transact(work, writes=True)

    async def lower_hands(self, room: str) -> None:
        def work(db: sa.Connection) -> None:
            here = locked(db, room)
            db.execute(seats.update().where(seats.c.room == room).values(hand=False))
            put(db, here)

        await self.store.transact(work, writes=True)

    async def hands(self, room: str) -> tuple[str, ...]:
        """Who has a hand up, by the nickname that they gave for it; '' for those who gave none. In no order of time."""
        query = sa.select(seats.c.nickname).where(seats.c.room == room, seats.c.hand)
        return await self.store.transact(lambda db: tuple(sorted(db.execute(query).scalars())), writes=False)

    async def seats(self, room: str) -> int:
        """How many have joined."""
        query = sa.select(sa.func.count()).select_from(seats).where(seats.c.room == room)
        return await self.store.transact(lambda db: int(db.execute(query).scalar() or 0), writes=False)

    # Who is where

    async def tell_presence(self, worker: str, places: Mapping[str, Mapping[str, int]]) -> None:
        """How many phones of each room this worker serves, by what they show. ``places``: room → place → how many."""

        def work(db: sa.Connection) -> None:
            known = set(db.execute(sa.select(rooms.c.id).where(rooms.c.id.in_(list(places)))).scalars())
            db.execute(presence.delete().where(presence.c.worker == worker))
            for room, counts in places.items():
                if room in known:
                    db.execute(presence.insert().values(room=room, worker=worker, places=dict(counts), at=self.now()))

        await self.store.transact(work, writes=True)

    async def places(self, room: str) -> dict[str, int]:
        """How many phones show what."""
        since = self.now() - timedelta(seconds=PRESENCE_S)

        def work(db: sa.Connection) -> dict[str, int]:
            found: dict[str, int] = {}
            for row in db.execute(sa.select(presence).where(presence.c.room == room)):
                if aware(row.at) >= since:
                    for place, n in row.places.items():
                        found[place] = found.get(place, 0) + n
            return found

        return await self.store.transact(work, writes=False)

    async def _by(self, which: Any) -> Room | None:
        def work(db: sa.Connection) -> Room | None:
            row = db.execute(sa.select(rooms).where(which)).first()
            return _room_of(row) if row else None

        return await self.store.transact(work, writes=False)

    async def _seat(self, which: Any) -> Seat | None:
        def work(db: sa.Connection) -> Seat | None:
            row = db.execute(sa.select(seats).where(which)).first()
            return Seat(row.id, row.room, row.nickname, row.conversation, row.hand) if row else None

        return await self.store.transact(work, writes=False)


def wall_key_of(desk_key: str) -> str:
    """The projected page's key, which follows from the facilitator's and does not lead back."""
    return tag(desk_key, "wall")


# Inside a transaction


def locked(db: sa.Connection, id: str) -> Room:
    """The room, held until the transaction ends: changes come one after another. Raises NotFoundError."""
    return _room(db, id, lock=True)


def put(db: sa.Connection, room: Room) -> Room:
    """Stores a room that was locked, and lets every worker know."""
    changed = replace(room, version=room.version + 1)
    db.execute(
        rooms.update()
        .where(rooms.c.id == room.id)
        .values(state=state_of(changed), version=changed.version, code=changed.code, ended=changed.ended)
    )
    return changed


def held(db: sa.Connection, room: str, step: str) -> dict[str, Any] | None:
    """What lies in a pool; the room must be locked."""
    return db.execute(sa.select(pools.c.held).where(pools.c.room == room, pools.c.step == step)).scalar()


def hold(db: sa.Connection, room: str, step: str, what: Mapping[str, Any]) -> None:
    here = sa.and_(pools.c.room == room, pools.c.step == step)
    if db.execute(pools.update().where(here).values(held=dict(what))).rowcount == 0:
        db.execute(pools.insert().values(room=room, step=step, held=dict(what)))


def _room(db: sa.Connection, id: str, *, lock: bool = False) -> Room:
    query = sa.select(rooms).where(rooms.c.id == id)
    row = db.execute(query.with_for_update() if lock else query).first()
    if row is None:
        raise NotFoundError(GONE)
    return _room_of(row)


def _room_of(row: Any) -> Room:
    ended = aware(row.ended) if row.ended else None
    return room_of(row.state, id=row.id, code=row.code, version=row.version, opened=aware(row.opened), ended=ended)
