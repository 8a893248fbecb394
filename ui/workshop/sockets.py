"""The workshop's live connections: phone, desk, wall and talk, each until its page goes away.

Every message is answered on its own; what is no message of our pages ends the connection.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from coach.errors import CoachError
from coach.workshop.rooms import wall_key_of
from ui.workshop import desk, talks
from ui.workshop.hub import Page
from ui.workshop.phone import Phone

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.websockets import WebSocket

    from ui.workshop.app import Workshop


def open_sockets(app: "Starlette", workshop: "Workshop") -> None:
    """Adds the four connections to the server."""
    from starlette.websockets import WebSocket

    async def phone(websocket: WebSocket) -> None:
        found = await workshop.seat(dict(websocket.headers))
        await websocket.accept()
        if found is None:
            await _turn_away(websocket)
            return
        key, seat = found
        page = Page(seat.room, "phone", who=seat.id)
        one = Phone(workshop.hub, page, seat, key)
        await _serve(websocket, page, one.open, one.take, one.close)

    async def desk_socket(websocket: WebSocket) -> None:
        found = await workshop.desk(dict(websocket.headers))
        await websocket.accept()
        if found is None:
            await _turn_away(websocket)
            return
        key, room = found
        page = Page(room.id, "desk", workshop.address, wall_key=wall_key_of(key))

        async def take(message: dict[str, Any]) -> None:
            if line := await desk.take(workshop.hub, room.id, message):
                page.tell({"kind": "trouble", "text": line})

        await _serve(websocket, page, lambda: workshop.hub.join(page), take, lambda: workshop.hub.leave(page))

    async def wall(websocket: WebSocket) -> None:
        await websocket.accept()
        try:
            hello = await asyncio.wait_for(websocket.receive_json(), 10)
            room = await workshop.rooms.by_wall(str(hello["key"]))
        except Exception:
            room = None
        if room is None:
            await _turn_away(websocket)
            return
        page = Page(room.id, "wall", workshop.address)

        async def nothing(message: dict[str, Any]) -> None:
            pass

        await _serve(websocket, page, lambda: workshop.hub.join(page), nothing, lambda: workshop.hub.leave(page))

    async def talk(websocket: WebSocket) -> None:
        found = await workshop.seat(dict(websocket.headers))
        await websocket.accept()
        if found is None:
            await _turn_away(websocket)
            return
        await talks.serve(websocket, workshop.hub, found[1], workshop.parts)

    _socket(app, "/seat", phone)
    _socket(app, "/desk/live", desk_socket)
    _socket(app, "/wall/live", wall)
    _socket(app, "/talk", talk)


def _socket(app: "Starlette", path: str, serve: Callable[..., Any]) -> None:
    from starlette.routing import WebSocketRoute

    app.routes.append(WebSocketRoute(path, serve))


async def _serve(
    websocket: "WebSocket",
    page: Page,
    begin: Callable[[], Awaitable[Any]],
    take: Callable[[dict[str, Any]], Awaitable[None]],
    close: Callable[[], None],
) -> None:
    """One page, until it goes away."""
    from starlette.websockets import WebSocketDisconnect

    async def send() -> None:
        while True:
            await websocket.send_text(await page.messages.get())

    sending = asyncio.create_task(send())
    try:
        try:
            await begin()
        except CoachError as exc:
            page.tell({"kind": "trouble", "text": str(exc)})
        while True:
            message = await websocket.receive_json()
            try:
                await take(message)
            except CoachError as exc:
                page.tell({"kind": "trouble", "text": str(exc), "about": message.get("kind")})
    except (WebSocketDisconnect, RuntimeError, ValueError, KeyError, TypeError, AttributeError):
        pass  # gone, or not a page of ours
    finally:
        close()
        sending.cancel()


async def _turn_away(websocket: "WebSocket") -> None:
    with contextlib.suppress(Exception):
        await websocket.send_json({"kind": "stranger"})
        await websocket.close(4401)
