"""Two ways held against each other on the same cases: paired differences with 95 % intervals.

``A`` and ``B`` are two runs (``--json --outcomes`` written to files), two writers, or two versions of one prompt,
card or data file. A version is measured in a copy of the program, where it stands in the place of the file that ships:
the one with the ``name`` of its front matter, or with its file name.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from coach.errors import CoachError
from evals.board import Board, Row, of_json

ROUNDS = 2000
ROOT = Path(__file__).parent.parent
PACKAGES = ("coach", "knowledge", "prompts", "voice", "ui", "evals")
REPLACEABLE = ("prompts", "knowledge", "coach/data")
"""Where the files are that a version may take the place of."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One metric of one suite: what B is better by, over the cases that both had."""

    suite: str
    metric: str
    n: int
    a: float
    b: float
    low: float
    high: float

    @property
    def value(self) -> float:
        return self.b - self.a

    def __str__(self) -> str:
        told = (
            "no difference told apart" if self.low <= 0 <= self.high else ("B higher" if self.low > 0 else "A higher")
        )
        return (
            f"{self.suite} · {self.metric}: A {self.a:.3f}, B {self.b:.3f}, difference {self.value:+.3f} "
            f"[{self.low:+.3f}, {self.high:+.3f}], n = {self.n}: {told}"
        )


def differences(a: Sequence[Row], b: Sequence[Row]) -> list[Difference]:
    """Paired differences of two runs' outcomes, with bootstrap intervals over cases."""
    left, right = _by_case(a), _by_case(b)
    found = []
    for suite, metric in dict.fromkeys((suite, metric) for suite, metric, _ in left):
        pairs = [(value, right[key]) for key, value in left.items() if key[:2] == (suite, metric) and key in right]
        if pairs:
            mean_a, mean_b = (sum(pair[n] for pair in pairs) / len(pairs) for n in (0, 1))
            low, high = _interval([y - x for x, y in pairs])
            found.append(Difference(suite, metric, len(pairs), mean_a, mean_b, low, high))
    return found


def _by_case(outcomes: Sequence[Row]) -> dict[tuple[str, str, str], float]:
    return {(row["suite"], row["metric"], row["case"]): float(row["value"]) for row in outcomes}


def _interval(values: Sequence[float]) -> tuple[float, float]:
    rng = random.Random(0)
    n = len(values)
    means = sorted(sum(rng.choices(values, k=n)) / n for _ in range(ROUNDS))
    return means[int(0.025 * ROUNDS)], means[int(0.975 * ROUNDS) - 1]


def both(a: str, b: str, run: Callable[[str, Path | None], Board]) -> tuple[Board, Board]:
    """The two runs to compare. ``run(writer, root)`` measures with a writer, or with a copy of the program at
    ``root`` and the writer as chosen (empty). Raises CoachError."""
    boards = []
    for side in (a, b):
        path = Path(side)
        if path.suffix == ".json" and path.is_file():
            boards.append(_read(path))
        elif path.is_file():
            with replaced(path) as root:
                boards.append(run("", root))
        elif path.suffix in (".md", ".yaml", ".json"):
            raise CoachError(f"There is no file {path}. Name two prompts, two runs or two writers.")
        else:
            boards.append(run(side, None))
    return boards[0], boards[1]


def _read(path: Path) -> Board:
    try:
        return of_json(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, KeyError) as exc:
        raise CoachError(f"{path} is not a run ({exc}). Write one: coach eval --json > {path.name}") from exc


@contextmanager
def copied() -> Iterator[Path]:
    """A copy of the program in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="coach-compare-") as scratch:
        root = Path(scratch)
        for package in PACKAGES:
            shutil.copytree(ROOT / package, root / package, ignore=shutil.ignore_patterns("__pycache__"))
        yield root


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """A copy of the program with ``path`` in the place of the file that it is to replace.

    Raises CoachError where nothing of that name ships.
    """
    with copied() as root:
        shutil.copyfile(path, root / target(path))
        yield root


def elsewhere(root: Path, arguments: Sequence[str]) -> Board:
    """A run of the program at ``root``, in a process of its own. Raises CoachError with its last line."""
    command = [sys.executable, "-m", "coach", "eval", *arguments, "--json", "--outcomes"]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    done = subprocess.run(command, cwd=root, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise CoachError("The run of the other version failed. The lines above say why.")
    return of_json(json.loads(done.stdout))


def target(path: Path) -> Path:
    """Which shipped file a version replaces, from the root: by the ``name`` in a prompt's front matter, else by file
    name. Raises CoachError where none or several fit."""
    name = path.stem
    if path.suffix == ".md":
        head = path.read_text(encoding="utf-8").split("---\n", 2)
        front = yaml.safe_load(head[1]) if len(head) == 3 else None
        name = str(front["name"]) if isinstance(front, dict) and "name" in front else name
    found = [
        one for folder in REPLACEABLE for one in sorted((ROOT / folder).rglob(f"*{path.suffix}")) if one.stem == name
    ]
    if len(found) != 1:
        said = "nothing" if not found else f"{len(found)} files"
        raise CoachError(f"{path.name} replaces {said}: a version needs the name of one shipped file. Rename it.")
    return found[0].relative_to(ROOT)
