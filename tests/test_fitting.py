"""What can be an answer to what was asked, and what is put right by a later word."""

from collections.abc import Sequence

import pytest

from coach.gate import SafetyGate
from coach.practice.fitting import about_the_talk, is_nothing, names_a_day, only_day, put_right
from coach.practice.notes_gate import NotesGate
from coach.practice.practice import practices
from coach.practice.turning import cleaned
from coach.values import Gated, Plan, Sentence, Turn
from knowledge.matcher import EVERY_TURN
from tests.guided import coach
from tests.practising import Practising


@pytest.mark.parametrize(
    ("said", "fits"),
    [
        ("Thursday at 10", True),
        ("first week of December", True),
        ("end of Q1", True),
        ("on Monday in the standup", True),
        ("after the holidays, once Petra is back from her leave", True),
        ("they take two weeks to answer a ticket", False),
        ("I don't have a number for NPS", False),
        ("me", False),
    ],
)
def test_a_day_is_told_from_a_story(said: str, fits: bool) -> None:
    assert names_a_day(said) is fits


def test_a_message_that_only_names_a_day_is_found_whatever_was_asked() -> None:
    assert only_day("it's at 10 tomorrow") == "at 10 tomorrow"
    assert only_day("oh, we meet Friday at 14:00") == "Friday at 14:00"
    assert only_day("Friday is when she told me about the ticket") is None


def test_talk_about_the_talk_is_told_from_an_answer() -> None:
    assert about_the_talk("let's write the apology")
    assert about_the_talk("yes, a pilot")
    assert not about_the_talk("let's write down who approves a release")
    assert not about_the_talk("can we trust the numbers from sales")


def test_nothing_to_tell_is_told_from_a_fact_that_begins_with_no() -> None:
    assert is_nothing("no, I haven't asked her")
    assert is_nothing("ok. and no, nothing decided on actions yet")
    assert not is_nothing("no access to the archive")
    assert not is_nothing("no test data, and legal is slow")


def test_words_before_an_answer_are_left_out() -> None:
    assert cleaned("hmm not sure, I think she waits on the data team a lot") == "she waits on the data team a lot"
    assert cleaned("a wall I think") == "a wall"
    assert cleaned("number of PRs? no, that's stupid. maybe just ask them on Friday") == "ask them on Friday"
    assert cleaned("not sure if everybody will like it") == "not sure if everybody will like it"


def test_what_was_said_before_is_put_right_where_it_stands() -> None:
    one = practices()["delegation"]
    values = {"task": "my quarterly report", "why": "the board wants it"}
    assert put_right(one, values, "actually it's the monthly report not the quarterly, sorry") == {
        "task": "my monthly report"
    }
    assert put_right(one, values, "it should be short, not long") == {}
    board = practices()["progress-board"]
    results = {"results": "support calls from 3 to 1, now 2.4\nsetup days from 5 to 1, now 4"}
    assert put_right(board, results, "actually calls are now 2.1") == {
        "results": "support calls from 3 to 1, now 2.1\nsetup days from 5 to 1, now 4"
    }


def test_what_is_no_day_goes_on_with_the_list_before_it() -> None:
    one = Practising("roadblocks")
    one.say("I meet Dina, about obstacles", "the billing migration", "she waits on the data team")
    assert one.asked == "when"
    one.say("yes, they take two weeks to answer a ticket")
    assert one.values["obstacles"] == "she waits on the data team\nthey take two weeks to answer a ticket"
    assert "when" not in one.values
    assert one.asked == "when"


def test_a_list_goes_on_below_its_name() -> None:
    one = Practising("debrief")
    one.say("Let's prepare the debrief", "Payments were down for three hours")
    one.say("action: test restores every month\nalert when the dump is empty")
    assert one.values["actions"] == "test restores every month\nalert when the dump is empty"


def test_asking_for_the_page_is_no_part_of_an_apology() -> None:
    one = Practising("trust-repair")
    one.say("I shouted at Lena on Monday and owe her an apology")
    asked = one.asked
    one.say("let's write the apology")
    assert one.asked == asked
    assert "let's write" not in str(one.values).lower()


LOG = """13:42 the new rules were released
13:45 the first alarm, then more of them
14:02 somebody proposed: turn the filter off everywhere
14:09 back to normal"""


class Guessing:
    """A gate that takes everything for an order, and says on what grounds."""

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def check(self, said: str, history: Sequence[Turn]) -> Gated | None:
        return Gated("injection", self.reason, ("No.",))

    def check_out(self, sentence: Sentence, said: str) -> str | None:
        return None


def test_notes_are_turned_away_for_a_named_order_and_not_for_a_guess() -> None:
    guess, named = NotesGate(Guessing("injection: head 0.61")), NotesGate(Guessing("injection: injection.ignore"))
    assert guess.check(LOG, ()) is None
    assert guess.check("Turn yourself off", ()) is not None
    assert named.check(LOG, ()) is not None


def test_an_answer_to_a_practice_is_no_order_to_the_coach() -> None:
    asked = Turn("1", "c", "just write the debrief", plan=Plan("practice", "practice.ask"))
    guess, named = NotesGate(Guessing("injection: head 0.81")), NotesGate(Guessing("injection: injection.ignore"))
    assert guess.check("conditions: the rule could use all CPU", (asked,)) is None
    assert named.check("conditions: the rule could use all CPU", (asked,)) is not None


