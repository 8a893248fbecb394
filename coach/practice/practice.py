"""A practice as data: a Markdown file whose front matter says what must be known, and whose body is the artefact.

Owns the format and its checks. Knows nothing of a conversation; ``coach.practice.policy`` runs any practice over one.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from coach.errors import CoachError
from coach.prompts import FOLDER as PROMPTS

FOLDER = PROMPTS / "practices"

MARK = re.compile(r"\{(\w+)((?:\|\w+)*)\}")
"""A place in a line or template: ``{field}``, with filters as in ``{field|to_them}``."""

MADE = frozenset({"today", "follow_up"})
"""Marks that the engine fills itself: the day it is, and the day to look back."""


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Option(_Data):
    when: list[str] = []
    """Regular expressions; none: always fits, after those that match."""
    text: str


class Check(_Data):
    """What an answer is looked at for. Where it shows, it is said once, and the field asked for again."""

    when: list[str] = []
    """Regular expressions that show it."""
    unless: list[str] = []
    """Where one of these matches, it does not."""
    marks: list[str] = []
    """Kinds of the language analysis that show it; see ``coach lint``."""
    say: str
    """What is said, without a question."""
    ask: str = ""
    """The question that follows; empty: the field's smaller one."""


class Field(_Data):
    """One thing to be known."""

    id: str
    title: str
    said: str = ""
    """How the coach calls it in a sentence, where not by its title."""
    also: list[str] = []
    """Other names by which a person may call it."""
    need: Literal["must", "want", "may"] = "must"
    """``must`` is asked first, ``want`` after an offer to finish, ``may`` is never asked, only taken up."""
    ask: list[str] = []
    """Wordings of the question; one with marks is used where these are known."""
    smaller: str = ""
    """The question made smaller, for "no idea"."""
    blank: str = ""
    """What stands in the artefact where it is not known."""
    frame: list[str] = []
    """Kinds of the frame's slots that tell it."""
    patterns: list[str] = []
    """Regular expressions that find it in a message, with ``(?P<value>…)``."""
    match: list[str] = []
    """Where given, what the frame offers is taken only if one of these is found in it."""
    unless: list[str] = []
    """Not wanted where one of these is known."""
    only: list[str] = []
    """Wanted only where one of these is known."""
    resist: list[str] = []
    """Kinds of the frame's slots that are no answer by themselves, such as a verdict where a fact is asked for."""
    resist_say: list[str] = []
    help: list[str] = []
    """Answers that others have given, said to whoever asks about it: "what do other teams do?"."""
    keeps: list[str] = []
    """Regular expressions of answers that stay here when it was asked for, whatever else they would fit."""
    sort: Literal["", "length", "people"] = ""
    """A stretch of time, or people by number. A message that is nothing else comes here, whatever was asked."""
    date: bool = False
    """Names a day, which the calendar and the follow-up use."""
    lines: bool = False
    """Kept as it came, line by line, however long."""
    paste: bool = False
    """Pasted notes with times fill it, whatever was asked, and further ones are added."""
    checks: list[Check] = []

    @property
    def spoken(self) -> str:
        return self.said or self.title.lower()

    @property
    def gap(self) -> str:
        return self.blank or f"[{self.spoken}?]"


class Pick(_Data):
    """Some of several texts, chosen by what is known."""

    most: int = 3
    fields: list[str] = []
    """What is looked at; empty: everything known."""
    options: list[Option]


class Part(_Data):
    """One part of an agenda."""

    share: int
    """Of the time, beside the shares of the others."""
    text: str
    least: int = 0
    """With fewer people it is left out."""
    most: int = 0
    """With more people it is left out; 0: never."""


class Block(_Data):
    """Lines of the page that are worked out; see ``coach.practice.blocks``."""

    make: Literal["timeline", "gaps", "moments", "reworded", "items", "agenda", "actions", "progress"]
    of: str
    """The field that it is made of."""
    title: str = ""
    """Head of the column that is left for the person to fill, or that carries a remark."""
    most: int = 0
    options: list[Option] = []
    """Questions or remarks, of which the first that fits is used."""
    minutes: str = ""
    """The field that says how long."""
    people: str = ""
    """The field that says how many come."""
    default_minutes: int = 0
    items: list[Part] = []
    blank: list[str] = []
    """Lines that stand there while nothing is known."""


class Offer(_Data):
    """When the coach may offer the practice of its own accord."""

    cards: list[str] = []
    """Cards that call for it where the person has something to do, such as a talk to have."""
    patterns: list[str] = []
    """Regular expressions over the topic that call for it by themselves."""
    say: list[str] = []


class Artefact(_Data):
    kind: str
    title: str


class Promise(_Data):
    """The commitment that finishing the practice is."""

    text: list[str]
    """Alternatives with marks; the first that can be filled."""
    due: str = ""
    """The field that names its day."""


class After(_Data):
    """What may follow once the artefact stands."""

    rehearse: bool = False
    practice: str = ""
    """The practice that looks back."""
    days: int = 0
    """How many days after the promised day it looks back."""


