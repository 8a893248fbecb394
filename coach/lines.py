"""Lines that a person types or a program pipes in, read without blocking the talk."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator

# Lines that a terminal hands over within this time of each other were pasted together.
PASTE_S = 0.05


async def lines(fd: int = 0, *, pasted: bool = False) -> AsyncIterator[str]:
    """Lines of a file descriptor without their ends, until it ends. ``pasted`` joins lines that come at once."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[str | None] = asyncio.Queue()
    # Not a pool's thread: an interrupted program must not wait at its exit for a line that never comes.
    threading.Thread(target=_read, args=(fd, loop, queue), daemon=True).start()
    while (line := await queue.get()) is not None:
        while pasted:
            try:
                following = await asyncio.wait_for(queue.get(), PASTE_S)
            except TimeoutError:
                break
            if following is None:
                yield line
                return
            line = f"{line}\n{following}"
        yield line


def _read(fd: int, loop: asyncio.AbstractEventLoop, queue: "asyncio.Queue[str | None]") -> None:
    def give(line: str | None) -> bool:
        try:
            loop.call_soon_threadsafe(queue.put_nowait, line)
        except RuntimeError:
            return False  # the loop has ended, and nobody reads any more
        return True

    waiting = b""
    while True:
        try:
            block = os.read(fd, 65536)
        except OSError:
            block = b""
        *whole, waiting = (waiting + block).split(b"\n")
        if not block and waiting:
            whole.append(waiting)
        for line in whole:
            if not give(line.decode("utf-8", "replace").rstrip("\r")):
                return
        if not block:
            give(None)
            return