def test_the_name_of_a_practice_is_no_danger_and_hides_none() -> None:
    names = [name for one in practices().values() for name in (one.title, one.name)]
    gate = NotesGate(SafetyGate(coach().library.embedder, reader=coach().library.reader(*EVERY_TURN)), names)
    for name in names:
        asked = f"Please help me with a {name.replace('-', ' ').lower()}, I have no idea how to begin"
        assert gate.check(asked, ()) is None, asked
    found = gate.check("I am going to kill myself tonight, so let us do the failure story now", ())
    assert found is not None
    assert found.kind == "crisis"


def test_danger_in_notes_is_danger() -> None:
    gate = NotesGate(SafetyGate(coach().library.embedder, reader=coach().library.reader(*EVERY_TURN)))
    found = gate.check(f"{LOG}\n14:20 I am going to kill myself tonight", ())
    assert found is not None
    assert found.kind == "crisis"


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Tomas takes over my quarterly report. Can we write down an agreement for it", "delegation"),
        ("I want to tell my team about a mistake I made", "failure-story"),
        ("Maybe I should go through what I share and what I don't", "transparency"),
        ("how could I try no meeting Wednesdays without making a huge thing of it?", "pilot"),
        ("yes, a pilot", "pilot"),
        ("let's write the apology", "trust-repair"),
        ("I have to tell everyone why we move from Java to Rust", "purpose-talk"),
        ("My one on one with Dina is always a status report. I want to find out what's blocking her", "roadblocks"),
    ],
)
def test_a_practice_is_begun_by_plain_words_for_it(said: str, name: str) -> None:
    one = Practising()
    one.say(said)
    assert one.notes.get("practice") == name


def test_what_the_asking_tells_is_not_asked_again() -> None:
    one = Practising()
    one.say("I want to run a small pilot: no meeting Wednesdays")
    assert one.values["idea"] == "no meeting Wednesdays"
    other = Practising("delegation")
    other.say("Tomas takes over my quarterly report", "because the board wants numbers that do not hang on me")
    assert other.values["task"] == "my quarterly report"
    assert other.values["why"] == "the board wants numbers that do not hang on me"


def test_an_apology_does_not_carry_what_the_other_did() -> None:
    one = Practising("trust-repair")
    one.say("I shouted at Lena on Monday and owe her an apology", "I said you had one job", "she went quiet for days")
    one.say("my tone", "well she had forgotten the demo data, twice")
    assert one.moves[-1] == "practice.check"
    one.say("I'll ask before I judge", "they forgot the data again today")
    assert one.moves[-1] == "practice.check"
    one.say("an hour of my time for the demo", "tomorrow")
    one.say("write it")
    assert "“I'm sorry for my tone.”" in one.page
    assert "forgot" not in one.page


def test_what_they_did_is_no_harm_of_mine_and_a_promise_is_nothing_to_be_sorry_for() -> None:
    one = Practising("trust-repair")
    one.say("I snapped at Mia before the client and owe her an apology", "I called her numbers amateurish")
    one.say("well she had forgotten the demo data, twice")
    assert one.moves[-1] == "practice.check"
    one.say("she went silent for the rest of the day")
    one.say("I'll check with her before the next client call")
    assert one.moves[-1] == "practice.check"
    one.say("that I made her small before others", "write it")
    assert "forgot" not in one.page
    assert "“I'm sorry. I made you small before others.”" in one.page
    assert "“I called your numbers amateurish.”" in one.page
    assert "“What will be different: [what will be different].”" in one.page
    assert "I see what it did: you went silent for the rest of the day." in one.page


def test_what_they_decide_finds_its_place_whatever_was_asked() -> None:
    one = Practising("delegation")
    one.say("Tomas takes over my monthly report", "the board wants me on the merger", "he may decide the layout")
    assert one.values["alone"] == "he may decide the layout"
    assert "he may decide" not in str({**one.values, "alone": ""})


def test_who_is_shaken_is_to_be_spoken_with_before_the_debrief() -> None:
    one = Practising("debrief")
    one.say(
        "Let's prepare the debrief", "Payments were down for three hours", "YP thinks he'll be fired", "just write it"
    )
    assert "Speak with them alone first (YP thinks he'll be fired)" in one.page


def test_lines_without_a_time_are_asked_for_and_name_no_incident() -> None:
    one = Practising("debrief")
    one.say(f"{LOG}\nthe panel was down too, so nobody could turn it off\n\nThe debrief is on Friday at 10:00")
    assert "incident" not in one.values
    assert one.values["when"] == "on Friday at 10:00"
    one.say("Our site answered nothing for half an hour", "just write it")
    assert one.values["incident"] == "Our site answered nothing for half an hour"
    line = "- “the panel was down too, so nobody could turn it off” stands in the notes without a time."
    assert line in one.page


@pytest.mark.parametrize(
    ("said", "changed"),
    [
        ("no, make that three weeks", {"smallest": "no meetings for three weeks on Wednesdays"}),
        ("no, three weeks, not two", {"smallest": "no meetings for three weeks on Wednesdays"}),
        ("the pilot runs for four weeks, not two", {"smallest": "no meetings for four weeks on Wednesdays"}),
        ("sorry, 300 a day, not 250", {"measure": "from 900 a month to 300 a day"}),
        ("no idea, two of us maybe", {}),
        ("two people asked me about it", {}),
    ],
)
def test_a_number_put_right_changes_the_answer_that_has_it(said: str, changed: dict[str, str]) -> None:
    pilot = practices()["pilot"]
    first, second = (one.id for one in pilot.fields[:2])
    values = {first: "no meetings for two weeks on Wednesdays", second: "from 900 a month to 250 a day"}
    names = {"smallest": first, "measure": second}
    assert put_right(pilot, values, said, first) == {names[name]: value for name, value in changed.items()}
