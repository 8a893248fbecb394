"""``coach workshop --check``: what can be tried before the day, and what to look at oneself.

Starts the workshop on a port of its own with thirty phones played by this machine, each joining, saying something and
writing a card, with nothing kept.
"""

import asyncio
import ipaddress
import json
import ssl
import tempfile
import time
from pathlib import Path
from typing import Any

from coach.app import Coach
from coach.config import Settings
from coach.errors import CoachError
from coach.workshop.agenda import named
from coach.workshop.room import at_step
from ui.certificate import addresses, certificate
from ui.workshop.serving import own_settings

PHONES = 30
# What a person waits for after tapping "Join" before they tap again.
JOIN_S = 3.0
ANSWER_S = 60.0

ISOLATION = (
    "Try one phone in the room's network before the day. If it cannot open the address while this machine can, the "
    "network keeps devices apart (“client isolation”, usual for guests). Then: ask for a network without it, or share "
    "a hotspot of this laptop or of a phone."
)


async def check(settings: Settings, port: int) -> bool:
    """Prints one line for each thing; whether all is well."""
    lines: list[tuple[bool, str]] = []
    near = addresses()
    lines.append(
        (bool(near), f"Phones reach this machine at https://{near[0]}:{port}" if near else
         "This machine is in no network that phones could be in. Connect it, or open a hotspot.")
    )  # fmt: skip
    lines += [(True, f"Network: {line}") for line in _network(near)]
    lines.append((True, f"Client isolation: {ISOLATION}"))
    with tempfile.TemporaryDirectory(prefix="coach-check-") as scratch:
        try:
            made = certificate(settings.home / "https", ["localhost", "127.0.0.1", *near])
            lines.append((True, "Certificate: phones warn once; print the slip at /slip and put it on the tables."))
            own = own_settings(settings.model_copy(update={"home": Path(scratch), "database_url": None}))
            lines += await _thirty(own, made)
        except CoachError as exc:
            lines.append((False, str(exc)))
    lines.append((True, "Microphone refused: phones type instead; the talk button says so and stays out of the way."))
    lines.append((True, "On paper: print /paper, one sheet an exercise, and bring a box for the cards."))
    for well, line in lines:
        print(f"{'ok ' if well else 'NO '} {line}", flush=True)
    return all(well for well, _ in lines)


def _network(near: list[str]) -> list[str]:
    found = []
    for one in near:
        address = ipaddress.ip_address(one)
        if not address.is_private:
            found.append(f"{one} is a public address: anybody could reach the page. Use another network.")
    return found or ["the address is a private one, so only this network reaches it."]


async def _thirty(settings: Settings, files: tuple[Path, Path]) -> list[tuple[bool, str]]:
    import uvicorn

    from ui.workshop.app import Workshop, make_app

    coach = Coach(settings)
    await coach.ready()
    workshop = Workshop(coach, address="https://localhost")
    opened = await workshop.rooms.open(named("trust-hour"))
    await workshop.rooms.change(opened.room.id, lambda room: at_step(room, 0, workshop.rooms.now()))
    config = uvicorn.Config(
        make_app(workshop), port=0, log_level="warning", ssl_certfile=str(files[0]), ssl_keyfile=str(files[1]),
        timeout_graceful_shutdown=1,
    )  # fmt: skip
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 (uvicorn has no event for it)
        await asyncio.sleep(0.05)
    try:
        number = server.servers[0].sockets[0].getsockname()[1]
        assert opened.room.code is not None
        step = opened.room.agenda[0].id
        came = await asyncio.gather(*(_phone(number, opened.room.code, step, n) for n in range(PHONES)))
        await workshop.walls.show(opened.room.id, step)
        cards = await workshop.walls.cards(opened.room.id)
    finally:
        server.should_exit = True
        await serving
    joins = sorted(join for join, _ in came)
    answers = sorted(answer for _, answer in came)
    return [
        (joins[-1] <= JOIN_S, f"{PHONES} phones at once: joined within {joins[-1]:.1f} s"),
        (
            answers[-1] < ANSWER_S,
            f"all {PHONES} answered at once: the slowest first sentence after {answers[-1]:.1f} s",
        ),
        (len(cards) == PHONES, f"{len(cards)} of {PHONES} cards came to the wall, shuffled"),
    ]


async def _phone(port: int, code: str, step: str, n: int) -> tuple[float, float]:
    """Seconds until the room showed, and until the first sentence of an answer."""
    import httpx
    import websockets

    # This machine's own certificate, on this machine.
    trust = ssl.create_default_context()
    trust.check_hostname = False
    trust.verify_mode = ssl.CERT_NONE
    began = time.perf_counter()
    async with httpx.AsyncClient(verify=trust, trust_env=False) as client:
        answer = await client.post(f"https://localhost:{port}/join", json={"code": code}, timeout=30)
        cookie = "; ".join(f"{name}={value}" for name, value in answer.cookies.items())
    address = f"wss://localhost:{port}/seat"
    async with websockets.connect(address, ssl=trust, additional_headers={"Cookie": cookie}, proxy=None) as socket:
        await _until(socket, lambda one: one["kind"] == "opened")
        joined = time.perf_counter() - began
        asked = time.perf_counter()
        await socket.send(json.dumps({"kind": "say", "text": f"My colleague interrupted me {n + 2} times on Monday."}))
        await _until(socket, lambda one: one["kind"] == "turn" and bool(one["turn"]["sentences"]))
        answered = time.perf_counter() - asked
        await socket.send(json.dumps({"kind": "card", "step": step, "text": f"Tired, number {n}"}))
        await _until(socket, lambda one: one["kind"] == "card_taken")
    return joined, answered


async def _until(socket: Any, wanted: Any) -> dict[str, Any]:
    async with asyncio.timeout(ANSWER_S):
        while True:
            message: dict[str, Any] = json.loads(await socket.recv())
            if wanted(message):
                return message
