"""Answers that come out of step: they go where they belong, and questions about a question are answered."""

import pytest

from coach.practice.fitting import asks_about, keeps, only, only_clock
from coach.practice.practice import practices
from coach.practice.quantities import clock_in
from tests.practising import Practising, text


@pytest.mark.parametrize(
    ("said", "sort", "value"),
    [
        ("4 weeks", "length", "4 weeks"),
        ("let's say two weeks", "length", "two weeks"),
        ("an hour and a half", "length", "an hour and a half"),
        ("4 weeks is too long for us", "length", None),
        ("in 4 weeks", "length", None),
        ("4", "length", None),
        ("my team of nine", "people", "my team of nine"),
        ("my team, 12 people", "people", "my team, 12 people"),
        ("nine of us", "people", "nine of us"),
        ("4 weeks", "people", None),
        ("12 people left last year", "people", None),
    ],
)
def test_a_message_of_one_sort_is_told_by_its_form(said: str, sort: str, value: str | None) -> None:
    assert only(sort, said) == value


def test_an_hour_is_read_from_what_people_say() -> None:
    assert clock_in("at 10 tomorrow") == 600
    assert clock_in("Friday at 3") == 15 * 60
    assert clock_in("tomorrow 14:30") == 14 * 60 + 30
    assert clock_in("Friday") is None
    assert only_clock("it's at 10") == "at 10"


def test_each_answer_goes_where_it_fits_whatever_was_asked() -> None:
    one = Practising("pilot")
    one.say("I want to run a small pilot: no meeting Wednesdays")
    assert one.asked == "question"
    one.say("4 weeks")
    assert (one.values["length"], one.asked, one.notes["placed"]) == ("4 weeks", "question", "how long it runs")
    assert "how long it runs" in text(one.history[-1])
    one.say("my team of nine")
    assert (one.values["who"], one.asked) == ("my team of nine", "question")
    one.say("if customers complain")
    assert (one.values["stop"], one.asked) == ("if customers complain", "question")
    one.say("number of interruptions a day")
    assert (one.values["sign"], one.asked) == ("number of interruptions a day", "question")
    one.say("Ana decides")
    assert (one.values["decide"], one.asked) == ("Ana", "question")
    one.say("we start on 7 December")
    assert (one.values["when"], one.asked) == ("on 7 December", "question")
    one.say("if people get longer stretches for their own work")
    assert one.values["question"] == "if people get longer stretches for their own work"
    assert one.asked == "small"


def test_what_stands_is_changed_by_a_later_answer_of_its_sort() -> None:
    one = Practising("pilot")
    one.say("I want to run a small pilot: no meeting Wednesdays", "4 weeks", "actually just 3 weeks")
    assert one.values["length"] == "3 weeks"
    one.say("change the length to two weeks")
    assert one.values["length"] == "two weeks"


def test_day_and_hour_come_together_and_reach_the_agenda() -> None:
    one = Practising("roadblocks")
    one.say("I meet Dina, about obstacles", "it's at 10 tomorrow")
    assert one.values["when"] == "at 10 tomorrow"
    one.say("the billing migration", "she waits on the data team", "write it")
    assert "| 10:00–" in one.page
    one.say("it's at 2 pm")
    assert one.values["when"] == "tomorrow at 2 pm"
    assert "| 14:00–" in one.page


def test_a_part_that_the_page_does_not_have_is_said() -> None:
    one = Practising("pilot")
    one.say("I want to run a small pilot: no meeting Wednesdays", "change the budget to two thousand")
    said = text(one.history[-1])
    assert "“budget”" in said
    assert "how long it runs" in said
    assert one.asked == "question"
    one.say("write it", "change the colour to blue")
    assert one.moves[-1] == "practice.unknown"
    assert "“colour”" in text(one.history[-1])


def test_what_is_changed_by_its_own_words_changes_where_it_stands() -> None:
    one = Practising("delegation")
    one.say("Tomas takes over my quarterly report", "please change the quarterly report to the monthly report")
    assert one.values["task"] == "my monthly report"


@pytest.mark.parametrize(
    ("practice", "field", "said"),
    [
        ("smart-failure", "off_limits", "what rules do other teams use?"),
        ("transparency", "steps", "what would you share first?"),
        ("pilot", "sign", "like what?"),
        ("pilot", "stop", "do you have an example?"),
        ("progress-board", "results", "what counts as a key result?"),
        ("debrief", "conditions", "what do you mean by conditions?"),
        ("delegation", "limits", "which limits are usual?"),
    ],
)
def test_a_question_about_what_was_asked_is_told_from_others(practice: str, field: str, said: str) -> None:
    one = practices()[practice]
    assert asks_about(one.field(field), said)
    assert not asks_about(one.field(field), "what do I say if she cries?")
    assert not asks_about(one.field(field), "does psychological safety make teams better?")


def test_a_question_about_what_was_asked_gets_its_own_help_and_the_question_again() -> None:
    one = Practising("smart-failure")
    one.say("a failure wall for my team, eight people", "people should bring bad news earlier", "eight people")
    assert one.asked == "off_limits"
    before = dict(one.values)
    one.say("what rules do other teams use?")
    assert one.moves[-1] == "practice.help"
    assert text(one.history[-1]).startswith("Rules that other teams use: nothing with customers' data")
    assert text(one.history[-1]).endswith("?")
    assert (one.asked, one.values) == ("off_limits", before)


@pytest.mark.parametrize("name", sorted(set(practices()) - {"look-back"}))
def test_every_help_can_be_said(name: str) -> None:
    practice = practices()[name]
    for field in practice.fields:
        for line in field.help:
            assert line.endswith(".")
            assert not any(char.isdigit() for char in line)
    assert any(field.help for field in practice.fields)


def test_a_question_may_be_the_answer() -> None:
    field = practices()["pilot"].field("question")
    assert keeps(field, "do people get more done without meetings?")
    assert not asks_about(field, "do people get more done without meetings?")
    one = Practising("pilot")
    one.say("I want to run a small pilot: no meeting Wednesdays", "do people get more done without meetings?")
    assert one.values["question"] == "do people get more done without meetings?"
