"""How long a silence ends a turn, and what words are: a nod, an echo, a name."""

import pytest

from coach.values import Sentence, Turn
from voice.manners import hotwords, is_echo, is_nod
from voice.patience import BRISK, NORMAL, TAKE_YOUR_TIME, THINK, asks_openly, chosen, complete


@pytest.mark.parametrize(
    "text",
    ["She left early.", "When he left, she sighed.", "What should I do?", "I said so!", "“It's fine.”", "It was you."],
)
def test_complete(text: str) -> None:
    assert complete(text)


@pytest.mark.parametrize(
    "text",
    [
        "She left and", "so,", "He was …", "He was not an ill...", "And then I.", "", "If she comes late again.",
        "It is hard. When he talks like that.",
    ],
)  # fmt: skip
def test_not_complete(text: str) -> None:
    assert not complete(text)


def test_two_votes_decide_how_long_a_silence_may_last() -> None:
    said, open_end = "I want to tell her.", "I want to tell her that"
    assert [NORMAL.wait_ms(p, text) for p, text in ((0.9, said), (0.9, open_end), (0.1, said), (0.1, open_end))] == [
        NORMAL.finished_ms, NORMAL.voiced_ms, NORMAL.worded_ms, NORMAL.open_ms,
    ]  # fmt: skip
    assert BRISK.wait_ms(0.9, said) < NORMAL.wait_ms(0.9, said) < THINK.wait_ms(0.9, said)


def test_after_an_open_question_first_words_get_time_and_whole_answers_do_not_wait() -> None:
    patience = chosen("auto", asked_openly=True)
    assert patience is TAKE_YOUR_TIME
    assert patience.wait_ms(0.9, "Well, it's hard.") == THINK.finished_ms
    assert patience.wait_ms(0.9, "I would like her to see what it does to the two juniors.") == NORMAL.finished_ms
    assert patience.wait_ms(0.1, "I would like her to see what it does to the two juniors.") == NORMAL.worded_ms
    assert patience.wait_ms(0.1, "I would like her to see what it does to the two juniors and") == THINK.open_ms
    assert chosen("auto", asked_openly=False) is NORMAL
    assert [chosen(mode, asked_openly=True) for mode in ("brisk", "normal", "think")] == [BRISK, NORMAL, THINK]


@pytest.mark.parametrize(
    ("question", "openly"),
    [
        ("What would she say?", True),
        ("When you picture it, what is different?", True),
        ("Would it help to look at one moment?", False),
        ("Shall we?", False),
    ],
)
def test_which_questions_give_time(question: str, openly: bool) -> None:
    assert asks_openly(question) is openly


@pytest.mark.parametrize("text", ["Mm-hmm.", "Yeah.", "Yeah, right.", "Okay", "I see.", "Uh-huh", "That makes sense."])
def test_nods(text: str) -> None:
    assert is_nod(text)


@pytest.mark.parametrize(
    "text", ["Yeah, but she left.", "No.", "Stop.", "Wait", "I see her every day.", "Good question, I"]
)
def test_words_that_are_no_nods(text: str) -> None:
    assert not is_nod(text)


def test_an_echo_is_the_coachs_own_words_in_their_order() -> None:
    spoken = "You want her to see the effect, and you do not want to shame her."
    assert is_echo("to see the effect and you do", spoken)
    assert is_echo("Want her to see the effect.", spoken)
    assert not is_echo("the effect", spoken)
    assert not is_echo("I want her to stop and look at the effect it has", spoken)


def test_names_of_the_conversation_are_listened_for_the_latest_first() -> None:
    turns = [
        Turn("1", "c", "I talked to Priya about the OKRs. Nothing came of it."),
        Turn("2", "c", "Today Anneliese’s team met.", spoken=(Sentence("What did Lencioni call it?"),), heard=1),
    ]
    assert hotwords(turns) == ("Anneliese", "Lencioni", "Priya", "OKRs")
