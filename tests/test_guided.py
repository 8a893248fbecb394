"""Guided conversations from beginning to end: the moves that were made, and the rules that held throughout."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.guided import broken_rules, coach, text

FOLDER = Path(__file__).parent / "conversations"


def conversations() -> list[Any]:
    return [pytest.param(yaml.safe_load(path.read_text()), id=path.stem) for path in sorted(FOLDER.glob("*.yaml"))]


@pytest.mark.parametrize("script", conversations())
def test_conversation(script: dict[str, Any]) -> None:
    turns = coach().talk([turn["said"] for turn in script["turns"]])
    assert broken_rules(turns) == []
    for expected, turn in zip(script["turns"], turns, strict=True):
        assert turn.plan is not None
        if "move" in expected:
            assert turn.plan.move in expected["move"].split("|"), text(turn)
        if "card" in expected:
            assert turn.plan.card in expected["card"].split("|"), text(turn)
        for piece in expected.get("says", []):
            assert piece in text(turn)
        for piece in expected.get("never", []):
            assert piece not in text(turn)
        if expected.get("question") is False:
            assert not any(s.kind == "question" for s in turn.spoken), text(turn)
        if expected.get("cited"):
            assert any(s.citations for s in turn.spoken), text(turn)


def test_same_start_same_answer_but_other_words_for_another_message() -> None:
    one, again = (coach().talk(["My deputy keeps missing deadlines"])[0] for _ in range(2))
    other = coach().talk(["My deputy keeps interrupting the trainees"])[0]
    assert text(one) == text(again)
    assert text(one) != text(other)


def test_every_situation_of_every_card_is_answered_within_the_rules() -> None:
    """One message from each card; what no rule caught here was read aloud before it was let in."""
    for card in coach().library.cards.values():
        for situation in card.situations[::4]:
            turns = coach().talk([situation])
            assert broken_rules(turns) == [], situation
            assert len(text(turns[0]).split()) >= 4
