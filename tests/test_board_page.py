"""The eval board in the page, and the checks of one conversation."""

import json
from pathlib import Path

from coach.events import Dropped
from coach.values import Citation, Gated, Sentence, Turn
from evals.board import Board, share
from evals.running import keep
from ui.board import LAST, board, sound
from ui.shown import Shown

CITED = Citation("card:a", "Practice card: <tone>", "Tone", "One moment.", "D", "Apache-2.0")


def test_without_a_run_the_page_says_how_to_make_one(tmp_path: Path) -> None:
    assert "coach eval" in board(tmp_path)
    (tmp_path / LAST).parent.mkdir()
    (tmp_path / LAST).write_text("{}")
    assert "coach eval" in board(tmp_path)


def test_the_page_shows_the_run_that_the_command_kept(tmp_path: Path) -> None:
    rows = (
        share(1, "recall <b>", "set", "test", [True] * 9 + [False], "≥ 0.95"),
        share(9, "citation recall", "own", "test", [True] * 10),
    )
    assert keep(Board("guided", "2026-11-25T10:00:00+00:00", rows, "2 cores"), tmp_path) == tmp_path / LAST
    html = board(tmp_path)
    assert "<p>0 of 1 aims hold. Open a row" in html
    assert "Measured 2026-11-25 10:00, writer guided, on 2 cores." in html
    assert html.count("<details") == 2
    assert "</h3><span class='state missed'>0 of 1 aims hold</span>" in html
    assert "</h3><span class='state'>only told</span>" in html
    assert "1. Danger is noticed <small>(must hold)</small>" in html
    assert "<tr class='missed'><th scope='row'>recall &lt;b&gt;" in html
    assert "<td>0.9 <small>[0.596–0.982]</small></td><td>≥ 0.95 missed</td>" in html
    assert "9. Citations carry" in html
    assert "2. Work stress" not in html


def test_a_run_that_was_written_elsewhere_needs_only_the_keys_that_show(tmp_path: Path) -> None:
    (tmp_path / LAST).parent.mkdir()
    run = {"when": "2026-11-25T10:00", "writer": "x", "machine": "m", "rows": [], "measures": []}
    (tmp_path / LAST).write_text(json.dumps(run))
    assert "0 of 0 aims hold" in board(tmp_path)


def test_every_check_of_a_conversation_is_told() -> None:
    turns = [
        Shown(
            Turn("1", "c", "Her <tone>", spoken=(Sentence("One moment.", "insight", (CITED,)), Sentence("What? Who?"))),
            seen=True,
            dropped=(Dropped("1", "He is lazy.", "puts a label or blame on a person"),),
        ),
        Shown(Turn("2", "c", "I want to die", gated=Gated("crisis", "own"), spoken=(Sentence("Call.", "redirect"),))),
    ]
    html = sound(turns)
    assert "2 answers. 1 sentence with an idea or a fact, 1 sentence with a source." in html
    assert "1 answer written in advance. 1 sentence held back." in html
    assert "On “Her &lt;tone&gt;”" in html
    assert "Practice card: &lt;tone&gt;" in html
    assert "<q>He is lazy.</q> (puts a label or blame on a person)" in html
    assert "Safety gate: crisis." in html
    assert "Held back: not kept" in html
    assert "Nothing has been said yet" in sound([])
