"""The pulse itself: what is asked, what counts as an answer, and what a round of answers may show.

Values and plain functions, without a store or a page. Nothing here knows who answered: an answer is eight numbers.
Nothing is shown of fewer than ``FLOOR`` answers, and never how answers are distributed, since "all five chose one"
would tell what each of them chose.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import sqrt
from statistics import fmean

from coach import patterns
from coach.errors import CoachError

FLOOR = 5
"""Answers from which on something is shown; common practice in anonymous staff surveys."""

LOWEST, HIGHEST = 1, 5
"""The ends of the scale; see ``scale``."""

# Spread (standard deviation, in points) that one answer's worth is assumed to have, so that a handful of equal answers
# does not look like certainty. A point is what five-point items usually spread by.
ASSUMED_SPREAD = 1.0

Answer = Mapping[str, int]
"""By question id, from ``LOWEST`` to ``HIGHEST``; a question may be left out."""


@dataclass(frozen=True, slots=True)
class Question:
    """One statement to agree with more or less."""

    id: str
    theme: str
    """Key of ``themes``."""
    text: str
    short: str
    """What a high figure means, in few words."""
    talk: str
    """What to open a conversation with where it stands lowest."""
    reverse: bool = False
    """Whether agreeing is the worse answer."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean over answers; more is better, also for statements whose agreement is the worse answer."""

    id: str
    """Of a question or a theme."""
    title: str
    n: int
    mean: float
    low: float
    """Ends of a 95 % interval."""
    high: float


@dataclass(frozen=True, slots=True)
class Summary:
    """What a round of answers shows."""

    n: int
    themes: tuple[Figure, ...]
    questions: tuple[Figure, ...]
    """Only those that were answered by ``FLOOR`` or more."""

    def figure(self, id: str) -> Figure | None:
        return next((one for one in (*self.themes, *self.questions) if one.id == id), None)


@cache
def questions() -> tuple[Question, ...]:
    """What is asked, in order. Our own wording; ``sources`` names whose research it builds on."""
    return tuple(Question(**one) for one in patterns.read("pulse")["questions"])


@cache
def themes() -> dict[str, str]:
    """Titles by key, in order."""
    return dict(patterns.read("pulse")["themes"])


@cache
def scale() -> tuple[str, ...]:
    """What the answers are called, from ``LOWEST`` to ``HIGHEST``."""
    return tuple(patterns.read("pulse")["scale"])


@cache
def sources() -> tuple[str, ...]:
    return tuple(patterns.read("pulse")["sources"])


def answer(given: Mapping[str, object]) -> Answer:
    """What somebody gave, as an answer; questions left empty are left out. Raises CoachError."""
    known = {one.id for one in questions()}
    found: dict[str, int] = {}
    for id, value in given.items():
        if id not in known:
            raise CoachError(f"The pulse has no question {id!r}. Open the link again.")
        if value in (None, ""):
            continue
        number = int(value) if isinstance(value, int | str) and str(value).isdecimal() else 0
        if not LOWEST <= number <= HIGHEST:
            raise CoachError(f"{value!r} is no answer. Choose one of: {', '.join(scale())}.")
        found[id] = number
    if not found:
        raise CoachError("Nothing was answered yet. Choose an answer for at least one statement.")
    return found


def summary(answers: Sequence[Answer]) -> Summary | None:
    """What the answers show together; None with fewer than ``FLOOR``.

    To be shown once for a finished round: a mean that moves with each answer tells what the last one was.
    """
    if len(answers) < FLOOR:
        return None
    by_question = {one.id: [_towards_good(one, a[one.id]) for a in answers if one.id in a] for one in questions()}
    shown = tuple(
        _figure(one.id, one.short, values) for one in questions() if len(values := by_question[one.id]) >= FLOOR
    )
    return Summary(len(answers), tuple(_themes(answers)), shown)


