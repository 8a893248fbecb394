"""Work that cancellation may follow but not split."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")


async def unbroken(work: Awaitable[T]) -> T:
    """The result of ``work``, which runs to its end even when the awaiting task is cancelled.

    A cancellation that arrives meanwhile is raised afterwards, so the caller still stops, but only once the work
    is whole. Errors of the work travel unless a cancellation takes their place.
    """
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as exc:
            cancelled = exc
    if cancelled is not None:
        if not task.cancelled():
            task.exception()  # looked at, so that the loop does not report it as forgotten
        raise cancelled
    return task.result()
