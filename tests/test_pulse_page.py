"""The pulse in the browser: answering by link, what the leader sees and when, and who may reach which page."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from test_door import INSIDE, inside, knock

from coach.pulse.pulse import FLOOR, NO_WATCH, questions
from coach.pulse.rounds import Rounds
from ui.door import Door
from ui.plots import bars, course, trend
from ui.pulse import mount

GIVEN = {one.id: 2 if one.reverse else 4 for one in questions()}


class Pages:
    def __init__(self, home: Path) -> None:
        self.now = datetime(2026, 11, 1, 9, tzinfo=UTC)
        self.rounds = Rounds(home / "pulse.sqlite", clock=lambda: self.now)
        app = FastAPI()
        mount(app, self.rounds)
        self.app = app
        self.leader = self.phone()

    def phone(self) -> TestClient:
        return TestClient(self.app, base_url="http://127.0.0.1:7860")

    def overview(self) -> str:
        return self.leader.get("/pulse").text

    def held(self, team: str, answers: list[dict[str, Any]]) -> None:
        """A whole round."""
        made = self.rounds.begin(team)
        for one in answers:
            assert self.phone().post(f"/pulse/answer/{made.link}", data=one).status_code == 200
        self.leader.post(f"/pulse/{made.id}/close")
        self.now += timedelta(days=30)


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    return Pages(tmp_path)


def test_a_round_is_begun_answered_by_link_and_closed(pages: Pages) -> None:
    assert "Back to the coach" in pages.leader.post("/pulse", data={"team": "Payments & co"}).text
    link = re.search(r"value='https?://[^/]+(/pulse/answer/[\w-]+)'", pages.overview())
    assert link is not None
    asked = pages.phone().get(link[1]).text
    assert all(one.text.replace("'", "&#x27;") in asked for one in questions())
    assert asked.count("type='radio'") == 5 * len(questions())
    for number in range(FLOOR):
        assert ("Fewer than 5 have answered so far" in pages.overview()) == (number < FLOOR)
        thanked = pages.phone().post(link[1], data=GIVEN)
        assert "Your answer is in" in thanked.text
    assert "5 or more have answered" in pages.overview()
    assert "4.0 of 5" not in pages.overview()
    made = pages.rounds.all()[0]
    shown = pages.leader.post(f"/pulse/{made.id}/close").text
    assert "Speaking up: 4.0 of 5, from 5 answers." in shown
    assert "With 5 answers one person who had a bad week moves a figure visibly." in shown
    assert "This round is over" in pages.phone().get(link[1]).text


def test_with_four_answers_nothing_is_ever_shown(pages: Pages) -> None:
    pages.held("Payments", [GIVEN] * (FLOOR - 1))
    assert "Fewer than 5 answered, so nothing is shown, and the answers are deleted." in pages.overview()
    assert " of 5, from" not in pages.overview()


def test_a_second_round_is_set_beside_the_first_with_its_doubt(pages: Pages) -> None:
    pages.held("Payments", [GIVEN] * 6)
    pages.held("Payments", [{**GIVEN, "help": 5}] * 6)
    shown = pages.overview()
    assert "Relying on each other: +0.2 since the last round, which is no more than answers vary by anyway." in shown
    assert shown.count("<circle") == 4
    assert "What to talk about next" in shown


def test_forms_say_where_they_come_from(pages: Pages) -> None:
    """A browser sends ``Origin: null`` from a page without referrer, which the door would not let in."""
    assert pages.leader.get("/pulse").headers["referrer-policy"] == "same-origin"


def test_a_device_answers_once(pages: Pages) -> None:
    made, phone = pages.rounds.begin("Payments"), pages.phone()
    phone.post(f"/pulse/answer/{made.link}", data=GIVEN)
    assert "This device has answered this round already" in phone.get(f"/pulse/answer/{made.link}").text


@pytest.mark.parametrize(
    ("data", "line"),
    [
        ({}, "Nothing was answered yet"),
        ({"help": "9"}, "is no answer"),
        ({"x": "y" * 5000}, "more than the form holds"),
    ],
)
def test_a_wrong_answer_is_met_with_the_form_again(pages: Pages, data: dict[str, str], line: str) -> None:
    made = pages.rounds.begin("Payments")
    met = pages.phone().post(f"/pulse/answer/{made.link}", data=data)
    assert (met.status_code, line in met.text, "type='radio'" in met.text) == (400, True, True)


def test_unknown_links_and_rounds_and_names_say_so(pages: Pages) -> None:
    assert pages.phone().get("/pulse/answer/guess").status_code == 404
    assert pages.phone().post("/pulse/answer/guess", data=GIVEN).status_code == 404
    assert pages.leader.post("/pulse/guess/close").status_code == 404
    assert "has no name yet" in pages.leader.post("/pulse", data={"team": " "}).text


def test_a_name_is_escaped_and_a_round_is_deleted(pages: Pages) -> None:
    pages.held("<b>Team</b>", [GIVEN] * 5)
    assert "<b>Team</b>" not in pages.overview()
    pages.leader.post(f"/pulse/{pages.rounds.all()[0].id}/delete")
    assert "&lt;b&gt;Team" not in pages.overview()


def test_the_page_says_why_nobody_is_watched(pages: Pages) -> None:
    assert NO_WATCH.replace("'", "&#x27;") in pages.overview()


# The door


async def test_others_reach_the_form_over_tls_and_nothing_else() -> None:
    assert await at("/pulse/answer/x") == INSIDE
    assert await at("/pulse/answer/x", scheme="http") != INSIDE
    assert await at("/pulse/answer/x", key=None) != INSIDE
    assert await at("/pulse/answer/x", origin="https://elsewhere.example") != INSIDE
    assert await at("/pulse") != INSIDE
    assert await knock() != INSIDE


async def at(path: str, *, key: str | None = "k", scheme: str = "https", origin: str = "") -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {}

    headers = [(b"host", b"192.168.1.5:7860"), *([(b"origin", origin.encode())] if origin else [])]
    scope = {
        "type": "http", "method": "POST", "scheme": scheme, "client": ("192.168.1.9", 5000), "headers": headers,
        "query_string": b"", "path": path,
    }  # fmt: skip
    await Door(inside, key)(scope, receive, send)
    return sent


# Plots


def test_a_trend_has_a_dot_and_a_whisker_for_each_round_and_theme() -> None:
    points = [("May", {"a": (3.0, 2.0, 4.0)}), ("June", {"a": (4.0, 3.5, 4.5), "b": (2.0, 1.0, 3.0)})]
    svg = trend(points, {"a": "One", "b": "Two & three"}, 1, 5)
    assert (svg.count("<circle"), svg.count('<line class="a"'), svg.count("<polyline")) == (3, 2, 1)
    assert "Two &amp; three, June: 2.0, between 1.0 and 3.0" in svg
    assert trend([], {"a": "One"}, 1, 5) == ""


def test_bars_leave_out_what_has_no_figure() -> None:
    svg = bars([{"text": "a <b>", "share": 0.5}, {"text": "c", "share": None}])
    assert (svg.count('class="done"'), "a &lt;b&gt; 50 %" in svg) == (1, True)
    assert bars([{"text": "c", "share": None}]) == ""


def test_the_course_of_an_incident_shades_what_nobody_noted() -> None:
    at = "2026-11-25T14:{:02d}:00+00:00"
    events = [{"when": at.format(m), "text": f"<{m}>"} for m in (0, 5, 50)] + [{"when": None, "text": "x"}]
    svg = course({"events": events, "gaps": [{"after": 1, "before": 2, "minutes": 45.0}]})
    assert (svg.count('class="event"'), svg.count('class="hole"')) == (3, 1)
    assert "3 events from 14:00 to 14:50, 1 stretches without a note" in svg
    assert course({"events": events[:1], "gaps": []}) == ""
