"""An app served on a port of its own for as long as a test looks at it, and what was said in it."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from stand_ins import Setup

from coach.app import Coach
from coach.config import Settings
from coach.values import Turn


class Served:
    """An app in a thread of its own."""

    def __init__(self, app: Any, listening: socket.socket) -> None:
        import uvicorn

        self._socket = listening
        self._server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [listening]}, daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.02)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()


def listen(port: int = 0) -> tuple[socket.socket, int]:
    """A socket on the loopback and its port; the same port can be taken again at once."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", port))
    return listening, listening.getsockname()[1]


@contextmanager
def served(home: Path) -> Iterator[str]:
    """The address of the coach as it ships, with a slash at its end; everything it keeps is under ``home``."""
    from ui.web import build

    listening, port = listen()
    server = Served(build(Coach(Settings(home=home, writer="guided"))), listening)
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.stop()


def turns_in(setup: Setup) -> list[Turn]:
    """Every turn of the conversation used last, read by itself."""

    async def read() -> list[Turn]:
        store = setup.open_store()
        try:
            entries = await store.entries()
            return list(await store.history(entries[0].id)) if entries else []
        finally:
            await store.close()

    # Playwright keeps a loop running in this thread.
    found: list[Turn] = []
    thread = threading.Thread(target=lambda: found.extend(asyncio.run(read())))
    thread.start()
    thread.join()
    return found
