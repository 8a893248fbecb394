"""Measures the language analysis: marks on our own sentences, question and reflection on AnnoMI and our own lines.

    uv run python -m evals.language [--data DIR] [--split held] [--json]

``DIR`` is the folder of public sets; without it our own data alone is measured. Test splits are only measured here.
"""

import argparse
import csv
import json
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from coach.language.language import RULES, Language

DATA = Path(__file__).parent / "data" / "language"

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One utterance with its labels."""

    text: str
    previous: str
    question: str
    reflection: bool
    advice: bool
    split: str
    group: str = ""
    """Transcript, for splits and intervals; empty for our own lines."""


def read_jsonl(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def own_lines() -> list[Line]:
    return [Line(**row) for row in read_jsonl(DATA / "utterances.jsonl")]


def annomi(folder: Path) -> list[Line]:
    """Therapist utterances of AnnoMI (Wu et al. 2022) with what the client said just before."""
    said: dict[tuple[str, int], tuple[str, str]] = {}
    with (folder / "AnnoMI-full.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            said[row["transcript_id"], int(row["utterance_id"])] = (row["interlocutor"], row["utterance_text"])
    lines = []
    for row in read_jsonl(folder / "therapist_utterances.jsonl"):
        transcript, number = row["id"].split("-")
        who, text = said.get((transcript, int(number) - 1), ("", ""))
        previous = text if who == "client" else ""
        lines.append(
            Line(row["text"], previous, row["question"], row["reflection"], row["advice"], row["split"], transcript)
        )
    return lines


def positive_f1(truth: "np.ndarray", said: "np.ndarray") -> float:
    truth, said = np.asarray(truth).astype(bool), np.asarray(said).astype(bool)
    return float(2 * (truth & said).sum() / max(1, truth.sum() + said.sum()))


def macro_f1(truth: "np.ndarray", said: "np.ndarray", classes: int) -> float:
    truth, said = np.asarray(truth), np.asarray(said)
    return float(np.mean([positive_f1(truth == one, said == one) for one in range(classes)]))


def interval(score: Callable[[list[int]], float], groups: Sequence[str], rounds: int = 1000) -> tuple[float, float]:
    """95 % bootstrap interval over groups, since utterances of one transcript are not independent."""
    rng = random.Random(0)
    rows: dict[str, list[int]] = {}
    for index, group in enumerate(groups):
        rows.setdefault(group or str(index), []).append(index)
    names = list(rows)
    draws = sorted(score([i for name in rng.choices(names, k=len(names)) for i in rows[name]]) for _ in range(rounds))
    return draws[int(0.025 * rounds)], draws[int(0.975 * rounds) - 1]


def measure_marks(language: Language, split: str) -> list[Row]:
    """Precision and recall of (sentence, kind) pairs, then recall by kind, and the speed."""
    rows = [row for row in read_jsonl(DATA / "lint.jsonl") if row["split"] == split]
    began = time.perf_counter()
    got = [{mark.kind for mark in language.analyse(row["text"])} for row in rows]
    want = [set(row["marks"]) for row in rows]

    def precision(at: Sequence[int]) -> float:
        return sum(len(got[i] & want[i]) for i in at) / max(1, sum(len(got[i]) for i in at))

    def recall(at: Sequence[int]) -> float:
        return sum(len(got[i] & want[i]) for i in at) / max(1, sum(len(want[i]) for i in at))

    every, alone = range(len(rows)), [""] * len(rows)
    out = []
    for metric, score, aim in (("marks: precision", precision, 0.90), ("marks: recall", recall, 0.80)):
        low, high = interval(score, alone)
        out.append(_row(metric, "own sentences", split, len(rows), score(every), low, high, aim))
    traps = [not kinds for kinds, row in zip(got, rows, strict=True) if not row["marks"]]
    out.append(_row("traps left alone", "own sentences", split, len(traps), sum(traps) / len(traps)))
    for kind in RULES:
        hits = [kind in have for have, right in zip(got, want, strict=True) if kind in right]
        out.append(_row(f"recall of {kind}", "own sentences", split, len(hits), sum(hits) / max(1, len(hits))))
    out.append(
        _row("ms a sentence", "own sentences", split, len(rows), 1000 * (time.perf_counter() - began) / len(rows))
    )
    return out


def measure_utterances(language: Language, lines: Sequence[Line], data: str, split: str) -> list[Row]:
    kinds = ("none", "open", "closed")
    lines = [line for line in lines if line.split == split]
    groups = [line.group for line in lines]
    question = np.array([kinds.index(line.question) for line in lines])
    asked = np.array([kinds.index(kind) for kind in language.question_kinds([line.text for line in lines])])
    reflects = np.array([line.reflection for line in lines])
    said = np.array(language.reflections([(line.text, line.previous) for line in lines]))
    advises = np.array([line.advice for line in lines])
    told = np.array([language.is_advice(line.text) for line in lines])
    scores: list[tuple[str, Callable[[list[int]], float], float | None]] = [
        ("question none/open/closed, macro-F1", lambda at: macro_f1(question[at], asked[at], 3), 0.80),
        ("reflection, F1", lambda at: positive_f1(reflects[at], said[at]), 0.75),
        ("advice, F1", lambda at: positive_f1(advises[at], told[at]), None),
    ]
    out = []
    for metric, score, aim in scores:
        low, high = interval(score, groups)
        out.append(_row(metric, data, split, len(lines), score(list(range(len(lines)))), low, high, aim))
    return out


def measure_sbi(language: Language, split: str) -> list[Row]:
    rows = [row for row in read_jsonl(DATA / "sbi.jsonl") if row["split"] == split]
    right = [language.sbi(row["text"]) == set(row["parts"]) for row in rows]
    return [
        _row("situation, behaviour, impact: all parts right", "own lines", split, len(rows), sum(right) / len(rows))
    ]


def _row(
    metric: str,
    data: str,
    split: str,
    n: int,
    value: float,
    low: float | None = None,
    high: float | None = None,
    aim: float | None = None,
) -> Row:
    row = {"id": 10, "metric": metric, "data": data, "split": split, "n": n, "value": value, "low": low, "high": high}
    return {**row, "aim": aim, "holds": None if aim is None else value >= aim}


def measure(language: Language, data: Path | None, split: str = "held") -> list[Row]:
    """Row 10 of the eval board: our own data always, AnnoMI's test transcripts where ``data`` has them."""
    rows = measure_marks(language, split)
    rows += measure_utterances(language, own_lines(), "own lines", split)
    rows += measure_sbi(language, split)
    if data is not None and (data / "annomi").is_dir():
        rows += measure_utterances(language, annomi(data / "annomi"), "AnnoMI", "test" if split == "held" else "dev")
    return rows


def main() -> None:
    from coach.app import load_settings, open_language

    parser = argparse.ArgumentParser(description="Measure the language analysis.")
    parser.add_argument("--data", type=Path, help="folder with annomi/")
    parser.add_argument("--split", default="held", choices=("held", "tune"))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = measure(open_language(load_settings()), options.data, options.split)
    if options.json:
        print(json.dumps(rows, indent=1))
        return
    for row in rows:
        spread = f"  [{row['low']:.3f}, {row['high']:.3f}]" if row["low"] is not None else ""
        print(f"{row['metric']:<46} {row['data']:<14} {row['split']:<5} n={row['n']:<5} {row['value']:.3f}{spread}")


if __name__ == "__main__":
    main()
