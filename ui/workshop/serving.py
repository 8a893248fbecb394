"""Starts a workshop: the room, the address for phones, the server."""

import asyncio
import hashlib
import sys
from dataclasses import dataclass
from typing import Any

from coach.app import Coach
from coach.config import Settings
from coach.errors import CoachError
from coach.progress import progress
from coach.workshop.agenda import DEFAULT, named
from coach.workshop.ending import sweep
from coach.workshop.key import shown_code
from coach.workshop.rooms import Opened, Rooms
from coach.workshop.wall import Seal
from ui.certificate import addresses, certificate
from ui.door import is_loopback

# A phone sends words and 32 ms of sound; nothing it sends is larger.
MOST_BYTES = 64 * 1024
SWITCH_S = 0.0005
"""How long a thread that thinks keeps Python to itself while others wait. A turn passes through the database some ten
times; at Python's own 5 ms each pass waits that long for every answer that is being thought out beside it. With 100
people the first sentence comes after 109 ms at the median, with 5 ms after 129."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What was asked for on the command line."""

    agenda: str | None = None
    collection: str | None = None
    fresh: bool = False
    only: str | None = None
    address: str | None = None
    host: str | None = None
    port: int = 7870
    https: bool = True
    open_page: bool = True


def own_settings(settings: Settings) -> Settings:
    """A workshop's conversations lie in a file of their own: they are not the conversations of whoever owns the
    machine, and no page of theirs lists them. On a server both share the database."""
    if settings.database_url:
        return settings
    return settings.model_copy(update={"database_url": f"sqlite:///{settings.home / 'workshop.sqlite'}"})


def seal_of(settings: Settings) -> Seal:
    """Shared by workers that share a secret, else of this process alone."""
    if not settings.workshop_key:
        return Seal()
    return Seal(hashlib.sha256(settings.workshop_key.encode()).digest())


def launch(settings: Settings, choice: Choice) -> None:
    """Serves until interrupted. Raises CoachError where the address cannot be had."""
    import uvicorn

    from ui.workshop.app import Workshop, make_app

    settings = own_settings(settings)
    address = choice.address or _address(choice)
    if choice.only == "room":
        asyncio.run(_told(settings, choice, address))
        return
    if not choice.https and not is_loopback(choice.host or "127.0.0.1") and not choice.address:
        raise CoachError("Without HTTPS phones get no microphone and others read along. Leave --http out.")
    host = choice.host or ("0.0.0.0" if choice.https else "127.0.0.1")  # nosec: phones come from outside
    listening = _bind(host, choice.port)
    tls: dict[str, Any] = {}
    if choice.https:
        made = certificate(settings.home / "https", ["localhost", "127.0.0.1", *addresses()])
        tls = {"ssl_certfile": str(made[0]), "ssl_keyfile": str(made[1])}
    with progress() as on_progress:
        coach = Coach(settings, on_progress=on_progress, on_notice=_note)
        desk = None if choice.only == "serve" else asyncio.run(_told(settings, choice, address))
        workshop = Workshop(coach, address=address, seal=seal_of(settings), alone=True)
        config = uvicorn.Config(
            make_app(workshop), log_level="warning", timeout_graceful_shutdown=2, ws_max_size=MOST_BYTES,
            # Packing a few hundred bytes for a network in the same room costs more than it saves.
            ws_per_message_deflate=False, proxy_headers=choice.address is not None, **tls,
        )  # fmt: skip
        sys.setswitchinterval(SWITCH_S)
        print("The workshop is served (stop with Ctrl+C).", flush=True)
        if desk and choice.open_page:
            import webbrowser

            webbrowser.open(desk)
        uvicorn.Server(config).run(sockets=[listening])


async def _told(settings: Settings, choice: Choice, address: str) -> str:
    """Opens a room, or goes on with the one that is open, and prints how to get in. The desk's address."""
    coach = Coach(settings)
    try:
        opened = await open_room(Rooms(coach.store), choice)
    finally:
        await coach.close()
    near = address if choice.address else f"{'https' if choice.https else 'http'}://localhost:{choice.port}"
    desk = f"{near}/desk#{opened.desk_key}"
    assert opened.room.code is not None
    print(f"Room {shown_code(opened.room.code)}: {opened.room.title}")
    print(f"Phones:      {address}")
    print(f"Your desk:   {desk}")
    print(f"The wall:    {near}/wall#{opened.wall_key}")
    print(f"On paper:    {near}/paper and {near}/slip")
    print("Keep the desk's address to yourself: whoever has it leads the room. Nobody can read a conversation there.")
    sys.stdout.flush()
    return desk


async def open_room(rooms: Rooms, choice: Choice) -> Opened:
    """A new room; or the one that is open already, with new keys for whoever starts the coach again."""
    await sweep(rooms)
    here = await rooms.open_ones()
    if here and not choice.fresh and choice.agenda is None:
        return await rooms.rekey(here[0].id)
    return await rooms.open(named(choice.agenda or DEFAULT), collection=choice.collection)


def _address(choice: Choice) -> str:
    near = addresses() if choice.https else []
    host = near[0] if near else "localhost"
    return f"{'https' if choice.https else 'http'}://{host}:{choice.port}"


def _bind(host: str, port: int) -> Any:
    import socket

    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as exc:
        listening.close()
        raise CoachError(
            f"Port {port} of {host} cannot be had ({exc.strerror}). Stop what uses it, or choose another: --port 7871"
        ) from exc
    listening.listen(256)
    return listening


def _note(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
