"""The workshop's server: its pages, three sockets, a few files to take home. Nothing else is served.

Who somebody is follows from the key in their cookie alone, which no script can read and no other site can send. The
facilitator's key opens the desk of one room; a phone's key opens one seat; neither opens anything of the other.
"""

import asyncio
import contextlib
import gc
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coach.app import Coach, weights_of
from coach.errors import CoachError
from coach.rehearsal.persona import personas
from coach.workshop import summary
from coach.workshop.ending import leave
from coach.workshop.key import typed_code
from coach.workshop.room import Room
from coach.workshop.rooms import Clock, Rooms, Seat, utc_now
from coach.workshop.wall import Seal
from coach.workshop.walls import Walls
from ui.door import cookie_of
from ui.workshop import drawing
from ui.workshop.brake import Brake
from ui.workshop.hub import Hub
from ui.workshop.paper_kit import kit, slip
from ui.workshop.sockets import open_sockets
from voice.parts import Parts

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

logger = logging.getLogger(__name__)

STATIC = Path(__file__).parent / "static"
VOICE = Path(__file__).parents[2] / "voice" / "static"

SEAT_COOKIE = "coach_seat"
DESK_COOKIE = "coach_desk"
# A day's workshop; the room itself is swept earlier.
COOKIE_SECONDS = 24 * 3600

POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; script-src 'self'; connect-src 'self' ws: wss:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}

WARM = (
    "My colleague interrupts the others.",
    "Is it true that trust makes teams faster?",
    "I have to tell Anna on Friday that her project is stopped, and I am afraid she will shout at me.",
    "What could I say to begin?",
    "I think we are done. Thank you.",
)
"""Answered, and kept nowhere, before the first phone is let in."""

NOT_IN = "You are not in a room. Open the address on the wall and type its code."
NOT_YOURS = "This desk belongs to a room's facilitator. Open the link that the coach printed."


class Workshop:
    """Everything that one worker serves."""

    def __init__(
        self,
        coach: Coach,
        *,
        address: str,
        seal: Seal | None = None,
        parts: Parts | None = None,
        clock: Clock = utc_now,
        alone: bool = False,
    ) -> None:
        self.coach = coach
        self.address = address
        """What is on the wall for people to open."""
        self.rooms = Rooms(coach.store, clock=clock)
        self.walls = Walls(self.rooms, seal or Seal())
        self.hub = Hub(coach, self.rooms, self.walls)
        self.parts = parts or Parts(coach.settings, weights_of(coach.settings))
        self.alone = alone
        """Whether this process serves nothing else, and so may be made ready as a whole."""
        self.brake = Brake()
        self.ready = asyncio.Event()
        """Set once the first message would be answered as quickly as the next."""

    async def seat(self, headers: dict[str, str]) -> tuple[str, Seat] | None:
        key = cookie_of(headers, SEAT_COOKIE)
        found = await self.rooms.by_key(key) if key else None
        return (key, found) if key and found else None

    async def desk(self, headers: dict[str, str]) -> tuple[str, Room] | None:
        key = cookie_of(headers, DESK_COOKIE)
        found = await self.rooms.by_desk(key) if key else None
        return (key, found) if key and found else None


def make_app(workshop: Workshop) -> "Starlette":
    from starlette.applications import Starlette
    from starlette.staticfiles import StaticFiles

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        making = asyncio.create_task(_make_ready(workshop))
        watching = asyncio.create_task(workshop.hub.watch())
        yield
        making.cancel()
        watching.cancel()
        await workshop.hub.close()
        await workshop.coach.close()

    app = Starlette(lifespan=lifespan)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.mount("/voice", StaticFiles(directory=VOICE), name="voice")
    app.add_middleware(Sealed)
    _pages(app, workshop)
    _phone_routes(app, workshop)
    _desk_routes(app, workshop)
    open_sockets(app, workshop)
    return app


