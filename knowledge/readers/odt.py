"""OpenDocument text, through odfpy. Spaces and tabs are elements there; notes, annotations and changes are left out."""

import contextlib
import io
from collections.abc import Iterator
from typing import Any

from knowledge.readers.markdown import iso_date
from knowledge.readers.package import check_office, open_package
from knowledge.readers.reading import Block, BlockKind, Reading, Unreadable, checked
from knowledge.readers.unseen import seen

NEVER = frozenset({"annotation", "annotation-end", "tracked-changes", "note", "desc", "title", "forms", "hidden-text", "hidden-paragraph", "script", "ruby-text"})  # fmt: skip  # noqa: E501
DEEPEST = 60
HEADING_STYLES = ("heading", "title")
TINY_POINTS = 2.0


def read_odt(data: bytes) -> Reading:
    notes = check_office(open_package(data))
    try:
        from odf.opendocument import load

        # The library prints whole files that it cannot parse.
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            document = load(io.BytesIO(data))
        words = _Words(_unseen_styles(document))
        blocks = checked(words.blocks(document.text, 0))
        title, date = _about(document)
    except Unreadable:
        raise
    except Exception as exc:  # a damaged part can break the library anywhere
        raise Unreadable("damaged", "It is not an OpenDocument text that can be read.") from exc
    if words.hidden:
        notes.append("hidden text left out")
    return Reading(blocks, title=seen(title)[0][:200], date=date, notes=tuple(notes))


class _Words:
    """Walks a document's text once."""

    def __init__(self, unseen: frozenset[str]):
        self._unseen = unseen
        self.hidden = False

    def blocks(self, node: Any, depth: int, item: bool = False) -> Iterator[Block]:
        if depth > DEEPEST:
            return
        for child in node.childNodes:
            name = _name(child)
            if name in NEVER:
                continue
            if name == "h":
                yield from self._block(child, "heading", _level(child))
            elif name == "p":
                style = str(_attribute(child, "style-name") or "").lower()
                heading = style.startswith(HEADING_STYLES)
                kind: BlockKind = "heading" if heading else "item" if item else "paragraph"
                yield from self._block(child, kind, 2 if heading else 0)
            elif name == "table-row":
                cells = [" ".join(b.text for b in self.blocks(cell, depth + 1)) for cell in child.childNodes]
                yield Block("row", " | ".join(cell for cell in cells if cell))
            elif getattr(child, "childNodes", None):
                yield from self.blocks(child, depth + 1, item or name == "list-item")

    def _block(self, node: Any, kind: BlockKind, level: int) -> Iterator[Block]:
        text, hid = seen("".join(self._text(node, 0)))
        self.hidden = self.hidden or hid
        text = " ".join(text.split())
        if text:
            yield Block(kind, text, level)

    def _text(self, node: Any, depth: int) -> Iterator[str]:
        if depth > DEEPEST:
            return
        for child in node.childNodes:
            if child.nodeType in (child.TEXT_NODE, child.CDATA_SECTION_NODE):
                yield str(child.data)
                continue
            name = _name(child)
            if name in ("s", "tab", "line-break"):
                yield " "
            elif name in NEVER:
                continue
            elif str(_attribute(child, "style-name") or "") in self._unseen:
                self.hidden = True
            else:
                yield from self._text(child, depth + 1)


def _name(node: Any) -> str:
    return str(node.qname[1]) if getattr(node, "qname", None) else ""


def _attribute(node: Any, name: str) -> Any:
    return next((value for (_, key), value in (node.attributes or {}).items() if key == name), None)


def _level(node: Any) -> int:
    level = str(_attribute(node, "outline-level") or "1")
    return int(level) if level.isdigit() and 1 <= int(level) <= 9 else 1


def _unseen_styles(document: Any) -> frozenset[str]:
    """Names of styles that hide their words: not displayed, white without another ground, or tiny."""
    found = set()
    for holder in (document.automaticstyles, document.styles):
        for style in getattr(holder, "childNodes", ()):
            for settings in getattr(style, "childNodes", ()):
                if _name(settings) != "text-properties":
                    continue
                colour, ground = _attribute(settings, "color"), _attribute(settings, "background-color")
                white = str(colour or "").lower() in ("#ffffff", "#fefefe") and ground in (
                    None,
                    "transparent",
                    "#ffffff",
                )
                if _attribute(settings, "display") == "none" or white or _tiny(_attribute(settings, "font-size")):
                    found.add(str(_attribute(style, "name")))
    return frozenset(found)


def _tiny(size: Any) -> bool:
    text = str(size or "")
    try:
        return text.endswith("pt") and float(text[:-2]) <= TINY_POINTS
    except ValueError:
        return False


def _about(document: Any) -> tuple[str, str | None]:
    title, date = "", None
    for node in getattr(document.meta, "childNodes", ()):
        name = _name(node)
        if name == "title":
            title = str(node)
        elif name in ("date", "creation-date"):
            date = iso_date(str(node)) or date
    return title, date
