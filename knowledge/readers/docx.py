"""Word documents, through python-docx. Comments, deleted words, alternative texts and hidden runs are left out."""

import datetime
import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from knowledge.readers.package import check_office, open_package
from knowledge.readers.reading import Block, BlockKind, Reading, Unreadable, checked
from knowledge.readers.unseen import seen

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
TINY_HALF_POINTS = 4
WHITE = frozenset({"FFFFFF", "FEFEFE", "FDFDFD", "FCFCFC"})
HEADING = re.compile(r"heading\s*(\d)", re.I)
FILE_NAME = re.compile(r"\.(?:docx?|pptx?|odt|pdf)$|^(?:Word Document|PowerPoint Presentation)$", re.I)
DEEPEST = 12


def read_docx(data: bytes) -> Reading:
    package = open_package(data)
    notes = check_office(package)
    try:
        from docx import Document

        document = Document(io.BytesIO(data))
        body = document.element.body
        words = _Words({style.style_id: style.name or "" for style in document.styles})
        blocks = checked(words.blocks(body, 0))
        title, when = about(document, package)
    except Unreadable:
        raise
    except Exception as exc:  # a damaged part can break the library anywhere
        raise Unreadable("damaged", "It is not a Word document that can be read.") from exc
    if words.hidden:
        notes.append("hidden text left out")
    return Reading(
        blocks, title=seen(title)[0].strip()[:200], date=when.date().isoformat() if when else None, notes=tuple(notes)
    )


def about(document: Any, package: zipfile.ZipFile) -> tuple[str, datetime.datetime | None]:
    """Title and date of change, where the file has its own and not the library's stand-ins."""
    if not any(name.lower() == "docprops/core.xml" for name in package.namelist()):
        return "", None
    properties = document.core_properties
    title = str(properties.title or "")
    return FILE_NAME.sub("", title), properties.modified or properties.created


class _Words:
    """Walks a document's body once."""

    def __init__(self, styles: dict[str, str]):
        self._styles = styles
        self.hidden = False

    def blocks(self, node: Any, depth: int) -> Iterator[Block]:
        if depth > DEEPEST:
            return
        for child in node.iterchildren():
            if child.tag == W + "p":
                yield from self._paragraph(child, None)
            elif child.tag == W + "tbl":
                yield from self._table(child, depth)
            elif child.tag in (W + "sdt", W + "sdtContent", W + "ins", W + "smartTag", W + "customXml"):
                yield from self.blocks(child, depth + 1)

    def _table(self, table: Any, depth: int) -> Iterator[Block]:
        for row in table.iter(W + "tr"):
            cells = []
            for cell in row.iterchildren(W + "tc"):
                ground = cell.find(f"{W}tcPr/{W}shd")
                blocks = [b for p in cell.iterchildren(W + "p") for b in self._paragraph(p, _fill(ground))]
                cells.append(" ".join(block.text for block in blocks))
            yield Block("row", " | ".join(cell for cell in cells if cell))

    def _paragraph(self, paragraph: Any, ground: str | None) -> Iterator[Block]:
        settings = paragraph.find(W + "pPr")
        style = shaded = None
        item = False
        if settings is not None:
            named = settings.find(W + "pStyle")
            style = self._styles.get(named.get(W + "val", ""), "") if named is not None else None
            shaded = _fill(settings.find(W + "shd"))
            item = settings.find(W + "numPr") is not None
        words = "".join(self._runs(paragraph, shaded or ground))
        text, hid = seen(words)
        self.hidden = self.hidden or hid
        text = " ".join(text.split())
        if not text:
            return
        kind: BlockKind = "item" if item or (style or "").lower().startswith("list") else "paragraph"
        level = 0
        if style and (heading := HEADING.match(style)):
            kind, level = "heading", int(heading.group(1)) or 1
        elif style and style.lower() == "title":
            kind, level = "heading", 1
        elif kind == "paragraph" and len(text.split()) <= 8 and text[-1] not in ".!?,;" and _all_bold(paragraph):
            kind, level = "heading", 3
        yield Block(kind, text, level)

    def _runs(self, paragraph: Any, ground: str | None) -> Iterator[str]:
        for run in paragraph.iter(W + "r"):
            if any(parent.tag in (W + "del", W + "moveFrom") for parent in run.iterancestors()):
                continue
            if _unseen(run, ground):
                self.hidden = self.hidden or bool("".join(t.text or "" for t in run.iter(W + "t")).strip())
                continue
            for part in run.iterchildren():
                if part.tag == W + "t":
                    yield part.text or ""
                elif part.tag in (W + "tab", W + "br", W + "cr"):
                    yield " "
                elif part.tag == W + "noBreakHyphen":
                    yield "-"


def _unseen(run: Any, ground: str | None) -> bool:
    settings = run.find(W + "rPr")
    if settings is None:
        return False
    for name in ("vanish", "webHidden"):
        mark = settings.find(W + name)
        if mark is not None and mark.get(W + "val", "true") not in ("0", "false"):
            return True
    size = settings.find(W + "sz")
    if size is not None and (size.get(W + "val") or "").isdigit() and int(size.get(W + "val")) <= TINY_HALF_POINTS:
        return True
    colour = settings.find(W + "color")
    if colour is None or (colour.get(W + "val") or "").upper() not in WHITE:
        return False
    lit = settings.find(W + "highlight")
    own = _fill(settings.find(W + "shd"))
    return not own and not ground and (lit is None or lit.get(W + "val") in ("none", "white"))


def _fill(shade: Any) -> str | None:
    """The ground's colour where it is other than the page's."""
    fill = (shade.get(W + "fill") or "").upper() if shade is not None else ""
    return fill if fill not in ("", "AUTO", *WHITE) else None


def _all_bold(paragraph: Any) -> bool:
    runs = [run for run in paragraph.iter(W + "r") if "".join(t.text or "" for t in run.iter(W + "t")).strip()]
    return bool(runs) and all(run.find(f"{W}rPr/{W}b") is not None for run in runs)
