"""Trains the head of ``coach.support`` and writes ``coach/support.json`` with the record of its training.

    uv run python scripts/train_grounding.py --wice PATH/wice_claim_dev.jsonl

Learns from our own labelled pairs (the tune half of ``evals/data/grounding.jsonl``), from pairs made out of the
practice cards by small changes that keep or break the meaning, and from the development split of WiCE. No test
split is read here.
"""

import argparse
import json
import random
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from coach.config import default_cache
from coach.protocols import Embedder
from coach.support import FEATURES, HEAD_FILE, MEANING, features
from evals.grounding import load_pairs, source_of
from knowledge.cards import load_cards
from knowledge.claims import load_claims
from knowledge.embedding import load_embedder

SEED = 5
MADE = 900


@dataclass(frozen=True, slots=True)
class Training:
    """How one head is trained: the share of each set, the ridge penalty, and which features (none: all)."""

    shares: dict[str, float]
    penalty: float
    features: tuple[str, ...] = ()


SHORT = Training({"own": 0.4, "made": 0.6}, penalty=5)
# 349 pairs of long pages carry few features; these did best in cross-validation on them.
LONG_SOURCES = Training(
    {"wice": 1.0},
    penalty=1,
    features=(
        "missing_source", "missing_three", "numbers_missing", "names_missing",
        "meaning_three", "meaning_least_clause", "soft_mean",
    ),
)  # fmt: skip

Pair = tuple[str, str, bool]


def made_pairs(count: int) -> list[Pair]:
    """Card sentences with a change that keeps their meaning (supported) or breaks it (not)."""
    rng = random.Random(SEED)
    passages = [idea.say for card in load_cards().values() for idea in card.ideas]
    passages += [claim.statement for claim in load_claims().values() if claim.grade in {"A", "B", "C"}]
    words = [word for text in passages for word in re.findall(r"[a-z]{5,}", text)]
    pairs: list[Pair] = []
    while len(pairs) < count:
        source, other = rng.sample(passages, 2)
        said = rng.choice([part for part in re.split(r"(?<=[.?!])\s+", source) if part])
        keep = _kept(said, rng)
        pairs.append((source, keep, True))
        pairs.append((source, _broken(keep, other, words, rng), False))
    return pairs


def _kept(said: str, rng: random.Random) -> str:
    parts = re.split(r",\s+", said)
    if len(parts) > 2 and rng.random() < 0.5:
        said = ", ".join(parts[:-1]) + "."
    opener = rng.choice(["", "", "", "Yes, ", "Well, ", "I think ", "So, "])
    return opener + (said[:1].lower() + said[1:] if opener else said)


def _broken(said: str, other: str, words: list[str], rng: random.Random) -> str:
    tokens = said.split()
    kind = rng.randrange(6)
    long = [i for i, token in enumerate(tokens) if len(token.strip(".,")) > 4]
    if kind == 0 and long:  # other words
        for i in rng.sample(long, min(len(long), rng.choice([1, 1, 2, 3]))):
            tokens[i] = rng.choice(words)
        return " ".join(tokens)
    if kind == 1:  # something added
        part = rng.choice(re.split(r"(?<=[.?!])\s+", other))
        return f"{part} {said}" if rng.random() < 0.5 else f"{said} {part}"
    if kind == 2 and len(tokens) > 4:  # denied
        at = next((i for i, t in enumerate(tokens) if t in {"is", "are", "can", "was", "will", "may", "does"}), 1)
        return " ".join([*tokens[: at + 1], "not", *tokens[at + 1 :]])
    if kind == 3 and len(long) > 1:  # turned round
        i, j = rng.sample(long, 2)
        tokens[i], tokens[j] = tokens[j], tokens[i]
        return " ".join(tokens)
    if kind == 4 and re.search(r"\d", said):  # another figure
        return re.sub(r"\d+", lambda m: str(int(m.group()) + rng.choice([3, 7, 20])), said)
    half = len(tokens) // 2  # half of another passage
    return " ".join([*tokens[:half], *other.split()[: max(4, half)]])


