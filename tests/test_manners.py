"""What a freely worded sentence may not do in a turn, and that the conversation holds it back."""

from pathlib import Path
from typing import Any

import pytest

from coach.events import Dropped
from coach.manners import out_of_turn, questions
from coach.protocols import Brief
from coach.values import Plan, Question, Sentence
from tests.stand_ins import Setup

ASK = Question("goal.after", "goal", "When it is over, what would you like to be different?")


def brief(**plan: Any) -> Brief:
    return Brief("He was late.", Plan(**{"stage": "reality", "move": "follow", **plan}), None, (), None, (), ())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "plan", "why"),
    [
        ("What did she say, and how did you answer?", {"question": ASK}, "two questions in one"),
        ("When it is over, what would you like to be different?", {"question": ASK}, None),
        ("What else is on your mind?", {"move": "close"}, "a question where none belongs"),
        ("You could ask: “What did you see?”", {"move": "close", "idea": "ask"}, None),
        ("You should write it down first.", {}, "advice that nobody asked for"),
        ("You should write it down first.", {"idea": "write"}, None),
        ("You should write it down first.", {"notes": {"wanted": "words"}}, None),
        ("Take your time.", {}, None),
        ("You should know that I did nothing wrong!", {"stage": "practice", "move": "rehearse.play"}, None),
    ],
)
def test_a_sentence_fits_its_turn_or_is_told_why_not(text: str, plan: dict[str, Any], why: str | None) -> None:
    assert out_of_turn(Sentence(text), brief(**plan)) == why


def test_conjoined_questions_are_counted_apart() -> None:
    assert [questions(text) for text in ("So.", "What now?", "Who was there, and what did they say?")] == [0, 1, 2]


async def test_the_conversation_holds_it_back(tmp_path: Path) -> None:
    setup = Setup(tmp_path)
    setup.writer.enqueue(["Late again. ", "What did he say, and how did you answer?"])
    events = [event async for event in setup.conversation().reply("He was late.")]
    assert [(e.text, e.reason) for e in events if isinstance(e, Dropped)] == [
        ("What did he say, and how did you answer?", "two questions in one")
    ]