def _themes(answers: Sequence[Answer]) -> list[Figure]:
    """Each person's mean over a theme first, so that the interval counts people and not ticks."""
    found = []
    for key, title in themes().items():
        mine = [one for one in questions() if one.theme == key]
        people = [
            fmean(values) for a in answers if (values := [_towards_good(one, a[one.id]) for one in mine if one.id in a])
        ]
        if len(people) >= FLOOR:
            found.append(_figure(key, title, people))
    return found


def _towards_good(question: Question, value: int) -> int:
    return LOWEST + HIGHEST - value if question.reverse else value


def _figure(id: str, title: str, values: Sequence[float]) -> Figure:
    mean = fmean(values)
    half = _t(len(values)) * spread(values) / sqrt(len(values))
    return Figure(
        id, title, len(values), round(mean, 2), round(max(LOWEST, mean - half), 2), round(min(HIGHEST, mean + half), 2)
    )


def spread(values: Sequence[float]) -> float:
    """Standard deviation, with one answer's worth of ``ASSUMED_SPREAD`` mixed in."""
    mean = fmean(values)
    return sqrt((sum((value - mean) ** 2 for value in values) + ASSUMED_SPREAD**2) / len(values))


def _t(freedom: int) -> float:
    """The 97.5 % point of Student's t, by its expansion in 1/freedom (Cornish and Fisher); within 0.01 from 5 on."""
    z = 1.959964
    return (
        z
        + (z**3 + z) / (4 * freedom)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * freedom**3)
    )


@dataclass(frozen=True, slots=True)
class Change:
    """From one round to a later one."""

    id: str
    title: str
    by: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether it is more than answers vary by anyway."""
        return self.low > 0 or self.high < 0


def change(before: Summary, after: Summary, id: str) -> Change | None:
    """How a figure moved; None where one of the rounds does not show it.

    The rounds count as separate groups, since nobody can tell whose answers belong together; that makes the interval
    wider than it would be with names, and is the price of having none.
    """
    first, later = before.figure(id), after.figure(id)
    if first is None or later is None:
        return None
    by = later.mean - first.mean
    half = sqrt(_half(first) ** 2 + _half(later) ** 2)
    return Change(id, later.title, round(by, 2), round(by - half, 2), round(by + half, 2))


def _half(figure: Figure) -> float:
    """Half the interval, by the end that the scale did not cut short."""
    return max(figure.mean - figure.low, figure.high - figure.mean)


def said(found: Summary, before: Summary | None = None) -> list[str]:
    """What the figures say and how much, in plain sentences."""
    lines = [_told(one) for one in found.themes]
    if before is not None:
        moves = [move for one in found.themes if (move := change(before, found, one.id))]
        lines += [_moved(move) for move in moves]
    lines.append(caution(found.n))
    return lines


def _told(figure: Figure) -> str:
    return (
        f"{figure.title}: {figure.mean:.1f} of {HIGHEST}, from {figure.n} answers. "
        f"The team as a whole may stand anywhere from {figure.low:.1f} to {figure.high:.1f}."
    )


def _moved(move: Change) -> str:
    if not move.is_clear:
        return f"{move.title}: {move.by:+.1f} since the last round, which is no more than answers vary by anyway."
    return f"{move.title}: {move.by:+.1f} since the last round, more than answers vary by anyway."


def caution(n: int) -> str:
    """How far a round of ``n`` answers carries."""
    if n < 10:
        return (
            f"With {n} answers one person who had a bad week moves a figure visibly. Use it to choose what to talk "
            "about, and for nothing else."
        )
    if n < 30:
        return f"{n} answers show a direction, no more. Half a point up or down may be chance."
    return f"{n} answers give a fair picture of the group; of no one in it."


def talk_about(found: Summary, most: int = 2) -> list[Question]:
    """The statements that stand lowest, lowest first: what to talk about next."""
    by_id = {one.id: one for one in questions()}
    low = sorted(found.questions, key=lambda one: (one.mean, one.id))
    return [by_id[one.id] for one in low[:most]]


NO_WATCH = (
    "There is no reading of moods from anybody's messages here, and no figure of a single person. People who know that "
    "they are being read stop writing what they think, and then there is nothing left to read."
)
"""Said where somebody looks for a watch on individuals."""
