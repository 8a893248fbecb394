"""A room with people in it, on a real store, with a clock that is moved by hand."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from coach.store import Store
from coach.workshop.agenda import Agenda, step
from coach.workshop.exercise import exercises
from coach.workshop.room import at_step
from coach.workshop.rooms import Opened, Rooms, Seat
from coach.workshop.wall import Seal
from coach.workshop.walls import Walls


@dataclass
class Clock:
    now: datetime = datetime(2026, 3, 2, 9, 7, 31, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


def agenda(*names: str) -> Agenda:
    return Agenda(title="A morning on trust", steps=tuple(step(exercises()[name]) for name in names))


@dataclass
class Workshop:
    """Rooms of one store file."""

    home: Path
    store: Store = field(init=False)
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.store = Store(self.url)
        self.rooms = Rooms(self.store, clock=self.clock)
        self.walls = Walls(self.rooms, Seal(), chance=random.Random(7))

    @property
    def url(self) -> str:
        return f"sqlite:///{self.file}"

    @property
    def file(self) -> Path:
        return self.home / "workshop.sqlite"

    async def opened(self, *names: str) -> Opened:
        return await self.rooms.open(agenda(*(names or ("trust-wall",))))

    async def at(self, opened: Opened, n: int) -> str:
        """Goes to a step; its id."""
        room = await self.rooms.change(opened.room.id, lambda room: at_step(room, n, self.clock()))
        assert room.step is not None
        return room.step.id

    async def people(self, opened: Opened, n: int) -> list[tuple[str, Seat]]:
        """Keys and seats."""
        assert opened.room.code is not None
        return [await self.rooms.join(opened.room.code, f"Guest {one}") for one in range(n)]
