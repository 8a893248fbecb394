"""Markdown, with the front matter and the leftovers of the site generators it was written for."""

import datetime
import re
from collections.abc import Iterator
from typing import Any

import yaml

from knowledge.readers.decoding import decode
from knowledge.readers.hidden import hides
from knowledge.readers.reading import Block, Reading, checked
from knowledge.readers.residue import clean
from knowledge.readers.unseen import seen

FRONT = re.compile(r"\A\s*---[ \t]*\n(?P<yaml>.{0,20000}?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.S)
ALIAS = re.compile(r"(?:^|[\s\[,:])[&*]\w", re.M)
COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.S)
INVISIBLE_LINK = re.compile(r'^\[[^\]\n]{1,80}\]:[ \t]*\S+(?:[ \t]+["(\'][^\n]*)?$', re.M)
FENCE = re.compile(r"^[ \t]{0,12}(`{3,}|~{3,})")
HEADING = re.compile(r"^[ ]{0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*$")
UNDERLINE = re.compile(r"^[ ]{0,3}(=+|-+)[ \t]*$")
ITEM = re.compile(r"^([ \t]*)(?:[-*+]|\d{1,3}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?(.*)$")
RULE = re.compile(r"^[ ]{0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$")
TABLE_RULE = re.compile(r"^[ \t]*\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t]*:?-{2,}:?[ \t]*)*\|?[ \t]*$")
HTML_LINE = re.compile(r"<[a-zA-Z/!][^<>]{0,1000}>")

IMAGE = re.compile(
    r"!\[[^\]\n]{0,500}\](?:\([^()\n]{0,1000}(?:\([^()\n]{0,200}\)[^()\n]{0,200})?\)|\[[^\]\n]{0,100}\])"
)
LINK = re.compile(
    r"\[([^\[\]\n]{0,500})\](?:\([^()\n]{0,1000}(?:\([^()\n]{0,200}\)[^()\n]{0,200})?\)|\[[^\]\n]{0,100}\])"
)
FOOTNOTE = re.compile(r"\[\^[^\]\n]{1,60}\]:?")
AUTOLINK = re.compile(r"<(?:https?://|mailto:)[^<>\s]{1,500}>")
STRONG = re.compile(r"(?<![\w*])(\*{1,3})(?=\S)([^*\n]{1,2000}?)(?<=\S)\1(?![\w*])")
UNDERSCORE = re.compile(r"(?<!\w)(_{1,3})(?=\S)([^_\n]{1,2000}?)(?<=\S)\1(?!\w)")
LOOSE_STRONG = re.compile(r"\*\*|__(?=\W|$)")
ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|<>])")
TICKS = re.compile(r"`+([^`\n]{1,500})`+")

TITLES, DATES = ("title", "name"), ("date", "last_updated", "updated", "lastmod", "last_reviewed", "published")
LEADS = ("description", "summary", "subtitle", "abstract")


def read_markdown(data: bytes) -> Reading:
    return markdown_reading(decode(data))


def markdown_reading(text: str) -> Reading:
    """The blocks of Markdown that is already text."""
    text, hid = seen(text)
    front, text = _front(text)
    cleaned = clean(COMMENT.sub("", text))
    notes = [f"residue of {name}" for name in cleaned.found]
    hidden_link = bool(INVISIBLE_LINK.search(cleaned.text))
    body, hidden_html = _without_html(INVISIBLE_LINK.sub("", cleaned.text) if hidden_link else cleaned.text)
    if hid or hidden_html:
        notes.append("hidden text left out")
    leads = [Block("paragraph", lead) for name in LEADS if (lead := _plain(front.get(name)))]
    return Reading(
        checked([*leads, *_blocks(body)]),
        title=next((value for name in TITLES if (value := _plain(front.get(name)))), ""),
        date=next(filter(None, (iso_date(front.get(name)) for name in DATES)), None),
        licence=_plain(front.get("license") or front.get("licence"))[:120],
        attribution=_plain(front.get("author") or front.get("attribution"))[:300],
        notes=tuple(notes),
    )


def iso_date(value: Any) -> str | None:
    """The ISO form of a date, a date and time, or a text that begins with one."""
    if isinstance(value, datetime.date):
        return value.isoformat()[:10]
    found = re.match(r"\s*(\d{4})-(\d{1,2})-(\d{1,2})", value) if isinstance(value, str) else None
    if not found:
        return None
    try:
        return datetime.date(*map(int, found.groups())).isoformat()
    except ValueError:
        return None


def _front(text: str) -> tuple[dict[str, Any], str]:
    found = FRONT.match(text)
    if not found:
        return {}, text
    rest = text[found.end() :]
    # Anchors and aliases are how a small YAML file becomes a large one; front matter has no use for them.
    if ALIAS.search(found["yaml"]) and re.search(r"&\w+[\s\S]*\*\w+", found["yaml"]):
        return {}, rest
    try:
        front = yaml.safe_load(found["yaml"])
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}, rest
    return (front if isinstance(front, dict) else {}), rest


