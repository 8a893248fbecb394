"""Words to say that are built from what the person told."""

import pytest
from guided import coach, text

from coach.sayable import NEWS_LEAD, built, has_facts

TAIL, BLANK = "How did you see it?", "I'd like to talk with you about [what you saw, and when]."


def line(*messages: str) -> str:
    policy = coach().policy
    history = coach().talk(messages[:-1])
    return built(policy.read(messages[-1], history), TAIL, BLANK)


@pytest.mark.parametrize(
    ("messages", "said"),
    [
        (["I snapped at Marta before everyone. What do I say to him?"],
         "Marta, I snapped at you before everyone. How did you see it?"),
        (["i broke the rule, i asked who. 2 sentences"], "I broke the rule. I asked who."),
        (["On Monday Marta came back from lunch at three. How do I begin?"],
         "Marta, on Monday you came back from lunch at three. How did you see it?"),
        (["My deputy Anna missed a handover and two nurses stayed.",
          "I let it slide because she covers my weekends. What do I say?"],
         "Anna, I let it slide because you cover my weekends. How did you see it?"),
        (["I have to tell my deputy on Thursday that the promotion went to somebody from outside.", "What do I say?"],
         f"{NEWS_LEAD}: the promotion went to somebody from outside. How did you see it?"),
        (["I have to tell my deputy she didn't get the post. What do I say?"],
         f"{NEWS_LEAD}: you didn't get the post. How did you see it?"),
        (["I have to tell Marta that he is leaving us. What do I say?"], f"Marta, {BLANK} {TAIL}"),
        (["Just give me the first sentence."], BLANK),
        (["Give me something to say."], f"{BLANK} {TAIL}"),
        (["I shouted at her. I want to say sorry. What do I say?"],
         "I shouted at you. That was mine to do better, and I'm sorry. How did you see it?"),
    ],
)  # fmt: skip
def test_a_line_is_built_from_the_facts(messages: list[str], said: str) -> None:
    assert line(*messages) == said


@pytest.mark.parametrize(
    ("messages", "said"),
    [
        (["She's asked to move wards. What do I say to her?"], f"You've asked to move wards. {TAIL}"),
        (["she said i redo everything. what do i say"], f"You said I redo everything. {TAIL}"),
        (["Dervla snapped at the student. What do I say to Dervla?"], f"Dervla, you snapped at the student. {TAIL}"),
        (["last term i corrected one teacher mr owusu in front of everybody. what would i say to mr owusu"],
         f"Mr Owusu, I corrected you in front of everybody. {TAIL}"),
        (["i took her station and didnt explain. what i say"], f"I took your station and didn't explain. {TAIL}"),
        (["what i did is: i gave the fish to the other cook. what do i say to her"],
         f"I gave the fish to the other cook. {TAIL}"),
        (["I rewrote her PR at 2am because I was scared. What do I say?"],
         f"I rewrote your PR at 2am because I was scared. {TAIL}"),
        (["I told the girl I'd deal with it by the Friday, and I've not done it. What do I say to the student?"],
         f"I told you I'd deal with it by the Friday, and I didn't. {TAIL}"),
        (["I promised by Friday and didn't. It's an apology I owe her. What do I say?"],
         f"I promised by Friday, and I didn't. That was mine to do better, and I'm sorry. {TAIL}"),
    ],
)  # fmt: skip
def test_what_they_did_or_i_did_is_said_to_them(messages: list[str], said: str) -> None:
    assert line(*messages) == said


@pytest.mark.parametrize(
    "said",
    [
        "she sits there and says nothing. so what do i say to her",  # a scene
        "The week after he stops asking and I go back. What do I tell him?",  # a hope
        "She's called Dervla. What do I say to her?",  # who somebody is
        "Dervla snapped at the student before a patient. What do I say to the student?",  # another's deed
        "my old boss did exactly this to me. what do i say to them thursday",  # a third one's
        "I told Kieran get on with it. What would I say to the crew?",  # nobody is put on the spot before others
        "I think she missed the handover. What do I say to her?",  # a guess
    ],
)
def test_nothing_else_is_put_into_words(said: str) -> None:
    assert line(said) == f"{BLANK} {TAIL}"


def test_what_was_asked_to_be_in_goes_in() -> None:
    talk = ["I shouted at her in the hall. On tuesday at 2am i rewrote her report.", "what do i say to her? one line"]
    assert line(*talk, "i need to say the report thing. one line") == "On Tuesday at 2am, I rewrote your report."
    assert coach().talk([*talk, "i need to say the report thing"])[2].plan.move == "own_words"  # type: ignore[union-attr]


def test_whose_is_meant_stays_open_where_two_are_spoken_of() -> None:
    said = line("Marta noticed the pump, and my boss doesn't know. I bit her head off. What do I say to Marta?")
    assert said == "Marta, I bit [your or her] head off. How did you see it?"


def test_nothing_told_is_no_fact() -> None:
    assert not has_facts(coach().policy.read("What do I say?", []))


def test_asked_twice_for_words_gives_words() -> None:
    turns = coach().talk(
        ["somebody wrote a card about the crane", "company man wants to know who", "what do i tell him", "one line"]
    )
    assert [turn.plan.move for turn in turns[2:] if turn.plan] == ["own_words", "own_words"]
    assert all(any(s.kind == "words" for s in turn.spoken) for turn in turns[2:])
    assert text(turns[2]) != text(turns[3])
