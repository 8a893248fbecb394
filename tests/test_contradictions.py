"""Two passages that cannot both hold, and traps that only look as if they could not."""

from pathlib import Path

import pytest
import yaml

from coach.values import Claim, Difference, Excerpt, Passage
from knowledge.contradictions import differences

PAIRS = yaml.safe_load((Path(__file__).parent / "data" / "contradictions.yaml").read_text(encoding="utf-8"))
FOUND = Claim(
    "K07", "In the survey of Doe, people in companies of high trust reported 37% more joy.", "survey", "people", "37%",
    "Doe, Joy and trust, 2001", None, "read", "C", "self-report", "In Doe's survey, trust went with 37% more joy.",
)  # fmt: skip


def page(name: str, text: str, heading: str = "") -> Passage:
    return Passage(f"doc:{name}", "document", text, name, heading, file=f"{name}.md")


@pytest.mark.parametrize(("one", "other"), PAIRS["differ"])
def test_what_differs_is_seen_whichever_comes_first(one: str, other: str) -> None:
    assert differences([page("a", one), page("b", other)])
    assert differences([page("b", other), page("a", one)])


@pytest.mark.parametrize(("one", "other"), PAIRS["same"])
def test_what_may_both_hold_is_left_alone(one: str, other: str) -> None:
    assert differences([page("a", one), page("b", other)]) == ()
    assert differences([page("b", other), page("a", one)]) == ()


def test_the_pairs_kept_aside() -> None:
    """Written after the rules: nothing is said of pairs that may both hold, and most that differ are seen."""
    seen = [bool(differences([page("a", one), page("b", other)])) for one, other in PAIRS["kept_differ"]]
    wrong = [pair for pair in PAIRS["kept_same"] if differences([page("a", pair[0]), page("b", pair[1])])]
    assert sum(seen) >= 0.7 * len(seen), [pair for pair, ok in zip(PAIRS["kept_differ"], seen, strict=True) if not ok]
    assert len(wrong) <= 1, wrong


def test_a_difference_is_told_by_its_places() -> None:
    first = page("a", "We like to look back. A debrief takes place within 24 hours of the incident. It is short.")
    second = page("b", "Debriefs take place within five days of the incident.")
    assert differences([first, second]) == (Difference(Excerpt("doc:a", 22, 76), Excerpt("doc:b", 0, 53), "figure"),)
    assert first.text[22:76] == "A debrief takes place within 24 hours of the incident."


def test_one_document_does_not_differ_from_itself() -> None:
    one = page("a", "Retrospectives run for 90 minutes.")
    other = Passage("doc:a2", "document", "Retrospectives run for 45 minutes.", "a", file="a.md")
    assert differences([one, other]) == ()


def test_a_list_of_what_not_to_do_is_read_as_one() -> None:
    never = page("a", "Name and shame the person on call.", "How to > Don'ts")
    always = page("b", "Do not name and shame the person on call.")
    assert differences([never, always]) == ()
    inside = page("a", "Dos\nKeep the timeline.\nDon'ts\nName and shame the person on call.")
    assert differences([inside, always]) == ()


@pytest.mark.parametrize(
    ("text", "differs"),
    [
        ("People in companies of high trust reported 60% more joy in a survey.", True),
        ("People in companies of high trust reported 37% more joy in a survey.", False),
        ("People in companies of high trust reported 37% less joy in a survey.", True),
        ("Trust is paid with 60% of our bonus.", False),
        ("60% of people read the survey about joy.", False),
    ],
)
def test_a_document_against_what_was_found(text: str, differs: bool) -> None:
    found = differences([page("a", text)], [FOUND])
    assert [one.second for one in found] == ([Excerpt("claim:K07")] if differs else [])
