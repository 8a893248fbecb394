"""The web server: which conversation a browser is on, the socket that keeps pages live, and where voices come in.

Whoever reaches the page can read every conversation of the store, so ``ui.door`` stands before all of it.
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coach.app import weights_of
from coach.conversation import Conversation
from coach.errors import CoachError
from coach.export import export, file_name
from coach.pulse.rounds import open_rounds
from coach.store import new_id
from ui import pulse, words
from ui.door import Door, cookie_of
from ui.handing import Handing
from ui.live import Listener, Live
from voice.parts import Parts
from voice.routes import Talks

if TYPE_CHECKING:
    from fastapi import FastAPI, WebSocket

logger = logging.getLogger(__name__)

STATIC = Path(__file__).parent / "static"

COOKIE = "coach_conversation"
"""Names the conversation that the browser is on; page, voice and phone of one person share it."""

# A browser forgets where it was after a month; the conversation itself stays in the list.
COOKIE_SECONDS = 30 * 24 * 3600


def conversation_of(headers: dict[str, str]) -> str | None:
    """The conversation that a browser is on; None where it has none yet."""
    return cookie_of(headers, COOKIE)


def make_app(live: Live, *, key: str | None = None, parts: Parts | None = None) -> "FastAPI":
    """The app without the page itself, which is mounted beside.

    ``key`` lets in whoever brings it from another machine; without one, only this machine is served.
    """
    from fastapi import FastAPI, Request, Response, WebSocket
    from fastapi.staticfiles import StaticFiles

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        # Made once the page can be served, not before: both need the interpreter, and the page comes first. Opening a
        # conversation waits for it.
        making = asyncio.create_task(_make_ready(live))
        yield
        making.cancel()
        await live.close()
        await live.coach.close()

    app = FastAPI(lifespan=lifespan, openapi_url=None)
    app.add_middleware(Door, key=key)
    app.mount("/page", StaticFiles(directory=STATIC), name="page")

    async def here(request: Request) -> Response:
        """Says which conversation the browser is on, after moving it to the one in the body, or to a new one."""
        body = await request.json()
        id = conversation_of(dict(request.headers)) or new_id()
        if body.get("new"):
            id = new_id()
        elif isinstance(body.get("conversation"), str):
            id = body["conversation"]
        response = Response(json.dumps({"conversation": id}), media_type="application/json")
        response.set_cookie(COOKIE, id, max_age=COOKIE_SECONDS, httponly=True, samesite="strict")
        return response

    async def socket(websocket: WebSocket) -> None:
        await websocket.accept()
        await _serve(websocket, live, talks)

    async def conversation(websocket: WebSocket) -> Conversation:
        id = websocket.query_params.get("conversation") or conversation_of(dict(websocket.headers)) or new_id()
        return (await live.thread(id)).conversation

    async def exported(name: str) -> Response:
        """A page as a file, named by its id and format."""
        id, _, format = name.rpartition(".")
        try:
            made = await live.coach.store.kept.artefact(id)
            content = export(made, format)
        except CoachError as exc:
            return Response(str(exc), status_code=404, media_type="text/plain")
        named = f'attachment; filename="{file_name(made, format)}"'
        return Response(content, headers={"Content-Disposition": named, "Cache-Control": "no-store"})

    app.add_api_route("/here", here, methods=["POST"])
    app.add_api_route("/export/{name}", exported, methods=["GET"])
    app.add_api_websocket_route("/live", socket)
    Handing(live).mount(app)
    pulse.mount(app, open_rounds(live.coach.settings.home))
    words.mount(app, words.opener(live.coach.settings))
    talks = Talks(parts or Parts(live.coach.settings, weights_of(live.coach.settings)), conversation, live.aloud)
    talks.mount(app)
    return app


async def _make_ready(live: Live) -> None:
    try:
        await live.coach.ready()
    except CoachError as exc:
        # Each page that opens a conversation is told the same line.
        logger.warning("%s", exc)


async def _serve(websocket: "WebSocket", live: Live, talks: Talks) -> None:
    """Sends a page what happens, and takes what it reports back, until it goes away."""
    from fastapi import WebSocketDisconnect

    listener = Listener()
    sending = asyncio.create_task(_send(websocket, listener))
    try:
        while True:
            report = await websocket.receive_json()
            try:
                await _take(report, listener, live, talks)
            except CoachError as exc:
                listener.tell({"kind": "trouble", "text": str(exc)})
    except (WebSocketDisconnect, RuntimeError, ValueError, KeyError, TypeError):
        pass  # gone, or not a page of ours
    finally:
        live.leave(listener)
        sending.cancel()


async def _take(report: dict[str, Any], listener: Listener, live: Live, talks: Talks) -> None:
    if report["kind"] == "open":
        await live.listen(listener, str(report["conversation"]))
    elif report["kind"] == "heard":
        thread, turn = await live.thread(str(report["conversation"])), str(report["turn"])
        # Of what is spoken only what was played counts; crisis text shows whole and counts when it is seen.
        if not talks.speaks(turn) or thread.protects(turn):
            await thread.conversation.heard(turn, int(report["n"]))


async def _send(websocket: "WebSocket", listener: Listener) -> None:
    while True:
        await websocket.send_json(await listener.messages.get())
