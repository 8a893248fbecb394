"""The progress of first-run work, on stderr."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coach.app import OnProgress


@contextmanager
def progress() -> "Iterator[OnProgress]":
    """A bar for each piece of work on a terminal, else one line a piece; nothing at all where there is no work."""
    if not sys.stderr.isatty():
        yield _Lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bars = Progress(*columns, console=Console(stderr=True), transient=True)
    tasks: dict[str, TaskID] = {}

    def show(done: int, of: int, what: str) -> None:
        bars.start()
        if what not in tasks:
            tasks[what] = bars.add_task(f"Preparing {what}", total=of)
        bars.update(tasks[what], completed=done, total=of)
        if bars.finished:
            bars.stop()

    try:
        yield show
    finally:
        bars.stop()


class _Lines:
    def __init__(self) -> None:
        self._told: set[str] = set()

    def __call__(self, done: int, of: int, what: str) -> None:
        if what not in self._told:
            self._told.add(what)
            print(f"Preparing {what} ({of}), once …", file=sys.stderr, flush=True)
