"""The team pulse: nothing below five, nothing of one person, and honest words about few answers."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.errors import CoachError, NotFoundError
from coach.pulse.pulse import (
    FLOOR,
    Figure,
    Summary,
    answer,
    caution,
    change,
    questions,
    said,
    scale,
    summary,
    talk_about,
    themes,
)
from coach.pulse.rounds import open_rounds

ALL = {one.id: 4 for one in questions()}


def test_the_statements_are_whole() -> None:
    assert {one.theme for one in questions()} == set(themes())
    assert len({one.id for one in questions()}) == len(questions()) == 8
    assert [sum(one.reverse for one in questions() if one.theme == key) for key in themes()] == [1, 1]
    assert len(scale()) == 5
    assert all(one.text.endswith(".") and one.talk.endswith((".", "?")) for one in questions())


def test_nothing_is_shown_of_four_and_something_of_five() -> None:
    assert summary([ALL] * (FLOOR - 1)) is None
    shown = summary([ALL] * FLOOR)
    assert shown is not None
    assert (shown.n, [one.id for one in shown.themes]) == (5, ["safety", "trust"])


def test_a_statement_that_few_answered_is_not_shown() -> None:
    given = [{"asks": 5, "help": 3}] * 4 + [{"help": 3}]
    shown = summary(given)
    assert shown is not None
    assert [one.id for one in shown.questions] == ["help"]
    assert [one.id for one in shown.themes] == ["trust"]


def test_agreeing_with_a_reversed_statement_counts_low() -> None:
    shown = summary([{"keeps-quiet": 5}] * 5)
    assert shown is not None
    figure = shown.figure("keeps-quiet")
    assert figure is not None
    assert figure.mean == 1


def test_five_equal_answers_are_no_certainty() -> None:
    shown = summary([{"help": 3}] * 5)
    assert shown is not None
    assert shown.figure("help") == Figure("help", "help is at hand", 5, 3, 2.49, 3.51)


def test_an_interval_counts_people_and_not_ticks() -> None:
    shown = summary([{one.id: (2 if one.reverse else 4) for one in questions()}] * 6)
    assert shown is not None
    assert [one.n for one in shown.themes] == [6, 6]


@given(st.lists(st.dictionaries(st.sampled_from([one.id for one in questions()]), st.integers(1, 5)), max_size=12))
def test_whatever_is_answered_figures_stay_on_the_scale_and_above_the_floor(given: list[dict[str, int]]) -> None:
    shown = summary(given)
    assert (shown is None) == (len(given) < FLOOR)
    for one in (*shown.themes, *shown.questions) if shown else ():
        assert 1 <= one.low <= one.mean <= one.high <= 5
        assert one.n >= FLOOR


def test_a_change_is_named_only_where_it_is_more_than_chance() -> None:
    before, after = summary([{"help": 2}] * 30), summary([{"help": 4}] * 30)
    slight = summary([{"help": 2}] * 25 + [{"help": 3}] * 5)
    assert before is not None
    assert after is not None
    assert slight is not None
    clear, faint = change(before, after, "help"), change(before, slight, "help")
    assert clear is not None
    assert faint is not None
    assert (clear.by, clear.is_clear, faint.is_clear) == (2, True, False)
    assert change(before, replace(after, questions=()), "help") is None
    assert said(slight, before)[1:] == [
        "Relying on each other: +0.2 since the last round, which is no more than answers vary by anyway.",
        caution(30),
    ]


def test_what_stands_lowest_is_what_to_talk_about() -> None:
    shown = summary([{"help": 2, "reasons": 1, "asks": 5}] * 5)
    assert shown is not None
    assert [one.id for one in talk_about(shown)] == ["reasons", "help"]


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"mood": 3}, "has no question 'mood'"),
        ({"help": 6}, "'?6'? is no answer"),
        ({"help": "x"}, "'x' is no answer"),
        ({"help": ""}, "Nothing was answered"),
        ({}, "Nothing was answered"),
    ],
)
def test_what_is_no_answer_says_so(given: dict[str, object], line: str) -> None:
    with pytest.raises(CoachError, match=line):
        answer(given)


def test_an_answer_may_come_as_text_and_leave_some_out() -> None:
    assert answer({"help": "4", "asks": ""}) == {"help": 4}


# Rounds on disk


def test_a_round_tells_nothing_before_it_is_closed_and_keeps_no_answer_after(tmp_path: Path) -> None:
    rounds = open_rounds(tmp_path)
    made = rounds.begin("Payments ")
    for number in range(FLOOR):
        assert rounds.round(made.id) == replace(made, enough=False), number
        rounds.give(made.link, ALL)
    assert rounds.by_link(made.link) == replace(made, enough=True)
    closed = rounds.close(made.id)
    assert closed.summary == summary([ALL] * FLOOR)
    assert _answers(tmp_path) == 0
    assert rounds.close(made.id) == closed
    with pytest.raises(NotFoundError, match="This round is over"):
        rounds.give(made.link, ALL)


def test_a_round_of_four_shows_nothing_for_good(tmp_path: Path) -> None:
    rounds = open_rounds(tmp_path)
    made = rounds.begin("Payments")
    for _ in range(FLOOR - 1):
        rounds.give(made.link, ALL)
    closed = rounds.close(made.id)
    assert (closed.summary, closed.enough, _answers(tmp_path)) == (None, False, 0)


def test_an_answer_lies_without_time_order_or_name(tmp_path: Path) -> None:
    rounds = open_rounds(tmp_path)
    made = rounds.begin("Payments")
    for value in range(1, 6):
        rounds.give(made.link, {"help": value})
    with sqlite3.connect(tmp_path / "pulse.sqlite") as db:
        columns = [row[1] for row in db.execute("PRAGMA table_info(answers)")]
        with pytest.raises(sqlite3.OperationalError, match="no such column: rowid"):
            db.execute("SELECT rowid FROM answers")
    assert columns == ["key", "round", "given"]
    assert (tmp_path / "pulse.sqlite").stat().st_mode & 0o077 == 0
    # Of the words of an answer nothing is left in the file once the round is closed.
    rounds.close(made.id)
    assert b'{"help"' not in (tmp_path / "pulse.sqlite").read_bytes()


def test_rounds_are_listed_and_deleted(tmp_path: Path) -> None:
    rounds = open_rounds(tmp_path)
    first, second = rounds.begin("A"), rounds.begin("B")
    assert [one.id for one in rounds.all()] == [second.id, first.id]
    rounds.delete(first.id)
    assert rounds.all() == (second,)
    for act in (rounds.delete, rounds.round, rounds.close):
        with pytest.raises(NotFoundError):
            act(first.id)
    with pytest.raises(NotFoundError, match="no such round"):
        rounds.by_link("unknown")


def _answers(home: Path) -> int:
    with sqlite3.connect(home / "pulse.sqlite") as db:
        return int(db.execute("SELECT count(*) FROM answers").fetchone()[0])


def test_the_summary_of_a_round_is_read_back_whole(tmp_path: Path) -> None:
    rounds = open_rounds(tmp_path)
    made = rounds.begin("A")
    for value in (1, 2, 3, 4, 5):
        rounds.give(made.link, {"help": value, "asks": value})
    shown = rounds.close(made.id).summary
    assert isinstance(shown, Summary)
    assert shown == summary([{"help": value, "asks": value} for value in (1, 2, 3, 4, 5)])
