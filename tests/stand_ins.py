"""Stand-ins for what a conversation is given, each as small as its protocol allows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coach.citing import citation
from coach.conversation import Conversation
from coach.errors import CoachError
from coach.protocols import Brief, CardMatch
from coach.store import Store
from coach.values import Card, Claim, Found, Gated, Passage, Plan, Question, Retrieval, Sentence, Turn
from coach.writers.fake import FakeWriter

PASSAGE = Passage(
    id="card:tone/one-moment",
    kind="card",
    text="One moment and its effect is easier to take than a verdict.",
    source="Practice card: tone",
    heading="Her tone shuts people down",
    licence="Apache-2.0",
    grade="D",
)
CITED = citation(PASSAGE)
PLAN = Plan(
    stage="goal",
    move="reflect_ask",
    passages=(PASSAGE.id,),
    question=Question("goal.after", "goal", "What should be different afterwards?"),
)
CRISIS = Gated(
    "crisis",
    "talks of dying",
    ("That is a lot, and I'm glad you said it.", "Call 112 now.", "Are you having thoughts of killing yourself?"),
    "asked",
)
CLINICAL = Gated("clinical", "asks about medication", ("That is for a doctor.", "What would help at work?"))


@dataclass
class FakeLibrary:
    passages: dict[str, Passage] = field(default_factory=lambda: {PASSAGE.id: PASSAGE})
    failure: CoachError | None = None
    embedder: None = None

    def card(self, id: str) -> Card:
        raise AssertionError(id)

    def claim(self, id: str) -> Claim:
        raise AssertionError(id)

    def passage(self, id: str) -> Passage | None:
        return self.passages.get(id)

    def expect(self, said: str) -> None:
        pass

    async def search(self, query: str, *, k: int = 8, collection: str | None = None) -> Retrieval:
        if self.failure is not None:
            raise self.failure
        return Retrieval(query, True, 0.9, (), tuple(Found(one, 1.0) for one in self.passages.values()))

    def match(self, query: str, card: str) -> CardMatch:
        raise AssertionError(card)


@dataclass
class FakeGate:
    """Redirects messages by what they contain, and drops sentences that contain a word."""

    on: dict[str, Gated] = field(default_factory=lambda: {"die": CRISIS, "pills": CLINICAL})
    never: str = "diagnosis"
    saw: list[tuple[str, ...]] = field(default_factory=list)

    def check(self, said: str, history: Sequence[Turn]) -> Gated | None:
        self.saw.append(tuple(turn.said for turn in history))
        return next((gated for word, gated in self.on.items() if word in said), None)

    def check_out(self, sentence: Sentence, said: str) -> str | None:
        return "clinical" if self.never in sentence.text else None


@dataclass
class FakeGrounding:
    """Numbers need a citation."""

    def check(self, sentence: Sentence, brief: Brief) -> str | None:
        return "a figure without a source" if "%" in sentence.text and not sentence.citations else None


@dataclass
class FakePolicy:
    plan: Plan = PLAN
    failure: Exception | None = None
    histories: list[tuple[tuple[str, str], ...]] = field(default_factory=list)
    """What was said and heard before each turn."""

    def read(self, said: str, history: Sequence[Turn]) -> Any:
        if self.failure is not None:
            raise self.failure
        self.histories.append(tuple((turn.said, turn.heard_text) for turn in history))
        return {"said": said}

    def query(self, frame: Any) -> str:
        return frame["said"]

    def next(self, frame: Any, history: Sequence[Turn], retrieval: Retrieval) -> Plan:
        return self.plan


@dataclass
class Setup:
    """A conversation with everything it was given in reach."""

    home: Path
    store: Store = field(init=False)
    library: FakeLibrary = field(default_factory=FakeLibrary)
    gate: FakeGate = field(default_factory=FakeGate)
    grounding: FakeGrounding = field(default_factory=FakeGrounding)
    policy: FakePolicy = field(default_factory=FakePolicy)
    writer: FakeWriter = field(default_factory=FakeWriter)
    keeper: None = None
    guided: FakeWriter = field(default_factory=lambda: FakeWriter("guided", [Sentence("Tell me more.", "other")]))

    def __post_init__(self) -> None:
        self.store = self.open_store()

    def open_store(self) -> Store:
        def cite(id: str) -> Any:
            passage = self.library.passage(id)
            return passage and citation(passage)

        return Store(f"sqlite:///{self.home / 'coach.sqlite'}", cite=cite)

    def conversation(self, id: str = "c", *, store: Store | None = None) -> Conversation:
        return Conversation(
            id,
            store=store or self.store,
            library=self.library,
            gate=self.gate,
            grounding=self.grounding,
            policy=self.policy,
            writer=self.writer,
            guided=self.guided,
        )
