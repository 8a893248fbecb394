"""What stands beside the chat: practice panel, pages, plots, and the leader's own page."""

import re
from datetime import UTC, date, datetime

from coach.commitments import Artefact, Commitment
from coach.practice.form import Form
from coach.practice.practice import load, practices
from coach.practice.steps import Underway
from coach.rehearsal.persona import personas
from coach.rehearsal.scene import Scene, Spoken
from coach.rehearsal.state import State
from ui.mine import Mine, due, mine
from ui.paper import paper
from ui.plots import themes, timeline
from ui.practice import Beside, page, panel

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
MOMENTS = [
    {"said": "You <never> listen", "reply": "Is that so.", "openness": 0.2, "cues": ["absolute"]},
    {"said": "How did you see it?", "reply": "It was hard.", "openness": 0.5, "cues": []},
]


def made(id: str = "a1", **data: object) -> Artefact:
    return Artefact(
        id, "c", "t", "hard-conversation", "plan", "Plan <1>", "# Plan <1>\n\n- **x** & y\n", dict(data), NOW
    )


def promise(text: str, due: date | None, state: str = "open") -> Commitment:
    return Commitment(text, "c", text, "me", text, due, state, NOW, NOW)  # type: ignore[arg-type]


def test_a_page_is_escaped_and_its_title_stands_once() -> None:
    assert paper("# T\n\n## A <b>\n\n*i* **b**\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | <2> |\n") == (
        "<h4>A &lt;b&gt;</h4><p><em>i</em> <strong>b</strong></p><ul><li>one</li><li>two</li></ul>"
        "<table><thead><tr><th scope='col'>a</th><th scope='col'>b</th></tr></thead>"
        "<tbody><tr><td>1</td><td>&lt;2&gt;</td></tr></tbody></table>"
    )


def test_the_panel_shows_what_is_known_asked_and_open() -> None:
    now = Underway(load("hard-conversation"), Form({"who": "Marta <M>"}), "event", "who")
    html = panel(Beside(now, None, [], []))
    assert re.findall(r'class="field (\w+)" data-field="([^"]+)"', html)[:4] == [
        ("known", "Who it is with"),
        ("may", "Their name"),
        ("may", "The news"),
        ("asked", "What happened"),
    ]
    assert "Marta &lt;M&gt;</textarea>" in html
    assert "The honest reason" not in html  # only wanted where there is news


def test_a_scene_shows_its_mood_and_ways_out() -> None:
    persona = personas()["silent"]
    line = Spoken("Hi", "", "Hm.", State(0.6, 0.1, 0.5), "1")
    html = panel(Beside(None, Scene(persona, "Marta", State.of(persona), "paused", (line,), 2), [], []))
    assert "Rehearsal, try 2" in html
    assert "Marta, someone who goes silent: open" in html
    assert re.findall(r'data-say="([^"]+)"', html) == ["go on", "take that back", "swap", "stop"]


def test_without_a_practice_all_of_them_can_be_begun() -> None:
    html = panel(Beside(None, None, list(practices().values()), [made(day="2026-11-27")]))
    assert set(re.findall(r'data-name="([^"]+)"', html)) == set(practices())
    assert re.findall(r'href="/export/([^"]+)"', html) == ["a1.md", "a1.docx", "a1.ics", "a1.json"]
    assert ".ics" not in page(made())


def test_the_timeline_draws_both_speakers_and_the_openness() -> None:
    svg = timeline(MOMENTS)
    assert (svg.count("<rect"), svg.count("<circle")) == (4, 2)
    assert 'aria-label="Openness line by line: 20, 50"' in svg
    assert "You &lt;never&gt; listen" in svg
    assert timeline([]) == ""


def test_themes_by_week() -> None:
    svg = themes({date(2026, 11, 16): {"trust": 2}, date(2026, 11, 23): {"trust": 1, "feedback": 3}})
    assert svg.count("<rect") == 3
    assert 'aria-label="Turns by theme: feedback 3; trust 3"' in svg
    assert themes({}) == ""


def test_my_page_lists_what_is_due_and_lets_all_of_it_be_deleted() -> None:
    promises = [
        promise("talk", date(2026, 11, 24)),
        promise("later", date(2026, 12, 30)),
        promise("past", None, "done"),
    ]
    html = mine(Mine(date(2026, 11, 25), promises, [made()], {}, {"Plan": 1}))
    assert re.findall(r'<li class="(\w+)"><span>(\w+)', html) == [("due", "talk"), ("open", "later"), ("done", "past")]
    assert set(re.findall(r'data-do="remove-made" data-id="(\w+)"', html)) == {"talk", "later", "past", "a1"}
    assert [one.text for one in due(promises, date(2026, 11, 25))] == ["talk"]
