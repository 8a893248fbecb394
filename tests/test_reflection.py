"""The rules of a reflection: no long run of the person's words, and the pieces that carry a message."""

import pytest

from coach.phrasebook import fill, mask, sentence_case, unused
from coach.reflection import longest_run


@pytest.mark.parametrize(
    ("text", "run"),
    [
        ("Her standards, without the fear.", 5),
        ("“Her standards without the fear”: such is hope.", 0),
        ("The standards of hers.", 1),
        ("Something about fear.", 1),
    ],
)
def test_longest_run(text: str, run: int) -> None:
    assert longest_run(text, "I'd want her standards without the fear") == run


def test_sentence_case_leaves_a_quotation_inside_a_sentence() -> None:
    assert sentence_case("“quick one!” says a lot. it does.") == "“Quick one!” says a lot. It does."


def test_a_template_is_used_once_whatever_its_slots_held() -> None:
    templates = ["Behind {x}: this.", "{x}, in your words."]
    assert unused(templates, ("Behind the door: this.",), "seed") == ["{x}, in your words."]
    assert mask(templates[1]).match("The late cook, in your words.")


def test_a_missing_slot_leaves_the_line_unused() -> None:
    assert fill("{event} and {impact}", {"event": "he left"}) is None
