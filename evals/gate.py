"""The gate: holds a run against the figures that were accepted, and names each that is worse.

``evals/baselines/<name>.json`` keeps, for one writer, each figure with its 95 % interval. A figure is worse where it
lies outside that interval on the wrong side, where it met its aim and no longer does, or where it is no longer
measured although its suite ran. What was never accepted is only told.

The embedding rounds a little differently from one processor to the next, which can turn a single case near a
threshold. So one case fewer loses no aim, unless the aim is none at all or every one: there each case counts.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coach.errors import CoachError
from evals.board import Board, Row, better, key

FOLDER = Path(__file__).parent / "baselines"

NOT_GATED = ("ms ", "seconds")
"""Figures that begin so depend on the machine."""

ROUNDING = 1e-4
"""Figures are kept to four places."""

SLACK = 0.2
"""Share by which a figure without an interval, such as a median of words, may be worse."""


@dataclass(frozen=True, slots=True)
class Fall:
    """One figure that is worse than what was accepted."""

    figure: str
    why: str

    def __str__(self) -> str:
        return f"{self.figure}: {self.why}"


def baseline_of(writer: str, *, public: bool, folder: Path = FOLDER) -> Path:
    """The file of accepted figures for a writer; those with public data stand apart from those without."""
    return folder / f"{'public' if public else 'own'}-{writer.replace(':', '-').replace('/', '-')}.json"


def load(path: Path) -> dict[str, Row]:
    """Accepted figures by key. Raises CoachError."""
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return {key(row): row for row in data["rows"]}
    except OSError as exc:
        raise CoachError(f"There are no accepted figures at {path}. Accept a run first: coach eval --accept") from exc
    except (ValueError, KeyError) as exc:
        raise CoachError(f"{path} is not a file of accepted figures ({exc}). Restore it from the release.") from exc


def accept(board: Board, path: Path, *, whole: bool = False) -> None:
    """Makes a run's figures the accepted ones; those of suites that did not run stay, unless it was a ``whole`` run."""
    kept = load(path) if path.exists() and not whole else {}
    kept |= {key(row): row for row in board.rows if gated(row)}
    rows = sorted(kept.values(), key=lambda row: (row["id"], key(row)))
    head = {"writer": board.writer, "when": board.when, "machine": board.machine}
    path.parent.mkdir(parents=True, exist_ok=True)
    body = ",\n  ".join(json.dumps(row, ensure_ascii=False) for row in rows)
    head_text = json.dumps(head, ensure_ascii=False)[:-1]
    path.write_text(f'{head_text}, "rows": [\n  {body}\n]}}\n', encoding="utf-8")


def falls(rows: Iterable[Row], accepted: Mapping[str, Row], ran: Iterable[int] | None = None) -> list[Fall]:
    """Figures that are worse than accepted. ``ran``: rows of the board that this run measured; None is all."""
    measured = {key(row): row for row in rows if gated(row)}
    only = None if ran is None else set(ran)
    found = []
    for name, was in accepted.items():
        if only is not None and was["id"] not in only:
            continue
        now = measured.get(name)
        if now is None:
            found.append(Fall(name, "it was measured before and no longer is"))
        elif reason := _worse(was, now):
            found.append(Fall(name, reason))
    return found


def gated(row: Mapping[str, Any]) -> bool:
    return better(row) != 0 and not row["metric"].startswith(NOT_GATED)


def _one_case(was: Row, now: Row) -> bool:
    """Whether a share differs by what one case makes, where the aim leaves room for cases that go wrong."""
    room = 0 < float(was["aim"][2:]) < 1
    return room and was["low"] is not None and abs(now["value"] - was["value"]) <= 1 / max(1, now["n"]) + ROUNDING


def _worse(was: Row, now: Row) -> str | None:
    way = better(was)
    bound = was["low"] if way > 0 else was["high"]
    if bound is None:
        bound = was["value"] - way * SLACK * abs(was["value"])
    if (now["value"] - bound) * way < 0:
        edge = "below" if way > 0 else "above"
        return f"{now['value']:g} is {edge} {bound:g}, the end of what was accepted (accepted {was['value']:g})"
    if was["holds"] and now["holds"] is False and not _one_case(was, now):
        return f"{now['value']:g} no longer meets {was['aim']} (accepted {was['value']:g})"
    return None