def _plain(value: Any) -> str:
    return inline(" ".join(value.split())) if isinstance(value, str) else ""


def _without_html(text: str) -> tuple[str, bool]:
    """Markup inside Markdown: elements that hide their words go with them, other tags leave theirs."""
    hidden = False
    if "<" not in text or not HTML_LINE.search(text):
        return text, hidden
    text = HIDING.sub("", text)

    def gone(match: re.Match[str]) -> str:
        nonlocal hidden
        if hides(match["style"]) or match["bare"]:
            hidden = True
            return ""
        return match.group()

    text = STYLED.sub(gone, text)
    text = re.sub(
        r"<(summary|h[1-6]|strong|b|em|i|a|span|code|kbd|sup|sub|small|u|font|cite|abbr|img)\b[^<>]{0,1000}>", "", text
    )
    text = re.sub(r"</(strong|b|em|i|a|span|code|kbd|sup|sub|small|u|font|cite|abbr)>", "", text)
    text = re.sub(r"</(p|div|li|tr|h[1-6]|summary|details|section|ul|ol|table|blockquote)>|<br ?/?>", "\n\n", text)
    text = re.sub(r"<(?:td|th)\b[^<>]{0,500}>", " | ", text)
    text = re.sub(r"</?[a-zA-Z][^<>]{0,1500}>", "", text)
    return text, hidden


HIDING = re.compile(r"<(?P<tag>script|style|iframe|template|noscript|svg|object|video|audio)\b.{0,20000}?</(?P=tag)>", re.S | re.I)  # fmt: skip  # noqa: E501
STYLED = re.compile(
    r"<(?P<name>\w+)\b[^<>]{0,500}?(?:style\s*=\s*(?P<quote>[\"'])(?P<style>[^\"'<>]{0,500})(?P=quote)|(?P<bare>\shidden)\b)"
    r"[^<>]{0,500}>.{0,5000}?</(?P=name)>",
    re.S | re.I,
)


def inline(text: str) -> str:
    """A line without its marks: words of links and emphasis stay, addresses and pictures go."""
    text = IMAGE.sub("", text)
    text = LINK.sub(r"\1", text)
    text = AUTOLINK.sub("", text)
    text = FOOTNOTE.sub("", text)
    text = TICKS.sub(r"\1", text)
    for _ in range(2):
        text = UNDERSCORE.sub(r"\2", STRONG.sub(r"\2", text))
    text = ESCAPE.sub(r"\1", LOOSE_STRONG.sub("", text))
    if "&" in text:
        import html

        text = html.unescape(text)
    return " ".join(text.split())


def _blocks(text: str) -> Iterator[Block]:
    """Line by line: what kind of block each line begins or goes on with."""
    lines = text.split("\n")
    words: list[str] = []
    item = False
    fence = ""
    code: list[str] = []

    def flush() -> Iterator[Block]:
        nonlocal item
        if words and (joined := inline(" ".join(words))):
            yield Block("item" if item else "paragraph", joined)
        words.clear()
        item = False

    for number, line in enumerate(lines):
        if fence:
            if line.strip().startswith(fence) and not line.strip().strip(fence[0]):
                yield Block("code", "\n".join(code).strip())
                fence, code = "", []
            else:
                code.append(line)
            continue
        if opened := FENCE.match(line):
            yield from flush()
            fence = opened.group(1)
            continue
        while line.lstrip().startswith(">"):
            line = line.lstrip()[1:]
        if not line.strip() or RULE.match(line):
            if words and UNDERLINE.match(line) and not item and line.strip():
                yield Block("heading", inline(" ".join(words)), 2)
                words.clear()
            yield from flush()
        elif words and not item and (under := UNDERLINE.match(line)):
            yield Block("heading", inline(" ".join(words)), 1 if under.group(1)[0] == "=" else 2)
            words.clear()
        elif heading := HEADING.match(line):
            yield from flush()
            yield Block("heading", inline(heading.group(2)), len(heading.group(1)))
        elif TABLE_RULE.match(line) and number and "|" in lines[number - 1] + line:
            continue
        elif line.count("|") >= 2 or (line.strip().startswith("|") and "|" in line.strip()[1:]):
            yield from flush()
            cells = [inline(cell) for cell in line.strip().strip("|").split("|")]
            yield Block("row", " | ".join(cell for cell in cells if cell))
        elif entry := ITEM.match(line):
            yield from flush()
            item = True
            words.append(entry.group(2))
        else:
            words.append(line.strip())
    if code:
        yield Block("code", "\n".join(code).strip())
    yield from flush()
