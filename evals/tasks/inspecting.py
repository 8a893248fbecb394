"""Inspect tasks made from suites: one task a suite, a solver that holds the talk, a scorer that counts.

Inspect writes the logs that its viewer opens. Imported only where they are wanted, since the library is heavy.
"""

import contextlib
import io
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coach.errors import CoachError
from evals.talks import Case, Exchange, Scored, Suite, talk

if TYPE_CHECKING:
    from inspect_ai import Task

    from coach.app import Coach

AT_ONCE = 2
"""Talks held at the same time; the coach's own work keeps a core busy by itself."""


class Inspected:
    """A suite with what its talks came to, filled while Inspect runs its task."""

    def __init__(self, suite: Suite, cases: Sequence[Case], coach: "Coach", writer: str) -> None:
        self.suite = suite
        self.cases = {case.id: case for case in cases}
        self.coach = coach
        self.writer = writer
        self.scored: dict[str, Scored] = {}

    def task(self) -> "Task":
        from inspect_ai import Task
        from inspect_ai.dataset import MemoryDataset, Sample

        samples = [
            Sample(id=case.id, input="\n".join(case.messages) or case.id, metadata={"group": case.group})
            for case in self.cases.values()
        ]
        dataset = MemoryDataset(samples, name=self.suite.name)
        return Task(
            name=self.suite.name,
            dataset=dataset,
            solver=self._solver(),
            scorer=self._scorer(),
            metadata={"rows": list(self.suite.rows), "what": self.suite.what, "writer": self.writer},
        )

    def _solver(self) -> Any:
        from inspect_ai.model import ChatMessageAssistant, ChatMessageUser, ModelOutput
        from inspect_ai.solver import Generate, TaskState, solver

        @solver(name="conversation")
        def conversation() -> Any:
            async def solve(state: TaskState, generate: Generate) -> TaskState:
                case = self.cases[str(state.sample_id)]
                exchanges = await talk(self.suite, case, self.coach, self.writer)
                state.messages = [message for one in exchanges for message in _messages(one)]
                state.output = ModelOutput.from_content(self.writer, exchanges[-1].reply if exchanges else "")
                state.metadata["turns"] = [dict(one.answer) for one in exchanges]
                values = self.suite.score(case, exchanges)
                self.scored[case.id] = Scored(case, tuple(exchanges), values)
                return state

            def _messages(one: Exchange) -> list[Any]:
                return [ChatMessageUser(content=one.said), ChatMessageAssistant(content=one.reply or "(nothing)")]

            return solve

        return conversation()

    def _scorer(self) -> Any:
        from inspect_ai.scorer import Score, Target, accuracy, scorer, stderr
        from inspect_ai.solver import TaskState

        @scorer(metrics=[accuracy(), stderr()], name="sound")
        def sound() -> Any:
            async def score(state: TaskState, target: Target) -> Score:
                values = self.scored[str(state.sample_id)].values
                told = ", ".join(f"{name} {value:g}" for name, value in values.items())
                return Score(value=int(self.suite.sound(values)), explanation=told, metadata=dict(values))

            return score

        return sound()


async def run(suite: Suite, cases: Sequence[Case], coach: "Coach", writer: str, logs: Path) -> list[Scored]:
    """A suite as an Inspect task, its log under ``logs``. Raises CoachError where it did not finish."""
    from inspect_ai import eval_async

    logging.getLogger("inspect_ai").setLevel(logging.ERROR)
    held = Inspected(suite, cases, coach, writer)
    # Its own progress would mix with ours, and with the JSON of a run.
    with contextlib.redirect_stdout(io.StringIO()):
        done = await eval_async(
            [held.task()],
            model="none/none",
            log_dir=str(logs),
            log_level="error",
            max_samples=AT_ONCE,
            score_display=False,
            fail_on_error=True,
        )
    if done[0].status != "success":
        why = done[0].error.message if done[0].error else done[0].status
        raise CoachError(f"The suite {suite.name} did not finish: {why}")
    return [held.scored[case.id] for case in cases]
