"""Writes ``docs/moves.md`` from the moves' own docstrings, so that the list cannot go stale.

uv run scripts/write_moves.py [--check]
"""

import sys
from pathlib import Path

from coach.judging import challenge
from coach.moves import MOVES
from coach.writers.guided import moves

PAGE = Path(__file__).parent.parent / "docs" / "moves.md"


def page() -> str:
    lines = [
        "# Moves",
        "",
        "What the policy can decide to do next. `plan.move` in `coach ask --json` is one of these:",
        "",
        ", ".join(f"`{name}`" for name in sorted(moves())) + ", and `redirect` where the gate answers.",
        "",
        "Which kind of message leads where:",
        "",
        "| message | answered by |",
        "|---|---|",
    ]
    lines += [f"| {kind} | {first_line(move.__doc__)} |" for kind, move in sorted(MOVES.items())]
    lines += ["", f"Before all of these: {first_line(challenge.__doc__)}", ""]
    return "\n".join(lines)


def first_line(text: str | None) -> str:
    return (text or "the path").strip().splitlines()[0]


if __name__ == "__main__":
    if "--check" in sys.argv and PAGE.read_text(encoding="utf-8") != page():
        sys.exit("docs/moves.md is out of date. Run: uv run scripts/write_moves.py")
    PAGE.write_text(page(), encoding="utf-8")
