"""Trains the head that tells care from attack in a line, and writes it with its record to ``coach/data``.

    uv run python scripts/train_rehearsal.py [--cache DIR]

Learns from our own lines (``evals/data/rehearsal_lines.jsonl``) and the ``tune`` pairs of ``rehearsal_pairs.jsonl``;
the ``later`` pairs are for ``evals/rehearsal.py``. Logistic regression over embedding and cues, written in the form of
``coach.heads``: two hidden units hold the score and its opposite. Deterministic.
"""

import argparse
import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from coach import heads
from coach.config import default_cache
from evals.rehearsal import pairs

LINES = Path(__file__).parent.parent / "evals" / "data" / "rehearsal_lines.jsonl"
SCALE = 3.0
"""The embedding's numbers are small beside 0/1 cues; folded into the weights afterwards."""
CUES = 0.5
DECAY = 0.01
STEPS = 3000
RATE = 0.3
FOLDS = 5


def fit(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Weights with the bias last, by plain gradient descent on the penalised log-loss."""
    rows = np.c_[x, np.ones(len(x))]
    weights = np.zeros(rows.shape[1])
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-rows @ weights))
        weights -= RATE * (rows.T @ (chance - y) / len(y) + DECAY * np.r_[weights[:-1], 0])
    return weights


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, default=default_cache())
    parser.add_argument("--out", type=Path, default=heads.DATA)
    options = parser.parse_args()
    from coach import patterns
    from coach.app import load_settings, open_language
    from coach.rehearsal.landing import HEAD, Ear
    from knowledge.embedding import load_embedder

    embedder = load_embedder(options.cache)
    assert embedder is not None, "The embedding's weights are not installed. Run: uv sync"
    ear = Ear(open_language(load_settings()), embedder)
    own = [json.loads(line) for line in LINES.read_text(encoding="utf-8").splitlines()]
    cases = [(one["text"], "", one["side"] == "attack") for one in own]
    for pair in pairs("tune"):
        cases += [(pair.skilful, pair.before, False), (pair.blaming, pair.before, True)]
    names = tuple(sorted(patterns.read("rehearsal")["weights"]))
    vectors = embedder.embed([text for text, _, _ in cases])
    found = [ear.cues(text, before) for text, before, _ in cases]
    flags = np.array([[name in held for name in names] for held in found], np.float64)
    x, y = np.hstack([vectors * SCALE, flags * CUES]), np.array([float(attack) for _, _, attack in cases])

    folds = np.arange(len(y)) % FOLDS
    right = 0
    for fold in range(FOLDS):
        kept = folds == fold
        score = np.c_[x[kept], np.ones(kept.sum())] @ fit(x[~kept], y[~kept])
        right += int(((score > 0) == (y[kept] > 0)).sum())
    weights = fit(x, y)
    inputs = np.r_[weights[: vectors.shape[1]] * SCALE, weights[vectors.shape[1] : -1] * CUES]
    arrays = {
        "w1": np.stack([inputs, -inputs], axis=1)[None], "b1": np.array([[weights[-1], -weights[-1]]]),
        # Softmax of (0, score): care is the class of score below nought.
        "w2": np.array([[[0.0, 1.0], [0.0, -1.0]]]), "b2": np.zeros((1, 2)),
    }  # fmt: skip
    record = {
        "classes": ["care", "attack"], "features": list(names), "embedder": embedder.name, "thresholds": {},
        "trained": datetime.now(UTC).date().isoformat(),
        "cases": {"own lines": len(own), "tune pairs": len(pairs("tune"))},
        "cases_sha256": hashlib.sha256("\n".join(text for text, _, _ in cases).encode()).hexdigest(),
        "cross_validated_accuracy": round(right / len(y), 4), "folds": "5, every fifth case",
    }  # fmt: skip
    np.savez_compressed(options.out / f"{HEAD}.npz", **{name: one.astype(np.float16) for name, one in arrays.items()})
    (options.out / f"{HEAD}.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print("cross-validated accuracy", record["cross_validated_accuracy"], "of", len(y))


if __name__ == "__main__":
    main()
