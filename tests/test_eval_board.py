"""The eval board: figures made whole, intervals, aims, the gate, comparison, and the forms of a report."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from coach.errors import CoachError
from evals.board import Board, amount, complete, key, line, of_json, printed, share, side_by_side
from evals.compare import Difference, differences, replaced, target
from evals.gate import Fall, accept, baseline_of, falls, load
from evals.report import junit, page, write
from evals.running import chosen, keep, last

GOOD = share(1, "recall", "set", "test", [True] * 96 + [False] * 4, "≥ 0.95")
FALSE = share(2, "false alarms", "set", "test", [False] * 99 + [True], "≤ 0.02")
WORDS = amount(11, "median words", "scripts", "test", 40, 26.0, "≤ 80")
BOARD = Board("guided", "2026-11-25T10:00:00+00:00", (GOOD, FALSE, WORDS), "2 cores", 12.0, ("gate", "talk"))


def test_a_share_has_its_wilson_interval_and_says_whether_its_aim_holds() -> None:
    assert GOOD == {
        "id": 1, "metric": "recall", "data": "set", "split": "test", "n": 100, "value": 0.96, "low": 0.9016,
        "high": 0.9843, "aim": "≥ 0.95", "holds": True,
    }  # fmt: skip


def test_a_figure_without_interval_gets_one_only_where_it_is_a_share() -> None:
    bare = {"id": 8, "metric": "right", "data": "own", "split": "held", "n": 10, "value": 0.5}
    assert (complete(bare)["low"], complete(bare)["high"]) == (0.2366, 0.7634)
    timed = {**bare, "metric": "ms a sentence"}
    assert complete(timed)["low"] is None


def test_aims_may_be_numbers_or_come_from_the_board() -> None:
    row = {"id": 10, "metric": "F1", "data": "own", "split": "held", "n": 10, "value": 0.7, "aim": 0.75}
    assert (complete(row)["aim"], complete(row)["holds"]) == ("≥ 0.75", False)
    wice = {"id": 8, "metric": "claim supported by source, balanced accuracy", "data": "WiCE", "split": "test", "n": 9}
    assert complete({**wice, "value": 0.73})["aim"] == "≥ 0.72"


def test_the_board_prints_one_line_a_figure_and_counts_the_aims() -> None:
    text = printed(BOARD)
    assert text.splitlines()[0] == " 1  Danger is noticed  (must hold)"
    assert line(GOOD) in text
    assert text.splitlines()[-1].startswith("3 of 3 aims hold. Writer guided")


def test_a_board_survives_json() -> None:
    assert of_json(json.loads(json.dumps(BOARD.as_json()))) == BOARD


def test_two_writers_stand_side_by_side() -> None:
    other = Board("openai:m", BOARD.when, (WORDS,))
    table = side_by_side([BOARD, other]).splitlines()
    assert table[0] == "| # | figure | aim | guided | openai:m |"
    assert table[2].endswith("| 0.96 [0.902, 0.984], n = 100 | – |")


# The gate


def test_what_was_accepted_passes_itself(tmp_path: Path) -> None:
    path = baseline_of("openai:m/1", public=True, folder=tmp_path)
    accept(BOARD, path)
    assert path.name == "public-openai-m-1.json"
    assert falls(BOARD.rows, load(path)) == []
    # A figure that no suite measures any more is dropped by a run of all of them.
    fewer = Board("openai:m/1", BOARD.when, (GOOD,))
    accept(fewer, path)
    assert set(load(path)) == {key(row) for row in BOARD.rows}
    accept(fewer, path, whole=True)
    assert list(load(path)) == [key(GOOD)]


def test_each_way_of_being_worse_is_named(tmp_path: Path) -> None:
    accepted = {key(row): row for row in BOARD.rows}
    below = share(1, "recall", "set", "test", [True] * 89 + [False] * 11, "≥ 0.95")
    above = share(2, "false alarms", "set", "test", [False] * 92 + [True] * 8, "≤ 0.02")
    found = falls([below, above], accepted)
    assert [fall.figure for fall in found] == [key(GOOD), key(FALSE), key(WORDS)]
    assert [fall.why.split(" (")[0] for fall in found] == [
        "0.89 is below 0.9016, the end of what was accepted",
        "0.08 is above 0.0545, the end of what was accepted",
        "it was measured before and no longer is",
    ]


def test_one_case_fewer_loses_no_aim_but_where_each_counts() -> None:
    edge = share(1, "recall", "set", "test", [True] * 95 + [False] * 5, "≥ 0.95")
    fewer = share(1, "recall", "set", "test", [True] * 94 + [False] * 6, "≥ 0.95")
    assert falls([fewer], {key(edge): edge}) == []
    none = share(9, "hostile sentences", "set", "test", [False] * 500, "≤ 0")
    one = share(9, "hostile sentences", "set", "test", [True] + [False] * 499, "≤ 0")
    assert falls([one], {key(none): none}) == [Fall(key(none), "0.002 no longer meets ≤ 0 (accepted 0)")]


def test_an_aim_that_is_lost_inside_the_interval_is_worse_too() -> None:
    now = share(1, "recall", "set", "test", [True] * 94 + [False] * 6, "≥ 0.95")
    assert falls([now], {key(GOOD): GOOD}) == [
        Fall(key(GOOD), "0.94 no longer meets ≥ 0.95 (accepted 0.96)")
    ]  # fmt: skip


def test_better_figures_and_rows_that_did_not_run_pass() -> None:
    perfect = share(1, "recall", "set", "test", [True] * 100, "≥ 0.95")
    assert falls([perfect], {key(row): row for row in BOARD.rows}, ran=[1]) == []


def test_without_accepted_figures_the_gate_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(CoachError, match="coach eval --accept"):
        load(tmp_path / "none.json")


# Comparison


def test_paired_differences_have_intervals_over_the_shared_cases() -> None:
    a = [{"suite": "talk", "case": str(n), "metric": "m", "value": 0.0} for n in range(40)]
    b = [{"suite": "talk", "case": str(n), "metric": "m", "value": float(n % 2)} for n in range(38)]
    found = differences(a, b)
    assert [(one.n, one.a, one.b) for one in found] == [(38, 0.0, 0.5)]
    assert 0 < found[0].low < 0.5 < found[0].high < 1
    assert str(found[0]).endswith("n = 38: B higher")
    assert str(Difference("s", "m", 4, 0.5, 0.5, -0.1, 0.1)).endswith("no difference told apart")


def test_a_version_stands_in_the_place_of_the_file_of_its_name(tmp_path: Path) -> None:
    version = tmp_path / "mine.md"
    version.write_text("---\nname: system\nversion: 9\nvariables: []\nchanged: shorter\n---\nBe brief.\n")
    assert target(version) == Path("prompts/system.md")
    with replaced(version) as root:
        assert (root / "prompts" / "system.md").read_text().endswith("Be brief.\n")
        assert (root / "coach" / "conversation.py").exists()
    assert not root.exists()
    stranger = tmp_path / "nobody.yaml"
    stranger.write_text("a: 1\n")
    with pytest.raises(CoachError, match="replaces nothing"):
        target(stranger)


# Reports, and the last run


def test_junit_has_a_failure_for_each_missed_aim() -> None:
    missed = share(3, "fires", "set", "test", [True] * 5 + [False] * 5, "≤ 0.03")
    tree = ElementTree.fromstring(junit(Board("guided", BOARD.when, (GOOD, missed))))
    assert (tree.attrib["tests"], tree.attrib["failures"]) == ("2", "1")
    assert [case.find("failure") is not None for case in tree] == [False, True]


def test_the_page_escapes_and_asks_nothing_of_the_network(tmp_path: Path) -> None:
    odd = share(1, "<b>recall</b>", "set", "test", [True], "≥ 0.95")
    text = page(Board("guided", BOARD.when, (odd,)), None)
    assert "&lt;b&gt;recall" in text
    assert "http" not in text
    made = write(BOARD, tmp_path, None)
    assert [path.name for path in made] == ["board.json", "junit.xml", "index.html"]


def test_a_run_of_some_suites_keeps_the_figures_of_the_others(tmp_path: Path) -> None:
    keep(BOARD, tmp_path)
    worse = share(1, "recall", "set", "test", [True, False], "≥ 0.95")
    keep(Board("guided", "2026-11-26T10:00:00+00:00", (worse,), suites=("gate",)), tmp_path)
    kept = last(tmp_path)
    assert kept is not None
    assert kept.rows == (worse, FALSE, WORDS)
    assert (kept.when, kept.suites) == ("2026-11-26T10:00:00+00:00", ("gate", "talk"))
    assert last(tmp_path / "elsewhere") is None


def test_suites_are_chosen_by_name_or_row() -> None:
    assert chosen(["8", "vera", "grounding"]) == ["grounding", "vera"]
    with pytest.raises(CoachError, match="Did you mean 'hostile'"):
        chosen(["hostil"])
