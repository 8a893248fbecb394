"""Fits the weights of document search and of what it covers: ``uv run python scripts/train_documents.py CORPUS HOME``.

CORPUS is the folder over which ``evals/data/corpus_questions.jsonl`` asks; HOME keeps its index between runs. Only
the half marked ``tune`` is fitted on. Ranking: a softmax over the documents whose weights are drawn towards a guess
made beforehand and may not change sign, so that views that say the same cannot be played off against each other.
Coverage: logistic, both classes weighing alike. Writes ``knowledge/documents.json``.
"""

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from coach.config import Settings
from knowledge.library import open_library
from knowledge.seeking import FITTED, View

ROOT = Path(__file__).parent.parent
QUESTIONS = ROOT / "evals" / "data" / "corpus_questions.jsonl"
RIDGE_RANKING, RIDGE_COVERAGE = 0.1, 0.1
STEPS = 1500
GUESS = {
    "said": 3.0, "meant": 9.0, "cards": 3.0, "several": 6.0, "mean": 4.5, "words": 1.2, "meant_words": 1.2,
    "whole": 0.9, "headings": 1.2, "length": -1.5,
}  # fmt: skip
"""Meaning first, then words, the whole document as support, and long ones held back a little."""
NEGATIVE = {"length"}
NEEDS_VECTORS = {"said", "meant", "cards", "several", "mean", "nearest", "many", "card"}


def main(corpus: Path, home: Path) -> None:
    library = open_library(Settings(home=home))
    library.add([corpus])
    shelf = library.bookcase.shelf()
    assert shelf is not None
    files = {source.id: source.file for source in library.bookcase.documents.sources()}
    place = {files[id]: n for n, id in enumerate(shelf.sources)}
    questions = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    questions = [question for question in questions if question["split"] == "tune"]
    views = [View(shelf, library.bookcase.sought(library.asked(question["question"]))) for question in questions]
    names = views[0].features()[0]
    table = np.stack([view.features()[1] for view in views])
    signals = [view.signals() for view in views]
    covered = np.array([question["covered"] for question in questions], float)
    gold = [[place[file] for file in question["files"] if file in place] for question in questions]
    fitted: dict[str, Any] = {
        "record": {
            "script": "scripts/train_documents.py",
            "when": date.today().isoformat(),
            "questions": f"{len(questions)} of the tuning half of evals/data/corpus_questions.jsonl",
            "documents": len(shelf.sources),
            "passages": shelf.size,
        },
        "ranking": {},
        "coverage": {},
    }
    for kind in ("embedded", "words"):
        own = [n for n, name in enumerate(names) if kind == "embedded" or name not in NEEDS_VECTORS]
        weights = rank(table[:, :, own], gold, [names[n] for n in own])
        fitted["ranking"][kind] = {names[n]: round(float(w), 4) for n, w in zip(own, weights, strict=True)}
        of = [name for name in signals[0] if kind == "embedded" or name not in NEEDS_VECTORS]
        fitted["coverage"][kind] = cover(np.array([[s[name] for name in of] for s in signals]), covered, of)
    FITTED.write_text(json.dumps(fitted, indent=1) + "\n", encoding="utf-8")


def rank(table: np.ndarray, gold: list[list[int]], names: list[str]) -> np.ndarray:
    rows = [n for n, right in enumerate(gold) if right]
    table = table[rows]
    deviation = table.std((0, 1)) + 1e-9
    table = table / deviation
    target = np.zeros(table.shape[:2])
    for row, n in enumerate(rows):
        target[row, gold[n]] = 1 / len(gold[n])
    sign = np.array([-1.0 if name in NEGATIVE else 1.0 for name in names])
    guess = np.array([GUESS[name] for name in names]) * deviation
    weights = guess.copy()
    for step in range(STEPS):
        scores = table @ weights
        chance = np.exp(scores - scores.max(axis=1, keepdims=True))
        chance /= chance.sum(axis=1, keepdims=True)
        slope = ((chance - target)[:, :, None] * table).sum(1).mean(0) + 2 * RIDGE_RANKING * (weights - guess)
        weights = weights - 0.5 / (1 + step / 500) * slope
        weights = np.where(weights * sign < 0, 0.0, weights)
    return weights / deviation


def cover(table: np.ndarray, covered: np.ndarray, names: list[str]) -> dict[str, Any]:
    mean, deviation = table.mean(axis=0), table.std(axis=0) + 1e-9
    known = np.c_[(table - mean) / deviation, np.ones(len(table))]
    weigh = np.where(covered == 1, 0.5 / covered.mean(), 0.5 / (1 - covered.mean()))
    weights = np.zeros(known.shape[1])
    for _ in range(5000):
        chance = 1 / (1 + np.exp(-known @ weights))
        weights -= 0.3 * (
            known.T @ ((chance - covered) * weigh) / len(covered) + RIDGE_COVERAGE * np.r_[weights[:-1], 0]
        )

    def named(values: np.ndarray) -> dict[str, float]:
        return {name: round(float(value), 5) for name, value in zip(names, values, strict=True)}

    return {
        "bias": round(float(weights[-1]), 5),
        "weights": named(weights[:-1]),
        "mean": named(mean),
        "deviation": named(deviation),
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
