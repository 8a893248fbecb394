"""Words looked at for blame while they are written: text with marks, reasons, other wordings, and the route."""

from fastapi import FastAPI
from fastapi.testclient import TestClient

from coach.errors import KnowledgeError
from coach.values import Mark
from tests.practising import language
from ui.words import Analyse, marked, mount

MARK = Mark(2, 5, 16, "counterfactual", "should have", "It judges <by> a path.", "Tom did not ask first.")


def client(analyse: Analyse) -> TestClient:
    app = FastAPI()
    mount(app, lambda: analyse)
    return TestClient(app)


def test_a_mark_stands_in_its_line_with_reason_and_offer() -> None:
    html = marked("All <well>.\nTom should have asked.", [MARK])
    assert html.startswith(
        '<div class="words-text">All &lt;well&gt;.<br>Tom <mark title="It judges &lt;by&gt; a path.">should have'
        "<sup>1</sup></mark> asked.</div>"
    )
    assert "Instead: <q>Tom did not ask first.</q>" in html
    assert "counterfactual, line 2" in html


def test_marks_that_overlap_lose_no_word() -> None:
    other = Mark(1, 1, 11, "human-error", "Human error", "Why.", None)
    inner = Mark(1, 7, 20, "root-cause", "error was the", "Why.", None)
    html = marked("Human error was the cause", [other, inner])
    text = html.split("</div>")[0].replace("<sup>1</sup>", "").replace("<sup>2</sup>", "")
    assert "".join(part.split(">")[-1] for part in text.split("<")) == "Human error was the cause"


def test_nothing_and_nothing_marked() -> None:
    assert marked("  ", []) == ""
    assert "Nothing in it reads as blame" in marked("All is well.", [])


def test_the_route_answers_with_what_the_linter_finds() -> None:
    found = client(language().analyse).post("/words", content="Tom should have asked first.").json()
    assert found["count"] == 1
    assert "Tom did not ask first. What would have made it easier?" in found["html"]


def test_a_missing_part_is_one_line() -> None:
    def broken(text: str) -> list[Mark]:
        raise KnowledgeError("The parser is missing. Run: uv sync")

    answer = client(broken).post("/words", content="x")
    assert (answer.status_code, answer.json()) == (503, {"trouble": "The parser is missing. Run: uv sync"})
