"""``coach eval``: measures the coach, prints the board, holds it against what was accepted."""

import json
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from coach.errors import CoachError

if TYPE_CHECKING:
    from evals.board import Board

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def measure(
    suites: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SUITE]…", help="Suites or rows of the board; all where none is named."),
    ] = None,
    data: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder with the public sets; without it own cases alone.")
    ] = None,
    writer: Annotated[str, typer.Option(help="guided, openai:MODEL, local:PATH, hostile or loose.")] = "guided",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON alone on stdout.")] = False,
    outcomes: Annotated[
        bool, typer.Option("--outcomes", help="With --json: what single cases came to as well.")
    ] = False,
    cases: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="At most N talks a suite, for a slow writer.")
    ] = None,
    gate: Annotated[
        bool, typer.Option("--gate", help="Exit 1 where a figure is worse than what was accepted.")
    ] = False,
    accept: Annotated[bool, typer.Option("--accept", help="Make this run's figures the accepted ones.")] = False,
    compare: Annotated[
        tuple[str, str] | None, typer.Option(metavar="A B", help="Two prompts, runs or writers: paired differences.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write the board as HTML, JUnit and JSON, and every talk.")
    ] = None,
    baselines: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where the accepted figures are.", hidden=True)
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="List the suites.")] = False,
) -> None:
    """Measure the coach on its own cases and on public sets, and print the eval board."""
    from coach.app import load_settings
    from evals import running

    if listed:
        _list()
        return
    if cases is not None and (gate or accept):
        raise CoachError("Accepted figures are those of all cases. Leave out --cases, or --gate and --accept.")
    wanted = suites or []
    if compare is not None:
        _compare(compare, wanted, data, writer)
        return
    with ExitStack() as stack:
        logs = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="coach-eval-logs-"))) if report else None
        board = running.run(
            wanted, data=data, writer=writer, logs=logs, inspect=logs is not None, most=cases, note=note
        )
        if cases is None:
            running.keep(board, load_settings().home)
        if report is not None:
            from evals.report import write

            for path in write(board, report, logs):
                note(f"wrote {path}")
    _print(board, as_json, outcomes)
    if accept:
        _accept(board, data, baselines)
    if gate:
        _gate(board, data, baselines)


def _list() -> None:
    from evals.plain import SUITES
    from evals.tasks import suites

    lines = [(one.name, one.rows, one.what) for one in SUITES]
    lines += [(one.name, one.rows, one.what) for one in suites().values()]
    for name, rows, what in lines:
        typer.echo(f"{name:<13} row {', '.join(map(str, rows)):<14} {what}")


def _print(board: "Board", as_json: bool, outcomes: bool) -> None:
    from evals.board import printed

    if not as_json:
        typer.echo(printed(board))
        return
    whole = board.as_json()
    if not outcomes:
        del whole["outcomes"]
    del whole["measures"]
    print(json.dumps(whole, ensure_ascii=False, indent=1))


def _baseline(board: "Board", data: Path | None, folder: Path | None) -> Path:
    from evals.gate import FOLDER, baseline_of

    return baseline_of(board.writer, public=data is not None, folder=folder or FOLDER)


def _whole(board: "Board") -> bool:
    from evals import running

    return set(board.suites) >= set(running.names())


def _accept(board: "Board", data: Path | None, folder: Path | None) -> None:
    from evals.gate import accept

    path = _baseline(board, data, folder)
    accept(board, path, whole=_whole(board))
    note(f"Accepted: {path}")


def _gate(board: "Board", data: Path | None, folder: Path | None) -> None:
    from evals.gate import falls, load

    path = _baseline(board, data, folder)
    whole = _whole(board)
    measured = None if whole else {row["id"] for row in board.rows}
    accepted = load(path)
    if not whole:
        # Of a row that several suites measure, only the figures of those that ran can be missed.
        from evals.board import key

        keys = {key(row) for row in board.rows}
        accepted = {name: row for name, row in accepted.items() if name in keys}
    found = falls(board.rows, accepted, measured)
    for fall in found:
        note(f"worse: {fall}")
    if found:
        raise CoachError(f"{len(found)} figures are worse than accepted in {path.name}. The lines above name them.")
    note(f"gate: none of {len(accepted)} accepted figures is worse.")


def _compare(sides: tuple[str, str], wanted: list[str], data: Path | None, writer: str) -> None:
    from evals import running
    from evals.compare import both, differences, elsewhere

    # Talks alone have outcomes case by case; the detectors read neither prompt nor card.
    picked = wanted or ["talk", "citations", "claims", "flattery", "not-covered"]

    def run(name: str, root: Path | None) -> "Board":
        if root is None:
            return running.run(picked, data=data, writer=name, inspect=False, note=note)
        where = ["--data", str(data.resolve())] if data is not None else []
        return elsewhere(root, [*picked, *where, "--writer", writer])

    a, b = both(*sides, run)
    for one in differences(a.outcomes, b.outcomes):
        typer.echo(str(one))


def note(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
