"""A rehearsal as the history tells it: who is played, what was said to whom, what is paused or taken back.

Read from the plans of the turns, so that a restart or an edit leaves it whole. Knows no wording.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from coach.rehearsal.persona import Persona
from coach.rehearsal.state import State
from coach.values import Turn

Phase = Literal["running", "paused", "swapped"]

LINE = "rehearse.line"
OVER = frozenset({"rehearse.end", "rehearse.care"})


@dataclass(frozen=True, slots=True)
class Spoken:
    """One line said to the counterpart, and what came back."""

    said: str
    before: str
    """What the counterpart had said before it; empty at first."""
    reply: str
    state: State
    """After the line."""
    turn: str


@dataclass(frozen=True, slots=True)
class Scene:
    """The rehearsal as it stands."""

    persona: Persona
    who: str
    start: State
    phase: Phase
    lines: tuple[Spoken, ...]
    """Lines that count; those taken back are gone."""
    attempt: int
    """Which try this is in the conversation, from 1."""
    enters: str = ""
    taken_back: int = 0

    @property
    def state(self) -> State:
        return self.lines[-1].state if self.lines else self.start

    @property
    def before(self) -> str:
        """What the counterpart said last."""
        return self.lines[-1].reply if self.lines else ""


def is_scene(turn: Turn) -> bool:
    """Whether a turn was said inside a scene, to or as the other: no matter for coaching."""
    return turn.plan is not None and turn.plan.move in {LINE, "rehearse.swapped"}


def scene_in(history: Sequence[Turn], personas: Mapping[str, Persona]) -> Scene | None:
    """The rehearsal that is on; None where there is none. A crisis ends it, whatever was being played."""
    found = scenes_in(history, personas)
    return found[-1][0] if found and not found[-1][1] else None


def scenes_in(history: Sequence[Turn], personas: Mapping[str, Persona]) -> list[tuple[Scene, bool]]:
    """Every rehearsal of the history, with whether it is over."""
    found: list[tuple[Scene, bool]] = []
    for turn in history:
        now = found[-1][0] if found and not found[-1][1] else None
        if turn.gated is not None and turn.gated.kind == "crisis":
            if now:
                found[-1] = (now, True)
            continue
        if turn.plan is None or not turn.plan.move.startswith("rehearse."):
            continue
        notes, move = turn.plan.notes, turn.plan.move
        if move == "rehearse.begin":
            persona = personas.get(notes.get("scene", ""))
            if persona is not None:
                start = State.read(notes["state"])
                fresh = Scene(persona, notes["who"], start, "running", (), len(found) + 1, notes.get("enters", ""))
                found.append((fresh, False))
            continue
        if now is not None:
            found[-1] = (_after(now, turn), move in OVER)
    return found


def _after(scene: Scene, turn: Turn) -> Scene:
    assert turn.plan is not None
    notes = turn.plan.notes
    match turn.plan.move:
        case "rehearse.line":
            reply = " ".join(sentence.text for sentence in turn.spoken)
            line = Spoken(turn.said, scene.before, reply, State.read(notes["state"]), turn.id)
            return replace(scene, phase="running", lines=(*scene.lines, line))
        case "rehearse.pause":
            return replace(scene, phase="paused")
        case "rehearse.resume":
            return replace(scene, phase="running")
        case "rehearse.take_back":
            return replace(scene, phase="running", lines=scene.lines[:-1], taken_back=scene.taken_back + 1)
        case "rehearse.swap":
            return replace(scene, phase="running" if scene.phase == "swapped" else "swapped")
    return scene
