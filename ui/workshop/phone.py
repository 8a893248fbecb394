"""One phone: its private talk with the coach, and what it does in the room.

Messages come over one socket, so that no log of addresses tells who wrote on the wall. The conversation is found by the
seat's key alone; nothing that a phone sends names a conversation.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from coach.conversation import Conversation
from coach.errors import CoachError, NotFoundError, StoreError
from coach.events import Began, Done, Event
from coach.workshop.forgetting import forget
from coach.workshop.room import RoomError
from coach.workshop.rooms import Seat
from ui.shown import Shown, after, as_stored, begun, remembered
from ui.workshop import views
from ui.workshop.hub import Hub, Page
from ui.workshop.views import Look

if TYPE_CHECKING:
    from coach.floor import Subscription

logger = logging.getLogger(__name__)

LONGEST_MESSAGE = 6000
"""Characters; a page of notes."""

PLACES = ("now", "coach", "wall")

PAUSED = "The facilitator has paused the coach for a moment. What you wrote is still here."


class Phone:
    """What one open page of a phone can do."""

    def __init__(self, hub: Hub, page: Page, seat: Seat, key: str) -> None:
        self.hub = hub
        self.page = page
        self.seat = seat
        self._key = key
        self._shown: dict[str, Shown] = {}
        self._events: Subscription | None = None
        self.conversation: Conversation | None = None

    async def open(self) -> None:
        """Shows the room and the conversation so far. Raises CoachError."""
        self.page.on_look = self._looked
        await self.hub.join(self.page)
        await self._tell_mine()
        self.conversation = await self.hub.coach.conversation(self.seat.conversation)
        self._events = self.conversation.subscribe()
        self.hub.start(self._follow(self._events))
        await self._tell_all()

    def close(self) -> None:
        self.hub.leave(self.page)
        if self._events is not None:
            self._events.close()

    async def take(self, message: dict[str, Any]) -> None:
        """Something that the person did. Raises CoachError."""
        room, step = self.seat.room, str(message.get("step", ""))
        match message.get("kind"):
            case "say":
                await self._say(str(message.get("text", "")), message.get("replaces"))
            case "stop":
                if self.conversation is not None:
                    await self.conversation.stop()
            case "heard":
                await self._heard(str(message.get("turn")), int(message.get("n", 0)))
            case "place" if message.get("place") in PLACES:
                self.page.place = message["place"]
            case "hand":
                await self.hub.rooms.raise_hand(self.seat, bool(message.get("up")))
                await self._tell_mine()
                self.hub.changed(room)
            case "card":
                text = str(message.get("text", ""))
                await self.hub.walls.send(room, step, self._key, text)
                forgotten = await forget(self.hub.rooms.store, self.seat.conversation, text)
                self.page.tell({"kind": "card_taken", "forgotten": forgotten})
                if forgotten and self.conversation is not None:
                    await self._tell_all()
                self.hub.changed(room)
            case "vote":
                await self.hub.walls.vote(room, str(message.get("card", "")), self._key)
                await self._tell_mine()
                self.hub.changed(room)
            case "pulse" if isinstance(message.get("answers"), dict):
                await self.hub.walls.answer_pulse(room, step, self._key, message["answers"])
                await self._tell_mine()
            case "care":
                await self.hub.walls.agree_to_care(room, self._key, bool(message.get("agreed")))
                self.page.tell({"kind": "care", "agreed": bool(message.get("agreed"))})
                self.hub.changed(room)

    # The talk

    async def _say(self, said: str, replaces: Any) -> None:
        said = said.strip()[:LONGEST_MESSAGE]
        if not said or self.conversation is None:
            return
        # Asked each time: a workshop that has ended takes nothing more.
        if await self.hub.rooms.by_key(self._key) is None:
            raise RoomError("The workshop is over.")
        await may_answer(self.hub, self.seat, self.conversation, said)
        replaced = str(replaces) if replaces in self._shown else None
        self.hub.start(_answered(self.hub, self.conversation, said, replaced))

    async def _heard(self, turn: str, n: int) -> None:
        if self.conversation is not None and turn in self._shown:
            await self.conversation.heard(turn, n)

    async def _tell_all(self) -> None:
        assert self.conversation is not None
        turns = [self._known(one) for one in await self.conversation.history()]
        self._shown |= {one.turn.id: one for one in turns}
        self.page.tell({"kind": "opened", "turns": [views.turn(one) for one in turns]})

    def _known(self, turn: Any) -> Shown:
        shown = self._shown.get(turn.id)
        if shown is None:
            return remembered(turn)
        return shown if shown.answering else as_stored(shown, turn)

    async def _follow(self, events: "Subscription") -> None:
        async for event in events:
            try:
                await self._event(event)
            except StoreError as exc:
                self.page.tell({"kind": "trouble", "text": str(exc)})
            except Exception:
                logger.exception("a phone could not be told of a %s", type(event).__name__)

    async def _event(self, event: Event) -> None:
        assert self.conversation is not None
        if isinstance(event, Began):
            self._shown[event.turn] = begun(event, self.conversation.id)
            if event.replaces is not None:
                await self._tell_all()
                return
        elif event.turn in self._shown:
            self._shown[event.turn] = after(self._shown[event.turn], event)
        else:
            return
        if isinstance(event, Done):
            with suppress(NotFoundError, StoreError):
                stored = await self.conversation.store.turn(event.turn)
                self._shown[event.turn] = replace(as_stored(self._shown[event.turn], stored), answering=False)
        self.page.tell({"kind": "turn", "turn": views.turn(self._shown[event.turn])})

    # The room

    async def _looked(self, look: Look) -> None:
        if self.conversation is None:
            return
        if look.room.ended is not None:
            await self._room_ended()
        elif look.room.paused:
            await self.conversation.stop()

    async def _room_ended(self) -> None:
        """What this worker was still writing when another ended the room goes too."""
        conversation, self.conversation = self.conversation, None
        if conversation is not None:
            await conversation.stop()
            with suppress(NotFoundError):
                if await conversation.store.entry(conversation.id) is not None:
                    await conversation.store.delete(conversation.id)

    async def _tell_mine(self) -> None:
        room = (await self.hub.rooms.room(self.seat.room)).step
        seat = await self.hub.rooms.by_key(self._key)
        answered = room is not None and await self.hub.walls.has_answered(self.seat.room, room.id, self._key)
        self.page.tell(
            {
                "kind": "mine",
                "nickname": self.seat.nickname,
                "hand": seat is not None and seat.hand,
                "votes": list(await self.hub.walls.votes_of(self.seat.room, self._key)),
                "answered": room.id if room is not None and answered else None,
                "sealed_by": self.hub.walls.sealed_by,
            }
        )


async def may_answer(hub: Hub, seat: Seat, conversation: Conversation, said: str) -> None:
    """Whether the coach may answer now: not while it is paused, unless somebody may be in danger. Raises RoomError."""
    room = await hub.rooms.room(seat.room)
    if room.ended is not None:
        raise RoomError("The workshop is over.")
    if not room.paused:
        return
    gated = await asyncio.to_thread(conversation.gate.check, said, await conversation.history())
    if gated is None or gated.kind != "crisis":
        raise RoomError(PAUSED)


async def _answered(hub: Hub, conversation: Conversation, said: str, replaces: str | None) -> None:
    try:
        async with hub.turn_to_think(conversation), aclosing(conversation.reply(said, replaces)) as events:
            async for _ in events:
                pass  # every page of this phone hears of it through its subscription
    except Exception:
        logger.exception("a turn broke")


class Careful:
    """The conversation as a voice is given it: nothing is answered while the coach is paused."""

    def __init__(self, conversation: Conversation, hub: Hub, seat: Seat) -> None:
        self._conversation = conversation
        self._hub = hub
        self._seat = seat

    def __getattr__(self, name: str) -> Any:
        return getattr(self._conversation, name)

    async def reply(
        self, said: str, replaces: str | None = None, *, aloud: bool = False
    ) -> AsyncGenerator[Event, None]:
        try:
            await may_answer(self._hub, self._seat, self._conversation, said)
        except CoachError:
            return
        thinking = self._hub.turn_to_think(self._conversation)
        async with thinking, aclosing(self._conversation.reply(said, replaces, aloud=aloud)) as events:
            async for event in events:
                yield event


def careful(conversation: Conversation, hub: Hub, seat: Seat) -> Conversation:
    return cast(Conversation, Careful(conversation, hub, seat))
