"""A page in the formats that people work in: Markdown, Word, calendar file, JSON.

The page's own Markdown is small (headings, lists, bold, italics, paragraphs), so Word is made from it line by line.
"""

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

from coach.commitments import Artefact
from coach.errors import CoachError

_BOLD = re.compile(r"\*\*(.+?)\*\*|\*(.+?)\*|_(.+?)_(?!\w)")


def export(artefact: Artefact, format: str) -> bytes:
    """The page as a file of that format. Raises CoachError for an unknown one, or where it has no day to put down."""
    if format not in FORMATS:
        raise CoachError(f"There is no format {format!r}. There are: {', '.join(FORMATS)}.")
    return FORMATS[format](artefact)


def file_name(artefact: Artefact, format: str) -> str:
    """A name for the file that every system takes."""
    words = re.sub(r"[^\w-]+", "-", artefact.title.lower()).strip("-")
    return f"{words[:60].strip('-') or artefact.kind}.{format}"


def _markdown(artefact: Artefact) -> bytes:
    return artefact.markdown.encode()


def _json(artefact: Artefact) -> bytes:
    made: dict[str, Any] = {
        "id": artefact.id, "kind": artefact.kind, "title": artefact.title, "created": artefact.created.isoformat(),
        "markdown": artefact.markdown, **artefact.data,
    }  # fmt: skip
    return (json.dumps(made, ensure_ascii=False, indent=2) + "\n").encode()


def _calendar(artefact: Artefact) -> bytes:
    """The promised day and the day to look back, as all-day entries that no one else is invited to."""
    from icalendar import Calendar, Event

    days = [
        (artefact.data.get("day"), artefact.data.get("promise") or artefact.title, "talk"),
        (artefact.data.get("look_back"), f"Look back: {artefact.data.get('promise') or artefact.title}", "look-back"),
        *(
            (step.get("day"), step.get("text", ""), f"step-{n}")
            for n, step in enumerate(artefact.data.get("steps", ()))
        ),
    ]
    entries = [(date.fromisoformat(day), text, key) for day, text, key in days if day]
    if not entries:
        raise CoachError(f"“{artefact.title}” names no day yet. Say when it is to be, and have it written again.")
    calendar = Calendar()
    calendar.add("prodid", "-//Trust Coach//EN")
    calendar.add("version", "2.0")
    for day, text, key in entries:
        event = Event()
        event.add("uid", f"{artefact.id}-{key}@trust-coach")
        event.add("dtstamp", datetime.now(UTC))
        event.add("dtstart", day)
        event.add("dtend", day + timedelta(days=1))
        event.add("summary", text[:1].upper() + text[1:])
        # Whoever sees the calendar need not see what is said in private.
        event.add("class", "PRIVATE")
        calendar.add_component(event)
    return calendar.to_ical()


def _word(artefact: Artefact) -> bytes:
    from docx import Document
    from docx.shared import Cm, Pt

    document = Document()
    for section in document.sections:
        section.left_margin = section.right_margin = Cm(2.2)
        section.top_margin = section.bottom_margin = Cm(1.8)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Calibri", Pt(11)
    normal.paragraph_format.space_after = Pt(4)
    document.core_properties.title = artefact.title
    document.core_properties.author = ""
    for line in artefact.markdown.splitlines():
        if not line.strip():
            continue
        _line(document, line)
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def _line(document: Any, line: str) -> None:
    heading = re.match(r"(#{1,4}) (.+)", line)
    bullet = re.match(r"\s*[-*] (.+)", line)
    number = re.match(r"\s*\d+[.)] (.+)", line)
    row = re.match(r"\s*\|(.+)\|\s*$", line)
    if heading:
        document.add_heading(heading[2], level=min(len(heading[1]), 4) - 1)
    elif row:
        _row(document, [cell.strip() for cell in row[1].split("|")])
    else:
        text = (bullet or number)[1] if bullet or number else line.lstrip("> ")  # type: ignore[index]
        style = "List Bullet" if bullet else "List Number" if number else "Quote" if line.startswith(">") else None
        _runs(document.add_paragraph(style=style), text)


def _row(document: Any, cells: list[str]) -> None:
    """A table's row joins the table right above it; the rule below a table's head is no row."""
    if all(re.fullmatch(r":?-{2,}:?", cell) for cell in cells):
        return
    last = document.element.body[-2] if len(document.element.body) > 1 else None
    joins = last is not None and last.tag.endswith("}tbl") and len(document.tables[-1].columns) == len(cells)
    table = document.tables[-1] if joins else document.add_table(rows=0, cols=len(cells), style="Table Grid")
    for cell, text in zip(table.add_row().cells, cells, strict=True):
        _runs(cell.paragraphs[0], text)


def _runs(paragraph: Any, text: str) -> None:
    end = 0
    for match in _BOLD.finditer(text):
        paragraph.add_run(text[end : match.start()])
        run = paragraph.add_run(match[1] or match[2] or match[3])
        run.bold, run.italic = bool(match[1]), not match[1]
        end = match.end()
    paragraph.add_run(text[end:])


FORMATS: dict[str, Callable[[Artefact], bytes]] = {"md": _markdown, "docx": _word, "ics": _calendar, "json": _json}
