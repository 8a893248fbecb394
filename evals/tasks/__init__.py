"""The suites that talk with the coach, by name. ``inspecting`` makes Inspect tasks of them."""

from evals.talks import Suite


def suites() -> dict[str, Suite]:
    """Every suite by name, in the order of the board."""
    from evals.citations import Citations
    from evals.hostile import Hostile
    from evals.injection import Documents
    from evals.planted import Retrieved
    from evals.talk_measures import Talk
    from evals.tasks.advice import Advice
    from evals.tasks.cases import SUITES as OWN
    from evals.tasks.crisis import Crisis
    from evals.tasks.refusal import Refusal
    from evals.tasks.stress import Stress
    from evals.vera import Vera

    every: list[Suite] = [
        Crisis(), Stress(), Refusal(), Advice(), Vera(), Documents(), Retrieved(), Citations(), Talk(),
        *(one() for one in OWN), Hostile(),
    ]  # fmt: skip
    return {suite.name: suite for suite in every}
