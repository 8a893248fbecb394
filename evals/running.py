"""One run of the board: the chosen suites, plain ones first, talks through Inspect; and where its results lie."""

import asyncio
import json
import platform
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from coach.errors import CoachError
from evals.board import Board, Row, key, of_json, share
from evals.plain import SUITES as PLAIN
from evals.plain import Setting
from evals.talks import Suite, opened, outcomes

Note = Callable[[str], None]

WORDED = "turns that the writer itself worded"
"""A figure of writers other than the guided one, which words what they cannot."""

LAST = Path("evals") / "last.json"
"""The last run, under the user's folder; the page shows it."""


def names() -> list[str]:
    """Every suite, in the order in which they run."""
    from evals.tasks import suites

    return [one.name for one in PLAIN] + list(suites())


def chosen(wanted: Sequence[str]) -> list[str]:
    """The suites of these names or board rows; all where none is named. Raises CoachError."""
    import difflib

    from evals.tasks import suites

    rows = {one.name: one.rows for one in PLAIN} | {one.name: one.rows for one in suites().values()}
    if not wanted:
        return names()
    found: list[str] = []
    for want in wanted:
        if want in rows:
            found.append(want)
        elif want.isdigit() and any(int(want) in held for held in rows.values()):
            found += [name for name, held in rows.items() if int(want) in held]
        else:
            near = difflib.get_close_matches(want, rows, 1)
            hint = f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(rows)}; or a row from 1 to 12."
            raise CoachError(f"There is no suite {want!r}. {hint}")
    return list(dict.fromkeys(found))


def run(
    wanted: Sequence[str],
    *,
    data: Path | None = None,
    writer: str = "guided",
    logs: Path | None = None,
    inspect: bool = True,
    most: int | None = None,
    note: Note = lambda line: None,
) -> Board:
    """Measures the suites. ``logs`` keeps Inspect's logs; ``inspect`` False holds the talks without it; ``most`` is
    how many talks a suite may hold, for a writer that needs a minute a turn.

    Raises CoachError where the data folder is missing or a suite cannot finish.
    """
    if data is not None and not data.is_dir():
        raise CoachError(f"There is no folder {data}. Give the one with the public sets: --data DIR")
    picked = chosen(wanted)
    began = time.monotonic()
    rows = _plain(picked, data, note)
    talked, cases = asyncio.run(_talks(picked, data, writer, logs, inspect, most, note))
    return Board(
        writer=writer,
        when=datetime.now().astimezone().isoformat(timespec="seconds"),
        rows=tuple(sorted([*rows, *talked], key=lambda row: int(row["id"]))),
        machine=machine(),
        seconds=round(time.monotonic() - began, 1),
        suites=tuple(picked),
        outcomes=tuple(cases),
    )


def _plain(picked: Sequence[str], data: Path | None, note: Note) -> list[Row]:
    wanted = [one for one in PLAIN if one.name in picked]
    if not wanted:
        return []
    from coach.app import load_settings
    from knowledge.embedding import load_embedder

    settings = load_settings()
    setting = Setting(settings, load_embedder(settings.cache), data, note)
    rows: list[Row] = []
    for one in wanted:
        began = time.monotonic()
        rows += one.measure(setting)
        note(f"{one.name}: {time.monotonic() - began:.0f} s")
    return rows


async def _talks(
    picked: Sequence[str],
    data: Path | None,
    writer: str,
    logs: Path | None,
    inspect: bool,
    most: int | None,
    note: Note,
) -> tuple[list[Row], list[Row]]:
    from evals import talks
    from evals.tasks import suites

    wanted: list[Suite] = [suite for name, suite in suites().items() if name in picked]
    if not wanted:
        return [], []
    rows: list[Row] = []
    found: list[Row] = []
    worded: list[bool] = []
    async with opened(writer) as coach:
        for suite in wanted:
            began = time.monotonic()
            cases = talks.drawn(await asyncio.to_thread(suite.cases, data), most)
            if not cases:
                continue
            if inspect:
                from evals.tasks.inspecting import run as inspected

                with tempfile.TemporaryDirectory(prefix="coach-eval-logs-") as scratch:
                    scored = await inspected(suite, cases, coach, writer, logs or Path(scratch))
            else:
                scored = await talks.run(suite, cases, coach, writer)
            rows += suite.figures(scored)
            found += outcomes(suite, scored)
            if suite.name != "hostile":
                worded += talks.worded(scored, writer)
            note(f"{suite.name}: {len(scored)} talks, {time.monotonic() - began:.0f} s")
    if worded and writer != "guided":
        rows.append(share(11, WORDED, "all talks", "test", worded))
    return rows, found


def machine() -> str:
    """This machine, as far as figures of time depend on it."""
    import os

    return f"{os.cpu_count()} cores {platform.machine()}, {platform.system()}, Python {platform.python_version()}"


def keep(board: Board, home: Path) -> Path:
    """Writes a run down as the last one; figures that it did not measure stay from the one before."""
    path = home / LAST
    before = last(home)
    if before is not None and before.writer == board.writer:
        measured = {key(row) for row in board.rows}
        kept = [row for row in before.rows if key(row) not in measured]
        rows = tuple(sorted((*kept, *board.rows), key=lambda row: int(row["id"])))
        suites = tuple(dict.fromkeys((*before.suites, *board.suites)))
        board = replace(board, rows=rows, suites=suites, seconds=max(before.seconds, board.seconds))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(board.as_json(), ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def last(home: Path) -> Board | None:
    """The run that was kept last; None where there is none, or it cannot be read."""
    try:
        return of_json(json.loads((home / LAST).read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError):
        return None
