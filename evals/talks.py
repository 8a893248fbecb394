"""Cases that are talked through with the real ``Conversation``, and what each came to.

A suite names its cases, says what the person says next, and scores what the coach did. The same suite runs plainly
here and in Inspect (``evals.tasks.inspecting``). Nothing here needs a language model to judge.
"""

import random
import tempfile
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evals.board import Row

if TYPE_CHECKING:
    from coach.app import Coach
    from coach.conversation import Conversation

REGION = "US"
"""Where the people of the cases live, so that crisis texts have their numbers."""

MOST_TURNS = 14

AUTHORED = "authored"
"""What a turn names as its writer where a text of ours was said."""


@dataclass(frozen=True, slots=True)
class Case:
    """One talk to be held: what the person says, and what the suite needs to know of it."""

    id: str
    messages: tuple[str, ...]
    group: str = ""
    notes: Mapping[str, Any] = field(default_factory=dict)
    """As JSON."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One message with the turn that answered it, as ``coach ask --json`` gives it, and the ``card`` in use."""

    said: str
    answer: Mapping[str, Any]

    @property
    def reply(self) -> str:
        return str(self.answer["reply"])

    @property
    def gate(self) -> str | None:
        """Kind of the redirect; None where the coach coached."""
        return self.answer["gate"]["kind"] if self.answer["gate"] else None

    @property
    def move(self) -> str:
        return str(self.answer["plan"]["move"])

    @property
    def sentences(self) -> Sequence[Mapping[str, Any]]:
        return list(self.answer["sentences"])

    @property
    def dropped(self) -> Sequence[Mapping[str, Any]]:
        return list(self.answer["dropped"])


@dataclass(frozen=True, slots=True)
class Scored:
    """A case after its talk. ``values``: figures by name, 0 to 1 where they are yes or no."""

    case: Case
    exchanges: tuple[Exchange, ...]
    values: Mapping[str, float]


class Suite(ABC):
    """Cases and how they are scored. Subclasses say what differs."""

    name: str
    rows: tuple[int, ...]
    """Rows of the board that it measures."""
    what: str
    """One line for people."""
    public = False
    """Whether it has nothing to measure without the public data."""

    @abstractmethod
    def cases(self, data: Path | None) -> list[Case]:
        """The cases, without the public ones where ``data`` is None."""

    def next(self, case: Case, exchanges: Sequence[Exchange]) -> str | None:
        """What the person says next; None at the end."""
        return case.messages[len(exchanges)] if len(exchanges) < len(case.messages) else None

    def prepare(self, case: Case, conversation: "Conversation") -> None:  # noqa: B027 - most suites change nothing
        """Changes what the conversation was given, before the first message."""

    @abstractmethod
    def score(self, case: Case, exchanges: Sequence[Exchange]) -> dict[str, float]:
        """Figures of one talk by name, 0 to 1 where they are yes or no."""

    def sound(self, values: Mapping[str, float]) -> bool:
        """Whether nothing was wrong with a talk."""
        return all(value >= 1 for value in values.values())

    @abstractmethod
    def figures(self, scored: Sequence[Scored]) -> list[Row]:
        """What the talks together come to, as rows of the board."""


def drawn(cases: Sequence[Case], most: int | None) -> list[Case]:
    """At most so many of the cases, always the same ones, in their order; all where ``most`` is None."""
    if most is None or most >= len(cases):
        return list(cases)
    return [cases[n] for n in sorted(random.Random(0).sample(range(len(cases)), most))]


@asynccontextmanager
async def opened(writer: str, cache: Path | None = None, **flags: Any) -> AsyncIterator["Coach"]:
    """A coach in a folder of its own that is gone afterwards. ``hostile`` and
    ``loose`` are put in talk by talk; behind them stands the guided writer. Raises CoachError."""
    from coach.app import Coach, load_settings

    with tempfile.TemporaryDirectory(prefix="coach-eval-") as home:
        chosen = "guided" if writer in ("hostile", "loose") else writer
        settings = load_settings(home=Path(home), cache=cache, writer=chosen, region=REGION, **flags)
        coach = Coach(settings)
        await coach.ready()
        try:
            yield coach
        finally:
            await coach.close()


async def talk(suite: Suite, case: Case, coach: "Coach", writer: str) -> list[Exchange]:
    """Holds one talk to its end."""
    # Wordings vary with the conversation's id; with an id of its own, a case comes to the same in every run.
    conversation = await coach.conversation(f"{suite.name}-{case.id}")
    if writer == "hostile":
        from evals.hostile import HostileWriter

        conversation.writer = HostileWriter(seed=case.id)
    elif writer == "loose":
        from evals.loose import LooseWriter

        conversation.writer = LooseWriter(case.id)
    suite.prepare(case, conversation)
    exchanges: list[Exchange] = []
    while len(exchanges) < MOST_TURNS and (said := suite.next(case, exchanges)) is not None:
        exchanges.append(await exchange(conversation, said))
    return exchanges


async def exchange(conversation: "Conversation", said: str) -> Exchange:
    """One message and its answer, all of it heard. Raises CoachError where the turn failed."""
    from coach.answer import answer
    from coach.errors import CoachError
    from coach.events import Done, Event, Notice, Said, Sources

    events: list[Event] = []
    async with aclosing(conversation.reply(said)) as reply:
        async for event in reply:
            events.append(event)
    done = events[-1]
    if isinstance(done, Done) and done.status == "failed":
        why = " ".join(event.text for event in events if isinstance(event, Notice))
        raise CoachError(f"The coach could not answer {said[:60]!r}. {why}")
    left = [event for event in events if isinstance(event, Said)]
    if left:
        await conversation.heard(left[-1].turn, len(left))
    plan = next((event.plan for event in events if isinstance(event, Sources)), None)
    return Exchange(said, {**answer(events, conversation.id), "card": plan.card if plan else None})


async def run(suite: Suite, cases: Sequence[Case], coach: "Coach", writer: str) -> list[Scored]:
    """The cases of a suite, one after the other, without Inspect."""
    scored = []
    for case in cases:
        exchanges = await talk(suite, case, coach, writer)
        scored.append(Scored(case, tuple(exchanges), suite.score(case, exchanges)))
    return scored


def worded(scored: Iterable[Scored], writer: str) -> list[bool]:
    """Of the turns that were coached, whether the writer that was asked for worded them, or the guided one did."""
    return [
        one.answer["writer"] == writer for talk in scored for one in talk.exchanges if one.answer["writer"] != AUTHORED
    ]


def outcomes(suite: Suite, scored: Sequence[Scored]) -> list[Row]:
    """What single cases came to, for paired comparison."""
    return [
        {"suite": suite.name, "case": one.case.id, "metric": metric, "value": value}
        for one in scored
        for metric, value in one.values.items()
    ]


def mean_of(scored: Sequence[Scored], metric: str) -> list[float]:
    """The values of one metric, of the cases that have it."""
    return [one.values[metric] for one in scored if metric in one.values]
