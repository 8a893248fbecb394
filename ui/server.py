"""The web server: which requests are let in, which conversation a browser is on, and the socket that keeps pages live.

Serves this machine only: whoever reaches the page can read every conversation of the store.
"""

import asyncio
import contextlib
import ipaddress
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from coach.errors import CoachError
from coach.store import new_id
from ui.live import Listener, Live

if TYPE_CHECKING:
    from fastapi import FastAPI, WebSocket

logger = logging.getLogger(__name__)

STATIC = Path(__file__).parent / "static"

COOKIE = "coach_conversation"
"""Names the conversation that the browser is on; page, voice and phone of one person share it."""

# A browser forgets where it was after a month; the conversation itself stays in the list.
COOKIE_SECONDS = 30 * 24 * 3600

Scope = dict[str, Any]
Asgi = Callable[[Scope, Any, Any], Awaitable[None]]


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine's own."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class ThisMachineOnly:
    """Refuses what other machines, and pages of other sites in this browser, ask of the coach.

    The address that is listened on keeps other machines out. A site that points its own name at this machine is
    told by ``Host``, and one that calls across by ``Origin``.
    """

    def __init__(self, app: Asgi) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] not in ("http", "websocket") or allowed(_headers(scope)):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 4403, "reason": "not from this machine"})
        else:
            await send({"type": "http.response.start", "status": 403, "headers": [(b"content-type", b"text/plain")]})
            await send({"type": "http.response.body", "body": b"The coach answers pages of this machine only."})


def allowed(headers: dict[str, str]) -> bool:
    """Whether a request was made by a page of this machine's own."""
    host = headers.get("host", "")
    if not is_loopback(urlsplit(f"//{host}").hostname or ""):
        return False
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == host


def conversation_of(headers: dict[str, str]) -> str | None:
    """The conversation that a browser is on; None where it has none yet."""
    try:
        cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return None
    return cookie.value if cookie is not None and cookie.value else None


def make_app(live: Live) -> "FastAPI":
    """The app without the page itself, which is mounted beside."""
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
    app.add_middleware(ThisMachineOnly)
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
        await _serve(websocket, live)

    app.add_api_route("/here", here, methods=["POST"])
    app.add_api_websocket_route("/live", socket)
    return app


async def _make_ready(live: Live) -> None:
    try:
        await live.coach.ready()
    except CoachError as exc:
        # Each page that opens a conversation is told the same line.
        logger.warning("%s", exc)


async def _serve(websocket: "WebSocket", live: Live) -> None:
    """Sends a page what happens, and takes what it reports back, until it goes away."""
    from fastapi import WebSocketDisconnect

    listener = Listener()
    sending = asyncio.create_task(_send(websocket, listener))
    try:
        while True:
            report = await websocket.receive_json()
            try:
                await _take(report, listener, live)
            except CoachError as exc:
                listener.tell({"kind": "trouble", "text": str(exc)})
    except (WebSocketDisconnect, RuntimeError, ValueError, KeyError, TypeError):
        pass  # gone, or not a page of ours
    finally:
        live.leave(listener)
        sending.cancel()


async def _take(report: dict[str, Any], listener: Listener, live: Live) -> None:
    if report["kind"] == "open":
        await live.listen(listener, str(report["conversation"]))
    elif report["kind"] == "heard":
        thread = await live.thread(str(report["conversation"]))
        await thread.conversation.heard(str(report["turn"]), int(report["n"]))


async def _send(websocket: "WebSocket", listener: Listener) -> None:
    while True:
        await websocket.send_json(await listener.messages.get())


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
