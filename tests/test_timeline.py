"""Timelines: every event of a paste kept, in order, with gaps and conflicts; and nothing lost whatever is pasted."""

import json
import re
import time
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.practice.pasted import is_paste
from coach.timeline.event import Conflict, Event, Gap, Timeline
from coach.timeline.stamps import Day, stamps_in
from coach.timeline.timeline import read
from evals.timelines import cases, measure, outcome

TODAY = date(2024, 11, 14)
CASES = {case.name: case for case in cases()}


@pytest.mark.parametrize("name", CASES)
def test_a_pasted_note_keeps_its_events_order_and_gaps(name: str) -> None:
    found = outcome(CASES[name])
    assert (found.kept, found.extra, found.in_order, found.named) == ((True,) * len(CASES[name].events), 0, True, True)


@pytest.mark.parametrize("name", CASES)
def test_no_line_of_a_note_is_lost(name: str) -> None:
    text = CASES[name].text
    assert _lost(text, read(text, today=TODAY)) == []


@pytest.mark.parametrize("name", [name for name in CASES if "json" not in name and "csv" not in name])
def test_no_word_of_an_event_is_lost(name: str) -> None:
    text = CASES[name].text
    found = read(text, today=TODAY)
    for n, line in enumerate(text.splitlines(), 1):
        on = [one for one in found.events if one.line <= n <= one.end]
        held = " ".join(f"{one.text} {one.actor} {one.said} {one.zone}" for one in on)
        held += " ".join(one.text for one in found.aside if one.line == n)
        words = re.findall(r"[^\W\d_]{4,}", re.sub(r":\w+:", "", line))
        lost = [word for word in words if word not in held]
        assert not on or lost == [] or set(lost) <= {"approx"}, line


def test_a_rough_time_at_the_head_of_a_line_is_no_name() -> None:
    found = read("22:45 - server starts\naround 23:00 - the backup hangs, he waits\n23:20 - gone", today=TODAY)
    assert [(one.text, one.about, one.actor) for one in found.events] == [
        ("server starts", False, ""), ("the backup hangs, he waits", True, ""), ("gone", False, ""),
    ]  # fmt: skip


def test_two_things_in_one_sentence_of_a_letter_are_two() -> None:
    found = read(
        "From: Jo\nDate: Tue, 2 Jul 2019 18:30 +0000\n\nHi all,\n\n"
        "At 14:02 a stop was proposed; at 14:07 it was done.\n"
        "Two minutes later traffic was back.\n\nStatus: the site is up.\n",
        today=TODAY,
    )
    assert [(found.shown(one), one.text, one.actor) for one in found.events] == [
        ("14:02", "At 14:02 a stop was proposed;", ""),
        ("14:07", "at 14:07 it was done.", ""),
        ("14:09", "Two minutes later traffic was back.", ""),
    ]
    assert [one.text for one in found.aside if one.why == "names no time"] == ["Status: the site is up."]


def shown(text: str) -> list[tuple[str, str]]:
    found = read(text, today=TODAY)
    return [(found.shown(one), one.text) for one in found.events]


STORE = (
    "Outage of the object store in the eastern region on February 28th, 2017. At 9:37AM PST, an authorized engineer "
    "ran a command from the playbook to take a few servers offline. At 9:38AM a wrong input removed more of them. "
    "At 12:26PM the index served reads and deletes again. By 1:18PM PST the index was fully recovered. The placement "
    "subsystem was back at 1:54PM PST, and the store was operating normally."
)


def test_a_story_in_one_piece_is_an_event_a_moment_in_its_own_zone_and_on_its_day() -> None:
    found = read(STORE, today=TODAY)
    assert [found.shown(one) for one in found.events] == ["09:37", "09:38", "12:26", "13:18", "13:54"]
    assert [one.text.split()[2] for one in found.events][:2] == ["PST,", "a"]
    assert (found.zone, found.day) == ("PST", "28 February 2017")
    assert found.events[0].when == datetime(2017, 2, 28, 17, 37, tzinfo=UTC)
    assert [(found.shown(gap.after), found.shown(gap.before)) for gap in found.gaps] == [("09:38", "12:26")]


def test_a_story_that_begins_by_saying_its_zone_is_no_heading() -> None:
    found = read(
        "Database incident, 31 January 2017, all times UTC. Around 17:20 an engineer took a snapshot of production. At "
        "23:27 he removed the directory on the wrong host. At 00:36 on February 1st the copy began. "
        "It took until 17:00. At 18:14 UTC the site was back, without six hours of data.",
        today=TODAY,
    )
    assert [found.shown(one) for one in found.events] == [
        "~31 Jan 17:20", "31 Jan 23:27", "01 Feb 00:36", "01 Feb 17:00", "01 Feb 18:14",
    ]  # fmt: skip
    assert (found.zone, found.day) == ("UTC", "")


