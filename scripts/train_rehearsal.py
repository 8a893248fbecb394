"""Trains the heads that tell care from attack in a line, and writes them with their records to ``coach/data``.

    uv run python scripts/train_rehearsal.py [--cache DIR]

Learns from our own lines (``evals/data/rehearsal_lines.jsonl``) and the ``tune`` pairs of ``rehearsal_pairs.jsonl``;
the other pairs are for ``evals/rehearsal.py``. One head over the small encoder, one over both encoders side by side, to
be made again whenever the branch ``attack`` is (``scripts/train_branches.py``). Only the latter learns from
``rehearsal_hard.jsonl``, attacks without a word of blame beside plain lines in like words, which the small encoder
cannot tell apart.
Logistic regression over embedding and cues, written in the form of ``coach.heads``: two hidden units hold the score
and its opposite. Deterministic.
"""

import argparse
import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from coach import heads, patterns
from coach.config import default_cache
from coach.protocols import Embedder
from evals.rehearsal import pairs

LINES = Path(__file__).parent.parent / "evals" / "data" / "rehearsal_lines.jsonl"
HARD = LINES.with_name("rehearsal_hard.jsonl")
SCALE = 3.0
"""The embedding's numbers are small beside 0/1 cues; folded into the weights afterwards."""
CUES = 0.5
DECAY = 0.003
"""The best of 0.0003 to 0.03 on held-out folds, for either encoder."""
STEPS = 12
FOLDS = 5
ASIDE = "giving-back"
"""Shown only where it is known what the other had said, which is so for pairs alone: learned from, it would stand for
care whatever is said."""

Case = tuple[str, str, bool]
"""The line, what the other had said before it, and whether it is an attack."""


def fit(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Weights with the bias last, by Newton's method on the penalised log-loss."""
    rows = np.c_[x, np.ones(len(x))]
    weights = np.zeros(rows.shape[1])
    penalty = np.r_[np.full(x.shape[1], DECAY), 1e-9]
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-np.clip(rows @ weights, -30, 30)))
        curve = (rows.T * (chance * (1 - chance) / len(y) + 1e-6)) @ rows + np.diag(penalty)
        weights -= np.linalg.solve(curve, rows.T @ (chance - y) / len(y) + penalty * weights)
    return weights


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, default=default_cache())
    parser.add_argument("--out", type=Path, default=heads.DATA)
    options = parser.parse_args()
    from coach.app import load_settings, open_language
    from coach.rehearsal.landing import HEAD, STRONG, Ear
    from knowledge.embedding import load_embedder
    from knowledge.matcher import ATTACK
    from knowledge.reader import load_reader

    embedder, reader = load_embedder(options.cache), load_reader(options.cache, ATTACK)
    if embedder is None or reader is None:
        parser.error("The weights are not installed. Run: uv sync")
    ear = Ear(open_language(load_settings()), embedder)
    for name, encoder, read in ((HEAD, embedder, [LINES]), (STRONG, reader, [LINES, HARD])):
        own = [json.loads(line) for path in read for line in path.read_text(encoding="utf-8").splitlines()]
        cases: list[Case] = [(one["text"], "", one["side"] == "attack") for one in own]
        for pair in pairs("tune"):
            cases += [(pair.skilful, pair.before, False), (pair.blaming, pair.before, True)]
        found = [ear.cues(text, before) for text, before, _ in cases]
        make(name, encoder, cases, found, {"own lines": len(own), "tune pairs": len(pairs("tune"))}, options.out)


def make(
    name: str, encoder: Embedder, cases: list[Case], found: list[frozenset[str]], counts: dict[str, int], out: Path
) -> None:
    """Trains and writes the head over one encoder; ``found`` are the cues of each case."""
    names = tuple(cue for cue in sorted(patterns.read("rehearsal")["weights"]) if cue != ASIDE)
    vectors = encoder.embed([text for text, _, _ in cases])
    flags = np.array([[one in held for one in names] for held in found], np.float64)
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
        "classes": ["care", "attack"], "features": list(names), "embedder": encoder.name, "thresholds": {},
        "trained": datetime.now(UTC).date().isoformat(),
        "cases": counts,
        "cases_sha256": hashlib.sha256("\n".join(text for text, _, _ in cases).encode()).hexdigest(),
        "cross_validated_accuracy": round(right / len(y), 4), "folds": "5, every fifth case",
    }  # fmt: skip
    np.savez_compressed(out / f"{name}.npz", **{key: one.astype(np.float16) for key, one in arrays.items()})
    (out / f"{name}.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(name, "cross-validated accuracy", record["cross_validated_accuracy"], "of", len(y))


if __name__ == "__main__":
    main()
