"""coach bench load: what it reports, and what it asks for first. The measurement itself is for a quiet machine."""

import os
from pathlib import Path

import pytest

from coach.app import Coach
from coach.config import Settings
from coach.errors import CoachError
from evals.bench import load


def test_the_report_counts_those_who_talk_among_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getloadavg", lambda: (3.0, 2.0, 1.0))
    found = {
        "typed_ms": [100.0, 200.0, 300.0], "spoken_ms": [1500.0], "errors": ["failed", "failed"], "lost": 1, "again": 2,
    }  # fmt: skip
    report = load._report(found, 4, 1, 60, 2, peak=700.25, cpu_s=0.8, before=0.5)
    assert report == {
        "bench": "load", "people": 4, "speakers": 1, "seconds": 60, "workers": 2,
        "load_1min_before": 0.5, "load_1min": 3.0, "turns": 4,
        "first_sentence_p50_ms": 200.0, "first_sentence_p95_ms": 1500.0, "first_sentence_max_ms": 1500.0,
        "typed_first_sentence_p95_ms": 300.0,
        "spoken_turns": 1, "spoken_first_sentence_p50_ms": 1500.0, "spoken_first_sentence_p95_ms": 1500.0,
        "errors": 2, "what": ["failed"], "cpu_per_turn_ms": 200.0, "sent_again": 2, "lost_turns": 1,
        "peak_rss_mb": 700.2, "aims": load.AIMS,
    }  # fmt: skip


def test_several_workers_need_a_database(tmp_path: Path) -> None:
    with pytest.raises(CoachError, match="Set COACH_DATABASE_URL, or use --workers 1"):
        load.measure(Settings(home=tmp_path), workers=2, on_progress=lambda line: None)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*"))


async def test_what_is_answered_to_warm_up_is_kept_nowhere(tmp_path: Path) -> None:
    coach = Coach(Settings(home=tmp_path, database_url=f"sqlite:///{tmp_path}/room.sqlite"))
    try:
        await coach.ready()
        before = names(tmp_path)
        await coach.warm(["She told the client that I am slow.", "What could I say to her?"])
        assert await coach.store.entries() == ()
        assert names(tmp_path) == before
    finally:
        await coach.close()