def test_a_sentence_that_goes_on_to_a_later_moment_is_two() -> None:
    assert shown(
        "At 14:07 UTC the kill was executed and traffic was normal by 14:09. Alarms came at 15:00 and at 16:05."
    ) == [
        ("14:07", "At 14:07 UTC the kill was executed"),
        ("14:09", "traffic was normal by 14:09."),
        ("15:00", "Alarms came at 15:00 and at 16:05."),
        ("16:05", "Alarms came at 15:00 and at 16:05."),
    ]
    assert shown("At 10:10 CET they rolled back and by 10:15 AM everything worked.") == [
        ("10:10", "At 10:10 CET they rolled back"),
        ("10:15", "by 10:15 AM everything worked."),
    ]


@pytest.mark.parametrize(
    ("heading", "zone", "day"),
    [
        ("Checkout down, 2 July 2019, UTC", "UTC", "2 July 2019"),
        ("Checkout down, Tuesday 2 July 2019 (times PDT)", "PDT", "2 July 2019"),
        ("Checkout down on 2 July 2019. It was the busiest hour of the week.", "", "2 July 2019"),
        ("I run the debrief on Friday. Our checkout was down, and customers wrote to us.", "", ""),
    ],
)  # fmt: skip
def test_what_stands_above_says_day_and_zone(heading: str, zone: str, day: str) -> None:
    found = read(f"{heading}\n13:42 release\n13:45 first page\n14:07 stopped", today=TODAY)
    assert [found.shown(one) for one in found.events] == ["13:42", "13:45", "14:07"]
    assert (found.zone, found.day) == (zone, day)


def test_times_in_several_zones_are_shown_in_utc() -> None:
    found = read("9:37 PST command run\n18:10 UTC first page\n19:30 CET nobody could pay", today=TODAY)
    assert found.zone == "UTC"
    assert [found.shown(one) for one in found.events] == ["17:37", "18:10", "18:30"]


def test_a_short_story_with_many_times_is_notes() -> None:
    story = "At 9:05 Ines deployed. At 9:20 paying failed. Piotr looked at 9:35. At 10:10 they rolled back."
    assert is_paste(story)
    assert not is_paste("I meet Ana at 9:05 and Tom at 9:20, then lunch.")


def test_who_acts_or_speaks() -> None:
    for case in CASES.values():
        got = read(case.text, today=case.today).events
        for wanted in case.events:
            on = {one.actor for one in got if one.line <= wanted["line"] <= one.end}
            assert not wanted["actor"] or wanted["actor"] in on, (case.name, wanted)


LINES = st.lists(
    st.one_of(
        st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=40),
        st.sampled_from([
            "14:05 <ana> rolled back", "- 23:59 queue full", "## Ana's notes", "ok",
            "ten minutes later Tom restarted it",
            "| 14:03 | alarm | Ana |", "From: Ana", "Date: Tue, 12 Nov 2024 14:03", "[14:03] Ana: it is down", "Ana",
            "3:05 PM", "T+15m alarm", "2024-11-12", "All times UTC", "{", "a,b,time", "99:99", "31 Feb 14:00 x",
        ]),
    ),
    max_size=12,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(LINES)
def test_whatever_is_pasted_no_line_is_lost(lines: list[str]) -> None:
    text = "\n".join(lines)
    assert _lost(text, read(text, today=TODAY)) == []


def _lost(text: str, found: Timeline) -> list[int]:
    held = {n for one in found.events for n in range(one.line, one.end + 1)} | {one.line for one in found.aside}
    return [n for n, line in enumerate(text.splitlines(), 1) if line.strip() and n not in held]


def test_ten_thousand_words_are_read_in_about_a_second() -> None:
    one = CASES["t14_dictated"].text + CASES["t01_slack_paste"].text + CASES["t08_two_accounts"].text
    text = one * (10_000 // len(one.split()) + 1)
    start = time.process_time()
    found = read(text, today=TODAY)
    assert time.process_time() - start < 3
    assert len(found.events) > 1000


def test_nothing_is_read_into_nothing() -> None:
    assert read("", today=TODAY) == Timeline()


def test_two_accounts_that_differ_are_set_beside_each_other() -> None:
    found = read(
        "Ana's notes\n14:00 queue full\n14:10 I restarted the payment worker\n\n"
        "Tom's notes\n14:01 queue full\n14:30 payment worker restarted by Ana\n",
        today=TODAY,
    )
    first, second = found.events[2], found.events[3]
    assert (first.text, first.actor, second.text) == (
        "I restarted the payment worker", "Ana", "payment worker restarted by Ana",
    )  # fmt: skip
    assert found.conflicts == (Conflict(first, second, "when"),)
    assert found.sources == ("Ana's notes", "Tom's notes")


def test_who_did_it_may_differ_too() -> None:
    found = read(
        "Ana's notes\n14:10 I restarted the payment worker\n\nTom's notes\n14:11 Lea restarted the payment worker\n",
        today=TODAY,
    )
    assert [one.about for one in found.conflicts] == ["who"]


def test_a_gap_names_what_stands_on_both_sides() -> None:
    found = read("14:00 alarm\n14:05 Ana looks\n14:50 all is well\n", today=TODAY)
    assert found.gaps == (Gap(found.events[1], found.events[2], timedelta(minutes=45)),)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("14:00 UTC alarm\n14:05 quiet", "One time without a zone: taken for UTC, like the rest."),
        ("11/12/2024 2:00 PM alarm", "“11/12” may be read either way; it was taken for the month first, since the "
         "times have AM and PM."),
        ("11/12/2024 14:00 alarm", "“11/12” may be read either way; it was taken for the day first."),
        ("14:00 CET alarm\n14:00 UTC all quiet\n15:01 end", "One time without a zone: taken for CET, like the rest."),
        ("11:50 stop\n1:10 go", "Hours without AM or PM were read so that the notes run forward; check the afternoon."),
    ],
)  # fmt: skip
def test_what_is_assumed_is_said(text: str, line: str) -> None:
    assert line in read(text, today=TODAY).unsure


