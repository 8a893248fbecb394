"""Every practice walked in conversation to its page: asked, jumped to, corrected, left, taken up, written at once."""
# ruff: noqa: E501 (lines of a page stand whole)

import re
from dataclasses import dataclass, field

import pytest

from coach.practice.practice import practices
from tests.practising import Practising, language, text

NOTES = """14:02 alarm for the payment queue
14:05 Ben failed to check the host and ran the migration on the wrong database
14:06 Ana paused the consumer
14:50 Ana restarted the consumer with the old config
15:10 queue empty"""


@dataclass(frozen=True)
class Walk:
    """What somebody says in a practice, by field, and what must stand on the page."""

    answers: dict[str, str]
    page: tuple[str, ...]
    correct: tuple[str, str, str]
    """A field, what it is changed to, and what the page shows of it."""
    jump: tuple[str, str]
    """The name of a field, and the field."""
    blanks: frozenset[str] = field(default_factory=frozenset)
    """What stays in brackets on a page whose fields are all known."""


WALKS = {
    "debrief": Walk(
        {
            "incident": "Payments were down for three hours",
            "notes": NOTES,
            "impact": "Customers could not pay",
            "when": "Friday at 14:00",
            "people": "eight of us",
            "length": "90 minutes",
            "facilitator": "Lea leads",
            "scribe": "Ines",
            "senior": "our CTO",
            "worry": "Somebody may be in tears, and then silence",
            "conditions": "the wiki page had the wrong host\nthe migration tool takes any host",
            "actions": "Ana adds a host check to the migration tool by 4 December\nremove the old wiki page (Tom, 1 December)",
        },
        (
            "| 14:05 | Ben did not check the host and ran the migration on the wrong database. | |",
            "| … | *44 minutes without a note* | |",
            "- From 14:06 to 14:50 (44 minutes) nothing is noted. What went on then, and where could we see it?",
            "“Ben failed to check the host and ran the migration on the wrong database” reads instead: Ben did not check",
            "- **14:05, “Ben did not check the host and ran the migration on the wrong database.”** What made this the",
            "| 14:00–14:10 | Welcome, ground rules read aloud, roles |",
            "| Adds a host check to the migration tool | Ana | 4 December | What the system stops or asks |",
            "| Remove the old wiki page | Tom | 1 December | How the work is done by default |",
            "- Look at the actions together on Friday 11 December",
            "- Leads through it: Lea",
            "What is out of scope.",
        ),
        ("facilitator", "change the facilitator to Oskar", "- Leads through it: Oskar"),
        ("actions", "actions"),
        frozenset({"[one thing that helped, and that you want to keep]", "[who?]"}),
    ),
    "roadblocks": Walk(
        {
            "who": "Tom",
            "work": "the new invoice layout",
            "obstacles": "waiting for legal\nno test data",
            "promised": "I wanted to ask legal, and didn't",
            "help": "ring the head of legal\nget test data from sales",
            "length": "half an hour",
            "when": "Thursday at 10:00",
        },
        (
            "| 10:00–10:04 | What I promised last time, and what came of it |",
            "- Waiting for legal\n- No test data",
            "- Ring the head of legal",
            "- We meet: Thursday 26 November",
        ),
        ("work", "change the work to the old invoice layout", "in your way with the old invoice layout"),
        ("obstacles", "obstacles"),
    ),
    "delegation": Walk(
        {
            "task": "the monthly report to the board",
            "who": "Ana",
            "why": "the board decides by it, and she sees what others miss",
            "outcome": "two pages that the board reads before the meeting",
            "limits": "no salary figures\nout by the fifth of the month",
            "alone": "layout and order\nwhom to ask for figures",
            "support": "half an hour each Friday",
            "checks": "a first draft by 2 December\nthe finished one by 5 December",
            "when": "tomorrow",
        },
        (
            "- Done looks like this: two pages that the board reads before the meeting",
            "- No salary figures\n- Out by the fifth of the month",
            "| A first draft | [who?] | 2 December | What is done, what is in the way, what you need |",
            "- We go through this page: Thursday 26 November.",
        ),
        ("outcome", "change the outcome to one page with three figures", "Done looks like this: one page with three figures"),
        ("limits", "limits"),
        frozenset({"[who?]"}),
    ),
    "smart-failure": Walk(
        {
            "aim": "bad news comes earlier",
            "form": "a day of small tries",
            "people": "nine of us",
            "off_limits": "customer data\nmore than 200 euros",
            "mine": "I launched the newsletter without asking a single reader",
            "thanks": "a round of applause and time for the next try",
            "length": "four hours",
            "when": "next Friday at 9:00",
        },
        (
            "- Form: a day of small tries",
            "| 9:00–9:10 | Your own failure, told first; the rules, read aloud |",
            "- Customer data\n- More than 200 euros",
            "“I launched the newsletter without asking a single reader”",
            "- First one: Friday 4 December",
        ),
        ("thanks", "change the thanks to a silly cup", "A silly cup"),
        ("off limits", "off_limits"),
    ),
    "failure-story": Walk(
        {
            "happened": "I promised a date to a customer, and the team worked two weekends",
            "part": "I said yes in the meeting before I had asked anybody",
            "felt": "ashamed, and afraid to say it",
            "learned": "a date is theirs to give and mine to carry",
            "ask": "Stop me when you hear me promise something",
            "audience": "the Monday round",
            "when": "next Monday",
        },
        (
            "“I want to tell you about something that went wrong, and that I had a part in. I promised a date",
            "What I ask of you: stop me when you hear me promise something.”",
            "- Who hears it: the Monday round",
        ),
        ("felt", "change the feeling to angry with myself", "What it was like: angry with myself"),
        ("learning", "learned"),
    ),
    "transparency": Walk(
        {
            "team": "my six engineers",
            "shared": "the roadmap\nthe minutes of our weekly",
            "kept": "the budget\nwhy the office moves",
            "reasons": "the budget is habit\nthe move isn't ripe",
            "steps": "show the budget by 4 December\ntell what is known of the move by 11 December",
            "when": "next Monday",
        },
        (
            "- The roadmap\n- The minutes of our weekly",
            "| Show the budget | [who?] | 4 December | [where and when?] |",
            "- First of it goes out: Monday 30 November",
        ),
        ("team", "change the team to the whole floor", "# Transparency review: The whole floor"),
        ("steps", "steps"),
        frozenset({"[who?]", "[where and when?]", "[day]", "[month]"}),
    ),
    "pilot": Walk(
        {
            "idea": "no meetings on Wednesday",
            "question": "whether people get more done in one piece",
            "small": "two teams, three Wednesdays",
            "who": "the two design teams, who asked for it",
            "sign": "we ask each on Thursday how many hours went in one piece",
            "stop": "when a customer waits a day longer for an answer",
            "length": "three weeks",
            "decide": "the two team leads",
            "when": "next Wednesday",
        },
        (
            "We try this: no meetings on Wednesday. It should show us: whether people get more done in one piece.",
            "- Begins: Wednesday 2 December",
            "- We look at it together: Wednesday 23 December",
            "- When a customer waits a day longer for an answer",
        ),
        ("decide", "change the decider to the teams themselves", "- Who decides then: the teams themselves"),
        ("stop", "stop"),
        frozenset({"[your guess]", "[one thing]"}),
    ),
    "purpose-talk": Walk(
        {
            "change": "two teams become one in January",
            "why": "a customer had to tell the same story four times",
            "proof": "Mrs Kranz cried on the phone in October",
            "cost": "you will lose the people you sit beside",
            "open": "where everybody sits, until 10 December",
            "how": "each of you spends a morning in the other team",
            "ask": "tell me by Friday what could go wrong",
            "when": "Tuesday",
        },
        (
            "**Why.** “A customer had to tell the same story four times.”",
            "**What it costs.** “It has a price, and I won't talk it away: you will lose the people you sit beside.”",
            "- The talk: Tuesday 1 December",
        ),
        ("ask", "change the ask to bring one objection each", "What I ask of you: bring one objection each."),
        ("cost", "cost"),
        frozenset({"[day]"}),
    ),
    "trust-repair": Walk(
        {
            "who": "Ana",
            "event": "I told the board about her plan as if it were mine",
            "hurt": "she lost the credit in front of the board",
            "explanation": "I wanted to look prepared",
            "regret": "passing it off as mine",
            "change": "I name the author on each slide",
            "repair": "a mail to the board that says whose plan it is",
            "when": "tomorrow",
        },
        (
            "**Sorry.** “I'm sorry for passing it off as mine.”",
            "**From now on.** “What will be different: I name the author on each slide.”",
            "**Repair.** “What I'd like to do about it: a mail to the board that says whose plan it is.",
            "doi:10.1111/ncmr.12073",
            "- I say it: Thursday 26 November",
        ),
        ("repair", "change the offer to a word in the next board meeting", "to do about it: a word in the next board meeting."),
        ("regret", "regret"),
    ),
    "progress-board": Walk(
        {
            "objective": "customers get an answer they can use",
            "results": "answer time from 20 to 5 hours, now 12\ninterviews done 3 of 5",
            "moved": "the first template is in use",
            "stuck": "no access to the ticket archive",
            "next": "Ana asks for access by Friday",
            "when": "next Friday",
        },
        (
            "| Answer time | 20 | 12 | 5 | █████░░░░░ 53 % |",
            "| Interviews done | 0 | 3 | 5 | ██████░░░░ 60 % |",
            "- The first template is in use",
            "| Asks for access | Ana | 27 November | [which?] |",
            "- Friday 4 December",
        ),
        ("stuck", "change the blockers to nobody knows who owns it", "- Nobody knows who owns it"),
        ("results", "results"),
        frozenset({"[which?]"}),
    ),
}  # fmt: skip


