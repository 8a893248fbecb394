"""Practices: files that must fit, pages filled from free conversation, promises that come back."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from coach import dates
from coach.commitments import Leaves, Promise
from coach.errors import CoachError
from coach.practice.form import Form, read
from coach.practice.practice import load, practices
from coach.practice.turning import bare, to_them
from tests.guided import coach
from tests.practising import Practising, text

HEAD = """---
name: tea
version: 1
changed: First.
title: Make tea
gist: A page about tea.
begin: ['\\bmake tea\\b']
fields:
  - {id: leaf, title: The leaf, ask: ["Which leaf?", "What is in the pot?"]}
  - {id: milk, title: Milk, need: want, ask: ["Milk with the {leaf|short}?", "Milk?"]}
  - {id: sugar, title: Sugar, need: may, only: [milk], patterns: ['(?P<value>\\w+) spoons?']}
artefact: {kind: recipe, title: "Tea of {leaf|lower}"}
promise: {text: ["drink {leaf}"]}
---
"""
BODY = "- {leaf}\n- with {milk} and {sugar}\n\n## Sugar\n\n{sugar}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tea.md").write_text(HEAD + BODY)
    return tmp_path


def test_every_practice_loads() -> None:
    assert {"hard-conversation", "look-back"} <= set(practices())


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("- {leaf}\n", "- {leaves}\n", r"\{leaves\} is neither a field nor a part"),
        ("{leaf|lower}", "{leaf|louder}", r"unknown filter 'louder'"),
        ("name: tea", "name: coffee", r"calls itself 'coffee'"),
        ("need: want, ask:", "need: want, asks:", r"fields.1.asks: Extra inputs"),
        (', ask: ["Which leaf?", "What is in the pot?"]', "", r"'leaf' is 'must' and has no question"),
        ("only: [milk]", "only: [cream]", r"names 'cream', which is no field"),
        ("(?P<value>\\w+) spoons?", "\\w+ spoons?", r"has no \(\?P<value>…\)"),
        ("\\bmake tea\\b", "(make tea", r"not a regular expression"),
        ("---\nname", "name", r"front matter between"),
        ("id: milk", "id: leaf", r"have one name"),
    ],
)
def test_a_practice_that_does_not_fit_says_where(folder: Path, old: str, new: str, line: str) -> None:
    source = (folder / "tea.md").read_text()
    assert old in source
    (folder / "tea.md").write_text(source.replace(old, new, 1))
    with pytest.raises(CoachError, match=line):
        load("tea", folder)


def test_a_form_travels_in_notes() -> None:
    form = Form({"who": "Marta “M”"}, frozenset({"feel"}), frozenset({"ask"}), True, 2)
    assert read(form.written()) == form
    assert form.filled(feel="fine").skipped == frozenset()


def test_the_news_of_a_promotion_becomes_a_page() -> None:
    talk = Practising()
    first = talk.say("I dread telling my deputy that the promotion went to somebody else")
    assert talk.moves == ["practice.offer"]
    assert text(first).count("?") == 1
    talk.say("yes please")
    assert talk.values == {"who": "my deputy", "news": "the promotion went to somebody else"}
    assert talk.asked == "reason"
    talk.say("The board wanted someone who has led a merger", "I told her in spring that she was the obvious choice")
    talk.say("A monthly hour with me", "Friday")
    assert talk.moves[-1] == "practice.ready"
    talk.say("write it")
    assert talk.moves[-1] == "practice.write"
    assert (
        "“I have news that is hard to hear, and I want you to have it from me: the promotion went to somebody else. "
        "The reason is this: the board wanted someone who has led a merger. I'll stop there. "
        "What is going through your mind?”"
    ) in talk.page
    assert "- What I can offer: A monthly hour with me\n" in talk.page
    assert talk.left[-1].promises == (Promise("hard-conversation", "have the talk with my deputy", date(2026, 11, 27)),)
    assert talk.left[:-1] == [Leaves()] * 6


def test_only_what_is_missing_is_asked_for() -> None:
    talk = Practising("hard-conversation")
    talk.say('On Tuesday Marta said "did anyone even test this?" and two people didn\'t say another word')
    assert set(talk.values) == {"who", "event", "impact"}
    assert talk.asked == "own_part"


def test_a_verdict_is_met_with_what_a_camera_saw() -> None:
    talk = Practising("hard-conversation")
    talk.say("It's about Marta", "She is arrogant")
    assert (talk.moves[-1], talk.asked) == ("practice.resist", "event")
    assert "event" not in talk.values
    talk.say("On Tuesday she said nobody had tested it")
    assert "nobody had tested it" in talk.values["event"]


def test_jumping_correcting_skipping_leaving_and_coming_back() -> None:
    talk = Practising("hard-conversation")
    talk.say("It's about Marta", "let's go to the ask")
    assert talk.asked == "ask"
    talk.say("I'd like her to raise it with me first", "Impact: two people left early")
    assert talk.values == {"who": "Marta", "ask": "raise it with me first", "impact": "two people left early"}
    talk.say("change the impact to nobody spoke for the rest of the hour")
    assert talk.values["impact"] == "nobody spoke for the rest of the hour"
    talk.say("skip")
    assert "[what they did or said, once]" in _written(talk)
    talk.say("the ask is that she asks one question before she judges")
    assert "asks one question before she judges" in talk.page
    talk.say("stop the practice")
    assert talk.policy.underway(talk.history) is None
    talk.say("back to the plan")
    assert talk.values["impact"] == "nobody spoke for the rest of the hour"


def _written(talk: Practising) -> str:
    talk.say("just write it")
    return talk.page


def test_a_question_of_another_kind_is_answered_and_the_practice_waits() -> None:
    talk = Practising("hard-conversation")
    talk.say("It's about Marta", "Is it true that high-trust teams are more productive?")
    assert (talk.moves[-1], talk.asked) == ("evidence", "event")
    talk.say('On Tuesday she said "did anyone even test this?"')
    assert talk.asked == "impact"


def test_no_idea_makes_the_question_smaller_then_leaves_it() -> None:
    talk = Practising("hard-conversation")
    talk.say("It's about Marta", "no idea")
    assert (talk.moves[-1], talk.asked) == ("practice.narrow", "event")
    talk.say("I don't know")
    assert talk.asked == "impact"
    assert "event" not in talk.values


def test_no_question_and_no_line_comes_twice() -> None:
    talk = Practising()
    talk.say(
        "I need to plan a hard conversation with Tom", "He sent the report two days late and the client complained",
        "I never told him the date was fixed", "tell me the day before if it slips", "next Tuesday", "go on",
        "I want him to feel trusted", "that we can talk early", "reports on time",
        "he'll get defensive", "I'd stop and go for a walk",
    )  # fmt: skip
    sentences = [s.text for turn in talk.history for s in turn.spoken]
    assert sorted({one for one in sentences if sentences.count(one) > 1}) == []
    assert all(text(turn).count("?") <= 1 for turn in talk.history)
    assert talk.moves[-1] == "practice.write"
    assert "[" not in talk.page


def test_the_day_after_the_coach_asks_how_it_went_and_compares() -> None:
    talk = Practising("hard-conversation")
    talk.say(
        'On Tuesday Marta said "did anyone even test this?" and two people didn\'t say another word',
        "I told her in spring that all was well", "I'd like her to raise it with me first", "On Friday", "write it",
    )  # fmt: skip
    talk.now += timedelta(days=2)
    talk.say("Hello")
    assert talk.moves[-1] != "practice.follow_up"
    talk.now += timedelta(days=5)
    talk.say("Hi again")
    assert talk.moves[-1] == "practice.follow_up"
    talk.say("Not yet, I moved it to Monday")
    assert talk.moves[-1] == "practice.later"
    assert talk.left[-1] == Leaves(promises=(Promise("hard-conversation", due=date(2026, 12, 7)),))
    talk.say("I had the talk: I told her what I saw and she went quiet, then she asked who it was")
    assert talk.asked == "different"
    talk.say("I hadn't expected her to thank me", "One moment is enough", "I'll check in with the juniors on Thursday")
    assert "- Planned to ask: raise it with me first.\n" in talk.page
    assert "- What was different: I hadn't expected her to thank me\n" in talk.page
    assert "- What happened: I told her what I saw and she went quiet, then she asked who it was\n" in talk.page
    assert talk.left[-1].promises == (
        Promise("look-back", "I'll check in with the juniors on Thursday", date(2026, 12, 3)),
        Promise("hard-conversation", state="done"),
    )


def test_a_promise_in_plain_coaching_is_kept_with_its_day() -> None:
    talk = Practising()
    talk.say("Sam interrupts Ana in every meeting", "I'll talk to Sam on Friday")
    assert [(one.text, one.due) for one in talk.left[-1].promises] == [
        ("I'll talk to Sam on Friday", date(2026, 11, 27))
    ]


@pytest.mark.parametrize(
    ("told", "other", "said"),
    [
        ("she told me her plan wasn't ready", "Ana", "you told me your plan wasn't ready"),
        ("Sam's report was late and he blamed us", "Sam", "your report was late and you blamed us"),
        ("my deputy keeps interrupting the trainees", "my deputy", "you keep interrupting the trainees"),
        ('he said "she is late" twice', "Tom", 'you said "she is late" twice'),
        ("he told her she was late", "Tom", None),
    ],
)  # fmt: skip
def test_words_are_turned_to_the_one_they_are_said_to(told: str, other: str, said: str | None) -> None:
    assert to_them(told, other, coach().policy._parser) == said


@pytest.mark.parametrize(
    ("told", "asked"),
    [
        ("I want her to raise it with me", "raise it with me"),
        ("that he raises it with me", "raise it with me"),
        ("raising it earlier", "raise it earlier"),
        ("a weekly update", None),
    ],
)
def test_a_request_is_what_is_to_be_done(told: str, asked: str | None) -> None:
    assert bare(told, coach().policy._parser) == asked


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("by Friday", date(2026, 11, 27)),
        ("on Wednesday", date(2026, 12, 2)),
        ("next Friday", date(2026, 12, 4)),
        ("next Tuesday", date(2026, 12, 1)),
        ("tomorrow morning", date(2026, 11, 26)),
        ("the day after tomorrow", date(2026, 11, 27)),
        ("in two weeks", date(2026, 12, 9)),
        ("in 3 months", date(2027, 2, 25)),
        ("on the 3rd of March", date(2027, 3, 3)),
        ("Dec 1", date(2026, 12, 1)),
        ("31 February", None),
        ("end of the month", date(2026, 11, 30)),
        ("next month", date(2026, 12, 1)),
        ("this week", date(2026, 11, 27)),
        ("next week", date(2026, 11, 30)),
        ("2026-12-24", date(2026, 12, 24)),
        ("soon", None),
    ],
)
def test_days_as_people_name_them(words: str, day: date | None) -> None:
    assert dates.day_in(words, date(2026, 11, 25)) == day
