"""Slides, through python-pptx: titles as headings, the speaker's notes under them. Hidden slides are left out."""

import io
from collections.abc import Iterator
from typing import Any

from knowledge.readers.docx import about
from knowledge.readers.package import check_office, open_package
from knowledge.readers.reading import Block, Reading, Unreadable, checked
from knowledge.readers.unseen import seen

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
TINY_HUNDREDTHS = 200
DEEPEST = 8


def read_pptx(data: bytes) -> Reading:
    package = open_package(data)
    notes = check_office(package)
    try:
        from pptx import Presentation

        deck = Presentation(io.BytesIO(data))
        words = _Words()
        blocks = checked(words.blocks(deck))
        title, when = about(deck, package)
    except Unreadable:
        raise
    except Exception as exc:  # a damaged part can break the library anywhere
        raise Unreadable("damaged", "These are not slides that can be read.") from exc
    if words.hidden:
        notes.append("hidden text left out")
    if words.white:
        notes.append("white text marked")
    return Reading(
        blocks,
        title=seen(title)[0].strip()[:200],
        date=when.date().isoformat() if when else None,
        notes=tuple(notes),
        marked=words.white,
    )


class _Words:
    """Walks the slides once. ``white`` text may stand on a dark ground, which only a drawing would tell."""

    def __init__(self) -> None:
        self.hidden = self.white = False

    def blocks(self, deck: Any) -> Iterator[Block]:
        for number, slide in enumerate(deck.slides, start=1):
            if slide.element.get("show") == "0":
                self.hidden = True
                continue
            title = slide.shapes.title
            if title is not None and title.has_text_frame:
                for line in self._frame(title.text_frame):
                    yield Block("heading", line, 2, number)
            for shape in slide.shapes:
                if title is None or shape.shape_id != title.shape_id:
                    yield from self._shape(shape, number, 0)
            if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
                for line in self._frame(slide.notes_slide.notes_text_frame):
                    yield Block("paragraph", line, page=number)

    def _shape(self, shape: Any, page: int, depth: int) -> Iterator[Block]:
        if depth > DEEPEST:
            return
        hidden = next((node.get("hidden") for node in shape.element.iter() if node.tag.endswith("}cNvPr")), None)
        if hidden in ("1", "true"):
            self.hidden = True
        elif getattr(shape, "shapes", None) is not None:
            for inner in shape.shapes:
                yield from self._shape(inner, page, depth + 1)
        elif getattr(shape, "has_table", False):
            for row in shape.table.rows:
                cells = [" ".join(self._frame(cell.text_frame)) for cell in row.cells]
                yield Block("row", " | ".join(cell for cell in cells if cell), page=page)
        elif getattr(shape, "has_text_frame", False):
            for line in self._frame(shape.text_frame):
                yield Block("item", line, page=page)

    def _frame(self, frame: Any) -> Iterator[str]:
        for paragraph in frame.paragraphs:
            words = []
            for run in paragraph.runs:
                settings = run._r.find(A + "rPr")
                size = (settings.get("sz") or "") if settings is not None else ""
                if size.lstrip("-").isdigit() and int(size) <= TINY_HUNDREDTHS:
                    self.hidden = True
                    continue
                if settings is not None and any(
                    (colour.get("val") or "").upper() == "FFFFFF"
                    for colour in settings.iterfind(f"{A}solidFill/{A}srgbClr")
                ):
                    self.white = True
                words.append(run.text)
            text, hid = seen("".join(words))
            self.hidden = self.hidden or hid
            if text := " ".join(text.split()):
                yield text