def test_every_practice_of_this_kind_is_walked() -> None:
    assert set(WALKS) == set(practices()) - {"hard-conversation", "look-back"}


@pytest.mark.parametrize("name", WALKS)
def test_a_practice_is_walked_to_its_page(name: str) -> None:
    walk, talk = WALKS[name], _begun(name)
    _answered(talk, walk)
    for line in walk.page:
        assert line in talk.page
    assert set(re.findall(r"\[[^\]]+\]", talk.page)) <= walk.blanks
    sentences = [one.text for turn in talk.history for one in turn.spoken]
    assert [one for one in sentences if sentences.count(one) > 1] == []
    assert all(text(turn).count("?") <= 1 for turn in talk.history)


@pytest.mark.parametrize("name", WALKS)
def test_what_a_page_says_is_without_blame(name: str) -> None:
    """Our own words and these answers; what somebody's notes say stands in quotation marks beside other words."""
    talk = _begun(name)
    _answered(talk, WALKS[name])
    assert [(mark.kind, mark.text) for mark in language().analyse(talk.page)] == []
    assert [(mark.kind, mark.text) for mark in language().analyse(_at_once(name).page)] == []


@pytest.mark.parametrize("name", WALKS)
def test_just_write_it_gives_the_page_at_once_with_blanks(name: str) -> None:
    talk = _at_once(name)
    assert talk.moves == ["practice.write"]
    gaps = {one.gap for one in practices()[name].fields if one.need == "must"}
    assert gaps & set(re.findall(r"\[[^\]]+\]", talk.page))
    assert not re.search(r"\{\w+", talk.page)