def test_times_of_several_zones_are_shown_in_one() -> None:
    found = read("9:02 AM PST alarm\n18:05 CET call\n17:20 UTC quiet", today=TODAY)
    assert [found.shown(one) for one in found.events] == ["17:02", "17:05", "17:20"]
    assert found.zoned


def test_days_without_a_date_are_counted() -> None:
    found = read("23:50 alarm\n00:10 quiet", today=TODAY)
    assert [found.shown(one) for one in found.events] == ["day 1 23:50", "day 2 00:10"]


def test_a_meeting_to_come_is_no_event_of_the_past() -> None:
    found = read("[14:00] Ana: database is slow\n[14:05] Tom: let's call at 13:30 tomorrow", today=TODAY)
    assert [one.text for one in found.events] == ["database is slow", "let's call at 13:30 tomorrow"]


def test_a_timeline_is_plain_json() -> None:
    found = read("14:00 alarm\n14:50 quiet", today=TODAY).as_json()
    assert json.loads(json.dumps(found)) == found
    assert found["gaps"] == [{"after": 0, "before": 1, "minutes": 50.0}]
    assert found["events"][0] == {
        "line": 1, "end": 1, "when": "2024-11-14T14:00:00+00:00", "until": None, "about": False, "said": "14:00",
        "zone": "", "zone_assumed": False, "actor": "", "source": "", "told": False, "text": "alarm",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "hour", "minute", "half"),
    [
        ("around half past two", 2, 30, None),
        ("a quarter to four", 3, 45, None),
        ("at twenty past nine in the evening", 9, 20, "pm"),
        ("at noon", 12, 0, None),
        ("0615 hrs", 6, 15, None),
        ("14h05", 14, 5, None),
        ("3 pm", 3, 0, "pm"),
        ("12:05 a.m.", 12, 5, "am"),
    ],
)
def test_clocks_as_people_write_them(text: str, hour: int, minute: int, half: str | None) -> None:
    (found,) = stamps_in(text)
    assert (found.hour, found.minute, found.half) == (hour, minute, half)


@pytest.mark.parametrize(
    "text", ["five to ten minutes", "version 2.10.3", "ratio 3:1", "10.0.0.5", "ticket 2024", "1,405", "it may 5 times"]
)
def test_what_is_no_time(text: str) -> None:
    assert list(stamps_in(text)) == []


def test_days_as_people_write_them() -> None:
    assert [one.day for one in stamps_in("12.11.24, Nov 12 2024, 3rd of March, yesterday", days=True)] == [
        Day(2024, 11, 12), Day(2024, 11, 12), Day(None, 3, 3), Day(away=-1),
    ]  # fmt: skip


def test_an_event_that_is_told_later_stands_where_it_happened() -> None:
    found = read("[14:20] Ana: I rolled back, the release went out at 14:02", today=TODAY)
    assert [(one.when, one.told) for one in found.events] == [
        (datetime(2024, 11, 14, 14, 2, tzinfo=UTC), True), (datetime(2024, 11, 14, 14, 20, tzinfo=UTC), False),
    ]  # fmt: skip


def test_the_board_has_figures_of_both_halves() -> None:
    rows = measure()
    assert {(row["split"], row["metric"]): row["value"] for row in rows} == {
        (split, metric): 1.0
        for split in ("tune", "kept", "later")
        for metric in (
            "events of a timeline kept", "timelines in the right order", "gaps and conflicts named, no others",
            "notes without an event that is none",
        )
    }  # fmt: skip
    assert [row["n"] for row in rows if row["metric"] == "events of a timeline kept"] == [102, 89, 42]


def test_an_event_says_so_when_its_time_is_rough() -> None:
    found = read("- ~8:00 oven on\n- 8:20 trays out", today=TODAY)
    assert found.events[0] == Event(
        1, 1, "oven on", datetime(2024, 11, 14, 8, tzinfo=UTC), about=True, said="8:00", actor=""
    )
    assert found.shown(found.events[0]) == "~08:00"
