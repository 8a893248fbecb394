"""Web pages. Scripts, comments, attributes and whatever a visitor would not see are left out."""

import re
import warnings
from collections.abc import Iterator

from knowledge.readers.decoding import decode
from knowledge.readers.hidden import hides
from knowledge.readers.reading import Block, BlockKind, Reading, checked
from knowledge.readers.residue import clean
from knowledge.readers.unseen import seen

_NEVER_TEXT = """
script style template noscript head iframe object embed svg math canvas audio video map form select button input
textarea nav footer link meta base
"""
NEVER = frozenset(_NEVER_TEXT.split())
_BREAKS_TEXT = """
p div section article main header aside ul ol dl table tbody thead tfoot blockquote figure figcaption details
summary address fieldset hr body html center
"""
BREAKS = frozenset(_BREAKS_TEXT.split())
HEADING = re.compile(r"h([1-6])")
CLASS_RULE = re.compile(r"\.([\w-]+)[^{}]{0,200}\{([^{}]{0,2000})\}")
DEEPEST = 200
"""Pages nest a few dozen deep; beyond this they are made to exhaust whoever reads them."""
FRONT = re.compile(r"\A---\s*\n.*?\n---\s*\n", re.S)


def read_html(data: bytes) -> Reading:
    return html_reading(decode(data))


def html_reading(text: str) -> Reading:
    """The blocks of a page that is already text."""
    from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning, XMLParsedAsHTMLWarning

    text, hid = seen(text)
    title = ""
    if front := FRONT.match(text):
        if found := re.search(r"^title\s*:\s*(.+)$", front.group(), re.M):
            title = found.group(1).strip().strip("\"'")
        text = text[front.end() :]
    cleaned = clean(text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MarkupResemblesLocatorWarning)
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)
        soup = BeautifulSoup(cleaned.text, "lxml")
    page = _Page(_unseen_classes(soup))
    blocks = checked(page.blocks(soup))
    notes = [f"residue of {name}" for name in cleaned.found]
    if page.hidden or hid:
        notes.append("hidden text left out")
    if not title and soup.title is not None:
        title = " ".join(soup.title.get_text(" ").split())
    return Reading(blocks, title=title, notes=tuple(notes))


def _unseen_classes(soup: object) -> frozenset[str]:
    styles = " ".join(style.get_text() for style in soup.find_all("style"))  # type: ignore[attr-defined]
    return frozenset(name for name, rules in CLASS_RULE.findall(styles[:200_000]) if hides(rules))


class _Page:
    """Walks a page once. ``hidden`` says whether words were passed over because nobody would see them."""

    def __init__(self, unseen: frozenset[str]):
        self._unseen = unseen
        self._words: list[str] = []
        self._kind: BlockKind = "paragraph"
        self._level = 0
        self.hidden = False

    def blocks(self, root: object) -> Iterator[Block]:
        yield from self._walk(root, 0)
        yield from self._flush()

    def _walk(self, node: object, depth: int) -> Iterator[Block]:
        from bs4.element import NavigableString, PreformattedString, Tag

        if depth > DEEPEST:
            return
        for child in node.children:  # type: ignore[attr-defined]
            if isinstance(child, Tag):
                yield from self._tag(child, depth)
            elif isinstance(child, NavigableString) and not isinstance(child, PreformattedString):
                self._words.append(str(child))

    def _tag(self, tag: object, depth: int) -> Iterator[Block]:
        name = tag.name.lower()  # type: ignore[attr-defined]
        if name in NEVER:
            return
        if self._is_hidden(tag):
            self.hidden = self.hidden or bool(tag.get_text().strip())  # type: ignore[attr-defined]
            return
        heading = HEADING.fullmatch(name)
        if name == "br":
            self._words.append("\n")
        elif name == "tr":
            yield from self._flush()
            cells = list(tag.find_all(["td", "th"], recursive=False))  # type: ignore[attr-defined]
            words = []
            for cell in cells[:100]:
                inner = _Page(self._unseen)
                words.append(" ".join(block.text for block in inner.blocks(cell)))
                self.hidden = self.hidden or inner.hidden
            yield Block("row", " | ".join(word for word in words if word))
        elif heading or name in ("li", "dt", "dd", "pre"):
            yield from self._flush()
            kind: BlockKind = "heading" if heading else "code" if name == "pre" else "item"
            self._kind, self._level = kind, int(heading.group(1)) if heading else 0
            yield from self._walk(tag, depth + 1)
            yield from self._flush()
        elif name in BREAKS:
            yield from self._flush()
            yield from self._walk(tag, depth + 1)
            yield from self._flush()
        else:
            yield from self._walk(tag, depth + 1)

    def _is_hidden(self, tag: object) -> bool:
        attributes = tag.attrs  # type: ignore[attr-defined]
        if "hidden" in attributes or str(attributes.get("aria-hidden", "")).lower() == "true":
            return True
        if (style := attributes.get("style")) and hides(str(style)):
            return True
        if str(attributes.get("color", "")).lower() in ("white", "#fff", "#ffffff"):
            return True
        classes = attributes.get("class") or ()
        return any(name in self._unseen for name in ([classes] if isinstance(classes, str) else classes))

    def _flush(self) -> Iterator[Block]:
        words = "".join(self._words)
        words = words.strip() if self._kind == "code" else " ".join(words.split())
        if words:
            yield Block(self._kind, words, self._level)
        self._words, self._kind, self._level = [], "paragraph", 0