class Sealed:
    """Puts the headers on every answer that keep a page to itself, and refuses what another site's page sends."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = _headers(scope)
        if not _same_origin(headers):
            if scope["type"] == "websocket":
                await receive()
                await send({"type": "websocket.close", "code": 4403, "reason": "another site"})
            else:
                await send({"type": "http.response.start", "status": 403, "headers": []})
                await send({"type": "http.response.body", "body": b"This was sent by another site."})
            return

        async def sending(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                known = {name.lower() for name, _ in message["headers"]}
                more = [(n.lower().encode(), v.encode()) for n, v in HEADERS.items() if n.lower().encode() not in known]
                message = {**message, "headers": [*message["headers"], *more]}
            await send(message)

        await self.app(scope, receive, sending)


def _pages(app: "Starlette", workshop: Workshop) -> None:
    from starlette.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse

    for path, name in (("/", "phone"), ("/desk", "desk"), ("/wall", "wall")):

        def page(file: Path = STATIC / f"{name}.html") -> Any:
            async def answer(request: Any) -> Any:
                return FileResponse(file, headers=HEADERS)

            return answer

        _route(app, path, page())

    async def health(request: Any) -> Any:
        """For proxies: a worker that still loads its models gets no phones yet."""
        return PlainTextResponse("ok") if workshop.ready.is_set() else PlainTextResponse("loading", 503)

    async def paper_kit(request: Any) -> Any:
        return HTMLResponse(kit())

    async def counterparts(request: Any) -> Any:
        return JSONResponse(_counterparts())

    async def certificate_slip(request: Any) -> Any:
        return HTMLResponse(slip())

    _route(app, "/health", health)
    _route(app, "/counterparts.json", counterparts)
    _route(app, "/paper", paper_kit)
    _route(app, "/slip", certificate_slip)


def _phone_routes(app: "Starlette", workshop: Workshop) -> None:
    from starlette.requests import Request
    from starlette.responses import JSONResponse, PlainTextResponse, Response

    async def join(request: Request) -> Response:
        """A seat for whoever brings the code of a room. The key goes into a cookie and nowhere else."""
        who = request.client.host if request.client else ""
        body = await _json(request)
        if not workshop.brake.free(who):
            return JSONResponse({"trouble": "Too many wrong codes. Wait a minute and look at the wall."}, 429)
        try:
            key, _ = await workshop.rooms.join(typed_code(str(body.get("code", ""))), str(body.get("nickname", "")))
        except CoachError as exc:
            workshop.brake.missed(who)
            return JSONResponse({"trouble": str(exc)}, 404)
        response = JSONResponse({})
        _give(request, response, SEAT_COOKIE, key)
        return response

    async def here(request: Request) -> Response:
        """Whether this phone has a seat."""
        found = await workshop.seat(dict(request.headers))
        return JSONResponse({"seat": found is not None})

    async def go(request: Request) -> Response:
        """Leaves early, with everything deleted."""
        found = await workshop.seat(dict(request.headers))
        if found is not None:
            conversation = await workshop.coach.conversation(found[1].conversation)
            await conversation.stop()
            await leave(workshop.rooms, found[1].id)
            workshop.hub.changed(found[1].room)
        response = JSONResponse({})
        response.delete_cookie(SEAT_COOKIE)
        return response

    async def mine(request: Request) -> Response:
        found = await workshop.seat(dict(request.headers))
        if found is None:
            return PlainTextResponse(NOT_IN, 401)
        return await _notes(workshop, found[1])

    async def link(request: Request) -> Response:
        """A QR code that another device fetches the notes with, once the code is read."""
        found = await workshop.seat(dict(request.headers))
        if found is None:
            return PlainTextResponse(NOT_IN, 401)
        key = await workshop.rooms.take_link(found[1])
        address = f"{request.url.scheme}://{request.headers.get('host', '')}/take/{key}"
        return Response(drawing.qr(address), media_type="image/svg+xml", headers={"Cache-Control": "no-store"})

    async def take(request: Request) -> Response:
        seat = await workshop.rooms.by_take_key(request.path_params["key"])
        if seat is None:
            return PlainTextResponse("These notes are gone, or the link was made anew. Ask for it on your phone.", 404)
        return await _notes(workshop, seat)

    _route(app, "/join", join, methods=["POST"])
    _route(app, "/here", here)
    _route(app, "/go", go, methods=["POST"])
    _route(app, "/mine.md", mine)
    _route(app, "/mine/qr.svg", link)
    _route(app, "/take/{key}", take)


async def _notes(workshop: Workshop, seat: Seat) -> "Response":
    store = workshop.coach.store
    room = await workshop.rooms.room(seat.room)
    text = summary.take_home(
        room.title,
        await store.history(seat.conversation),
        await store.kept.artefacts(seat.conversation),
        await store.kept.commitments(seat.conversation),
        _local(workshop),
    )
    return _file("my-notes.md", text, "text/markdown")


def _desk_routes(app: "Starlette", workshop: Workshop) -> None:
    from starlette.requests import Request
    from starlette.responses import JSONResponse, PlainTextResponse, Response

    async def enter(request: Request) -> Response:
        """Takes the key from the link that was printed, and leaves it as a cookie."""
        key = str((await _json(request)).get("key", ""))
        who = request.client.host if request.client else ""
        if not workshop.brake.free(who):
            return JSONResponse({"trouble": "Too many wrong keys. Wait a minute."}, 429)
        if await workshop.rooms.by_desk(key) is None:
            workshop.brake.missed(who)
            return JSONResponse({"trouble": NOT_YOURS}, 403)
        response = JSONResponse({})
        _give(request, response, DESK_COOKIE, key)
        return response

    def of_the_room(make: Callable[[Room], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            found = await workshop.desk(dict(request.headers))
            if found is None:
                return PlainTextResponse(NOT_YOURS, 403)
            return await make(found[1])

        return answer

    async def wall_text(room: Room) -> Response:
        look = await workshop.hub.look(room.id)
        return _file("wall.md", summary.wall(room, look.shown), "text/markdown")

    async def wall_picture(room: Room) -> Response:
        look = await workshop.hub.look(room.id)
        return _file("wall.svg", drawing.wall(room.title, look.shown), "image/svg+xml")

    async def page(room: Room) -> Response:
        look = await workshop.hub.look(room.id)
        text = summary.facilitator(room, look.people, look.shown, _local(workshop))
        return _file("summary.md", text, "text/markdown")

    _route(app, "/desk/in", enter, methods=["POST"])
    _route(app, "/desk/wall.md", of_the_room(wall_text))
    _route(app, "/desk/wall.svg", of_the_room(wall_picture))
    _route(app, "/desk/summary.md", of_the_room(page))

    async def qr(request: Request) -> Response:
        """The way in as a picture. It holds nothing that is not on the wall."""
        code = typed_code(request.query_params.get("code", ""))[:12]
        return Response(drawing.qr(f"{workshop.address}/#{code}"), media_type="image/svg+xml")

    _route(app, "/qr.svg", qr)


def _route(app: "Starlette", path: str, answer: Callable[..., Any], methods: Sequence[str] = ("GET",)) -> None:
    from starlette.routing import Route

    app.routes.append(Route(path, answer, methods=list(methods)))


@cache
def _counterparts() -> list[dict[str, Any]]:
    """Who can be played in pairs, with lines that fit any talk."""

    def plain(lines: Any) -> dict[str, list[str]]:
        cues = ("any", "blamed", "asked", "told", "heard")
        return {
            cue: [one for one in lines.of(cue) if isinstance(one, str) and "{" not in one]
            + ([one for one in lines.of("owned") if isinstance(one, str)] if cue == "heard" else [])
            for cue in cues
        }

    return [
        {"title": one.title, "enters": one.enters}
        | {mood: plain(getattr(one, mood)) for mood in ("closed", "guarded", "thawing", "open")}
        for one in personas().values()
    ]


async def _make_ready(workshop: Workshop) -> None:
    try:
        await workshop.coach.ready()
        # Side by side, as in the room: each thread that searches opens the index for itself.
        await workshop.coach.warm(WARM)
        if workshop.alone:
            try:
                await workshop.parts.ready()
            except Exception as exc:  # whoever presses the button is told; typing goes on without ears
                logger.warning("the voice does not start: %s", exc)
            # What is loaded stays. Looking through it for rubbish stops everybody for a sixth of a second each time.
            gc.collect()
            gc.freeze()
        workshop.ready.set()
    except CoachError as exc:
        logger.warning("%s", exc)


async def _json(request: "Request") -> dict[str, Any]:
    try:
        found = json.loads(await request.body())
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _give(request: "Request", response: "Response", name: str, key: str) -> None:
    response.set_cookie(
        name, key, max_age=COOKIE_SECONDS, httponly=True, samesite="strict", secure=request.url.scheme == "https"
    )


def _file(name: str, content: str, media_type: str) -> "Response":
    from starlette.responses import Response

    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type=media_type, headers=headers)


def _local(workshop: Workshop) -> datetime:
    return workshop.rooms.now().astimezone()


def _headers(scope: dict[str, Any]) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def _same_origin(headers: dict[str, str]) -> bool:
    from urllib.parse import urlsplit

    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host", "")
