"""A page in the formats that people work in: Markdown, Word, calendar file, JSON.

The page's own Markdown is small (headings, lists, bold, italics, paragraphs), so Word is made from it line by line.
"""

import json
import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO
from typing import Any

from coach.commitments import Artefact
from coach.errors import CoachError

_ROW = re.compile(r"\s*\|(.+)\|\s*$")
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
    """The promised day, at its hour where that is known; the day to look back; days of actions. No one is invited."""
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
        clock = artefact.data.get("clock") if key == "talk" else None
        if clock:
            # Without a zone: it is meant where the person is.
            start = datetime.combine(day, time.fromisoformat(clock))
            event.add("dtstart", start)
            event.add("dtend", start + timedelta(minutes=artefact.data.get("minutes") or 60))
        else:
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
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.2)
        section.top_margin = section.bottom_margin = Cm(1.8)
    size = type_size(artefact)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Calibri", Pt(size)
    normal.paragraph_format.space_after = Pt(4 if size == LARGEST_PT else 1)
    if size < LARGEST_PT:
        _close_up(document, size)
    document.core_properties.title = artefact.title
    document.core_properties.author = ""
    table: list[list[str]] = []
    below_table = False
    for line in [*artefact.markdown.splitlines(), ""]:
        if row := _ROW.match(line):
            table.append([cell.strip() for cell in row[1].split("|")])
            continue
        if table:
            _table(document, table)
            table, below_table = [], True
        if line.strip():
            _line(document, line)
            if below_table and not line.startswith("#"):
                document.paragraphs[-1].paragraph_format.space_before = Pt(8)
            below_table = False
    file = BytesIO()
    document.save(file)
    return file.getvalue()


ONE_PAGE = frozenset({"plan", "feedback"})
"""Kinds that are taken into a room, and so stand on one sheet."""
LARGEST_PT, SMALLEST_PT = 11.0, 8.0
PAGE_PT = 735.0
"""Height between the margins, with a little to spare for a printer's own idea of a font."""


def type_size(artefact: Artefact) -> float:
    """The largest size of type at which a page of one sheet fits; others have the usual one."""
    if artefact.kind not in ONE_PAGE or height(artefact.markdown, LARGEST_PT) <= PAGE_PT:
        return LARGEST_PT
    sizes = [10.5 - 0.25 * n for n in range(round((10.5 - SMALLEST_PT) / 0.25) + 1)]
    return next((size for size in sizes if height(artefact.markdown, size) <= PAGE_PT), SMALLEST_PT)


def height(markdown: str, size: float) -> float:
    """Points that a page takes up, reckoned line by line for a wide font; ``_word`` sets the same spaces."""
    close = size < LARGEST_PT
    line_pt, after = size * 1.3, 1.0 if close else 4.0
    # A letter of a wide font is a little more than half as wide as it is high.
    letters = TEXT_CM / 2.54 * 72 / (size * 0.56)
    whole, table = 0.0, list[list[str]]()
    for line in [*markdown.splitlines(), ""]:
        if row := _ROW.match(line):
            table.append([cell.strip() for cell in row[1].split("|")])
            continue
        if table:
            cells = [one for one in table if not all(re.fullmatch(r":?-{2,}:?", cell) for cell in one)]
            widths = _widths(cells, max(map(len, cells)))
            for one in cells:
                room = [max(4.0, letters * (width - 0.4) / TEXT_CM) for width in widths]
                lines = [math.ceil((len(text) + 4) / wide) for text, wide in zip(one, room, strict=False)]
                whole += max(lines) * line_pt + 3
            table = []
        if heading := re.match(r"(#{1,4}) (.+)", line):
            title = len(heading[1]) == 1
            scale = (1.6 if close else 2.4) if title else 1.2
            wrapped = math.ceil(len(heading[2]) / (letters / scale))
            whole += wrapped * line_pt * scale + (8 if title else 5 if close else 12) + after
        elif line.strip():
            whole += math.ceil((len(line) + 4) / letters) * line_pt + after
    return whole


def _close_up(document: Any, size: float) -> None:
    """Smaller headings with less room around them."""
    from docx.shared import Pt

    for name, scale, before in (("Title", 1.6, 0), ("Heading 1", 1.2, 5), ("Heading 2", 1.1, 4), ("Heading 3", 1.0, 4)):
        style = document.styles[name]
        style.font.size = Pt(size * scale)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(1)
    document.styles["Title"].paragraph_format.space_after = Pt(4)
    for name in ("Normal", "List Bullet", "List Number"):
        document.styles[name].paragraph_format.space_after = Pt(1)
        document.styles[name].paragraph_format.line_spacing = 1.0


def _line(document: Any, line: str) -> None:
    heading = re.match(r"(#{1,4}) (.+)", line)
    bullet = re.match(r"\s*[-*] (.+)", line)
    number = re.match(r"\s*\d+[.)] (.+)", line)
    if heading:
        document.add_heading(heading[2], level=min(len(heading[1]), 4) - 1)
    else:
        text = (bullet or number)[1] if bullet or number else line.lstrip("> ")  # type: ignore[index]
        style = "List Bullet" if bullet else "List Number" if number else "Quote" if line.startswith(">") else None
        _runs(document.add_paragraph(style=style), text)


def _table(document: Any, rows: list[list[str]]) -> None:
    """A table whose first row is its head: bold, shaded, and there again on the next page."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    # The rule below a Markdown table's head is no row.
    rows = [cells for cells in rows if not all(re.fullmatch(r":?-{2,}:?", cell) for cell in cells)]
    columns = max(map(len, rows))
    widths = _widths(rows, columns)
    table = document.add_table(rows=0, cols=columns, style="Table Grid")
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    for number, cells in enumerate(rows):
        row = table.add_row()
        properties = row._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        if number == 0:
            properties.append(OxmlElement("w:tblHeader"))
        for cell, text, width in zip(row.cells, [*cells, *[""] * (columns - len(cells))], widths, strict=True):
            cell.width = Cm(width)
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(2)
            _runs(paragraph, f"**{text}**" if number == 0 and text else text)
            if number == 0:
                shade = OxmlElement("w:shd")
                shade.set(qn("w:val"), "clear")
                shade.set(qn("w:fill"), "E6EFED")
                cell._tc.get_or_add_tcPr().append(shade)


TEXT_CM = 16.6
"""Width of A4 between the margins."""
_LEAST_CM = 2.0


def _widths(rows: list[list[str]], columns: int) -> list[float]:
    """Room for each column by its longest text; beyond a line's worth, more text makes no wider column."""
    longest = [min(40, max((len(row[n]) for row in rows if n < len(row)), default=0)) or 6 for n in range(columns)]
    whole = sum(longest)
    shares = [max(_LEAST_CM, TEXT_CM * one / whole) for one in longest]
    return [round(TEXT_CM * share / sum(shares), 2) for share in shares]


def _runs(paragraph: Any, text: str) -> None:
    end = 0
    for match in _BOLD.finditer(text):
        paragraph.add_run(text[end : match.start()])
        run = paragraph.add_run(match[1] or match[2] or match[3])
        run.bold, run.italic = bool(match[1]), not match[1]
        end = match.end()
    paragraph.add_run(text[end:])


FORMATS: dict[str, Callable[[Artefact], bytes]] = {"md": _markdown, "docx": _word, "ics": _calendar, "json": _json}
