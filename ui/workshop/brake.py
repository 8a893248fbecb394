"""Slows down whoever tries codes and keys."""

import time
from collections import deque
from collections.abc import Callable

MISSES = 10
"""Wrong tries a minute from one address. A thick-fingered person needs three."""
MISSES_IN_ALL = 120
"""The same from all addresses together, as when a whole room misreads a letter."""
WINDOW_S = 60.0


class Brake:
    """Counts wrong tries. Addresses are forgotten after a minute."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._missed: deque[tuple[float, str]] = deque()

    def free(self, who: str) -> bool:
        self._forget()
        mine = sum(one == who for _, one in self._missed)
        return mine < MISSES and len(self._missed) < MISSES_IN_ALL

    def missed(self, who: str) -> None:
        self._missed.append((self._clock(), who))

    def _forget(self) -> None:
        while self._missed and self._missed[0][0] < self._clock() - WINDOW_S:
            self._missed.popleft()