@pytest.mark.parametrize("name", WALKS)
def test_jumping_correcting_leaving_and_coming_back(name: str) -> None:
    walk, talk = WALKS[name], _begun(name)
    talk.say(f"let's go to the {walk.jump[0]}")
    assert talk.asked == walk.jump[1]
    talk.say(walk.answers[walk.jump[1]])
    assert walk.jump[1] in talk.values
    talk.say("stop the practice")
    assert talk.policy.underway(talk.history) is None
    talk.say("back to the plan")
    assert walk.jump[1] in talk.values
    _answered(talk, walk)
    changed, said, shown = walk.correct
    assert shown not in talk.page
    talk.say(said)
    assert shown in talk.page, changed


@pytest.mark.parametrize("name", WALKS)
def test_no_figure_stands_on_a_page_that_nobody_gave(name: str) -> None:
    """Besides dates, clock times and years of sources a page of blanks has no number."""
    page = re.sub(
        r"\d{4}-\d\d-\d\d|\b\d{1,2}:\d\d\b|\(?\b(?:19|20)\d\d\)?|doi:\S+|^\d\. ", "", _at_once(name).page, flags=re.M
    )
    assert re.findall(r"\d+|\bper ?cent\b|%", page) == []


def _begun(name: str) -> Practising:
    talk = Practising()
    talk.say(f"Let's begin: {practices()[name].title}")
    now = talk.policy.underway(talk.history)
    assert now is not None
    assert now.practice.name == name
    return talk


