"""What every open page is told: the conversation as it stands, then each change as it happens.

A page listens to one conversation at a time. Whoever caused an event, all pages on that conversation are told; one
that was away gets the whole again when it comes back. Knows nothing of Gradio or of sockets.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import aclosing, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from coach.conversation import Conversation
from coach.errors import NotFoundError, StoreError
from coach.events import Began, Done, Event, Sources
from coach.values import Passage, Turn
from ui import render
from ui.panel import Material
from ui.shown import Shown, after, as_stored, begun, remembered

if TYPE_CHECKING:
    from coach.app import Coach

logger = logging.getLogger(__name__)

Message = dict[str, Any]
"""What a page is sent, as JSON: ``kind`` is ``opened``, ``turn``, ``list``, ``gone`` or ``trouble``."""

THREADS = 200
"""Conversations that are kept at hand; beyond that, those that no page shows are let go, oldest first."""


class Listener:
    """One open page."""

    def __init__(self) -> None:
        self.messages: asyncio.Queue[Message] = asyncio.Queue()

    def tell(self, message: Message) -> None:
        self.messages.put_nowait(message)


class Thread:
    """One conversation that pages are open on, with all that this process saw happen in it."""

    def __init__(self, conversation: Conversation, introduction: str, tell_all: Callable[[Message], None]) -> None:
        self.conversation = conversation
        self.introduction = introduction
        self.listeners: set[Listener] = set()
        self.shown: dict[str, Shown] = {}
        self._aloud: dict[str, int] = {}
        self._unsaved: list[str] = []
        self._tell_all = tell_all
        self._replies: set[asyncio.Task[None]] = set()
        self._events = conversation.subscribe()
        self._following = asyncio.create_task(self._follow())

    @property
    def answering(self) -> bool:
        return any(shown.answering for shown in self.shown.values())

    def say(self, said: str, replaces: str | None = None) -> None:
        """Has a message answered. The answer goes on whether or not any page stays open."""
        task = asyncio.create_task(self._reply(said, replaces))
        self._replies.add(task)
        task.add_done_callback(self._replies.discard)

    async def _reply(self, said: str, replaces: str | None) -> None:
        try:
            async with aclosing(self.conversation.reply(said, replaces)) as events:
                async for _ in events:
                    pass  # every page hears of it through its subscription
        except Exception:
            logger.exception("a turn broke")

    async def close(self) -> None:
        await self.conversation.stop()
        self._events.close()
        await asyncio.wait([self._following, *self._replies])

    def protects(self, turn: str) -> bool:
        """Whether a turn is crisis text, which shows whole at once."""
        return turn in self.shown and self.shown[turn].protected

    async def aloud(self, turn: str, n: int) -> None:
        """The first ``n`` sentences of a spoken answer have begun to be heard."""
        self._aloud[turn] = n
        if turn in self.shown:
            self.shown[turn] = replace(self.shown[turn], aloud=n)
            if not self.shown[turn].answering:
                await self._ended(turn)  # it may have been cut off after its end
            self._tell_turn(turn)

    def forget(self) -> None:
        """Lets go of an idle conversation."""
        self._events.close()

    async def opened(self) -> Message:
        """The conversation as it stands now. Raises StoreError."""
        turns = await self.turns()
        last = turns[-1] if turns else None
        return {
            "kind": "opened",
            "conversation": self.conversation.id,
            "html": render.transcript(turns, introduction=self.introduction),
            "empty": not turns,
            **_state(last),
        }

    async def turn(self, id: str) -> Shown:
        """Raises NotFoundError and StoreError."""
        if id in self._unsaved or (id in self.shown and self.shown[id].answering):
            return self.shown[id]
        return self._known(await self.conversation.store.turn(id))

    async def turns(self) -> list[Shown]:
        """Turns that show; those that could not be saved too, as long as this process lasts."""
        stored = [self._known(turn) for turn in await self.conversation.history()]
        ids = {shown.turn.id for shown in stored}
        return stored + [self.shown[id] for id in self._unsaved if id not in ids]

    def _known(self, turn: Turn) -> Shown:
        shown = self.shown.get(turn.id)
        if shown is None:
            return remembered(turn)
        return shown if shown.answering else as_stored(shown, turn)

    async def _follow(self) -> None:
        async for event in self._events:
            try:
                await self._take(event)
            except StoreError as exc:
                self.tell({"kind": "trouble", "text": str(exc)})
            except Exception:
                logger.exception("a page could not be told of %r", event)

    async def _take(self, event: Event) -> None:
        if isinstance(event, Began):
            aloud = self._aloud.get(event.turn)
            self.shown[event.turn] = replace(begun(event, self.conversation.id), aloud=aloud)
            self._tell_all({"kind": "list"})
            self.tell(await self.opened())
            return
        elif event.turn in self.shown:
            self.shown[event.turn] = after(self.shown[event.turn], event)
        else:
            return
        if isinstance(event, Done):
            await self._ended(event.turn)
        if isinstance(event, Sources | Done):
            self._tell_all({"kind": "list"})
        self._tell_turn(event.turn)

    async def _ended(self, id: str) -> None:
        """From its end on, the store's word on a turn holds."""
        try:
            self.shown[id] = as_stored(self.shown[id], await self.conversation.store.turn(id))
        except (NotFoundError, StoreError):
            self._unsaved.append(id)

    def _tell_turn(self, id: str) -> None:
        shown = self.shown[id]
        self.tell({"kind": "turn", "turn": id, "html": render.turn(shown), **_state(shown)})

    def tell(self, message: Message) -> None:
        for listener in self.listeners:
            listener.tell(message)


