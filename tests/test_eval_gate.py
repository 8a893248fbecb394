"""The gate refuses a prompt, a safety gate and a card that were made worse on purpose."""

import pytest

from evals.weakening import WEAKENINGS, Weakening, refused


@pytest.mark.parametrize("one", WEAKENINGS, ids=lambda one: one.name)
def test_a_weakened_part_does_not_pass(one: Weakening) -> None:
    assert any(one.figure in line for line in refused(one)), f"a weakened {one.name} passes coach eval --gate"
