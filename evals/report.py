"""What a run leaves behind: JSON, JUnit for continuous integration, the board as a page, and Inspect's own viewer."""

import json
from html import escape
from pathlib import Path
from xml.etree import ElementTree

from evals.board import BOARD, Board, Row, cell, key


def write(board: Board, folder: Path, logs: Path | None) -> list[Path]:
    """Every form of the report, under ``folder``; the viewer where there are logs."""
    folder.mkdir(parents=True, exist_ok=True)
    made = [folder / "board.json", folder / "junit.xml", folder / "index.html"]
    made[0].write_text(json.dumps(board.as_json(), ensure_ascii=False, indent=1), encoding="utf-8")
    made[1].write_text(junit(board), encoding="utf-8")
    viewer = bundle(logs, folder / "talks") if logs is not None and any(logs.glob("*.eval")) else None
    made[2].write_text(page(board, "talks/index.html" if viewer else None), encoding="utf-8")
    return [*made, viewer] if viewer else made


def bundle(logs: Path, folder: Path) -> Path:
    """Inspect's viewer over the logs, as static files that open from any web server."""
    import contextlib
    import io

    from inspect_ai.log import bundle_log_dir

    with contextlib.redirect_stdout(io.StringIO()):
        bundle_log_dir(log_dir=str(logs), output_dir=str(folder), overwrite=True)
    return folder / "index.html"


def junit(board: Board) -> str:
    """A test case for each figure with an aim; a missed aim is a failure."""
    aimed = [row for row in board.rows if row["holds"] is not None]
    missed = [row for row in aimed if not row["holds"]]
    suite = ElementTree.Element(
        "testsuite", name="evals", tests=str(len(aimed)), failures=str(len(missed)), timestamp=board.when,
        time=str(board.seconds),
    )  # fmt: skip
    for row in aimed:
        case = ElementTree.SubElement(suite, "testcase", classname=f"row-{row['id']}", name=key(row))
        if not row["holds"]:
            failure = ElementTree.SubElement(case, "failure", message=f"{row['value']:g}, aim {row['aim']}")
            failure.text = cell(row)
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def page(board: Board, talks: str | None) -> str:
    """The board as one HTML page that asks nothing of the network."""
    parts = []
    for measure in BOARD:
        rows = [row for row in board.rows if row["id"] == measure.id]
        if not rows:
            continue
        body = "".join(_line(row) for row in rows)
        beside = f"<p class='beside'>Beside it: {escape(measure.beside)}.</p>" if measure.beside else ""
        parts.append(
            f"<section><h2>{measure.id}. {escape(measure.title)}</h2><p>{escape(measure.plain)}</p>{beside}"
            f"<table><thead><tr><th>figure<th>data<th>value, 95 % interval<th>aim</thead>"
            f"<tbody>{body}</tbody></table></section>"
        )
    link = (
        f'<p><a href="{escape(talks)}">Every talk, turn by turn</a> (serve this folder: python -m http.server)</p>'
        if talks
        else ""
    )
    aimed = [row for row in board.rows if row["holds"] is not None]
    held = sum(bool(row["holds"]) for row in aimed)
    when = board.when[:16].replace("T", " ")
    made = (
        f"{held} of {len(aimed)} aims hold. Writer {board.writer}, {when}, {board.machine}, "
        f"{board.seconds / 60:.0f} minutes."
    )
    head = "<meta charset='utf-8'><meta name='viewport' content='width=device-width'><title>Eval board</title>"
    top = f"<h1>Eval board</h1><p>{escape(made)}</p>{link}"
    return f"<!doctype html><html lang='en'>{head}<style>{STYLE}</style>{top}{''.join(parts)}</html>"


def _line(row: Row) -> str:
    data = f"{row['data']} ({row['split']})"
    value = cell(row).replace("**", "")
    aim = row["aim"].replace(" ", "\N{NO-BREAK SPACE}")
    cells = "".join(f"<td>{escape(text)}</td>" for text in (row["metric"], data, value, aim))
    return f"<tr class='{_state(row['holds'])}'>{cells}</tr>"


STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ccc;"
    "vertical-align:top}.missed td:nth-child(3){color:#a00;font-weight:600}.held td:nth-child(3){color:#060}"
    ".beside{color:#555}@media(prefers-color-scheme:dark){body{background:#111;color:#eee}.beside{color:#aaa}"
    ".missed td:nth-child(3){color:#f88}.held td:nth-child(3){color:#8d8}}"
    "@media(max-width:40rem){thead{display:none}tr{display:flex;flex-wrap:wrap;gap:0 1rem;padding:.4rem 0;"
    "border-bottom:1px solid #ccc}td{padding:0;border:0}td:first-child{flex-basis:100%;font-weight:600}}"
)


def _state(holds: bool | None) -> str:
    return "" if holds is None else "held" if holds else "missed"
