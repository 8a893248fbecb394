"""One room on two workers that share a real PostgreSQL."""

import asyncio
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from page_stand_in import PageCoach
from stand_ins import Setup
from workshop_stand_ins import agenda

from coach.config import Settings
from coach.store import Store
from coach.workshop.ending import end
from coach.workshop.room import at_step
from coach.workshop.rooms import Opened
from coach.workshop.wall import Seal
from ui.workshop.app import Workshop, make_app

SHARED = b"s" * 32


def programs() -> Path | None:
    """Where PostgreSQL's server programs are; Debian keeps them off the path."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    return next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)


BIN = programs()
if BIN is None or not (BIN / "initdb").exists():
    pytest.skip("no PostgreSQL here; apt install postgresql", allow_module_level=True)


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """The address of a server of the tests' own."""
    assert BIN is not None
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # PostgreSQL refuses to run as root.
    other: dict[str, Any] = {"user": "nobody"} if os.geteuid() == 0 else {}
    with tempfile.TemporaryDirectory(prefix="coach-pg-", dir="/tmp") as folder:
        if other:
            shutil.chown(folder, "nobody")
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder, **other}
        data = f"{folder}/data"
        subprocess.run([BIN / "initdb", "-D", data, "-U", "coach", "-A", "trust", "-N"], check=True, **quiet)
        server = subprocess.Popen(
            [BIN / "postgres", "-D", data, "-p", str(port), "-k", folder, "-c", "listen_addresses=127.0.0.1", "-F"],
            **quiet,
        )
        try:
            url = f"postgresql://coach@127.0.0.1:{port}/postgres"
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline:
                with suppress(Exception):
                    asyncio.run(_checked(url))
                    break
                time.sleep(0.2)
            yield url
        finally:
            server.terminate()
            server.wait()


async def _checked(url: str) -> None:
    store = Store(url)
    try:
        await store.check()
    finally:
        await store.close()


class Worker:
    """One process's worth of the workshop, in a thread of its own."""

    def __init__(self, home: Path, url: str) -> None:
        import uvicorn

        setup = Setup(home)
        setup.store = Store(url)
        self.writer = setup.writer
        self.workshop = Workshop(
            PageCoach(setup, Settings(home=home)),  # type: ignore[arg-type]
            address="https://coach.example.org", seal=Seal(SHARED),
        )  # fmt: skip
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._server = uvicorn.Server(
            uvicorn.Config(make_app(self.workshop), log_level="warning", timeout_graceful_shutdown=1)
        )
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.02)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()


@pytest.fixture
def workers(tmp_path: Path, database: str) -> Iterator[tuple[Worker, Worker]]:
    first, second = Worker(tmp_path / "a", database), Worker(tmp_path / "b", database)
    yield first, second
    first.stop()
    second.stop()


async def opened_room(database: str) -> Opened:
    from coach.workshop.rooms import Rooms

    store = Store(database)
    rooms = Rooms(store)
    opened = await rooms.open(agenda("trust-wall"))
    await rooms.change(opened.room.id, lambda room: at_step(room, 0, rooms.now()))
    await store.close()
    return opened


async def test_a_phone_goes_on_with_the_other_worker(workers: tuple[Worker, Worker], database: str) -> None:
    import httpx
    import websockets

    first, second = workers
    opened = await opened_room(database)
    step = opened.room.agenda[0].id

    async def until(page: Any, **wanted: Any) -> dict[str, Any]:
        import json

        async with asyncio.timeout(20):
            while True:
                message: dict[str, Any] = json.loads(await page.recv())
                if all(message.get(name) == value for name, value in wanted.items()):
                    return message

    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(f"http://127.0.0.1:{first.port}/join", json={"code": opened.room.code})
        cookie = f"coach_seat={answer.cookies['coach_seat']}"

    def connected(worker: Worker, path: str, cookie: str) -> Any:
        address = f"ws://127.0.0.1:{worker.port}{path}"
        return websockets.connect(address, additional_headers={"Cookie": cookie}, proxy=None)

    first.writer.enqueue(("You could ask her first. ", "What would she say?"))
    async with connected(first, "/seat", cookie) as phone:
        await until(phone, kind="opened")
        await phone.send('{"kind": "say", "text": "Her tone"}')
        while (await until(phone, kind="turn"))["turn"]["answering"]:
            pass
        # What one worker's facilitator does shows on the other worker's phone.
        async with connected(second, "/desk/live", f"coach_desk={opened.desk_key}") as desk:
            await desk.send('{"kind": "broadcast", "text": "Five more minutes"}')
            await until(phone, kind="room", broadcast="Five more minutes")
    first.stop()
    async with connected(second, "/seat", cookie) as phone:
        turns = (await until(phone, kind="opened"))["turns"]
        assert [(one["said"], one["status"], len(one["sentences"])) for one in turns] == [("Her tone", "complete", 2)]
        await phone.send('{"kind": "say", "text": "Her silence"}')
        while (await until(phone, kind="turn"))["turn"]["answering"]:
            pass
    rooms = second.workshop.rooms
    assert step == (await rooms.room(opened.room.id)).agenda[0].id
    receipt = await end(rooms, opened.room.id)
    assert (receipt.deleted.messages, receipt.clean) == (2, True)


async def test_twenty_people_on_two_workers_at_once(database: str) -> None:
    from coach.workshop.rooms import Rooms
    from coach.workshop.walls import Walls

    opened = await opened_room(database)
    assert opened.room.code is not None
    step = opened.room.agenda[0].id
    stores = [Store(database) for _ in range(2)]
    rooms = [Rooms(store) for store in stores]
    walls = [Walls(one, Seal(SHARED)) for one in rooms]
    seats = await asyncio.gather(*(rooms[n % 2].join(opened.room.code) for n in range(20)))
    await asyncio.gather(
        *(walls[n % 2].send(opened.room.id, step, key, f"Thought {n}") for n, (key, _) in enumerate(seats))
    )
    await walls[1].show(opened.room.id, step)
    cards = await walls[0].cards(opened.room.id)
    assert {one.text for one in cards} == {f"Thought {n}" for n in range(20)}
    await asyncio.gather(*(walls[n % 2].vote(opened.room.id, cards[0].id, key) for n, (key, _) in enumerate(seats)))
    votes = {one.id: one.votes for one in await walls[0].cards(opened.room.id)}
    assert votes == {one.id: 20 if one is cards[0] else 0 for one in cards}
    assert (await end(rooms[0], opened.room.id)).clean
    for store in stores:
        await store.close()
