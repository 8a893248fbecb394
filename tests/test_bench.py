"""coach bench: the figures' names and shapes, percentiles, and one small run for real."""

import json
from pathlib import Path

import pytest

from coach.errors import CoachError
from evals.bench import commands, text
from evals.bench.text import messages, p, summary


def test_a_percentile_is_a_value_that_was_measured() -> None:
    values = [float(n) for n in range(100, 0, -1)]
    assert (p(values, 50), p(values, 95), p([7.0], 95), p([1.0, 2.0], 50)) == (50.0, 95.0, 7.0, 1.0)


def test_a_summary_names_units() -> None:
    assert summary([(10.0, 4.0), (30.0, 6.0), (20.0, 5.0)]) == {
        "turn_p50_ms": 20.0, "turn_p95_ms": 30.0, "turn_cpu_p50_ms": 5.0,
    }  # fmt: skip


def test_messages_come_from_the_tuning_half_and_then_the_cards(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    rows = [{"id": "a", "split": "tune", "text": "One."}, {"id": "b", "split": "held", "text": "Two."}]
    (tmp_path / "s.jsonl").write_text("\n".join(map(json.dumps, rows)))
    monkeypatch.setattr(text, "SITUATIONS", tmp_path / "s.jsonl")
    assert messages(1) == ["One."]
    found = messages(3)
    assert (found[0], len(found), "Two." in found) == ("One.", 3, False)
    monkeypatch.setattr(text, "SITUATIONS", tmp_path / "none.jsonl")
    assert len(messages(5)) == 5
    with pytest.raises(CoachError, match=r"Ask for fewer: --turns \d+"):
        messages(100_000)


def test_a_table_says_whether_an_aim_holds(capsys: pytest.CaptureFixture[str]) -> None:
    report = {"bench": "text", "guided": {"turn_p50_ms": 61.0}, "start": {"help_p50_ms": 120.0},
              "aims": {"guided.turn_p50_ms": 60.0, "start.help_p50_ms": 400.0}}  # fmt: skip
    commands.show(report, as_json=False)
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        "bench text", "guided.turn_p50_ms 61.00 aim 60: MISSED", "start.help_p50_ms 120.00 aim 400: holds",
    ]  # fmt: skip


def test_a_small_run_measures_both_sides(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from coach.cli import run

    monkeypatch.setattr(text, "WARM_UP", 1)
    assert run(["bench", "text", "--turns", "3", "--no-start", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["turns"], set(report["aims"])) == (3, {"guided.turn_p50_ms"})
    assert report["guided"]["turn_p50_ms"] > report["guided"]["gate_p50_ms"] >= 0
    assert {"retrieve_p50_ms", "plan_p50_ms", "first_sentence_p50_ms", "turn_p95_ms"} <= set(report["guided"])
    if "turn_p50_ms" in report["peer"]:
        assert report["guided_to_peer_p50_ratio"] == round(
            report["guided"]["turn_p50_ms"] / report["peer"]["turn_p50_ms"], 2
        )


def test_the_page_is_waited_for_and_its_memory_read(tmp_path: Path) -> None:
    import os
    import sys

    serve = (
        "import http.server, sys, time; time.sleep(0.3); http.server.test(http.server.SimpleHTTPRequestHandler, "
        "port=int(sys.argv[sys.argv.index('--port') + 1]), bind='127.0.0.1')"
    )
    figures = text.page([sys.executable, "-c", serve], dict(os.environ))
    assert figures["page_ready_ms"] > 300
    assert figures.get("page_peak_rss_mb", 5.0) > 1


def test_a_page_that_does_not_come_up_says_why() -> None:
    import os
    import sys

    with pytest.raises(CoachError, match=r"did not come up \(no page today\)"):
        text.page([sys.executable, "-c", "raise SystemExit('no page today')"], dict(os.environ))
