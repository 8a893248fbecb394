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

Cue = Literal["blamed", "asked", "told", "owned", "heard", "waited"]
"""What the line before did, in the five ways a counterpart answers to: blame; an open question; an observation or a
request; an own part or apology; being given back or taken seriously. A sixth, to which
any line of the stance may come: the other said nothing, and waited."""

SLOTS = frozenset({"word"})
"""What a line may hold: the word that the person had used against them."""


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Topical(_Data):
    """A line that only makes sense where the talk is about something."""

    when: str
    """A name among the persona's ``topics``."""
    say: str


Line = str | Topical


class Lines(_Data):
    """What a persona says under one stance."""

    any: list[Line] = Field(min_length=4)
    blamed: list[Line] = []
    asked: list[Line] = []
    told: list[Line] = []
    owned: list[Line] = []
    heard: list[Line] = []

    def of(self, cue: str) -> list[Line]:
        lines: list[Line] = getattr(self, cue, [])
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
    topics: dict[str, str] = {}
    """Regular expressions over what the person has said, by the names that lines use."""
    enters: list[str] = Field(min_length=10)
    closed: Lines
    guarded: Lines
    thawing: Lines
    open: Lines
    about: str

    def lines(self, stance: str) -> Lines:
        lines: Lines = getattr(self, stance)
        return lines

    def fitting(self, lines: list[Line], talk: str) -> list[str]:
        """The lines that make sense in a talk about this."""
        about = {name for name, pattern in self.topics.items() if re.search(pattern, talk, re.I)}
        return [one if isinstance(one, str) else one.say for one in lines if isinstance(one, str) or one.when in about]

    def answering(self, lines: list[Line], said: str) -> list[str]:
        """The lines about the very thing that was just said."""
        about = {name for name, pattern in self.topics.items() if re.search(pattern, said, re.I)}
        return [one.say for one in lines if isinstance(one, Topical) and one.when in about]


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
    for when in (one.when for one in _lines(persona) if isinstance(one, Topical)):
        if when not in persona.topics:
            raise CoachError(f"{path}: a line wants the topic {when!r}, which is not among 'topics'. Add it.")
    for text in (*persona.enters, *(one if isinstance(one, str) else one.say for one in _lines(persona))):
        if strange := set(re.findall(r"\{(\w+)\}", text)) - SLOTS:
            raise CoachError(f"{path}: {{{min(strange)}}} is not known in a line. There is: {', '.join(SLOTS)}.")
    return persona


@cache
def personas(folder: Path = FOLDER) -> dict[str, Persona]:
    """Every persona of a folder by name. Raises CoachError."""
    return {path.stem: load(path.stem, folder) for path in sorted(folder.glob("*.md"))}


def _lines(persona: Persona) -> list[Line]:
    stances = (persona.closed, persona.guarded, persona.thawing, persona.open)
    return [line for lines in stances for cue in type(lines).model_fields for line in lines.of(cue)]
