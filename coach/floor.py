"""Who has the floor in a conversation, and who listens."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import cast

from coach.events import Event
from coach.values import Sentence

END = object()
"""Comes after the last event."""


class Subscription:
    """The events of a conversation as one front end sees them. Iterating ends when it is closed."""

    def __init__(self, forget: Callable[["Subscription"], None]) -> None:
        self._events: asyncio.Queue[object] = asyncio.Queue()
        self._forget = forget

    def put(self, event: Event) -> None:
        self._events.put_nowait(event)

    def close(self) -> None:
        self._forget(self)
        self._events.put_nowait(END)

    def __aiter__(self) -> AsyncIterator[Event]:
        return self

    async def __anext__(self) -> Event:
        event = await self._events.get()
        if event is END:
            self._events.put_nowait(END)
            raise StopAsyncIteration
        return cast(Event, event)

    def __enter__(self) -> "Subscription":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass(eq=False)
class Floor:
    """The turn being answered now."""

    turn: str
    task: asyncio.Task[None] | None = None
    reader: asyncio.Queue[object] = field(default_factory=asyncio.Queue)
    """Hands events to whoever reads ``reply``, one at a time: ``join`` returns when the reader wants the next."""
    left: list[Sentence] = field(default_factory=list)
    protected: bool = False
    recorded: bool = False
    unsaved: bool = False
    writer: str = ""
    ms: dict[str, float] = field(default_factory=dict)
    started: float = field(default_factory=time.perf_counter)

    begun: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once what was said is stored, or cannot be."""

    def give_to(self, task: asyncio.Task[None]) -> None:
        """``task`` answers the turn. Whatever its end, the reader learns of it."""
        self.task = task
        task.add_done_callback(self._tell_end)

    def _tell_end(self, _: asyncio.Task[None]) -> None:
        self.begun.set()
        self.reader.put_nowait(END)

    async def stop(self) -> None:
        """Interrupts the turn and waits for its end. Protected text is not interrupted, only waited for."""
        if self.task is None:
            return
        if not self.protected:
            self.task.cancel()
        await asyncio.wait([self.task])

    def raise_mistake(self) -> None:
        """Raises what broke the turn, where it was a programming mistake."""
        if self.task is not None and not self.task.cancelled():
            self.task.result()

    def elapsed_ms(self) -> float:
        return (time.perf_counter() - self.started) * 1000

    @contextmanager
    def timed(self, part: str) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        finally:
            self.ms[part] = self.ms.get(part, 0.0) + (time.perf_counter() - began) * 1000
