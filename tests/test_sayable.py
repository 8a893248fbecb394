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
