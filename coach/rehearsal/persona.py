"""A counterpart as data: a Markdown file whose front matter says how it comes in, moves and speaks.

The body tells a person what to expect. Owns the format and its checks; knows nothing of a scene.
"""

import re
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from coach.errors import CoachError
from coach.prompts import FOLDER as PROMPTS

FOLDER = PROMPTS / "personas"

Cue = Literal["blamed", "asked", "told", "owned", "heard"]
"""What the line before did, in the five ways a counterpart answers to: blame; an open question; an observation or a
request; an own part or apology; being given back or taken seriously."""

SLOTS = frozenset({"word"})
"""What a line may hold: the word that the person had used against them."""


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Lines(_Data):
    """What a persona says under one stance."""

    any: list[str] = Field(min_length=4)
    blamed: list[str] = []
    asked: list[str] = []
    told: list[str] = []
    owned: list[str] = []
    heard: list[str] = []

    def of(self, cue: str) -> list[str]:
        lines: list[str] = getattr(self, cue, [])
        return lines


class Persona(_Data):
    """One counterpart."""

    name: str
    version: int
    changed: str
    title: str
    """How it is offered: "someone who defends themselves"."""
    fits: list[str] = []
    """Regular expressions over what the person says of the other."""
    openness: float = Field(ge=0, le=1)
    threat: float = Field(ge=0.15, le=0.85)
    """Never at an end of the scale at first, so that the first line can move it either way."""
    trust: float = Field(ge=0, le=1)
    touchy: float = Field(default=1.0, gt=0)
    """How strongly it takes what is harsh."""
    soothed: float = Field(default=1.0, gt=0)
    """How strongly it takes what is kind."""
    voice: str | None = None
    """A voice of its own, for those who hear it; the speech engine's name for it."""
    enters: list[str] = Field(min_length=10)
    closed: Lines
    guarded: Lines
    thawing: Lines
    open: Lines
    about: str

    def lines(self, stance: str) -> Lines:
        lines: Lines = getattr(self, stance)
        return lines


def load(name: str, folder: Path = FOLDER) -> Persona:
    """The persona in ``<folder>/<name>.md``. Raises CoachError that names the file and what does not fit."""
    path = folder / f"{name}.md"
    try:
        _, head, body = path.read_text(encoding="utf-8").split("---\n", 2)
        persona = Persona.model_validate({**yaml.safe_load(head), "about": body.strip()})
    except OSError as exc:
        raise CoachError(f"The persona {path} cannot be read. Restore it from the release.") from exc
    except ValidationError as exc:
        first = exc.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise CoachError(f"{path}: {where}: {first['msg']}. Correct the front matter.") from exc
    except (ValueError, TypeError, yaml.YAMLError) as exc:
        raise CoachError(f"{path} does not begin with front matter between '---' lines. Add it.") from exc
    if persona.name != name:
        raise CoachError(f"{path} calls itself {persona.name!r}. Name it like its file.")
    for text in _texts(persona):
        if strange := set(re.findall(r"\{(\w+)\}", text)) - SLOTS:
            raise CoachError(f"{path}: {{{min(strange)}}} is not known in a line. There is: {', '.join(SLOTS)}.")
    return persona


@cache
def personas(folder: Path = FOLDER) -> dict[str, Persona]:
    """Every persona of a folder by name. Raises CoachError."""
    return {path.stem: load(path.stem, folder) for path in sorted(folder.glob("*.md"))}


def _texts(persona: Persona) -> list[str]:
    stances = (persona.closed, persona.guarded, persona.thawing, persona.open)
    return [*persona.enters, *(text for lines in stances for group in lines.model_dump().values() for text in group)]
