"""A room full of phones, as a process of its own: joins, talks at a steady pace, and measures what each waits for.

``python -m evals.bench.crowd`` reads its orders as JSON on stdin and prints its report as JSON. It shares nothing with
the server but the network.
"""

import asyncio
import json
import random
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

WINDOW_S = 0.032
RETRY_S = 0.3
JOINED = "joined"
"""Printed once everybody is in."""
GIVE_UP_S = 30.0
"""A sentence that takes longer counts as never said."""


@dataclass
class Phone:
    """One participant."""

    addresses: Sequence[str]
    """Where workers serve; the next one is tried when one is gone, as a proxy would."""
    cookie: str
    n: int
    said: list[str] = field(default_factory=list)
    """Messages whose answer came to its end."""
    first_ms: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    again: int = 0
    """Messages that were sent once more because a worker was gone before it answered."""

    async def live(self, messages: Sequence[str], every_s: float, until: float, chance: random.Random) -> None:
        """Says the next of its messages every ``every_s`` seconds until the time is up."""
        await asyncio.sleep(chance.random() * every_s)
        turn = 0
        due = time.perf_counter()
        socket: Any = None
        while time.perf_counter() < until:
            text, rounds = messages[turn % len(messages)], turn // len(messages)
            if rounds:
                text += f" It has been so for {rounds + 1} weeks."
            socket = await self._answered(socket, text)
            turn += 1
            due += every_s
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
        if socket is not None:
            await socket.close()

    async def _answered(self, socket: Any, text: str) -> Any:
        """Says one message until it is answered; the socket that is open then."""
        import websockets

        began = time.perf_counter()
        first: float | None = None
        while time.perf_counter() - began < GIVE_UP_S:
            try:
                if socket is None:
                    socket = await self._connect()
                await socket.send(json.dumps({"kind": "say", "text": text}))
                async for data in socket:
                    message = json.loads(data)
                    if message["kind"] == "trouble":
                        self.errors.append(message["text"])
                        return socket
                    if message["kind"] != "turn" or message["turn"]["said"] != text:
                        continue
                    if message["turn"]["sentences"] and first is None:
                        first = time.perf_counter()
                        self.first_ms.append((first - began) * 1000)
                    if not message["turn"]["answering"]:
                        if message["turn"]["status"] == "failed":
                            self.errors.append("failed")
                        else:
                            self.said.append(text)
                        return socket
                raise ConnectionError
            except (OSError, websockets.WebSocketException):
                socket = None
                self.again += 1
                self.addresses = [*self.addresses[1:], self.addresses[0]]
                await asyncio.sleep(RETRY_S)
        self.errors.append("no answer")
        return socket

    async def _connect(self) -> Any:
        return await connected(f"{self.addresses[0]}/seat", self.cookie)

    async def kept(self) -> list[str]:
        """What the server still has of the talk, answered."""
        for _ in range(len(self.addresses) + 1):
            with suppress(OSError):
                socket = await self._connect()
                async for data in socket:
                    message = json.loads(data)
                    if message["kind"] == "opened":
                        await socket.close()
                        return [one["said"] for one in message["turns"] if one["sentences"]]
            self.addresses = [*self.addresses[1:], self.addresses[0]]
        return []


@dataclass
class Speaker(Phone):
    """One participant who holds the button and talks."""

    speech: "tuple[np.ndarray, ...]" = ()
    turn: int = 0

    async def live(self, messages: Sequence[str], every_s: float, until: float, chance: random.Random) -> None:
        await asyncio.sleep(chance.random() * every_s)
        while time.perf_counter() < until:
            try:
                await self._talk(every_s, until)
            except (OSError, TimeoutError, _gone()):
                # Its worker is gone: on with the next one, as a proxy would.
                self.again += 1
                self.addresses = [*self.addresses[1:], self.addresses[0]]
                await asyncio.sleep(RETRY_S)

    async def _talk(self, every_s: float, until: float) -> None:
        seat = await self._connect()
        talk = await connected(f"{self.addresses[0]}/talk?conversation=quiet", self.cookie)
        arrived: asyncio.Queue[tuple[float, dict[str, Any]]] = asyncio.Queue()
        reading = asyncio.create_task(_read(talk, arrived, answer=True))
        watching = asyncio.create_task(_read(seat, asyncio.Queue()))
        due = time.perf_counter()
        try:
            await _until(arrived, "ready")
            await talk.send(json.dumps({"kind": "settings", "push": True, "sound": "headphones"}))
            while time.perf_counter() < until:
                await self._say(talk, arrived, self.speech[(self.n + self.turn) % len(self.speech)])
                self.turn += 1
                due += every_s
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
        finally:
            reading.cancel()
            watching.cancel()
            with suppress(Exception):
                await talk.close()
                await seat.close()

    async def _say(self, talk: Any, arrived: Any, samples: "np.ndarray") -> None:
        while not arrived.empty():
            arrived.get_nowait()
        await talk.send(json.dumps({"kind": "press"}))
        window = 512
        due = time.perf_counter()
        for start in range(0, len(samples) - window, window):
            await talk.send((samples[start : start + window] * 32767).astype("<i2").tobytes())
            due += WINDOW_S
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
        await talk.send(json.dumps({"kind": "release"}))
        released = time.perf_counter()
        try:
            at, _ = await _until(arrived, "sentence")
        except TimeoutError:
            self.errors.append("nothing was heard")
            return
        self.first_ms.append((at - released) * 1000)
        self.said.append("spoken")


