"""What begins no practice, what takes an offer of one, and how what was told reaches its page."""

import pytest

from tests.practising import Practising, text


@pytest.mark.parametrize(
    "said",
    [
        "Can you analyse my team's Slack messages to see who is unhappy?",
        "I want a sentiment analysis of their mails",
        "Give me a trust score for each employee",
        "Who gave the low answers in the last round?",
    ],
)
def test_nobody_is_watched_and_the_coach_says_why(said: str) -> None:
    talk = Practising()
    turn = talk.say(said)
    assert talk.moves == ["practice.no_watch"]
    assert "Team pulse" in text(turn)
    assert text(turn).count("?") == 0


@pytest.mark.parametrize("said", ["I read her message and I felt unhappy", "We track engagement in the yearly survey"])
def test_ordinary_talk_of_messages_and_surveys_is_coached(said: str) -> None:
    talk = Practising()
    talk.say(said)
    assert talk.moves != ["practice.no_watch"]


def test_a_name_keeps_its_capital_and_what_belongs_elsewhere_goes_there() -> None:
    talk = Practising("hard-conversation")
    talk.say(
        "I dread telling my deputy that the promotion went to somebody else", "Anna has led two big projects",
        "I never told him what the post needs", "I can offer him the Lisbon project",
        "He'll be devastated, maybe angry", "On Friday", "write it",
    )  # fmt: skip
    assert "The reason is this: Anna has led two big projects." in talk.page
    assert "- What I can offer: the Lisbon project\n" in talk.page
    assert "What I expect them to feel: devastated, maybe angry" in talk.page
    assert "For the work: He'll" not in talk.page


def test_a_yes_with_more_takes_the_offer_and_the_words_are_turned_to_them() -> None:
    talk = Practising()
    talk.say("I dread telling my deputy that the promotion went to somebody else")
    assert talk.moves == ["practice.offer"]
    talk.say("Yes please. She's called Hanna, and the job went to an outside hire.")
    assert talk.moves[-1] == "practice.ask"
    talk.say(
        "The panel wanted someone who has run two sites, and Hanna has run one.",
        "In March I told her she was next in line.",
        "I can get her the second site from February",
        "I'll tell her on Thursday at 3 in my office. I'm afraid she'll cry.",
        "go on",
        "I'd like her to stay and to know her work is valued; for us, that she can still believe what I say.",
        "write it",
    )
    assert "and you have run one." in talk.page
    assert "“My own part: in March I told you you were next in line.”" in talk.page
    assert "- When: on Thursday at 3 in my office\n" in talk.page
    assert "- For them: I'd like her to stay and to know her work is valued\n" in talk.page
    assert "- For us: she can still believe what I say\n" in talk.page
    assert "For the work" not in talk.page


def test_a_yes_that_only_agrees_takes_no_offer() -> None:
    talk = Practising()
    talk.say("I dread telling my deputy that the promotion went to somebody else", "Yes, but I don't want a page now")
    assert "practice" not in talk.notes
