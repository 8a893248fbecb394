"""Greetings and what the person says is nobody's name stay out of what is known of a talk."""

import pytest
from guided import coach, text

from coach.frame import Frame
from coach.names import is_greeting, refused_names, set_aside


def read(*messages: str) -> Frame:
    return coach().policy.read(messages[-1], coach().talk(messages[:-1]))


def people(frame: Frame) -> list[str]:
    return [slot.text for slot in frame.all("person")]


@pytest.mark.parametrize(
    "said", ["Morning.", "Evening all", "Hiya", "Good day!", "hello coach", "Hi, how are you today?"]
)
def test_a_greeting_is_one_and_nothing_else(said: str) -> None:
    assert is_greeting(said)
    assert read(said).kind == "greeting"


@pytest.mark.parametrize("said", ["Morning meetings are awful", "Evening. I have a problem", "Day shifts", ""])
def test_more_than_a_greeting_is_none(said: str) -> None:
    assert not is_greeting(said)


def test_a_greeting_is_nobodys_name() -> None:
    frame = read(
        "Morning. I'm a ward manager and I told one of our students three weeks ago I'd have a word with one of my "
        "senior nurses, Dervla, and I've not done it."
    )
    assert people(frame) == ["Dervla"]
    assert not frame.all("about")


def test_what_the_person_calls_nobody_is_nobody() -> None:
    assert refused_names("Morning's not a person, she isn't called Harvey. I don't know who this Bay is") == {
        "morning", "harvey", "bay",
    }  # fmt: skip
    assert not refused_names("Marta's a person I trust, she is called Marta")


def test_a_name_taken_back_is_gone_for_good() -> None:
    talk = ["I must speak to Harvey on Monday. Harvey missed a handover.", "Harvey isn't a person, that's our ward."]
    assert people(read(*talk)) == []
    frame = read(*talk, "What do I say first?")
    assert (people(frame), [slot.text for slot in frame.all("event") if "Harvey" in slot.text]) == ([], [])


def test_who_was_set_aside_counts_again_when_spoken_of() -> None:
    assert set_aside("it's the student I'm talking to, not Dervla.") == {"dervla"}
    talk = ["Dervla snapped at the student.", "It's the student I want to talk to, not Dervla."]
    assert people(read(*talk)) == []
    assert people(read(*talk, "Then I speak to Dervla tomorrow.")) == ["Dervla"]


def test_a_clause_fills_no_name() -> None:
    frame = read("Dervla's a cracking nurse, twenty-two years in. We've had norovirus on the bay.")
    assert [slot.text for kind in ("role", "about") for slot in frame.all(kind)] == []


def test_who_somebody_is_has_not_happened() -> None:
    assert read("She's called Dervla.").all("event") == []
    assert "called" not in text(coach().talk(["She's called Dervla. What do I say to her?"])[0])
