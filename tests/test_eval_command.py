"""``coach eval`` as it is typed: JSON alone on stdout, the gate's exit code, Inspect's logs behind the report."""

import json
from pathlib import Path
from typing import Any

import pytest

from coach.cli import run
from evals import plain, tasks
from evals.board import Row, share
from evals.plain import Plain, Setting
from evals.talks import Case, Exchange, Scored, Suite


class Greetings(Suite):
    name = "greetings"
    rows = (11,)
    what = "Says hello."

    def cases(self, data: Path | None) -> list[Case]:
        return [Case("g1", ("Hello",)), Case("g2", ("My team goes quiet the moment I walk in.",))]

    def score(self, case: Case, exchanges: Any) -> dict[str, float]:
        return {"answered": float(bool(exchanges[0].reply))}

    def figures(self, scored: Any) -> list[Row]:
        return [share(11, "answered", "own", "test", [one.values["answered"] for one in scored], "≥ 1")]


def detector(setting: Setting) -> list[Row]:
    return [share(1, "recall", "own", "kept", [True] * 19 + [False], "≥ 0.9")]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two suites that take no time."""
    from evals import running

    both = (Plain("detector", (1,), "Finds it.", detector),)
    monkeypatch.setattr(plain, "SUITES", both)
    monkeypatch.setattr(running, "PLAIN", both)
    monkeypatch.setattr(tasks, "suites", lambda: {"greetings": Greetings()})


def test_json_alone_stands_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["eval", "--json"]) == 0
    whole = json.loads(capsys.readouterr().out)
    assert whole["writer"] == "guided"
    assert [(row["id"], row["metric"], row["value"], row["holds"]) for row in whole["rows"]] == [
        (1, "recall", 0.95, True),
        (11, "answered", 1.0, True),
    ]
    assert set(whole["rows"][0]) == {
        "id", "metric", "data", "split", "n", "value", "low", "high", "aim", "holds",
    }  # fmt: skip
    assert "outcomes" not in whole


def test_the_gate_exits_1_where_a_figure_falls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--baselines", str(tmp_path)]
    assert run(["eval", "detector", "--accept", *where]) == 0
    assert run(["eval", "detector", "--gate", *where]) == 0

    def weakened(setting: Setting) -> list[Row]:
        return [share(1, "recall", "own", "kept", [True] * 10 + [False] * 10, "≥ 0.9")]

    from evals import running

    monkeypatch.setattr(running, "PLAIN", (Plain("detector", (1,), "Finds it.", weakened),))
    assert run(["eval", "detector", "--gate", *where]) == 1
    assert "worse: 1 | recall | own | kept: 0.5 is below" in capsys.readouterr().err


def test_a_report_has_inspects_logs_and_viewer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from inspect_ai.log import list_eval_logs, read_eval_log

    assert run(["eval", "greetings", "--report", str(tmp_path)]) == 0
    assert (tmp_path / "index.html").exists()
    logs = list_eval_logs(str(tmp_path / "talks" / "logs"))
    log = read_eval_log(logs[0].name)
    assert (log.status, log.eval.task, len(log.samples or [])) == ("success", "greetings", 2)
    first = (log.samples or [])[0]
    assert first.scores is not None
    assert first.scores["sound"].value == 1
    assert [message.role for message in first.messages] == ["user", "assistant"]
    # What Inspect prints of its own accord would mix with ours.
    assert "total time" not in capsys.readouterr().out


def test_a_slow_writer_holds_a_few_talks_and_is_not_accepted(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["eval", "greetings", "--cases", "1", "--json"]) == 0
    assert [row["n"] for row in json.loads(capsys.readouterr().out)["rows"]] == [1]
    assert run(["eval", "greetings", "--cases", "1", "--gate"]) == 1
    assert "Leave out --cases" in capsys.readouterr().err


def test_who_worded_a_turn_is_counted_for_other_writers(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["eval", "greetings", "--writer", "loose", "--json"]) == 0
    row = json.loads(capsys.readouterr().out)["rows"][-1]
    assert (row["metric"], row["n"]) == ("turns that the writer itself worded", 2)


def test_an_unknown_suite_and_folder_are_one_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["eval", "greeting"]) == 1
    assert "Did you mean 'greetings'?" in capsys.readouterr().err
    assert run(["eval", "--data", "/nowhere/at/all"]) == 1
    assert "There is no folder /nowhere/at/all" in capsys.readouterr().err


def test_suites_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["eval", "--list"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["detector", "greetings"]


def test_scored_values_are_means_of_their_talks() -> None:
    from evals.talks import mean_of, outcomes

    one = Scored(Case("a", ("x",)), (Exchange("x", {}),), {"m": 0.5})
    assert mean_of([one], "m") == [0.5]
    assert outcomes(Greetings(), [one]) == [{"suite": "greetings", "case": "a", "metric": "m", "value": 0.5}]
