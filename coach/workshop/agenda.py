"""The agenda: exercises in their order, each with its minutes. Ready ones, or the facilitator's own file.

A step carries its whole exercise, so that a room goes on with what it began with whatever becomes of the files.
"""

import difflib
import secrets
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from coach.errors import CoachError
from coach.workshop.exercise import FOLDER, LONGEST_MINUTES, Exercise, exercises, first_line, front_matter

AGENDAS = FOLDER / "agendas"

DEFAULT = "trust-hour"

MOST_STEPS = 40


class Step(Exercise):
    """One exercise in one place of an agenda."""

    id: str
    """Tells two uses of one exercise apart."""


class Agenda(BaseModel):
    """What a workshop goes through."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field(min_length=1, max_length=120)
    gist: str = ""
    steps: tuple[Step, ...] = Field(min_length=1, max_length=MOST_STEPS)

    @property
    def minutes(self) -> float:
        return sum(step.minutes for step in self.steps)


def step(exercise: Exercise, **changed: Any) -> Step:
    """A step of an exercise, some of it changed. Raises ValidationError."""
    return Step.model_validate({**exercise.model_dump(), **changed, "id": secrets.token_urlsafe(6)})


def ready() -> dict[str, Agenda]:
    """The agendas that come with the coach, by name."""
    return {path.stem: read(path) for path in sorted(AGENDAS.glob("*.md"))}


def named(name: str) -> Agenda:
    """An agenda by the name of a ready one, or by the path of a file. Raises CoachError."""
    if name in (found := ready()):
        return found[name]
    path = Path(name)
    if path.is_file():
        return read(path)
    near = difflib.get_close_matches(name, found, 1)
    hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(found)}; or give the path of a file."
    raise CoachError(f"There is no agenda {name!r}. {hint}")


def read(path: Path) -> Agenda:
    """An agenda from its file: ``title`` and ``steps``, each the name of a ready exercise or one written out.

    A step that names an ``exercise`` may change any of its keys. Raises CoachError that says what to correct.
    """
    head, gist = front_matter(path)
    listed = head.pop("steps", None)
    if not isinstance(listed, list) or not listed:
        raise CoachError(f"{path} names no steps. Add 'steps:' with at least one exercise.")
    made = [_step(path, n, one) for n, one in enumerate(listed, 1)]
    try:
        return Agenda.model_validate({"title": path.stem, "gist": gist, **head, "steps": made})
    except ValidationError as exc:
        raise CoachError(f"{path}: {first_line(exc)}. Correct the front matter.") from exc


def _step(path: Path, n: int, given: Any) -> Step:
    if isinstance(given, str):
        given = {"exercise": given}
    if not isinstance(given, dict):
        raise CoachError(f"{path}: step {n} is no exercise. Give its name, or its title, kind and minutes.")
    given = dict(given)
    name = given.pop("exercise", None)
    try:
        if name is None:
            return Step.model_validate({"name": f"own-{n}", **given, "id": secrets.token_urlsafe(6)})
        return step(_known(path, n, str(name)), **given)
    except ValidationError as exc:
        raise CoachError(f"{path}: step {n}: {first_line(exc)}. Correct it.") from exc


def _known(path: Path, n: int, name: str) -> Exercise:
    found = exercises().get(name)
    if found is None:
        near = difflib.get_close_matches(name, exercises(), 1)
        hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(exercises())}."
        raise CoachError(f"{path}: step {n} names the exercise {name!r}, which there is not. {hint}")
    return found


def arranged(steps: tuple[Step, ...], wanted: list[Any]) -> tuple[Step, ...]:
    """The steps as the desk arranged them: each the id of one that is there, or the name of a ready exercise, with its
    minutes. Raises CoachError."""
    here = {one.id: one for one in steps}
    made = []
    for one in wanted[:MOST_STEPS]:
        try:
            minutes = float(one["minutes"])
            known = here.get(str(one["what"]))
            if known is None:
                made.append(step(exercises()[str(one["what"])], minutes=minutes))
            else:
                made.append(known.model_copy(update={"minutes": _within(minutes)}))
        except (KeyError, TypeError, ValueError) as exc:
            raise CoachError("This agenda cannot be read. Open the desk again.") from exc
    if not made:
        raise CoachError("An agenda needs at least one exercise.")
    return tuple(made)


def _within(minutes: float) -> float:
    if not 0 < minutes <= LONGEST_MINUTES:
        raise ValueError(minutes)
    return minutes