class Practice(_Data):
    """A practice, ready to run."""

    name: str
    version: int
    changed: str
    title: str
    gist: str
    begin: list[str]
    """Regular expressions by which a person asks for it."""
    offer: Offer = Offer()
    open_with: list[str] = []
    """What the coach says when it begins."""
    fields: list[Field]
    checks: list[Check] = []
    """What a message that tells nothing for the page is looked at for, such as a question for who did it."""
    parts: dict[str, list[str]] = {}
    """Lines of the artefact: alternatives, of which the first that can be filled is used."""
    picks: dict[str, Pick] = {}
    blocks: dict[str, Block] = {}
    """Lines that are worked out from what is known; ``{name}`` alone in a line of the page."""
    artefact: Artefact
    promise: Promise | None = None
    after: After = After()
    carries: dict[str, str] = {}
    """Fields taken over from a practice that came before in the same conversation: ``practice`` names it."""
    template: str

    @property
    def pasted(self) -> Field | None:
        """The field that pasted notes fill."""
        return next((field for field in self.fields if field.paste), None)

    def field(self, id: str) -> Field:
        return next(field for field in self.fields if field.id == id)

    def named(self, words: str) -> Field | None:
        """The field that a person calls by these words."""
        words = re.sub(r"^(?:the|my|our|their)\s+", "", words.strip().lower())
        for field in self.fields:
            names = {field.id.replace("_", " "), field.title.lower(), *(name.lower() for name in field.also)}
            if words in names or f"{words}s" in names:
                return field
        return None


def load(name: str, folder: Path = FOLDER) -> Practice:
    """The practice in ``<folder>/<name>.md``. Raises CoachError that names the file and what does not fit."""
    path = folder / f"{name}.md"
    try:
        _, head, body = path.read_text(encoding="utf-8").split("---\n", 2)
        practice = Practice.model_validate({**yaml.safe_load(head), "template": body.strip()})
    except OSError as exc:
        raise CoachError(f"The practice {path} cannot be read. Restore it from the release.") from exc
    except ValidationError as exc:
        first = exc.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise CoachError(f"{path}: {where}: {first['msg']}. Correct the front matter.") from exc
    except (ValueError, TypeError, yaml.YAMLError) as exc:
        raise CoachError(f"{path} does not begin with front matter between '---' lines. Add it.") from exc
    if trouble := next(_trouble(practice, name), None):
        raise CoachError(f"{path}: {trouble}")
    return practice


@cache
def practices(folder: Path = FOLDER) -> dict[str, Practice]:
    """Every practice of a folder by name. Raises CoachError."""
    return {path.stem: load(path.stem, folder) for path in sorted(folder.glob("*.md"))}


def _trouble(practice: Practice, name: str) -> Iterator[str]:
    """What does not fit, most telling first."""
    if practice.name != name:
        yield f"it calls itself {practice.name!r}. Name it like its file."
    ids = [field.id for field in practice.fields]
    named = [*ids, *practice.parts, *practice.picks, *practice.blocks, *MADE]
    known = set(named)
    if len(known) < len(named):
        yield "two fields, parts, picks or blocks have one name. Rename one."
    lines = [practice.template, practice.artefact.title, *(line for part in practice.parts.values() for line in part)]
    lines += [option.text for pick in practice.picks.values() for option in pick.options]
    lines += [ask for field in practice.fields for ask in field.ask]
    lines += practice.promise.text if practice.promise else []
    for line in lines:
        for mark in MARK.finditer(line):
            if mark[1] not in known:
                yield f"{{{mark[1]}}} is neither a field nor a part. Correct it, or add the field."
            if strange := set(filter(None, mark[2].split("|"))) - FILTERS:
                yield f"{mark[0]} uses the unknown filter {min(strange)!r}. There are: {', '.join(sorted(FILTERS))}."
    for field in practice.fields:
        if field.need != "may" and not field.ask:
            yield f"the field {field.id!r} is {field.need!r} and has no question. Give it an 'ask'."
        for pattern in field.patterns:
            if "(?P<value>" not in pattern:
                yield f"a pattern of {field.id!r} has no (?P<value>…). Say which part of it is meant."
        for other in (*field.unless, *field.only):
            if other not in ids:
                yield f"the field {field.id!r} names {other!r}, which is no field."
    for name, block in practice.blocks.items():
        for other in filter(None, (block.of, block.minutes, block.people)):
            if other not in ids:
                yield f"the block {name!r} names {other!r}, which is no field."
    for pattern in _patterns(practice):
        try:
            re.compile(pattern)
        except re.error as exc:
            yield f"{pattern!r} is not a regular expression ({exc})."


def _patterns(practice: Practice) -> Iterator[str]:
    yield from practice.begin
    yield from practice.offer.patterns
    for field in practice.fields:
        yield from (*field.patterns, *field.match, *field.keeps)
    for check in (*practice.checks, *(one for field in practice.fields for one in field.checks)):
        yield from (*check.when, *check.unless)
    options = [option for pick in practice.picks.values() for option in pick.options]
    options += [option for block in practice.blocks.values() for option in block.options]
    for option in options:
        yield from option.when


FILTERS = frozenset({"to_them", "to_you", "bare", "lower", "cap", "short", "day", "object", "first", "thing", "on"})
"""How a value can be turned; see ``coach.practice.turning``."""
