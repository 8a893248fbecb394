"""Keeps every open page of a workshop up to date, whichever worker made the change.

The truth about a room is in the database. Each worker looks at the version of the rooms that it has pages of, and takes
a new look where one has changed; what it changes itself it tells at once.
"""

import asyncio
import json
import logging
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any, Literal

from coach.app import Coach
from coach.conversation import Conversation
from coach.errors import CoachError, NotFoundError
from coach.protocols import Embedder
from coach.store import new_id
from coach.workshop.ending import sweep
from coach.workshop.rooms import Rooms
from coach.workshop.summary import Shown
from coach.workshop.themes import Theme, themes
from coach.workshop.wall import Card
from coach.workshop.walls import Walls
from ui.workshop import views
from ui.workshop.views import Look, Message

logger = logging.getLogger(__name__)

POLL_S = 1.0
"""How late a change of another worker shows."""
GATHER_S = 0.25
"""Changes of one moment, thirty votes for example, are told together."""
PRESENCE_EVERY_S = 10
SWEEP_EVERY_S = 30

THINKING = 3
"""Answers that are worked out at a time: one for each core of a small laptop, and one that waits for the disk."""

Role = Literal["phone", "desk", "wall"]


class Page:
    """One open page."""

    def __init__(self, room: str, role: Role, address: str = "", *, who: str = "", wall_key: str = "") -> None:
        self.room = room
        self.role = role
        self.address = address
        self.who = who
        """Tells two pages of one phone apart from two phones; told to nobody."""
        self.wall_key = wall_key
        self.place = "now"
        """What the phone shows."""
        self.messages: asyncio.Queue[str] = asyncio.Queue()
        self.on_look: Callable[[Look], Coroutine[Any, Any, None]] | None = None
        self._last: dict[str, str] = {}

    def tell(self, message: Message) -> None:
        self.messages.put_nowait(json.dumps(message))

    def tell_if_new(self, kind: str, text: str) -> bool:
        """Sends a message of a kind unless the page has the very same already; whether it did."""
        if self._last.get(kind) == text:
            return False
        self._last[kind] = text
        self.messages.put_nowait(text)
        return True


