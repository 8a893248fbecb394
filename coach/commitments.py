"""What a turn leaves behind: pages that were made, and promises with an owner, a day and a state.

Values only. ``coach.store.kept`` keeps them; the policies say when one comes about.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

State = Literal["open", "done", "dropped"]

ME = "me"
"""The owner of what the person promises themself."""


@dataclass(frozen=True, slots=True)
class Page:
    """A document that a turn made. Made again about the same matter, it takes the place of the earlier one."""

    about: str
    """The matter within its conversation, for example a practice's name."""
    kind: str
    title: str
    markdown: str
    data: dict[str, Any] = field(default_factory=dict)
    """What the page was made from, for exports and plots; plain JSON."""


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise as a turn makes or changes it."""

    about: str
    text: str = ""
    """Empty: the text stays as it is."""
    due: date | None = None
    """None: the day stays as it is."""
    state: State = "open"
    owner: str = ME


@dataclass(frozen=True, slots=True)
class Leaves:
    """What a turn leaves behind."""

    pages: tuple[Page, ...] = ()
    promises: tuple[Promise, ...] = ()


@dataclass(frozen=True, slots=True)
class Artefact:
    """A page as it is kept."""

    id: str
    conversation: str
    turn: str
    about: str
    kind: str
    title: str
    markdown: str
    data: dict[str, Any]
    created: datetime


@dataclass(frozen=True, slots=True)
class Commitment:
    """A promise as it is kept."""

    id: str
    conversation: str
    about: str
    owner: str
    text: str
    due: date | None
    state: State
    created: datetime
    changed: datetime

    def is_due(self, today: date) -> bool:
        """Whether its day has come and nothing was heard of it."""
        return self.state == "open" and self.due is not None and self.due <= today