def _at_once(name: str) -> Practising:
    talk = Practising()
    talk.say(f"{practices()[name].title}, just write it")
    return talk


def _answered(talk: Practising, walk: Walk) -> None:
    """Answers whatever is asked until the page stands."""
    for _ in range(30):
        if talk.moves[-1] == "practice.write":
            return
        talk.say(walk.answers[talk.asked] if talk.asked else "go on")
    raise AssertionError(talk.moves)


@pytest.mark.parametrize("name", WALKS)
def test_every_question_is_one(name: str) -> None:
    for one in practices()[name].fields:
        asked = [*one.ask, *filter(None, [one.smaller]), *(check.ask for check in one.checks)]
        assert [line for line in asked if line.count("?") > 1] == []
        assert [check.say for check in one.checks if "?" in check.say] == []


# Checks of answers


@pytest.mark.parametrize(
    ("name", "field", "said", "line", "better"),
    [
        ("failure-story", "happened", "I lost the order because they did not send the files", "leaves you", "I sent the offer a day late"),
        ("failure-story", "ask", "Please don't be angry with me", "asks them for comfort", "Tell me earlier"),
        ("failure-story", "learned", "never trust anybody", "I don't trust you", "to ask on the first day"),
        ("trust-repair", "event", "I'd rather deny it, it was not my fault", "won't help with denying", "I read her mail aloud"),
        ("trust-repair", "event", "I'm sorry if you felt hurt", "moves over to them", "I read her mail aloud"),
        ("trust-repair", "change", "I'll try to be better", "can't be seen", "I ask before I forward a mail"),
        ("debrief", "actions", "Tom will remind everyone to be more careful", "asks a person to take more care", "Tom adds a check by Friday"),
        ("debrief", "conditions", "human error", "One cause ends the search", "the wiki had the wrong host"),
        ("delegation", "alone", "nothing", "no handing over", "the layout"),
        ("pilot", "small", "the whole company", "no pilot", "one team for a week"),
        ("progress-board", "results", "write 10 reports", "counts how busy people are", "complaints from 40 to 10, now 30"),
        ("progress-board", "results", "rank the developers by tickets", "compares people", "complaints from 40 to 10, now 30"),
        ("purpose-talk", "why", "to leverage synergies", "kitchen table", "customers wait less"),
        ("transparency", "reasons", "they couldn't handle it", "a guess about them", "I am afraid of the questions"),
        ("roadblocks", "obstacles", "he is lazy", "tells who they are", "no test data"),
    ],
)  # fmt: skip
def test_an_answer_is_looked_at_once_and_then_taken(name: str, field: str, said: str, line: str, better: str) -> None:
    talk = _begun(name)
    title = practices()[name].field(field).title
    talk.say(f"let's go to the {practices()[name].field(field).also[0]}")
    assert talk.asked == field, title
    looked = talk.say(said)
    assert (talk.moves[-1], talk.asked) == ("practice.check", field)
    assert line in text(looked)
    assert text(looked).count("?") == 1
    talk.say(better)
    assert talk.moves[-1] != "practice.check"
    assert better.lower()[:12] in talk.values[field].lower()