def _gone() -> type[Exception]:
    import websockets

    return websockets.WebSocketException


async def connected(address: str, cookie: str) -> Any:
    import websockets

    return await websockets.connect(address, additional_headers={"Cookie": cookie}, max_size=None, proxy=None)


async def _read(socket: Any, arrived: "asyncio.Queue[tuple[float, dict[str, Any]]]", *, answer: bool = False) -> None:
    """Passes messages on as they come; ``answer``: plays spoken sentences at once, as a page without sound does."""
    with suppress(Exception):
        async for data in socket:
            if isinstance(data, bytes):
                continue
            message = json.loads(data)
            arrived.put_nowait((time.perf_counter(), message))
            if answer and message["kind"] == "sentence":
                for kind, n in (("playing", 0), ("began", message["n"]), ("played", message["n"] + 1)):
                    await socket.send(json.dumps({"kind": kind, "turn": message["turn"], "n": n}))
            if answer and message["kind"] == "end":
                await socket.send(json.dumps({"kind": "drained", "turn": message["turn"]}))


async def _until(arrived: Any, kind: str) -> tuple[float, dict[str, Any]]:
    async with asyncio.timeout(2 * GIVE_UP_S if kind == "ready" else GIVE_UP_S):
        while True:
            at, message = await arrived.get()
            if message["kind"] == kind:
                return at, message


async def joined(address: str, code: str) -> str:
    """The cookie of a new seat."""
    import httpx

    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(f"{address}/join", json={"code": code}, timeout=30)
        answer.raise_for_status()
        return "; ".join(f"{name}={value}" for name, value in answer.cookies.items())


async def crowd(orders: dict[str, Any]) -> dict[str, Any]:
    """Everything that was measured. ``orders``: addresses, code, people, speakers, every_s, seconds, messages."""
    addresses: list[str] = orders["addresses"]
    sockets = [one.replace("http", "ws", 1) for one in addresses]
    speech = await _speech() if orders["speakers"] else ()
    phones: list[Phone] = []
    for n in range(orders["people"]):
        cookie = await joined(addresses[n % len(addresses)], orders["code"])
        here = [*sockets[n % len(sockets) :], *sockets[: n % len(sockets)]]
        phones.append(Speaker(here, cookie, n, speech=speech) if n < orders["speakers"] else Phone(here, cookie, n))
    print(JOINED, file=sys.stderr, flush=True)
    until = time.perf_counter() + orders["seconds"]
    chance = random.Random(0)
    messages, people = orders["messages"], len(phones)
    # Each has messages of its own: nobody in a room says what another has said.
    own = [messages[one.n % len(messages) :: people] for one in phones]
    every_s = orders["every_s"]
    await asyncio.gather(*(one.live(mine, every_s, until, chance) for one, mine in zip(phones, own, strict=True)))
    lost = 0
    for one in phones:
        if not isinstance(one, Speaker):
            there = await one.kept()
            lost += sum(max(0, one.said.count(text) - there.count(text)) for text in set(one.said))
    typed = [ms for one in phones if not isinstance(one, Speaker) for ms in one.first_ms]
    spoken = [ms for one in phones if isinstance(one, Speaker) for ms in one.first_ms]
    return {
        "typed_ms": typed,
        "spoken_ms": spoken,
        "errors": [line for one in phones for line in one.errors],
        "lost": lost,
        "again": sum(one.again for one in phones),
    }


async def _speech() -> "tuple[np.ndarray, ...]":
    from evals.bench.sound import own_clips

    return tuple(one.samples for one in await own_clips())


if __name__ == "__main__":
    print(json.dumps(asyncio.run(crowd(json.load(sys.stdin)))))
