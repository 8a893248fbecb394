"""A sentence of the person's own gets a verdict; a short question about a plan or a reason gets an answer."""

import pytest
from guided import coach, text

from coach.drafts import asks_about, draft_in
from coach.values import Turn


def last(*messages: str) -> Turn:
    return coach().talk(messages)[-1]


@pytest.mark.parametrize(
    ("said", "draft", "asked"),
    [
        ('I\'ll say "Ellie, I told you by Friday and I didn\'t." Does that do?',
         "Ellie, I told you by Friday and I didn't.", "good"),
        ("Draft: 'We are four, not six. Which ones first?' Good enough?",
         "We are four, not six. Which ones first?", "good"),
        ("tmrw 10:15 i tell her: kasia i rewrote ur pr. i wont do it again. ok?",
         "kasia i rewrote ur pr. i wont do it again.", "good"),
        ("so maybe: “I read that I ask what I know”. too much?", "I read that I ask what I know", "bad"),
        ("i could say 'i dont want to lose you over this job'", "i dont want to lose you over this job", None),
        ("i will go to him at break and say i was wrong to correct you in front of people and then the list",
         "i was wrong to correct you in front of people", None),
        ('She said "did anyone even test this?" Is that ok?', None, None),
        ('She\'d look at me and say "and you believed her, did you".', None, None),
        ("I said: yes, 340, no problem. That was stupid.", None, None),
        ('I posted a line at lunch: "happy to hear from whoever wrote it". not my best moment', None, None),
    ],
)  # fmt: skip
def test_a_draft_is_found_and_what_was_said_by_others_is_none(said: str, draft: str | None, asked: str | None) -> None:
    assert draft_in(said) == draft
    assert (asks_about(said, draft) if draft else None) == asked


@pytest.mark.parametrize(
    ("said", "good", "change"),
    [
        ("I'll say \"I told you by the Friday and I didn't. I'm sorry.\" Does that do?", "own", None),
        ("Draft: 'We reach about 150 of 340 by December. Which ones first?' ok?", "figures,choice", None),
        ("I'll say \"Tom, you always come late and I've had it with you.\" ok?", None, "absolute"),
        ("I'll say \"I'm sorry, but you were rude as well.\" ok?", "own", "but"),
        ('I\'ll say "On Monday you left before the handover was done." ok?', None, "no-question"),
    ],
)
def test_what_is_good_and_the_one_change(said: str, good: str | None, change: str | None) -> None:
    plan = last("I have to talk to Tom on Friday.", said).plan
    assert plan is not None
    assert (plan.move, plan.notes.get("change")) == ("check_draft", change)
    assert good is None or plan.notes["good"] == good


def test_a_draft_gets_no_other_draft_no_menu_and_no_question() -> None:
    turn = last("I broke a promise to a student.", "I'll say \"I said Friday and I didn't. I'm sorry.\" Does that do?")
    assert not any(sentence.kind in {"words", "question", "insight"} for sentence in turn.spoken)
    assert text(turn).split()[0] in {"Yes,", "It", "Keep", "That"}


def test_a_fixed_limit_that_was_told_is_what_figures_lack() -> None:
    turn = last(
        "Boss wants 340 files by December. Staff council allows no more overtime.",
        "Draft: 'At 2 files a day each we reach about 150 by December. Which ones first?' Good enough?",
    )
    assert "Staff council allows no more overtime" in text(turn)


def test_a_plan_asked_about_is_answered() -> None:
    talk = ["Two cooks don't speak to each other.", "I'll talk to Eleni alone tomorrow."]
    turn = last(*talk, "good plan or no?")
    assert turn.plan is not None
    assert turn.plan.move == "check_plan"
    assert "I'll talk to Eleni alone" in text(turn)


def test_what_now_plays_back_the_plan() -> None:
    talk = ["I rewrote her report at night without asking.", "I'll talk to her tomorrow after standup."]
    turn = last(*talk, "ok thx for that. what now")
    assert turn.plan is not None
    assert turn.plan.move == "play_back"
    assert "I rewrote your report at night without asking" in text(turn)


def test_a_guess_at_a_reason_is_shared_modestly() -> None:
    turn = last(
        "I corrected one teacher in front of everybody and since then the room is silent.",
        "do you think that is why they are quiet",
    )
    assert turn.plan is not None
    assert (turn.plan.move, turn.plan.notes["because"]) == (
        "may_be",
        "I corrected one teacher in front of everybody",
    )