def fit(x: np.ndarray, y: np.ndarray, weight: np.ndarray, penalty: float) -> tuple[np.ndarray, float]:
    """Logistic regression with a ridge penalty, by Newton's method."""
    design = np.column_stack([x, np.ones(len(x))])
    coef = np.zeros(design.shape[1])
    ridge = np.full(design.shape[1], penalty)
    ridge[-1] = 0
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(design @ coef, -30, 30)))
        gradient = design.T @ (weight * (p - y)) + ridge * coef
        hessian = (design * (weight * p * (1 - p))[:, None]).T @ design + np.diag(ridge + 1e-9)
        step = np.linalg.solve(hessian, gradient)
        coef -= step
        if np.abs(step).max() < 1e-8:
            break
    return coef[:-1], float(coef[-1])


def balanced(y: np.ndarray, said: np.ndarray) -> float:
    return float((said[y == 1].mean() + (1 - said[y == 0]).mean()) / 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wice", type=Path, required=True, help="WiCE development split, one JSON object a line")
    parser.add_argument("--out", type=Path, default=HEAD_FILE)
    options = parser.parse_args()

    ledger = load_claims()
    own = [(source_of(p, ledger), p.sentence, p.supported) for p in load_pairs() if p.split == "tune" and p.sourced]
    wice = [json.loads(line) for line in options.wice.read_text(encoding="utf-8").splitlines()]
    sets: dict[str, list[Pair]] = {
        "own": own,
        "made": made_pairs(MADE),
        "wice": [("\n".join(row["evidence"]), row["claim"], bool(row["supported"])) for row in wice],
    }
    heads = {}
    for embedder in (None, load_embedder(default_cache())):
        kind = "words" if embedder is None else "meaning"
        heads[f"short {kind}"] = train({name: sets[name] for name in ("own", "made")}, SHORT, embedder)
        heads[f"long {kind}"] = train({"wice": sets["wice"]}, LONG_SOURCES, embedder)
    options.out.write_text(json.dumps(heads, indent=1) + "\n", encoding="utf-8")


def train(sets: dict[str, list[Pair]], plan: Training, embedder: Embedder | None) -> dict[str, object]:
    names = FEATURES + (MEANING if embedder else ())
    chosen = [name for name in names if not plan.features or name in plan.features]
    columns = [names.index(name) for name in chosen]
    x = np.array([features(a, b, embedder) for pairs in sets.values() for a, b, _ in pairs])[:, columns]
    labels = {name: np.array([float(c) for *_, c in pairs]) for name, pairs in sets.items()}
    y = np.concatenate(list(labels.values()))
    weight = np.concatenate([_weights(labels[name], plan.shares[name]) for name in sets])
    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-6
    z = (x - mean) / scale
    folds = np.random.default_rng(SEED).integers(0, 5, len(x))
    held = np.zeros(len(x))
    for fold in range(5):
        inside = folds != fold
        coef, bias = fit(z[inside], y[inside], weight[inside], plan.penalty)
        held[~inside] = z[~inside] @ coef + bias
    where = np.concatenate([np.full(len(labels[name]), i) for i, name in enumerate(sets)])
    record = {
        name: {"pairs": len(pairs), "cv_balanced_accuracy": round(balanced(y[where == i], held[where == i] >= 0), 3)}
        for i, (name, pairs) in enumerate(sets.items())
    }
    print("meaning" if embedder else "words", json.dumps(record))
    coef, bias = fit(z, y, weight, plan.penalty)
    return {
        "features": chosen,
        "mean": [round(float(v), 6) for v in mean],
        "scale": [round(float(v), 6) for v in scale],
        "weights": [round(float(v), 6) for v in coef],
        "bias": round(bias, 6),
        "record": {
            "sets": record, "shares": plan.shares, "penalty": plan.penalty, "seed": SEED,
            "embedder": embedder.name if embedder else None,
            "method": "logistic regression with a ridge penalty, both labels weighing the same; five-fold figures",
        },
    }  # fmt: skip


def _weights(y: np.ndarray, share: float) -> np.ndarray:
    """Both labels of a set count alike, and the set by its share."""
    ones = max(1.0, y.sum())
    zeros = max(1.0, (1 - y).sum())
    return np.where(y == 1, 0.5 / ones, 0.5 / zeros) * share * 100


if __name__ == "__main__":
    main()
