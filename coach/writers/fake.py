"""A writer for tests and demonstrations: says what it was told to say."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence

from coach.protocols import Brief
from coach.values import Sentence

Part = str | Sentence | Exception | float
"""Text or a sentence to yield, an exception to raise, or seconds to wait."""

USUAL: tuple[Part, ...] = ("You could ask ", "her first. ", "What would she say?")


class FakeWriter:
    """Yields one enqueued reply a turn, and the usual one when none is left."""

    def __init__(self, name: str = "fake", usual: Sequence[Part] = USUAL) -> None:
        self.name = name
        self.briefs: list[Brief] = []
        """What it was given, turn by turn."""
        self.closed = 0
        """How many replies ended or were closed."""
        self._usual = usual
        self._replies: deque[Sequence[Part]] = deque()

    def enqueue(self, parts: Sequence[Part]) -> None:
        self._replies.append(parts)

    async def write(self, brief: Brief) -> AsyncIterator[str | Sentence]:
        self.briefs.append(brief)
        try:
            for part in self._replies.popleft() if self._replies else self._usual:
                if isinstance(part, Exception):
                    raise part
                if isinstance(part, float | int):
                    await asyncio.sleep(part)
                else:
                    yield part
        finally:
            self.closed += 1
