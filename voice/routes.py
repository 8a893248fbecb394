"""Where browsers talk: one socket for each spoken conversation, and the script that speaks on the page.

Who may come in and which conversation a browser is on is decided by the server that mounts these.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from coach.conversation import Conversation
from coach.errors import CoachError
from voice.parts import Parts
from voice.talk import Send, Talk

if TYPE_CHECKING:
    from fastapi import FastAPI, WebSocket

logger = logging.getLogger(__name__)

STATIC = Path(__file__).parent / "static"

# A phone that was locked for longer comes back to a new thought.
REMEMBER_S = 600

CAPTIONS_FOR = 2
"""More people at once on one machine, and captions in between would delay everybody's answers."""

MOVED = "The talk goes on in another window. Press Talk to bring it back here."

# A page whose network is gone takes no messages; the one that came instead does not wait for it.
GOODBYE_S = 1.0

Open = Callable[["WebSocket"], Awaitable[Conversation]]
"""The conversation that a browser is on. Raises CoachError."""
OnAloud = Callable[[str, str, int], Awaitable[None]]
"""Told of a conversation, a turn in it, and how many of the turn's sentences have begun to be heard."""


@dataclass
class Window:
    """One browser window that talks."""

    websocket: "WebSocket"
    over: "asyncio.Future[None]"
    """Resolved when the talk has moved elsewhere."""
    talk: Talk | None = None


class Talks:
    """All spoken conversations of this server."""

    def __init__(self, parts: Parts, open: Open, on_aloud: OnAloud) -> None:
        self._parts = parts
        self._open = open
        self._on_aloud = on_aloud
        self._aloud: set[str] = set()
        self._unfinished: dict[str, tuple[float, str]] = {}
        self._windows: dict[str, Window] = {}
        """By conversation: two microphones in one would say everything twice."""
        self.open = 0
        """How many browsers are talking now."""

    def speaks(self, turn: str) -> bool:
        """Whether a turn was answered aloud: then only what was played counts as heard, not what a page shows."""
        return turn in self._aloud

    def mount(self, app: "FastAPI") -> None:
        from fastapi import WebSocket
        from fastapi.staticfiles import StaticFiles

        async def socket(websocket: WebSocket) -> None:
            await websocket.accept()
            await self.serve(websocket)

        app.mount("/voice", StaticFiles(directory=STATIC), name="voice")
        app.add_api_websocket_route("/talk", socket)

    async def serve(self, websocket: "WebSocket") -> None:
        """Talks with one browser until it goes away."""
        from voice.session import run

        try:
            await websocket.send_json({"kind": "loading"})
            await self._parts.ready()
            conversation = await self._open(websocket)
        except CoachError as exc:
            await _refuse(websocket, str(exc))
            return
        except Exception:
            logger.exception("the voice does not start")
            await _refuse(websocket, "The voice does not start. Type instead, and run: coach doctor")
            return
        window = Window(websocket, asyncio.get_running_loop().create_future())
        await self._move(conversation.id, window)

        def begin(send: Send) -> Talk:
            window.talk = Talk(
                conversation,
                self._parts.voice,
                partial(self._parts.ear, captions=lambda: self.open <= CAPTIONS_FOR),
                send,
                on_played=lambda turn, n: self._played(conversation.id, turn, n),
                before="" if window.over.done() else self._recall(conversation.id),
            )
            return window.talk

        self.open += 1
        try:
            await run(websocket, begin, over=window.over)
        finally:
            self.open -= 1
            if self._windows.get(conversation.id) is window:
                del self._windows[conversation.id]
                if window.talk is not None:
                    self._remember(conversation.id, window.talk.unfinished)

    async def _move(self, conversation: str, window: Window) -> None:
        """Makes a window the one that talks in a conversation; one that did is told, and what it heard goes along."""
        old = self._windows.get(conversation)
        self._windows[conversation] = window
        if old is None:
            return
        with suppress(Exception):  # gone without a word, perhaps
            async with asyncio.timeout(GOODBYE_S):
                await old.websocket.send_json({"kind": "moved", "text": MOVED})
        if old.talk is not None:
            await old.talk.close()
            self._remember(conversation, old.talk.unfinished)
        if not old.over.done():
            old.over.set_result(None)

    async def _played(self, conversation: str, turn: str, n: int) -> None:
        self._aloud.add(turn)
        await self._on_aloud(conversation, turn, n)

    def _remember(self, conversation: str, text: str) -> None:
        if text:
            self._unfinished[conversation] = (time.monotonic(), text)

    def _recall(self, conversation: str) -> str:
        at, text = self._unfinished.pop(conversation, (0.0, ""))
        return text if time.monotonic() - at < REMEMBER_S else ""


async def _refuse(websocket: "WebSocket", line: str) -> None:
    from fastapi import WebSocketDisconnect

    with suppress(WebSocketDisconnect, RuntimeError):  # gone already
        await websocket.send_json({"kind": "refused", "text": line})
        await websocket.close()