class Hub:
    """All open pages of this worker."""

    def __init__(self, coach: Coach, rooms: Rooms, walls: Walls) -> None:
        self.coach = coach
        self.rooms = rooms
        self.walls = walls
        self.worker = new_id()
        self.looks: dict[str, Look] = {}
        self._pages: dict[str, set[Page]] = {}
        self._told: dict[str, int] = {}
        self._stale: set[str] = set()
        self._wake = asyncio.Event()
        self._themes: dict[tuple[str, ...], tuple[Theme, ...]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        # Thirty people who press Send at once are answered one after another: the first waits a moment instead of all
        # waiting for the last. Where a model elsewhere writes, this machine is not what they wait for.
        self._thinking = asyncio.Semaphore(THINKING)

    def turn_to_think(self, conversation: Conversation) -> AbstractAsyncContextManager[Any]:
        return self._thinking if conversation.writer is conversation.guided else nullcontext()

    # Pages

    async def join(self, page: Page) -> Look:
        """A page opens. Raises NotFoundError."""
        look = await self.look(page.room)
        self._pages.setdefault(page.room, set()).add(page)
        self._tell(page, look)
        self.changed(page.room)
        return look

    def leave(self, page: Page) -> None:
        here = self._pages.get(page.room, set())
        here.discard(page)
        if not here:
            self._pages.pop(page.room, None)
            self.looks.pop(page.room, None)
            self._told.pop(page.room, None)

    def changed(self, room: str) -> None:
        """Something in a room changed here; every page of it is told soon."""
        self._stale.add(room)
        self._wake.set()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Work that goes on whether or not the page that began it stays."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(tuple(self._tasks))

    # Looking

    async def look(self, id: str) -> Look:
        """The room as it is now. Raises NotFoundError."""
        room = await self.rooms.room(id)
        if room.ended is not None:
            return Look(room)
        everything = await self.walls.cards(id, hidden=True)
        counted = await self.walls.shows(id)
        shown = []
        for step in room.agenda:
            here = tuple(one for one in everything if one.step == step.id and not one.hidden)
            if here:
                shown.append(Shown(step, here, await self._grouped(here) if step.id in counted else ()))
        return Look(
            room, tuple(shown), everything, await self.rooms.seats(id), await self.rooms.hands(id),
            await self.walls.care(id), await self.rooms.places(id),
        )  # fmt: skip

    async def _grouped(self, cards: tuple[Card, ...]) -> tuple[Theme, ...]:
        key = tuple(one.id for one in cards)
        if key not in self._themes:
            if len(self._themes) > 200:
                self._themes.clear()
            self._themes[key] = await asyncio.to_thread(lambda: themes(cards, self._embedder()))
        return self._themes[key]

    def _embedder(self) -> Embedder | None:
        return self.coach.library.embedder

    def _tell(self, page: Page, look: Look) -> None:
        if look.room.ended is not None:
            page.tell_if_new("gone", json.dumps(views.gone(look.room)))
            return
        if page.role == "phone":
            new = page.tell_if_new("room", self._text(look, "phone"))
        elif page.role == "wall":
            new = page.tell_if_new("room", json.dumps(views.wall(look, page.address)))
        else:
            new = page.tell_if_new("room", json.dumps(views.desk(look, page.address, page.wall_key)))
        if new:
            # Apart, since it is another one each time.
            page.tell({"kind": "clock", "now": self.rooms.now().timestamp()})
        if page.role != "desk":
            page.tell_if_new("wall", self._text(look, "cards"))

    def _text(self, look: Look, view: str) -> str:
        """What all phones of a room are told, worded once."""
        known = self._texts.get(view)
        if known is None or known[0] is not look:
            made = views.phone(look) if view == "phone" else views.cards(look)
            known = self._texts[view] = (look, json.dumps(made))
        return known[1]

    _texts: dict[str, tuple[Look, str]]

    # Watching

    async def watch(self) -> None:
        """Runs for as long as the worker serves."""
        self._texts = {}
        self.start(self._count())
        self.start(self._sweep())
        while True:
            try:
                await asyncio.wait_for(self._wake.wait(), POLL_S)
                await asyncio.sleep(GATHER_S)
            except TimeoutError:
                pass
            self._wake.clear()
            stale, self._stale = self._stale, set()
            for room in tuple(self._pages):
                try:
                    await self._refresh(room, room in stale)
                except CoachError as exc:
                    logger.warning("a room could not be looked at: %s", exc)
                except Exception:
                    logger.exception("a room could not be looked at")

    async def _refresh(self, room: str, stale: bool) -> None:
        if not stale and await self.rooms.version(room) == self._told.get(room):
            return
        try:
            look = await self.look(room)
        except NotFoundError:
            for page in tuple(self._pages.get(room, ())):
                page.tell_if_new("gone", json.dumps(views.gone(None)))
            return
        self.looks[room] = look
        self._told[room] = look.room.version
        for page in tuple(self._pages.get(room, ())):
            self._tell(page, look)
            if page.on_look is not None:
                await page.on_look(look)

    async def _count(self) -> None:
        """Tells how many phones are where."""
        while True:
            await asyncio.sleep(PRESENCE_EVERY_S)
            places = {
                room: Counter({page.who: page.place for page in pages if page.role == "phone"}.values())
                for room, pages in self._pages.items()
            }
            try:
                await self.rooms.tell_presence(self.worker, places)
            except CoachError as exc:
                logger.warning("presence could not be told: %s", exc)
            for room in places:
                if any(page.role == "desk" for page in self._pages.get(room, ())):
                    self.changed(room)

    async def _sweep(self) -> None:
        while True:
            try:
                await sweep(self.rooms)
            except CoachError as exc:
                logger.warning("rooms could not be swept: %s", exc)
            await asyncio.sleep(SWEEP_EVERY_S)
