"""Answers that come out of step: they go where they belong, and questions about a question are answered."""

from datetime import date

import pytest

from coach.dates import day_in
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


def test_a_plan_with_days_goes_to_the_steps_and_not_to_the_day() -> None:
    one = Practising("transparency")
    one.say("a transparency review", "my team", "team goals", "the budget", "honestly, habit mostly")
    assert one.values["reasons"] == "habit mostly"
    assert one.asked == "steps"
    one.say(
        "the budget, at the team meeting next Thursday", "the reorg reasons on Monday; salaries bands by 7 December"
    )
    assert one.values["steps"].splitlines() == [
        "the budget, at the team meeting next Thursday",
        "the reorg reasons on Monday; salaries bands by 7 December",
    ]
    assert one.asked == "when"


def test_why_it_is_kept_back_is_told_from_what_is_shared() -> None:
    one = Practising("transparency")
    one.say("a transparency review", "my team", "team goals", "the budget - habit\nthe reorg - a promise")
    assert one.values["kept"] == "the budget - habit\nthe reorg - a promise"


def test_what_one_person_fears_stays_out_of_the_talk() -> None:
    one = Practising("purpose-talk")
    one.say("I have to tell everyone why we move from java to rust", "my team, 12 people")
    one.say("Petra is afraid to lose her java job")
    assert one.asked == "why"
    one.say(
        "the devices stop crashing", "a nurse restarted hers twice in one night", "they lose years of java knowledge"
    )
    one.say("one question each", "at 10 tomorrow", "write it")
    talk, after = one.page.split("## Then listen")
    assert "Petra" not in talk
    assert "stays out of the talk: Petra is afraid to lose her java job" in after
    assert "I won't talk it away: they lose years of java knowledge" in talk
    assert "- The talk: Thursday 26 November at 10:00" in after


def test_a_bare_yes_answers_no_question_that_wants_words() -> None:
    one = Practising("smart-failure")
    one.say("a failure wall", "yes")
    assert (one.asked, "aim" in one.values) == ("aim", False)
    one.say("so bad news comes earlier", "12 of us", "no customer data", "I'm afraid my boss might laugh at it")
    assert one.moves[-1] == "practice.check"
    one.say("I hired someone in a hurry", "first week of December", "write it")
    assert "boss" not in one.page
    assert "| From the start | Part |" in one.page


def test_results_are_read_as_people_tell_them() -> None:
    one = Practising("progress-board")
    one.say("a progress board", "customers feel looked after", "calls per customer from 3 to 1, now 2.4")
    one.say("I don't have a number for NPS", "setup time 5 days to 1 day, we're at 4")
    one.say("what comes next: Ines writes the guide by Friday", "in two weeks", "write it")
    assert "| NPS | | [now?] | [aim?] | |" in one.page
    assert "| Setup time | 5 | 4 | 1 |" in one.page
    assert "| Writes the guide | Ines | 27 November |" in one.page
    one.say("we look again on Monday at 9")
    assert one.moves[-1] == "practice.write"
    assert "- Monday 30 November at 9:00" in one.page


def test_a_debrief_takes_who_leads_and_who_fears_and_turns_the_hunt_for_a_culprit() -> None:
    one = Practising("debrief")
    one.say("Let's prepare the debrief")
    asked = one.asked
    one.say("Mia from another team leads", "the ops guy who typed it is ashamed, he thinks he'll be fired")
    assert (one.values["facilitator"], one.asked) == ("Mia from another team", asked)
    assert one.values["shaken"].startswith("the ops guy who typed it is ashamed")
    one.say("who deployed the tool?")
    assert one.moves[-1] == "practice.check"
    assert "whoever fears to be named keeps quiet" in text(one.history[-1])
    one.say("ok. and no, nothing decided on actions yet")
    assert one.asked == asked
    one.say("just write it", "Tom takes the notes")
    assert one.moves[-1] == "practice.write"
    assert "- Writes down: Tom" in one.page


STORY = (
    "Outage of the store in the eastern region on February 28th, 2017. At 9:37AM PST an engineer ran a command. At "
    "9:40AM more servers than meant were gone. Until 11:37AM the status page could not be updated. someone should have "
    "limited the tool. At 1:54PM the store was back."
)


def test_an_incident_told_in_one_piece_becomes_a_pack() -> None:
    one = Practising()
    one.say(f"We had a bad day, I need to prepare the debrief, here is what I have:\n\n{STORY}", "just write it")
    assert one.page.startswith("# Debrief: Outage of the store in the eastern region\n")
    assert "| When (28 February 2017, PST) | What happened |" in one.page
    assert "| 11:37 | Until 11:37AM the status page could not be updated. Nobody limited the tool. | |" in one.page


def test_a_weekday_with_its_date_is_that_date() -> None:
    assert day_in("from Monday 7 December", date(2026, 11, 25)) == date(2026, 12, 7)
    assert day_in("Monday, and then 7 December", date(2026, 11, 25)) == date(2026, 11, 30)


def test_what_others_could_do_is_no_ask_for_a_page_and_a_page_not_wanted_is_left() -> None:
    told = Practising().say(
        "My two chemists don't speak. I would be content if they could plan an experiment together."
    )
    assert told.plan is not None
    assert not told.plan.move.startswith("practice.")
    talk = Practising()
    begun = talk.say("Can we plan a small pilot for a day without meetings?")
    assert begun.plan is not None
    assert begun.plan.move.startswith("practice.")
    left = talk.say("You misunderstand. I do not want to try an idea.")
    assert left.plan is not None
    assert left.plan.move == "practice.leave"


@pytest.mark.parametrize("asked", ["can I have the page now?", "show me the page", "write it, please, just write it"])
def test_who_asks_to_see_the_page_gets_it_with_what_is_open_in_brackets(asked: str) -> None:
    talk = Practising()
    talk.say("Can we plan a small pilot for a day without meetings?", "no meetings on Wednesdays", asked)
    assert talk.moves[-1] == "practice.write"
