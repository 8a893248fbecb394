"""How a workshop ends: everything that people said is deleted, and a receipt says what was there and what is left.

What is left is asked of the database afterwards, not concluded.
"""

from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from coach.store.tables import artefacts, cards, commitments, conversations, pools, presence, rooms, seats, turns
from coach.workshop.rooms import Rooms, locked, put

FORGET_HOURS = 24
"""How long a receipt can still be looked at; then the room itself goes."""

LONGEST_HOURS = 16
"""A room that nobody ended is ended after a working day."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows of a room, by what they hold."""

    people: int
    conversations: int
    messages: int
    pages: int
    commitments: int
    cards: int
    waiting: int
    """Pools of cards and answers that were never shown."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was deleted, and what the database still holds of it."""

    when: str
    deleted: Counts
    left: Counts

    @property
    def clean(self) -> bool:
        return not any(asdict(self.left).values())


async def end(rooms_: Rooms, id: str) -> Receipt:
    """Ends a room for good: conversations, cards, seats and all that was waiting are removed and overwritten."""
    store = rooms_.store

    def work(db: sa.Connection) -> tuple[list[str], Counts]:
        room = locked(db, id)
        ids = list(db.execute(sa.select(seats.c.conversation).where(seats.c.room == id)).scalars())
        before = _counts(db, id, ids)
        for table in (cards, pools, presence, seats):
            db.execute(table.delete().where(table.c.room == id))
        put(db, replace(room, code=None, doors=False))  # nobody joins from here on
        return ids, before

    async def conversations_gone(ids: list[str]) -> None:
        here = sa.select(conversations.c.id).where(conversations.c.id.in_(ids))
        await store.delete(*await store.transact(lambda db: list(db.execute(here).scalars()), writes=False))

    ids, before = await store.transact(work, writes=True)
    await conversations_gone(ids)
    left = await store.transact(lambda db: _counts(db, id, ids), writes=False)
    receipt = Receipt(rooms_.now().isoformat(timespec="seconds"), before, left)

    def close(db: sa.Connection) -> None:
        here = locked(db, id)
        put(
            db,
            replace(
                here, code=None, title="", agenda=(), at=-1, ends=None, left_s=0.0, broadcast="", spotlight=None,
                pulses=None, done=(), doors=False, collection=None, closing=None, ended=rooms_.now(),
                receipt=asdict(receipt),
            ),
        )  # fmt: skip

    await store.transact(close, writes=True)
    return receipt


async def sweep(rooms_: Rooms) -> None:
    """Ends rooms whose time is up or that were forgotten, and lets go of old receipts."""
    now = rooms_.now()
    for room in await rooms_.open_ones():
        overdue = room.closing is not None and room.closing <= now
        forgotten = room.opened is not None and now - room.opened > timedelta(hours=LONGEST_HOURS)
        if overdue or forgotten:
            await end(rooms_, room.id)
    old = sa.and_(rooms.c.ended.is_not(None), rooms.c.ended < now - timedelta(hours=FORGET_HOURS))
    await rooms_.store.transact(lambda db: db.execute(rooms.delete().where(old)), writes=True)


async def leave(rooms_: Rooms, seat: str) -> None:
    """Somebody goes early: their conversation and their seat are removed, the cards they wrote stay nobody's."""

    def work(db: sa.Connection) -> str | None:
        row = db.execute(sa.select(seats).where(seats.c.id == seat)).first()
        if row is None:
            return None
        room = locked(db, row.room)
        db.execute(seats.delete().where(seats.c.id == seat))
        put(db, room)
        return str(row.conversation)

    conversation = await rooms_.store.transact(work, writes=True)
    if conversation is not None and await rooms_.store.entry(conversation) is not None:
        await rooms_.store.delete(conversation)


def _counts(db: sa.Connection, room: str, ids: list[str]) -> Counts:
    def count(table: sa.Table, which: Any) -> int:
        return int(db.execute(sa.select(sa.func.count()).select_from(table).where(which)).scalar() or 0)

    return Counts(
        people=count(seats, seats.c.room == room),
        conversations=count(conversations, conversations.c.id.in_(ids)),
        messages=count(turns, turns.c.conversation.in_(ids)),
        pages=count(artefacts, artefacts.c.conversation.in_(ids)),
        commitments=count(commitments, commitments.c.conversation.in_(ids)),
        cards=count(cards, cards.c.room == room),
        waiting=count(pools, pools.c.room == room),
    )
