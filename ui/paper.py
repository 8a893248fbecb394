"""A page that a practice made, as markup: its own small Markdown, everything in it escaped."""

import re
from html import escape

_BOLD = re.compile(r"\*\*(.+?)\*\*")
_ITALIC = re.compile(r"(?<!\*)\*([^*]+)\*(?!\*)")


def paper(markdown: str) -> str:
    """Headings, lists, tables, paragraphs, bold and italics; anything else stands as it was written.

    The title at its top is left out: it stands above already.
    """
    markdown = re.sub(r"\A# .+\n+", "", markdown)
    out: list[str] = []
    open_list = ""
    table: list[str] = []
    for line in [*markdown.splitlines(), ""]:
        row = re.match(r"\|(.+)\|\s*$", line)
        if not row and table:
            out.append(_table(table))
            table = []
        item = re.match(r"\s*(?:([-*])|\d+[.)]) (.+)", line)
        kind = ("ul" if item[1] else "ol") if item else ""
        if kind != open_list:
            out.append(f"</{open_list}>" * bool(open_list) + f"<{kind}>" * bool(kind))
            open_list = kind
        heading = re.match(r"(#{1,4}) (.+)", line)
        if row:
            table.append(row[1])
        elif item:
            out.append(f"<li>{_inline(item[2])}</li>")
        elif heading:
            level = min(len(heading[1]) + 2, 6)
            out.append(f"<h{level}>{_inline(heading[2])}</h{level}>")
        elif line.strip():
            out.append(f"<p>{_inline(line.strip())}</p>")
    return "".join(out)


def _table(rows: list[str]) -> str:
    cells = [[cell.strip() for cell in row.split("|")] for row in rows]
    body = [row for row in cells[1:] if not all(re.fullmatch(r":?-{2,}:?", cell) for cell in row)]
    head = "".join(f"<th scope='col'>{_inline(cell)}</th>" for cell in cells[0])
    lines = "".join(f"<tr>{''.join(f'<td>{_inline(cell)}</td>' for cell in row)}</tr>" for row in body)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>"


def _inline(text: str) -> str:
    text = _BOLD.sub(r"<strong>\1</strong>", escape(text, quote=False))
    return _ITALIC.sub(r"<em>\1</em>", text)
