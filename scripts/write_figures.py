"""Writes README's figures from the last run of ``coach eval``, with split, date and machine.

uv run scripts/write_figures.py [RUN.json …] [--into PAGE.md] [--check]

Without a file the last run in the coach's folder is taken; with several, one column stands for each run. ``--into``
names another page with a place for figures, such as docs/evals.md for two writers side by side.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from coach.app import load_settings
from evals.board import BOARD, Board, cell, key, of_json
from evals.running import LAST, WORDED

README = Path(__file__).parent.parent / "README.md"
BEGIN, END = "<!-- figures: scripts/write_figures.py -->", "<!-- end of figures -->"

NAMED = {
    8: ("claim supported by source, balanced accuracy", "WiCE"),
    9: ("citation recall", ""),
    10: ("question none/open/closed, macro-F1", "AnnoMI"),
    12: ("nDCG@10", "Cranfield"),
}
"""The figure that stands for a row whose first is another; where the data is not there, the same of other data."""


def section(boards: Sequence[Board]) -> str:
    """One line a row of the board, and every figure with an aim folded away below."""
    lines = [f"{_about(board)}\n" for board in boards]
    heads = " | ".join(f"`{board.writer}`" for board in boards)
    lines += [f"| # | row | {heads} |", "|---|---|" + "---|" * len(boards)]
    lines += [
        f"| {measure.id} | {measure.title}{' **(must hold)**' if measure.must else ''} | "
        + " | ".join(_row(board, measure.id) for board in boards)
        + " |"
        for measure in BOARD
    ]
    return "\n".join(
        [*lines, "", "<details><summary>Every figure with an aim</summary>", "", *_all(boards), "", "</details>"]
    )


def _about(board: Board) -> str:
    held = [row["holds"] for row in board.rows if row["holds"] is not None]
    return (
        f"Writer `{board.writer}`, {board.when[:10]}, {board.machine}, {board.seconds / 60:.0f} minutes: "
        f"{sum(held)} of {len(held)} aims hold."
    )


def _row(board: Board, id: int) -> str:
    """The figure that the row is named for, else its first with an aim, and how many of its aims hold."""
    aimed = [row for row in board.rows if row["id"] == id and row["holds"] is not None]
    if not aimed:
        return "–"
    first = next((row for row in aimed if (row["metric"], row["data"]) == NAMED.get(id)), None)
    first = first or next((row for row in aimed if row["metric"] == NAMED.get(id, ("", ""))[0]), aimed[0])
    held = sum(bool(row["holds"]) for row in aimed)
    figure = f"{first['metric']}, {first['data']}: {cell(first)}, aim {first['aim']}"
    return f"{figure}; {held} of {len(aimed)} aims hold" if len(aimed) > 1 else figure


def _all(boards: Sequence[Board]) -> list[str]:
    heads = " | ".join(f"`{board.writer}`" for board in boards)
    lines = [f"| # | figure | data (split) | aim | {heads} |", "|---|---|---|---|" + "---|" * len(boards)]
    for measure in BOARD:
        named = dict.fromkeys(
            key(row)
            for board in boards
            for row in board.rows
            if row["id"] == measure.id and (row["aim"] or row["metric"] == WORDED)
        )
        for name in named:
            found = [next((row for row in board.rows if key(row) == name), None) for board in boards]
            first = next(row for row in found if row is not None)
            values = " | ".join(cell(row) for row in found)
            data = f"{first['data']} ({first['split']})"
            lines.append(f"| {measure.id} | {first['metric']} | {data} | {first['aim']} | {values} |")
    return lines


def written(text: str, boards: Sequence[Board]) -> str:
    """A page with its section replaced."""
    if BEGIN not in text or END not in text:
        sys.exit(f"The page has no place for the figures. Put {BEGIN} and {END} into it.")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{section(boards)}\n{END}{after}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", type=Path, nargs="*")
    parser.add_argument("--into", type=Path, default=README, metavar="PAGE.md")
    parser.add_argument("--check", action="store_true", help="fail where the page says otherwise")
    given = parser.parse_args()
    paths = given.runs or [load_settings().home / LAST]
    missing = [path for path in paths if not path.exists()]
    if missing:
        sys.exit(f"There is no run at {missing[0]}. Make one: coach eval --data DIR")
    boards = [of_json(json.loads(path.read_text(encoding="utf-8"))) for path in paths]
    text = given.into.read_text(encoding="utf-8")
    new = written(text, boards)
    if given.check and new != text:
        sys.exit(f"The figures of {given.into.name} are not those of the run. Run: uv run scripts/write_figures.py")
    given.into.write_text(new, encoding="utf-8")
