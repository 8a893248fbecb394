"""Exercises as data: Markdown files whose front matter says what phones do, and whose body is what phones show.

Adding one needs no Python. Knows nothing of rooms or of time.
"""

import re
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from coach.errors import CoachError
from coach.prompts import FOLDER as PROMPTS

FOLDER = PROMPTS / "workshop"

Kind = Literal["talk", "coach", "pair", "wall", "pulse"]
"""What phones do: lie on the table; each talks with the coach; two practise over one phone; write on the wall; answer
the statements of the pulse."""

LONGEST_MINUTES = 240

_ITEM = re.compile(r"\s*(?:[-*#|]|\d+[.)] )")


class Exercise(BaseModel):
    """One exercise as its file says it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z0-9-]{1,60}$")
    version: int = 1
    changed: str = ""
    title: str = Field(min_length=1, max_length=80)
    gist: str = ""
    kind: Kind
    minutes: float = Field(gt=0, le=LONGEST_MINUTES)
    prompt: str = ""
    """What the wall asks; empty: the wall takes nothing in this exercise."""
    votes: int = Field(default=0, ge=0, le=10)
    """How many votes each person has on the wall; 0: no voting."""
    starters: tuple[str, ...] = ()
    """What a person may begin with, said by a tap."""
    say: tuple[str, ...] = ()
    """Lines for the facilitator."""
    body: str = ""
    """What phones show, in the small Markdown of ``ui.paper``."""


@cache
def exercises() -> dict[str, Exercise]:
    """The ready ones by name. Raises CoachError that names the file and what to correct."""
    return {path.stem: read(path) for path in sorted(FOLDER.glob("*.md"))}


def read(path: Path) -> Exercise:
    """One exercise from its file. Raises CoachError."""
    head, body = front_matter(path)
    try:
        return Exercise.model_validate({**head, "name": path.stem, "body": body})
    except ValidationError as exc:
        raise CoachError(f"{path}: {first_line(exc)}. Correct the front matter.") from exc


def front_matter(path: Path) -> tuple[dict[str, object], str]:
    """What stands between the first two '---' lines, and what follows. Raises CoachError."""
    try:
        _, head, body = path.read_text(encoding="utf-8").split("---\n", 2)
        found = yaml.safe_load(head)
    except OSError as exc:
        raise CoachError(f"{path} cannot be read ({exc.strerror}). Check its name.") from exc
    except (ValueError, yaml.YAMLError) as exc:
        raise CoachError(f"{path} does not begin with front matter between '---' lines. Add it.") from exc
    if not isinstance(found, dict):
        raise CoachError(f"{path} has front matter that is not a list of 'name: value' lines. Correct it.")
    return found, unwrapped(body.strip())


def unwrapped(text: str) -> str:
    """Lines that were broken for the editor, joined: a paragraph or an item of a list is one line on the page."""
    lines: list[str] = []
    for line in text.splitlines():
        begins = not line.strip() or _ITEM.match(line)
        if lines and lines[-1].strip() and not begins and not lines[-1].startswith("#"):
            lines[-1] += f" {line.strip()}"
        else:
            lines.append(line)
    return "\n".join(lines)


def first_line(exc: ValidationError) -> str:
    """The first complaint of a check, in words."""
    first = exc.errors()[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
