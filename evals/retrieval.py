"""How well documents are found: recall at document level, what is not covered, and Cranfield.

Questions come from ``evals/data/corpus_questions.jsonl`` (ours: half for tuning, half kept) or from a table of
others'; the corpora are third-party and read by path. A question counts as met at k where one of the documents that
answer it is among the first k; the share of all such documents is given beside it.
"""

import csv
import json
import math
import re
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from coach.config import Settings
from coach.errors import CoachError
from knowledge.library import KnowledgeLibrary, open_library

OURS = Path(__file__).parent / "data" / "corpus_questions.jsonl"
DEPTHS = (1, 5, 10)
RESAMPLES = 2000
GAINS = range(1, 5)
"""Cranfield's codes of relevance, 1 complete to 4 of minimum interest; all count alike, and the others not."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question with the files that answer it; none where the corpus does not."""

    id: str
    split: str
    text: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a search made of a question: its files, best first, and whether it said that they cover it."""

    question: Question
    found: tuple[str, ...]
    covered: bool | None


def ours(split: str | None = None) -> list[Question]:
    """Our own questions, of one split or both."""
    rows = [json.loads(line) for line in OURS.read_text(encoding="utf-8").splitlines()]
    every = [Question(row["id"], row["split"], row["question"], tuple(row["files"])) for row in rows]
    return [question for question in every if split in (None, question.split)]


def table(path: Path) -> list[Question]:
    """Questions of a tab-separated table with id, kind, question and gold_files. Raises CoachError."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t"))
        return [
            Question(
                row["id"],
                path.stem,
                row["question"],
                () if row["kind"] == "not_covered" else tuple(f.strip() for f in row["gold_files"].split(";")),
            )
            for row in rows
        ]
    except (OSError, KeyError) as exc:
        raise CoachError(
            f"{path} is not a table of questions ({exc}). It needs id, kind, question, gold_files."
        ) from exc


def answer(library: KnowledgeLibrary, questions: Iterable[Question], k: int = 10) -> list[Outcome]:
    """Every question put to the documents of a library."""
    outcomes = []
    for question in questions:
        covered, found = library.search_documents(question.text, k)
        outcomes.append(Outcome(question, tuple(one.passage.file for one in found), covered))
    return outcomes


def recall(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """``recall@k``, and ``share@k`` of all files that answer, with the interval of the former by resampling."""
    answerable = [outcome for outcome in outcomes if outcome.question.files]
    figures: dict[str, float] = {"questions": len(answerable)}
    for k in DEPTHS:
        met = np.array([bool(set(o.found[:k]) & set(o.question.files)) for o in answerable], float)
        share = [len(set(o.found[:k]) & set(o.question.files)) / len(set(o.question.files)) for o in answerable]
        figures[f"recall@{k}"] = round(float(met.mean()), 3)
        figures[f"share@{k}"] = round(float(np.mean(share)), 3)
        low, high = interval(met)
        figures |= {f"recall@{k}_low": low, f"recall@{k}_high": high}
    return figures


def coverage(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Balanced accuracy of saying whether the corpus covers a question, and both of its halves."""
    told = [(bool(o.question.files), bool(o.covered)) for o in outcomes if o.covered is not None]
    there = np.array([said for there, said in told if there], float)
    absent = np.array([not said for there, said in told if not there], float)
    kept, refused = float(there.mean()), float(absent.mean())
    chance = np.random.default_rng(0)
    halves = [half[chance.integers(0, len(half), (RESAMPLES, len(half)))].mean(axis=1) for half in (there, absent)]
    low, high = np.quantile((halves[0] + halves[1]) / 2, [0.025, 0.975])
    return {
        "balanced_accuracy": round((kept + refused) / 2, 3),
        "balanced_accuracy_low": round(float(low), 3),
        "balanced_accuracy_high": round(float(high), 3),
        "covered_kept": round(kept, 3),
        "not_covered_told": round(refused, 3),
    }


def interval(values: np.ndarray) -> tuple[float, float]:
    """95 % by bootstrap."""
    chance = np.random.default_rng(0)
    means = values[chance.integers(0, len(values), (RESAMPLES, len(values)))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return round(float(low), 3), round(float(high), 3)


def measure(
    corpus: Path, home: Path, *, others: Path | None = None, on_progress: Callable[[str], None] = lambda line: None
) -> dict[str, Any]:
    """Recall and coverage by split. ``home`` keeps the index between runs."""
    library = open_library(Settings(home=home))
    on_progress("Reading the corpus …")
    library.add([corpus])
    figures: dict[str, Any] = {}
    for name, questions in {
        "tuning": ours("tune"),
        "kept": ours("kept"),
        **({others.stem: table(others)} if others is not None else {}),
    }.items():
        outcomes = answer(library, questions)
        figures[name] = recall(outcomes) | coverage(outcomes)
    return figures


# Cranfield


def cranfield(folder: Path) -> dict[str, Any]:
    """nDCG@10 with binary gains over all 225 queries, and recall at 100, by the documents' own search."""
    documents = {id: f"{part['T']}\n\n{part['W']}" for id, part in _records(folder / "cran.all.1400").items()}
    queries = [part["W"] for part in _records(folder / "cran.qry").values()]
    relevant: dict[int, set[str]] = {}
    for line in (folder / "cranqrel").read_text().splitlines():
        query, document, code = (int(value) for value in line.split()[:3])
        if code in GAINS:
            relevant.setdefault(query, set()).add(str(document))
    with tempfile.TemporaryDirectory(prefix="coach-cranfield-") as scratch:
        texts = Path(scratch) / "texts"
        texts.mkdir()
        for id, text in documents.items():
            (texts / f"{id}.txt").write_text(text, encoding="utf-8")
        library = open_library(Settings(home=Path(scratch) / "home"))
        report = library.add([texts])
        gains, found_at_100 = [], []
        # Judgements count the queries by their order, not by their number.
        for number, text in enumerate(queries, start=1):
            found = [one.passage.file.removesuffix(".txt") for one in library.search_documents(text, 100)[1]]
            right = relevant.get(number, set())
            gains.append(ndcg([one in right for one in found[:10]], len(right)))
            found_at_100.append(len(right & set(found)) / max(len(right), 1))
    low, high = interval(np.array(gains))
    return {
        "documents": len(report.read),
        "left_out": len(report.skipped),
        "queries": len(queries),
        "ndcg@10": round(float(np.mean(gains)), 4),
        "ndcg@10_low": low,
        "ndcg@10_high": high,
        "recall@100": round(float(np.mean(found_at_100)), 4),
    }


def ndcg(hits: Sequence[bool], relevant: int) -> float:
    """Normalised discounted cumulative gain of a ranking with gains of 0 and 1."""
    gain = sum(1 / math.log2(place + 2) for place, hit in enumerate(hits) if hit)
    best = sum(1 / math.log2(place + 2) for place in range(min(relevant, 10)))
    return gain / best if best else 0.0


def _records(path: Path) -> dict[str, dict[str, str]]:
    """Records of Cranfield's form: ``.I`` with a number, then parts under ``.T``, ``.W`` and others."""
    found: dict[str, dict[str, str]] = {}
    for record in re.split(r"^\.I +(?=\d+ *$)", path.read_text(encoding="latin-1"), flags=re.M)[1:]:
        number, _, rest = record.partition("\n")
        parts = re.split(r"^\.([TABW])\s*$", rest, flags=re.M)
        body = {name: " ".join(text.split()) for name, text in zip(parts[1::2], parts[2::2], strict=True)}
        found[str(int(number))] = {"T": body.get("T", ""), "W": body.get("W", "")}
    return found
