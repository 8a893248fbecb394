"""The wall on disk: cards that wait, cards that show, votes, and answers to the pulse.

Nothing here is given a person, only the key of whoever acts, which is turned into tags and forgotten.
"""

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import sqlalchemy as sa

from coach.errors import NotFoundError
from coach.pulse.pulse import FLOOR, answer, summary
from coach.store.tables import cards, pools
from coach.workshop.key import tag
from coach.workshop.room import Room, RoomError
from coach.workshop.rooms import Rooms, held, hold, locked, put
from coach.workshop.wall import MOST_CARDS, Card, Pool, Seal, Waiting, blurred, leaving, new_cards, pool_of, tidy

CARE = "care"
"""The pool of those who agreed that the facilitator hears that someone may need a person."""

NOT_NOW = "The wall takes nothing at the moment. Your words are still on your phone."


class Walls:
    """The walls of all rooms of one database."""

    def __init__(self, rooms: Rooms, seal: Seal, *, chance: random.Random | None = None) -> None:
        self._rooms = rooms
        self._seal = seal
        self._chance = chance or random.SystemRandom()

    @property
    def sealed_by(self) -> str:
        return self._seal.name

    # Cards

    async def send(self, room: str, step: str, key: str, text: str) -> None:
        """A card, to wait until enough others have sent one. Raises RoomError."""
        said = tidy(text)
        if not said:
            raise RoomError("There is nothing on this card yet.")
        sealed = Waiting(tag(key, room, step, "card"), self._seal.close(said))

        def work(db: sa.Connection) -> None:
            here = locked(db, room)
            if not here.takes_cards() or here.step is None or here.step.id != step:
                raise RoomError(NOT_NOW)
            pool = pool_of(held(db, room, step))
            if sum(one.tag == sealed.tag for one in pool.waiting) >= MOST_CARDS:
                raise RoomError(f"{MOST_CARDS} cards are waiting already. Let the others have a turn.")
            pool = replace(pool, waiting=(*pool.waiting, sealed))
            self._let_out(db, here, step, pool, whole=False)

        await self._rooms.store.transact(work, writes=True)

    async def show(self, room: str, step: str) -> bool:
        """Lets out all that waits, where it comes from enough people. Whether anything went to the wall."""

        def work(db: sa.Connection) -> bool:
            here = locked(db, room)
            return not here.frozen and self._let_out(db, here, step, pool_of(held(db, room, step)), whole=True)

        return await self._rooms.store.transact(work, writes=True)

    def _let_out(self, db: sa.Connection, room: Room, step: str, pool: Pool, *, whole: bool) -> bool:
        """Opens and shuffles the cards that leave, and keeps the rest. The room is locked."""
        going = leaving(pool.waiting, whole=whole, chance=self._chance)
        texts = [self._seal.open(one.sealed) for one in pool.waiting if one.tag in going]
        made = new_cards(step, [text for text in texts if text], self._chance)
        stay = tuple(one for one in pool.waiting if one.tag not in going)
        hold(db, room.id, step, replace(pool, waiting=stay, contributors=pool.contributors | going).as_row())
        if made:
            every = {"room": room.id, "step": step, "shown": blurred(self._rooms.now()), "hidden": False, "votes": []}
            db.execute(cards.insert(), [{**every, "id": one.id, "text": one.text} for one in made])
            put(db, room)
        return bool(made)

    async def cards(self, room: str, *, hidden: bool = False) -> tuple[Card, ...]:
        """What shows on the wall, in the order of the random ids; ``hidden``: what the facilitator took off too.

        Votes count from ``FLOOR`` voters of an exercise on; until then they stand at 0.
        """

        def work(db: sa.Connection) -> tuple[Card, ...]:
            found = db.execute(sa.select(cards).where(cards.c.room == room).order_by(cards.c.id)).all()
            counted = {step for step, pool in _pools(db, room).items() if len(pool.voters) >= FLOOR}
            return tuple(
                Card(one.id, one.step, one.text, one.hidden, len(one.votes) if one.step in counted else 0)
                for one in found
                if hidden or not one.hidden
            )

        return await self._rooms.store.transact(work, writes=False)

    async def shows(self, room: str) -> frozenset[str]:
        """The steps whose cards come from enough people to be grouped and counted."""

        def work(db: sa.Connection) -> frozenset[str]:
            return frozenset(step for step, pool in _pools(db, room).items() if pool.shows)

        return await self._rooms.store.transact(work, writes=False)

    async def hide(self, room: str, card: str, hidden: bool) -> None:
        """Takes a card off the wall, or puts it back. Raises NotFoundError."""

        def work(db: sa.Connection) -> None:
            here = locked(db, room)
            which = sa.and_(cards.c.id == card, cards.c.room == room)
            if db.execute(cards.update().where(which).values(hidden=hidden)).rowcount == 0:
                raise NotFoundError("This card is not on the wall.")
            put(db, replace(here, spotlight=None) if hidden and here.spotlight == card else here)

        await self._rooms.store.transact(work, writes=True)

    # Votes

    async def vote(self, room: str, card: str, key: str) -> None:
        """Gives a vote to a card, or takes it back. Raises RoomError and NotFoundError."""

        def work(db: sa.Connection) -> None:
            here = locked(db, room)
            row = _card(db, room, card)
            allowed = next((one.votes for one in here.agenda if one.id == row.step), 0)
            if here.frozen or not allowed:
                raise RoomError("There is no voting at the moment.")
            mine = tag(key, card)
            if mine in row.votes:
                votes = [one for one in row.votes if one != mine]
            else:
                others = db.execute(sa.select(cards).where(cards.c.room == room, cards.c.step == row.step)).all()
                if sum(tag(key, one.id) in one.votes for one in others) >= allowed:
                    raise RoomError(f"Each has {allowed} votes. Take one back first.")
                votes = sorted([*row.votes, mine])
            db.execute(cards.update().where(cards.c.id == card).values(votes=votes))
            pool = pool_of(held(db, room, row.step))
            voters = pool.voters | {tag(key, room, row.step, "vote")}
            hold(db, room, row.step, replace(pool, voters=voters).as_row())
            put(db, here)

        await self._rooms.store.transact(work, writes=True)

    async def votes_of(self, room: str, key: str) -> tuple[str, ...]:
        """The cards that whoever has this key voted for."""

        def work(db: sa.Connection) -> tuple[str, ...]:
            found = db.execute(sa.select(cards.c.id, cards.c.votes).where(cards.c.room == room)).all()
            return tuple(sorted(one.id for one in found if tag(key, one.id) in one.votes))

        return await self._rooms.store.transact(work, writes=False)

    # The pulse

    async def answer_pulse(self, room: str, step: str, key: str, given: Mapping[str, object]) -> None:
        """An answer to the pulse, in place of the one before. Raises CoachError."""
        kept = json.dumps(dict(sorted(answer(given).items())))
        sealed = Waiting(tag(key, room, step, "pulse"), self._seal.close(kept))

        def work(db: sa.Connection) -> None:
            here = locked(db, room)
            if here.step is None or here.step.id != step or here.step.kind != "pulse" or step in (here.pulses or {}):
                raise RoomError("The pulse is closed, so no answer was taken.")
            pool = pool_of(held(db, room, step))
            others = tuple(one for one in pool.waiting if one.tag != sealed.tag)
            hold(db, room, step, replace(pool, waiting=(*others, sealed)).as_row())

        await self._rooms.store.transact(work, writes=True)

    async def has_answered(self, room: str, step: str, key: str) -> bool:
        mine = tag(key, room, step, "pulse")
        row = await self._rooms.store.transact(lambda db: held(db, room, step), writes=False)
        return any(one.tag == mine for one in pool_of(row).waiting)

    async def close_pulse(self, room: str, step: str) -> None:
        """Works out what the room may see, once, and deletes every answer."""

        def work(db: sa.Connection) -> None:
            here = locked(db, room)
            if not any(one.id == step and one.kind == "pulse" for one in here.agenda) or step in (here.pulses or {}):
                return
            pool = pool_of(held(db, room, step))
            opened = [self._seal.open(one.sealed) for one in pool.waiting]
            found = summary([json.loads(one) for one in opened if one])
            hold(db, room, step, Pool().as_row())
            put(db, replace(here, pulses={**(here.pulses or {}), step: asdict(found) if found else None}))

        await self._rooms.store.transact(work, writes=True)

    # Someone may need a person

    async def agree_to_care(self, room: str, key: str, agreed: bool) -> None:
        """Somebody agrees that the facilitator hears that someone may need a person, or takes it back."""

        def work(db: sa.Connection) -> None:
            here = locked(db, room)
            mine = tag(key, room, CARE)
            people = pool_of(held(db, room, CARE)).contributors
            people = people | {mine} if agreed else people - {mine}
            hold(db, room, CARE, Pool(contributors=people).as_row())
            put(db, here)

        await self._rooms.store.transact(work, writes=True)

    async def care(self, room: str) -> int:
        """How many agreed."""
        row = await self._rooms.store.transact(lambda db: held(db, room, CARE), writes=False)
        return len(pool_of(row).contributors)


def _pools(db: sa.Connection, room: str) -> dict[str, Pool]:
    rows: Sequence[Any] = db.execute(sa.select(pools).where(pools.c.room == room)).all()
    return {row.step: pool_of(row.held) for row in rows}


def _card(db: sa.Connection, room: str, card: str) -> Any:
    row = db.execute(sa.select(cards).where(cards.c.id == card, cards.c.room == room, ~cards.c.hidden)).first()
    if row is None:
        raise NotFoundError("This card is not on the wall.")
    return row
