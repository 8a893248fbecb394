"""A page as a file: Markdown, Word, calendar, JSON; and pages and promises in the store."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from icalendar import Calendar

from coach.commitments import Artefact, Leaves, Page, Promise
from coach.errors import CoachError, NotFoundError
from coach.export import LARGEST_PT, PAGE_PT, SMALLEST_PT, export, file_name, height, type_size
from coach.store import Receipt, Store

MARKDOWN = """# Plan for the talk with Marta

*today*

## Opening

“You said **this**.”

- one
1. two

| who | when |
|---|---|
| Marta | Friday |
"""
PAGE = Artefact(
    "a1", "c", "t", "hard-conversation", "plan", "Plan for the talk with Marta", MARKDOWN,
    {"promise": "have the talk with Marta", "day": "2026-11-27", "look_back": "2026-11-28", "fields": []},
    datetime(2026, 11, 25, 10, tzinfo=UTC),
)  # fmt: skip


def test_markdown_and_json_hold_the_page() -> None:
    assert export(PAGE, "md").decode() == MARKDOWN
    made = json.loads(export(PAGE, "json"))
    assert (made["id"], made["kind"], made["day"], made["markdown"]) == ("a1", "plan", "2026-11-27", MARKDOWN)
    assert file_name(PAGE, "docx") == "plan-for-the-talk-with-marta.docx"


def test_word_has_headings_lists_bold_and_the_table() -> None:
    document = Document(BytesIO(export(PAGE, "docx")))
    assert [(p.style.name, p.text) for p in document.paragraphs] == [
        ("Title", "Plan for the talk with Marta"),
        ("Normal", "today"),
        ("Heading 1", "Opening"),
        ("Normal", "“You said this.”"),
        ("List Bullet", "one"),
        ("List Number", "two"),
    ]
    assert [run.text for p in document.paragraphs for run in p.runs if run.bold] == ["this"]
    assert [[cell.text for cell in row.cells] for row in document.tables[0].rows] == [
        ["who", "when"],
        ["Marta", "Friday"],
    ]


WORDY = "# Plan for the talk with Marta\n\n" + "\n".join(
    f"## Part {n}\n\n- {'something that was said at some length and fills more than a line of the sheet ' * 2}\n- end\n"
    for n in range(8)
)


def test_a_plan_stands_on_one_sheet_and_a_pack_keeps_its_size() -> None:
    size = type_size(replace(PAGE, markdown=WORDY))
    assert SMALLEST_PT < size < LARGEST_PT
    assert height(WORDY, size) <= PAGE_PT < height(WORDY, LARGEST_PT)
    assert type_size(PAGE) == type_size(replace(PAGE, kind="debrief", markdown=WORDY)) == LARGEST_PT
    document = Document(BytesIO(export(replace(PAGE, markdown=WORDY), "docx")))
    assert document.styles["Normal"].font.size.pt == size
    assert document.styles["Heading 1"].font.size.pt == pytest.approx(size * 1.2, abs=0.3)
    # The longest page there is stays readable, and then runs on.
    assert type_size(replace(PAGE, markdown=WORDY * 4)) == SMALLEST_PT


def test_the_calendar_has_the_day_and_the_look_back() -> None:
    calendar = Calendar.from_ical(export(PAGE, "ics"))
    assert [(str(e["summary"]), e["dtstart"].dt, str(e["class"])) for e in calendar.walk("VEVENT")] == [
        ("Have the talk with Marta", date(2026, 11, 27), "PRIVATE"),
        ("Look back: have the talk with Marta", date(2026, 11, 28), "PRIVATE"),
    ]


def test_what_cannot_be_exported_says_why() -> None:
    with pytest.raises(CoachError, match="There are: md, docx, ics, json"):
        export(PAGE, "pdf")
    nowhere = Artefact("a", "c", "t", "x", "plan", "Plan", "", {}, PAGE.created)
    with pytest.raises(CoachError, match="names no day yet"):
        export(nowhere, "ics")


async def test_pages_and_promises_are_kept_changed_and_deleted(tmp_path: Path) -> None:
    now = datetime(2026, 11, 25, 10, tzinfo=UTC)
    store = Store(f"sqlite:///{tmp_path / 'coach.sqlite'}", clock=lambda: now)
    await store.create("c")
    first = Leaves((Page("plan", "plan", "One", "# One"),), (Promise("plan", "talk", date(2026, 11, 27)),))
    await store.kept.keep("c", "t1", first)
    again = Leaves((Page("plan", "plan", "Two", "# Two", {"day": "x"}),), (Promise("plan", due=date(2026, 11, 30)),))
    await store.kept.keep("c", "t2", again)
    (page,) = await store.kept.artefacts("c")
    assert (page.title, page.turn, page.data) == ("Two", "t2", {"day": "x"})
    (promise,) = await store.kept.commitments()
    assert (promise.text, promise.due, promise.state, promise.owner) == ("talk", date(2026, 11, 30), "open", "me")
    assert (promise.is_due(date(2026, 11, 29)), promise.is_due(date(2026, 11, 30))) == (False, True)
    await store.kept.settle(promise.id, "done")
    assert [one.is_due(date(2027, 1, 1)) for one in await store.kept.commitments()] == [False]
    dumped = await store.dump()
    await store.kept.delete(page.id)
    with pytest.raises(NotFoundError):
        await store.kept.artefact(page.id)
    assert await store.delete("c") == Receipt(1, 0, 0, 0, 1)
    assert await store.load(dumped) == 1
    assert [one.title for one in await store.kept.artefacts()] == ["Two"]
    assert await store.dump() == dumped
    await store.close()


def test_a_meeting_with_an_hour_stands_at_its_hour_and_actions_on_their_days() -> None:
    page = replace(
        PAGE,
        data={
            "promise": "hold the debrief", "day": "2026-11-27", "clock": "14:00", "minutes": 90,
            "look_back": "2026-12-11",
            "steps": [{"text": "add a check", "owner": "Ana", "day": "2026-12-04"}, {"text": "x", "day": None}],
        },
    )  # fmt: skip
    events = Calendar.from_ical(export(page, "ics")).walk("VEVENT")
    assert [(str(e["summary"]), e["dtstart"].dt, e["dtend"].dt) for e in events] == [
        ("Hold the debrief", datetime(2026, 11, 27, 14), datetime(2026, 11, 27, 15, 30)),
        ("Look back: hold the debrief", date(2026, 12, 11), date(2026, 12, 12)),
        ("Add a check", date(2026, 12, 4), date(2026, 12, 5)),
    ]


def test_a_table_in_word_has_a_head_that_comes_again_and_columns_by_their_text() -> None:
    table = Document(BytesIO(export(PAGE, "docx"))).tables[0]
    assert [run.bold for cell in table.rows[0].cells for p in cell.paragraphs for run in p.runs if run.text] == [
        True
    ] * 2
    assert "tblHeader" in table.rows[0]._tr.xml
    assert "tblHeader" not in table.rows[1]._tr.xml
    wide = replace(PAGE, markdown="# T\n\n| a | b |\n|---|---|\n| x | " + "word " * 20 + "|\n\nAfter.\n")
    first, second = Document(BytesIO(export(wide, "docx"))).tables[0].columns
    assert first.width < second.width
