"""What the coach has already said and asked in a conversation, read from its turns.

Only what was heard counts. Everything is derived from the history, so that it survives a restart.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from coach.values import Plan, Sentence, Turn


def heard(turn: Turn) -> tuple[Sentence, ...]:
    return turn.spoken[: turn.heard]


def opening(text: str) -> str:
    """The first three words, folded."""
    return " ".join(text.lower().replace("“", "").replace("”", "").replace(",", "").replace(":", "").split()[:3])


@dataclass(frozen=True, slots=True)
class Memory:
    """The coach's own side of the talk."""

    sentences: tuple[str, ...]
    openings: tuple[str, ...]
    """First three words of every reply, oldest first."""
    shapes: tuple[tuple[str, ...], ...]
    """Kinds of sentences of every reply, oldest first."""
    plans: tuple[Plan, ...]
    asked: frozenset[str]
    """Intents of the questions that were heard."""
    questions: frozenset[str]
    ideas: frozenset[tuple[str, str]]
    words: frozenset[tuple[str, int]]
    echoes: frozenset[tuple[str, int]]
    claims: frozenset[str]

    @property
    def last(self) -> Plan | None:
        return self.plans[-1] if self.plans else None

    @property
    def offer(self) -> str | None:
        """Idea id, or ``words``, that the last turn offered and that waits for an answer."""
        return self.last.notes.get("offer") if self.last else None

    @property
    def open_offer(self) -> str | None:
        """The latest offer of the last few turns that was never carried out; for "I said yes"."""
        for plan in reversed(self.plans[-4:]):
            offer = plan.notes.get("offer")
            refused = (plan.card, offer) in self.refused
            if offer and not refused and not any(idea == offer for _, idea in self.ideas):
                return offer
        return None

    @property
    def offered(self) -> Plan | None:
        """The plan that made the offer which still waits; see ``open_offer``."""
        for plan in reversed(self.plans[-4:]):
            offer = plan.notes.get("offer")
            if offer and offer == (self.offer or self.open_offer):
                return plan
        return None

    @property
    def offers(self) -> frozenset[tuple[str, str]]:
        """Cards and ideas that were offered already, taken up or not."""
        return frozenset((p.card, p.notes["offer"]) for p in self.plans if p.card and p.notes.get("offer"))

    @property
    def words_due(self) -> bool:
        """Whether words to say were asked for in the last three turns, and none were given since."""
        for plan, shape in zip(reversed(self.plans[-3:]), reversed(self.shapes[-3:]), strict=True):
            if "words" in shape or plan.move in {"thanks", "close"}:
                return False
            if plan.notes.get("wanted") == "words":
                return True
        return False

    @property
    def rejected(self) -> frozenset[str]:
        """Cards that the person pushed back on: the last one in use before they did."""
        found = set()
        for number, plan in enumerate(self.plans):
            if plan.move == "repair" or plan.notes.get("refused"):
                before = next((p.card for p in reversed(self.plans[max(0, number - 2) : number]) if p.card), None)
                found |= {before} if before else set()
        return frozenset(found)

    @property
    def refused(self) -> frozenset[tuple[str, str]]:
        """Ideas whose offer met a no."""
        pairs = zip(self.plans, self.plans[1:], strict=False)
        return frozenset(
            (before.card, before.notes["offer"])
            for before, after in pairs
            if before.card and before.notes.get("offer") and (after.move == "dropped" or after.notes.get("refused"))
        )

    def sure_of(self, card: str) -> float:
        """How sure the library has been of a card in this talk."""
        return max((float(p.notes.get("sure", "0")) for p in self.plans if p.card == card), default=0.0)

    @property
    def last_intent(self) -> str | None:
        return self.last.question.intent if self.last and self.last.question else None

    def moves(self, *names: str) -> int:
        return sum(plan.move in names for plan in self.plans)

    def since(self, *names: str) -> int:
        """Turns since a move was last made; a large number where it never was."""
        for back, plan in enumerate(reversed(self.plans)):
            if plan.move in names or (("offer" in names) and plan.notes.get("offer")):
                return back
        return 99

    @property
    def commitment(self) -> str | None:
        return next((p.notes["commitment"] for p in reversed(self.plans) if p.notes.get("commitment")), None)


def _runs(sentences: Sequence[Sentence]) -> list[str]:
    """Texts of neighbouring sentences of one kind, joined: what one template made."""
    runs: list[tuple[str, str]] = []
    for sentence in sentences:
        if runs and runs[-1][0] == sentence.kind == "reflection":
            runs[-1] = (sentence.kind, f"{runs[-1][1]} {sentence.text}")
        else:
            runs.append((sentence.kind, sentence.text))
    return [text for _, text in runs]


def _ideas(plan: Plan) -> tuple[str, ...]:
    """The idea of a turn, or the several of a list."""
    return (plan.idea or "", *plan.notes.get("list", "").split(","))


def remember(history: Sequence[Turn]) -> Memory:
    """What was heard of the coach so far."""
    told = [turn for turn in history if turn.plan and turn.heard]
    asked = set()
    for turn in told:
        assert turn.plan is not None
        if turn.plan.question and any(s.kind == "question" for s in heard(turn)):
            asked.add(turn.plan.question.intent)
    return Memory(
        sentences=tuple(text for turn in history for text in _runs(heard(turn))),
        openings=tuple(opening(heard(turn)[0].text) for turn in history if turn.heard),
        shapes=tuple(tuple(s.kind for s in heard(turn)) for turn in told),
        plans=tuple(turn.plan for turn in told if turn.plan),
        asked=frozenset(asked),
        questions=frozenset(s.text for turn in told for s in heard(turn) if s.kind == "question"),
        ideas=frozenset((t.plan.card, idea) for t in told if t.plan and t.plan.card for idea in _ideas(t.plan) if idea),
        words=frozenset(
            (t.plan.card, t.plan.words) for t in told if t.plan and t.plan.card and t.plan.words is not None
        ),
        echoes=frozenset(
            (t.plan.card, t.plan.echo) for t in told if t.plan and t.plan.card and t.plan.echo is not None
        ),
        claims=frozenset(c for t in told if t.plan and t.plan.move == "evidence" for c in t.plan.claims),
    )
