"""A writer that is careless rather than hostile: it words its passages as a hurried model would.

Each sentence cites, and each has one habit: cut short, figure moved, doubt dropped, link turned to cause, two sources
run together, the wrong number in the brackets, or nothing wrong. What of it passes the check is what row 9's readers
judge; ``--writer loose`` holds any talk with it.
"""

import random
import re
from collections.abc import AsyncIterator, Callable, Sequence

from coach.protocols import Brief
from coach.values import Passage, Sentence

Habit = Callable[[str, str, random.Random], str]


def _plain(text: str, other: str, rng: random.Random) -> str:
    return text


def _cut(text: str, other: str, rng: random.Random) -> str:
    return re.split(r"[;:]|, (?:and|but|more|so|with) ", text)[0].rstrip(".") + "."


def _figure(text: str, other: str, rng: random.Random) -> str:
    return re.sub(r"\d+", lambda found: str(int(found.group()) + rng.choice((5, 12, 20))), text, count=1)


def _sure(text: str, other: str, rng: random.Random) -> str:
    text = re.sub(r"\b(?:as far as we know,? ?|about |tends to |may |often )", "", text)
    return re.sub(r"; (?:that is|it is|self-report|most of it|one company)[^.]*", "", text)


def _cause(text: str, other: str, rng: random.Random) -> str:
    return re.sub(r"\bgoes with\b|\bgo with\b|\brelates to\b|\bis linked to\b", "raises", text)


def _joined(text: str, other: str, rng: random.Random) -> str:
    return f"{_cut(text, '', rng).rstrip('.')}, and {_cut(other, '', rng)[0].lower()}{_cut(other, '', rng)[1:]}"


def _credited(text: str, other: str, rng: random.Random) -> str:
    return f"Research shows that {text[0].lower()}{text[1:]}"


def _retold(text: str, other: str, rng: random.Random) -> str:
    return f"In short, {text[0].lower()}{text[1:]}"


HABITS: tuple[Habit, ...] = (_plain, _cut, _figure, _sure, _cause, _joined, _credited, _retold)


class LooseWriter:
    """Three sentences over the turn's passages, each with a habit drawn by seed and turn."""

    name = "loose"

    def __init__(self, seed: str = "") -> None:
        self._seed = seed

    async def write(self, brief: Brief) -> AsyncIterator[str | Sentence]:
        rng = random.Random(f"{self._seed}/{len(brief.history)}")
        passages = list(brief.passages)
        for _ in range(3):
            if passages:
                yield f"{_said(passages, rng)} "
        yield "What would you use of that?"


def _said(passages: Sequence[Passage], rng: random.Random) -> str:
    at, beside = rng.randrange(len(passages)), rng.randrange(len(passages))
    habit = rng.choice(HABITS)
    if habit is _joined and at == beside:
        habit = _cut
    text = rng.choice(re.split(r"(?<=[.!])\s+(?=[A-Z])", passages[at].text))
    other = re.split(r"(?<=[.!])\s+(?=[A-Z])", passages[beside].text)[0]
    cited = beside if rng.random() < 0.15 else at
    marks = f" [{cited + 1}]" if habit is not _joined else f" [{at + 1}][{beside + 1}]"
    words = habit(text, other, rng).strip()
    return f"{words[:-1]}{marks}{words[-1]}" if words[-1] in ".!?" else f"{words}{marks}."
