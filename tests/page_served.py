"""The coach as it ships, served on a port of its own for as long as a test looks at it."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from coach.app import Coach
from coach.config import Settings


@contextmanager
def served(home: Path) -> Iterator[str]:
    """The page's address, with a slash at its end; everything it keeps is under ``home``."""
    import uvicorn

    from ui.web import build

    app = build(Coach(Settings(home=home, writer="guided")))
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    finally:
        server.should_exit = True
        thread.join()
        listening.close()