def _state(last: Shown | None) -> Message:
    """What the page's buttons go by."""
    return {"answering": last is not None and last.answering, "protected": last is not None and last.protected}


class Live:
    """All conversations that pages are open on."""

    def __init__(self, coach: "Coach") -> None:
        self.coach = coach
        self._threads: dict[str, Thread] = {}
        # Protects _threads: two pages that open one conversation at once get one thread.
        self._opening = asyncio.Lock()

    async def thread(self, id: str) -> Thread:
        """Raises CoachError."""
        async with self._opening:
            if id not in self._threads:
                conversation = await self.coach.conversation(id)
                self._let_go()
                self._threads[id] = Thread(conversation, await self.coach.welcome(), self.tell_all)
            return self._threads[id]

    async def listen(self, listener: Listener, id: str) -> None:
        """Has a page show a conversation, and leave the one it showed. Raises CoachError."""
        thread = await self.thread(id)
        self.leave(listener)
        # Joins before it asks, so that nothing falls between; a turn told twice shows the same.
        thread.listeners.add(listener)
        listener.tell(await thread.opened())

    def leave(self, listener: Listener) -> None:
        for thread in self._threads.values():
            thread.listeners.discard(listener)

    async def delete(self, id: str) -> None:
        """Removes a conversation for good; pages that show it are told. Raises CoachError."""
        thread = self._threads.pop(id, None)
        if thread is not None:
            await thread.close()
        with suppress(NotFoundError):  # deleted meanwhile, or never begun
            await self.coach.store.delete(id)
        if thread is not None:
            for listener in thread.listeners:
                listener.tell({"kind": "gone", "conversation": id})
        self.tell_all({"kind": "list"})

    async def show_again(self) -> None:
        """Tells every page its conversation anew, after a source that it cites has changed or gone."""
        for thread in self._threads.values():
            if thread.listeners:
                thread.tell(await thread.opened())

    async def material(self, shown: Shown) -> Material:
        """What a turn stood on, as it is today."""

        def look_up() -> Material:
            card = None
            if shown.turn.plan is not None and shown.turn.plan.card:
                try:
                    card = self.coach.library.card(shown.turn.plan.card).title
                except NotFoundError:
                    card = None
            return Material(card, tuple((id, self.coach.library.passage(id)) for id in shown.turn.passage_ids))

        return await asyncio.to_thread(look_up)

    async def passage(self, id: str) -> Passage | None:
        """None where its source was removed."""
        return await asyncio.to_thread(lambda: self.coach.library.passage(id))

    async def aloud(self, conversation: str, turn: str, n: int) -> None:
        """Pages show of a spoken answer what has begun to be heard."""
        if conversation in self._threads:
            await self._threads[conversation].aloud(turn, n)

    def tell_all(self, message: Message) -> None:
        for thread in self._threads.values():
            for listener in thread.listeners:
                listener.tell(message)

    async def close(self) -> None:
        for thread in self._threads.values():
            await thread.close()
        self._threads.clear()

    def _let_go(self) -> None:
        idle = [id for id, one in self._threads.items() if not one.listeners and not one.answering]
        for id in idle[: max(0, len(self._threads) - THREADS)]:
            self._threads.pop(id).forget()
