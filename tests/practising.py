"""Whole practices without store or network, with the time and the day in the test's hands."""

import asyncio
import random
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache

from coach.commitments import Leaves
from coach.gate import SafetyGate
from coach.grounding import GroundingCheck
from coach.language.language import Language
from coach.practice.policy import PracticePolicy
from coach.practice.practice import practices
from coach.protocols import Brief
from coach.rehearsal.landing import Ear
from coach.rehearsal.persona import personas
from coach.rehearsal.policy import Rehearsal
from coach.values import Turn
from coach.writers.guided import compose
from knowledge.matcher import ATTACK, EVERY_TURN
from tests.guided import coach

WEDNESDAY = datetime(2026, 11, 25, 10, tzinfo=UTC)


@cache
def language() -> Language:
    return Language(coach().policy._parser, coach().library.embedder)


@cache
def ear() -> Ear:
    return Ear(language(), coach().library.embedder, coach().library.reader(ATTACK))


class Practising:
    """One conversation under the practice policy; everything said is heard, and must pass the grounding check."""

    def __init__(self, start: str | None = None) -> None:
        self.now = WEDNESDAY
        self.history: list[Turn] = []
        self.left: list[Leaves] = []
        one = coach()
        rehearsal = Rehearsal(personas(), ear(), language(), chance=random.Random(5))
        self.policy = PracticePolicy(
            one.policy, practices(), one.policy._parser, clock=lambda: self.now, rehearsal=rehearsal, start=start
        )
        self._library = one.library
        self._check = GroundingCheck(one.library.claims)
        self._gate = SafetyGate(one.library.embedder, reader=one.library.reader(*EVERY_TURN))

    def say(self, *messages: str) -> Turn:
        """Has messages answered; the last turn."""
        for said in messages:
            self._answer(said)
        return self.history[-1]

    def _answer(self, said: str) -> None:
        frame = self.policy.read(said, self.history)
        retrieval = asyncio.run(self._library.search(self.policy.query(frame)))
        plan = self.policy.next(frame, self.history, retrieval)
        card = self._library.card(plan.card) if plan.card else None
        claims = tuple(self._library.claim(id) for id in plan.claims)
        brief = Brief(said, plan, frame, tuple(self.history), card, claims, ())
        spoken = tuple(compose(brief))
        for sentence in spoken:
            why = self._check.check(sentence, brief) or self._gate.check_out(sentence, said)
            assert why is None, sentence.text
        assert spoken, plan
        turn = Turn(str(len(self.history)), "c", said, "complete", None, spoken, len(spoken), plan, started=self.now)
        self.left.append(self.policy.leaves(brief))
        self.history.append(turn)

    @property
    def moves(self) -> list[str]:
        return [turn.plan.move for turn in self.history if turn.plan]

    @property
    def asked(self) -> str | None:
        plan = self.history[-1].plan
        return plan.notes.get("asked") if plan else None

    @property
    def values(self) -> dict[str, str]:
        now = self.policy.underway(self.history)
        assert now is not None
        return dict(now.form.values)

    @property
    def notes(self) -> dict[str, str]:
        plan = self.history[-1].plan
        assert plan is not None
        return plan.notes

    @property
    def page(self) -> str:
        return next(leaves.pages[0].markdown for leaves in reversed(self.left) if leaves.pages)


def text(turns: Sequence[Turn] | Turn) -> str:
    turns = [turns] if isinstance(turns, Turn) else turns
    return " ".join(sentence.text for turn in turns for sentence in turn.spoken)
