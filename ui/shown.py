"""A turn as a page shows it: what the store keeps of it, and what only this process saw happen."""

from dataclasses import dataclass, field, replace

from coach.events import Artefact, Began, Done, Dropped, Event, Notice, Redirect, Said, Sources
from coach.values import Passage, Sentence, Turn


@dataclass(frozen=True, slots=True)
class Shown:
    """One turn with everything that a page tells about it."""

    turn: Turn
    seen: bool = False
    """Whether this process saw it happen; of earlier turns only what the store keeps is known."""
    answering: bool = False
    protected: bool = False
    """Authored text that may be neither interrupted nor dropped."""
    passages: tuple[Passage, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    notices: tuple[str, ...] = ()
    artefacts: tuple[Artefact, ...] = ()
    ms: dict[str, float] = field(default_factory=dict)
    """Durations by part, in milliseconds."""
    aloud: int | None = None
    """How many sentences of a spoken answer have begun to be heard; None where it is not spoken."""

    @property
    def visible(self) -> tuple[Sentence, ...]:
        """The sentences that show: of a spoken answer those that were begun, so that page and ear agree.

        Crisis text shows whole.
        """
        return self.turn.spoken if self.aloud is None or self.protected else self.turn.spoken[: self.aloud]


def begun(event: Began, conversation: str) -> Shown:
    """The turn as it stands when its message has just been taken in."""
    turn = Turn(event.turn, conversation, event.said, replaces=event.replaces)
    return Shown(turn, seen=True, answering=True)


def after(shown: Shown, event: Event) -> Shown:
    """The turn once an event has happened."""
    turn = shown.turn
    match event:
        case Redirect(gated=gated, protected=protected):
            return replace(shown, turn=replace(turn, gated=gated), protected=protected)
        case Sources(plan=plan, passages=passages):
            ids = tuple(passage.id for passage in passages)
            return replace(shown, turn=replace(turn, plan=plan, passage_ids=ids), passages=passages)
        case Said(sentence=sentence):
            return replace(shown, turn=replace(turn, spoken=(*turn.spoken, sentence)))
        case Dropped():
            return replace(shown, dropped=(*shown.dropped, event))
        case Notice(text=text):
            return replace(shown, notices=(*shown.notices, text))
        case Artefact():
            return replace(shown, artefacts=(*shown.artefacts, event))
        case Done(status=status, ms=ms):
            return replace(shown, turn=replace(turn, status=status), answering=False, ms=dict(ms))
        case Began():
            return shown


def as_stored(shown: Shown, turn: Turn) -> Shown:
    """The same turn with what the store says of it now."""
    return replace(shown, turn=turn)


def remembered(turn: Turn) -> Shown:
    """A turn of which only the store knows."""
    crisis = turn.gated is not None and turn.gated.kind == "crisis"
    return Shown(turn, protected=crisis and turn.status == "redirected")