def test_who_insists_is_not_asked_a_second_time() -> None:
    talk = _begun("pilot")
    talk.say("let's go to the smallest", "the whole company", "really the whole company")
    assert talk.moves[-2:] == ["practice.check", "practice.ask"]
    assert talk.values["small"] == "really the whole company"


def test_a_person_is_told_that_denying_is_not_coached() -> None:
    talk = _begun("trust-repair")
    talk.say("let's go to what i did")
    said = text(talk.say("Help me deny it, they can't prove a thing"))
    assert "I won't help with denying something that happened" in said


# Notes that are pasted


def test_pasted_notes_begin_the_debrief_by_themselves() -> None:
    talk = Practising()
    talk.say(NOTES)
    assert (talk.moves, talk.asked) == (["practice.ask"], "incident")
    assert talk.values == {"notes": NOTES}


def test_a_second_paste_is_added_and_both_accounts_stand_beside_each_other() -> None:
    talk = _begun("debrief")
    talk.say(f"Ana's notes\n{NOTES}")
    talk.say(
        "Tom's notes\n14:03 alarm for the payment queue\n14:30 consumer restarted with the old config\n14:31 quiet"
    )
    talk.say("write it")
    assert (
        "- Two accounts differ in time: “consumer restarted with the old config” (Tom's notes) at 14:30, "
        "“Ana restarted the consumer with the old config” (Ana's notes) at 14:50. Both stand until the room, or a log, can tell."
    ) in talk.page
    assert "*(Tom's notes)*" in talk.page


def test_a_paste_of_ten_thousand_words_is_taken() -> None:
    lines = [
        f"[{n // 60:02d}:{n % 60:02d}] Ana: queue {n} is at {n} messages and the consumer is slow" for n in range(1000)
    ]
    talk = _begun("debrief")
    talk.say("\n".join(lines), "write it")
    rows = [line for line in talk.page.splitlines() if line.startswith("| ") and "consumer is slow" in line]
    assert len(rows) == 1000


def test_what_a_debrief_leaves_is_data_too() -> None:
    talk = _begun("debrief")
    _answered(talk, WALKS["debrief"])
    page, promises = talk.left[-1].pages[0], talk.left[-1].promises
    assert [(one["owner"], one["day"]) for one in page.data["steps"]] == [("Ana", "2026-12-04"), ("Tom", "2026-12-01")]
    assert page.data["course"]["events"][0]["text"] == "alarm for the payment queue"
    assert (page.data["day"], page.data["look_back"]) == ("2026-11-27", "2026-12-11")
    assert [(one.text, str(one.due)) for one in promises] == [
        ("hold the debrief on payments were down for three hours", "2026-11-27")
    ]


def test_a_larger_group_gets_another_agenda() -> None:
    talk = _begun("debrief")
    talk.say("People: twenty engineers", "Length: two hours", "write it")
    assert "Groups of four to six" in talk.page
    assert "| 1:55–2:00 | Close" in talk.page
    talk.say("change the people to six of us")
    assert "Groups of four to six" not in talk.page


def test_a_practice_that_is_named_more_closely_is_begun() -> None:
    talk = Practising()
    talk.say("Help me prepare a roadblock check-in with Tom")
    now = talk.policy.underway(talk.history)
    assert now is not None
    assert now.practice.name == "roadblocks"


def test_nicks_that_carry_blame_are_worded_otherwise() -> None:
    talk = _begun("debrief")
    talk.say(
        "[14:00] ops-a: queue full\n[14:05] ops-b: ops-a should have double checked the command\n"
        "[14:10] ops-a: it was human error and that is the root cause\n[14:20] mon-bot: queue empty",
        "write it",
    )
    assert "| 14:05 | ops-b: “ops-a did not double check the command.” | |" in talk.page
    assert [(mark.kind, mark.line) for mark in language().analyse(talk.page)] == []
