"""What was offered or asked comes first, what was refused stays out, and what is said back is what weighs most."""

import re

import pytest
from guided import coach, text

from coach.phrasebook import cautions
from coach.refusing import denials, gives_back
from coach.suiting import fits
from coach.values import Plan, Sentence, Turn

OPENING = "Thirty teachers sit in the staff meeting and nobody says anything. Afterwards they complain in the corridor."
ALREADY = "They would say the head has already decided everything before the meeting, so what is the point."


def plans(*messages: str) -> list[Plan]:
    return [turn.plan for turn in coach().talk(messages) if turn.plan]


def last(*messages: str) -> Turn:
    return coach().talk(messages)[-1]


@pytest.mark.parametrize(
    "yes",
    [
        "Fine, tell.",
        "go on then",
        "sure, where is the thought",
        "yes tell me the thought but first you should know they are adults, they should just talk, I don't understand "
        "why I must make a programme for it",
    ],
)
def test_an_offer_taken_in_any_dress_is_kept_at_once(yes: str) -> None:
    made = plans(OPENING, ALREADY, yes)
    assert made[1].notes["offer"]
    assert (made[2].move, made[2].idea, made[2].card) == ("advise", made[1].notes["offer"], made[1].card)


def test_no_idea_is_offered_twice() -> None:
    talk = [OPENING, ALREADY, "It's the same every week.", "They go quiet.", "Then they talk outside.", "I don't ask."]
    offers = [(plan.card, plan.notes["offer"]) for plan in plans(*talk) if plan.notes.get("offer")]
    assert len(offers) == len(set(offers)) > 0


def test_a_card_that_was_refused_stays_out() -> None:
    made = plans(OPENING, ALREADY, "go on then", "no, wrong way round, that's not for them", "what do I say to them?",
                 "and what else could I do about the meeting?")  # fmt: skip
    assert made[2].card
    assert made[2].card not in {plan.card for plan in made[3:]}


def test_denying_what_the_reply_alone_spoke_of_is_a_refusal_and_no_fact() -> None:
    reply = [Sentence("Ask what the trial would have to show.", "insight"), Sentence("Who felt it?", "question")]
    said = "what trial, there's no trial and the steel is wrong"
    assert [said[slice(*span)] for span in denials(said, reply, ["The steel is wrong."])] == ["there's no trial"]
    assert denials("nobody felt it", reply, []) == []
    assert denials("nobody felt it", reply, [], questions=True) == [(0, 14)]
    assert gives_back("the trial would have to show", reply)
    assert not gives_back("for God's sake, give it here", reply)


@pytest.mark.parametrize(
    ("card", "idea", "told", "suits"),
    [
        ("trust-broken-by-them", None, "I promised by the Friday and I didn't", False),
        ("trust-broken-by-them", None, "He promised by the Friday and he didn't", True),
        ("saying-no-upwards", "buy-an-hour", "I already said yes in front of the mayor.", False),
        ("saying-no-upwards", "buy-an-hour", "I said yes before I'd thought", True),
    ],
)
def test_who_broke_it_and_what_was_given_decides_what_suits(
    card: str, idea: str | None, told: str, suits: bool
) -> None:
    assert fits(card, told, idea=idea) is suits


def test_a_number_and_a_confession_are_met_before_a_date() -> None:
    first = text(last("My boss wants 340 files by Friday.", "About 5 a day per person, we manage 2."))
    assert "“about 5 a day per person, we manage 2”" in first.lower()
    second = text(
        last("The meeting is on Thursday.", "on thursday i told him get on with it when he asked about steel")
    )
    assert "told him get on with it" in second
    assert "clock" not in second


def test_no_preposition_is_left_over() -> None:
    assert "says on" not in text(last("We have a meeting.", "It's on thursday."))


def test_a_summary_names_the_newest_and_weightiest() -> None:
    turns = coach().talk(
        ["We sit in a meeting and nobody speaks.", "I want two lines for a mail.", "They talk in the corridor.",
         "I corrected one teacher in front of everybody.", "About 5 a day per person, we manage 2.", "It is quiet."],
    )  # fmt: skip
    found = [text(turn) for turn in turns if any(s.kind == "summary" for s in turn.spoken)]
    assert found
    assert "corrected one teacher" in found[0] or "5 a day" in found[0]
    assert "two lines" not in " ".join(found)


def test_a_complaint_about_the_coach_is_not_held_on_to() -> None:
    said = "he is not the complainer he is the one i shamed you are giving me the wrong paper"
    turn = last(OPENING, ALREADY, "go on then", said)
    assert "wrong paper" not in text(turn)


def test_yes_in_public_is_told_to_nobody_here() -> None:
    turn = last("Boss wants 340 files.", "It can't be done.", "I already said yes in front of the mayor.")
    assert turn.plan is not None
    assert turn.plan.move != "already_asked"


@pytest.mark.parametrize(
    ("plan", "id"),
    [
        ("plan B, I let it fail quietly so they learn", "let_fail"),
        ("I'm going to ask each of them who wrote it", "unmask"),
        ("I'll pass the difficult items to Marc, quietly", "quietly"),
    ],
)
def test_a_plan_that_would_hurt_meets_its_cost(plan: str, id: str) -> None:
    turn = last("My team is unhappy about a change.", plan)
    assert turn.plan is not None
    assert (turn.plan.move, turn.plan.notes["caution"]) == ("challenge_plan", id)
    assert any(line in text(turn) for caution in cautions() if caution["id"] == id for line in caution["say"])


def test_a_blank_says_what_to_put_and_states_nothing() -> None:
    states = re.compile(r"\b(?:our|your|was|were|wasn't|we're|you'd|at (?:two|eight|nine)|in March)\b", re.I)
    blanks = [
        blank
        for card in coach().library.cards.values()
        for words in card.words
        for blank in re.findall(r"\[([^\]]+)\]", words.say)
    ]
    assert [
        blank for blank in blanks if states.search(blank) and not re.match(r"(?:what|your|how|whose|when)\b", blank)
    ] == []


def test_thanks_with_a_plan_get_no_new_words() -> None:
    turn = last(
        OPENING, ALREADY, "ok I'll count to ten in my head. thursday, one line, then ten. thx that helped a bit"
    )
    assert turn.plan is not None
    assert turn.plan.move in {"thanks", "close"}


def test_courtesies_are_not_held_on_to() -> None:
    said = "I fear that we speak of two different libraries, you misunderstood. Thank you for your patience."
    assert "patience" not in text(last(OPENING, ALREADY, said))
