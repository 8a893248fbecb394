"""The events of a turn, in the order in which they can happen."""

from dataclasses import dataclass, field

from coach.values import Citation, Gated, Passage, Plan, Sentence, Status


@dataclass(frozen=True, slots=True)
class Began:
    """The turn is on disk. Front ends that did not send the message show it from here."""

    turn: str
    said: str
    replaces: str | None = None


@dataclass(frozen=True, slots=True)
class Redirect:
    """Authored text is being said instead of coaching. ``protected`` text may not be interrupted or dropped."""

    turn: str
    gated: Gated
    protected: bool


@dataclass(frozen=True, slots=True)
class Sources:
    """What this turn stands on, before the first sentence."""

    turn: str
    plan: Plan
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence that was checked, stored and now leaves."""

    turn: str
    index: int
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Dropped:
    """A sentence that did not pass the checks, and why."""

    turn: str
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Notice:
    """One line for the person about the coach itself, for example that the model could not be reached."""

    turn: str
    text: str


@dataclass(frozen=True, slots=True)
class Artefact:
    """A document that the turn made."""

    turn: str
    kind: str
    title: str
    markdown: str
    citations: tuple[Citation, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Done:
    """The turn's end, stored before it is sent.

    ``ms`` holds durations by part, in milliseconds. ``writer`` is the one that worded it, the guided one where that
    stood in, ``authored`` for a redirect.
    """

    turn: str
    status: Status
    ms: dict[str, float] = field(default_factory=dict)
    writer: str = ""


Event = Began | Redirect | Sources | Said | Dropped | Notice | Artefact | Done
