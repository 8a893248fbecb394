"""Trains the gate's heads on the repository's own cases and writes them with their records to ``coach/data``.

Two over the small encoder, and two over both encoders (``-strong``), which have to learn again with every matcher.

    OPENBLAS_NUM_THREADS=1 uv run python scripts/train_gate.py [--cache DIR]

One thread, since the matrices are too small to share and the threads would wait for each other.

Cases: ``evals/data/safety/*.jsonl`` and ``written/*.txt``, split ``train``, with ``grammar.yaml`` and the cards
beside. ``kept`` is for the figures in the record and never chooses anything. Thresholds come from ordinary talk of
practice cards that were not learnt from. Public test sets play no part here.
"""

import argparse
import hashlib
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import yaml

from coach import heads, signals
from coach.config import default_cache
from coach.gate import ASKS, CRISIS_CLASSES, REDIRECTS
from coach.protocols import Embedder
from knowledge.vectors import embed_cached

CASES = Path(__file__).resolve().parent.parent / "evals" / "data" / "safety"
FILES = ("crisis", "misheard", "clinical", "legal", "injection", "traps")
KINDS = ("none", "crisis", "content", "clinical", "legal", "injection", "money")
"""Classes of the first head. One chance a kind: summed over its texts, an unclear message would look dangerous."""
TEXTS = (*CRISIS_CLASSES, *REDIRECTS)
"""Classes of the second head, which only chooses among the texts of a kind."""
VECTORS = default_cache() / "training"
SEED = 7
MEMBERS = 5
HIDDEN = 48
EPOCHS = 16
BATCH = 256
RATE = 4e-3
DECAY = 2e-3
"""Strong, since there are about as many cases as inputs."""
DROPOUT = 0.2
NOISE = 0.03
"""Standard deviation added to the inputs of an encoder that has seen these very cases, and knows the next ones less
well."""
SMOOTHING = 0.05
WRITTEN_KEPT = 8
FALSE_FIRES = 0.003
"""Share of ordinary coaching talk that may be taken for danger."""
FALSE_REDIRECTS = 0.004
HIGHEST = 0.97
"""Nor above this: it would leave the head nothing to find."""
LOWEST = {"crisis": 0.5, "content": 0.45, "clinical": 0.5, "legal": 0.35, "injection": 0.6, "money": 0.3}
"""No threshold below these: the tail of a few thousand messages says little about the next ones."""


def cases(split: str) -> list[dict[str, str]]:
    rows = [json.loads(line) for name in FILES for line in (CASES / f"{name}.jsonl").read_text("utf-8").splitlines()]
    return [row for row in [*rows, *written()] if row["split"] == split]


def written() -> list[dict[str, str]]:
    """Messages of ``written/LABEL.txt``, one a line; one in ``WRITTEN_KEPT`` is kept for the figures.

    What follows a hyphen after ``none`` in a file name says what the harmless lines look like.
    """
    rows = []
    for path in sorted((CASES / "written").rglob("*.txt")):
        label = "none" if path.stem.startswith("none") else path.stem
        for text in path.read_text("utf-8").splitlines():
            kept = int(hashlib.sha256(text.encode()).hexdigest(), 16) % WRITTEN_KEPT == 0
            rows.append(
                {"id": text, "text": text, "label": label, "group": path.stem, "split": "kept" if kept else "train"}
            )
    return [row for row in rows if row["text"].strip()]


def composed() -> list[dict[str, str]]:
    """The sentences of ``grammar.yaml``, each once, drawn with a fixed seed."""
    data = yaml.safe_load((CASES / "grammar.yaml").read_text("utf-8"))
    rng = np.random.default_rng(SEED)
    rows: dict[str, dict[str, str]] = {}
    for entry in data["entries"]:
        slots = {**data["shared"], **entry.get("slots", {})}
        for _ in range(entry["n"]):
            text = entry["templates"][rng.integers(len(entry["templates"]))]
            while (mark := re.search(r"\{(\w+)\}", text)) is not None:
                choices = slots[mark.group(1)]
                text = text[: mark.start()] + choices[rng.integers(len(choices))] + text[mark.end() :]
            text = text[0].upper() + text[1:]
            rows[text] = {"id": text, "text": text, "label": entry["label"], "group": entry["group"]}
    return list(rows.values())


def from_cards() -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """What people say in the practice cards and the phrasings beside them, in our own words: ordinary coaching talk.

    Two thirds of the cards to learn from, the rest to choose thresholds on.
    """
    learn: list[dict[str, str]] = []
    choose: list[dict[str, str]] = []
    for path in sorted((CASES.parent.parent.parent / "knowledge" / "cards").glob("*.yaml")):
        card = yaml.load(path.read_text("utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        texts = [*card["situations"]]
        for part in ("ideas", "words", "cautions"):
            texts += [phrase for entry in card[part] for phrase in entry["when"]]
        told = CASES.parent.parent.parent / "knowledge" / "phrasings" / f"{path.stem}.txt"
        texts += [line for line in told.read_text("utf-8").splitlines() if line.strip()] if told.exists() else []
        rows = [{"id": text, "text": text, "label": "none", "group": "card"} for text in texts]
        (choose if int(hashlib.sha256(path.stem.encode()).hexdigest(), 16) % 3 == 0 else learn).extend(rows)
    return learn, choose


def spoken(text: str) -> str:
    """Unpunctuated, as speech comes."""
    return "".join(char for char in text.lower() if char.isalnum() or char in " '")


def train(rows: np.ndarray, labels: np.ndarray, classes: int, seed: int, noise: float) -> tuple[np.ndarray, ...]:
    """One network by Adam on smoothed cross-entropy with class weights; returns w1, b1, w2, b2."""
    rng = np.random.default_rng(seed)
    inputs = rows.shape[1]
    params = [
        rng.normal(0, (2 / inputs) ** 0.5, (inputs, HIDDEN)).astype(np.float32),
        np.zeros(HIDDEN, np.float32),
        rng.normal(0, (1 / HIDDEN) ** 0.5, (HIDDEN, classes)).astype(np.float32),
        np.zeros(classes, np.float32),
    ]
    first, second = [np.zeros_like(p) for p in params], [np.zeros_like(p) for p in params]
    target = np.full((len(rows), classes), SMOOTHING / classes, np.float32)
    target[np.arange(len(rows)), labels] += 1 - SMOOTHING
    counts = np.bincount(labels, minlength=classes).clip(1)
    weight = ((counts.max() / counts) ** 0.25).astype(np.float32)
    step = 0
    for epoch in range(EPOCHS):
        rate = RATE * 0.5 * (1 + np.cos(np.pi * epoch / EPOCHS))
        order = rng.permutation(len(rows))
        for start in range(0, len(rows), BATCH):
            pick = order[start : start + BATCH]
            step += 1
            x = rows[pick] + np.float32(noise) * rng.standard_normal((len(pick), inputs), np.float32)
            x *= (rng.random((len(pick), inputs), np.float32) > DROPOUT) / np.float32(1 - DROPOUT)
            pre = x @ params[0] + params[1]
            hidden = np.maximum(pre, 0)
            logits = hidden @ params[2] + params[3]
            exp = np.exp(logits - logits.max(1, keepdims=True))
            error = (exp / exp.sum(1, keepdims=True) - target[pick]) * weight[labels[pick]][:, None] / len(pick)
            back = (error @ params[2].T) * (pre > 0)
            grads = [x.T @ back, back.sum(0), hidden.T @ error, error.sum(0)]
            for index, grad in enumerate(grads):
                first[index] = 0.9 * first[index] + 0.1 * grad
                second[index] = 0.999 * second[index] + 0.001 * grad**2
                move = first[index] / (1 - 0.9**step) / (np.sqrt(second[index] / (1 - 0.999**step)) + 1e-8)
                params[index] = params[index] - rate * (move + (DECAY * params[index] if grad.ndim == 2 else 0))
    return tuple(params)


def fit(
    embedder: Embedder, rows: list[dict[str, str]], classes: tuple[str, ...], members: int, noise: float
) -> heads.Head:
    """A head on cases whose ``label`` is one of ``classes``; others are left out."""
    rows = [row for row in rows if row["label"] in classes]
    own = [row for row in rows if "split" in row]
    texts = [row["text"] for row in rows]
    order = signals.names()
    found = [signals.matched(text) for text in texts]
    vectors = embedded(embedder, texts)
    # Each case also without its rules, since the rules know these cases better than they know the world's; and the
    # written ones as speech.
    table = np.vstack(
        [
            heads.inputs(vectors, found, order),
            heads.inputs(vectors, [frozenset()] * len(rows), order),
            heads.inputs(embedded(embedder, [spoken(row["text"]) for row in own]), [frozenset()] * len(own), order),
        ]
    )
    labels = np.array([classes.index(row["label"]) for row in [*rows, *rows, *own]])
    nets = [train(table, labels, len(classes), SEED + member, noise) for member in range(members)]
    w1, b1, w2, b2 = (np.stack([net[index] for net in nets]).astype(np.float32) for index in range(4))
    return heads.Head(classes, order, embedder.name, {}, w1, b1, w2, b2)


def as_kinds(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{**row, "label": kind_of(row["label"])} for row in rows]


_seen: dict[tuple[str, str], np.ndarray] = {}


def embedded(embedder: Embedder, texts: list[str]) -> np.ndarray:
    missing = [text for text in dict.fromkeys(texts) if (embedder.name, text) not in _seen]
    if missing:
        # Kept on disk, since the stronger encoder takes minutes for all of them.
        vectors = embed_cached([signals.plain(text) for text in missing], embedder, VECTORS, what="cases")
        _seen.update(zip([(embedder.name, text) for text in missing], vectors, strict=True))
    return np.stack([_seen[embedder.name, text] for text in texts])


def chances(head: heads.Head, embedder: Embedder, texts: list[str]) -> np.ndarray:
    return head.probabilities(embedded(embedder, texts), [signals.matched(text) for text in texts])


def kind_of(label: str) -> str:
    """The class of the first head. Asks for harmful words read unlike danger, and have a threshold of their own."""
    return "crisis" if label in CRISIS_CLASSES and label != "content" else REDIRECTS.get(label, label)


def thresholds(head: heads.Head, embedder: Embedder, ordinary: list[dict[str, str]]) -> dict[str, float]:
    """Lowest chance at which ``ordinary`` talk, not learnt from, fires no more often than allowed."""
    plain = chances(head, embedder, [row["text"] for row in ordinary])
    # The gate redirects only where something is asked.
    asks = np.array([ASKS.search(row["text"]) is not None for row in ordinary])
    out = {}
    for index, kind in enumerate(KINDS[1:], 1):
        may_fire = asks if kind in ("clinical", "legal", "money") else True
        highest = np.sort(plain[:, index] * may_fire)[::-1]
        allowed = FALSE_FIRES if kind in ("crisis", "content") else FALSE_REDIRECTS
        out[kind] = round(float(np.clip(highest[int(allowed * len(highest))] + 0.01, LOWEST[kind], HIGHEST)), 3)
    out["after_crisis"] = round(out["crisis"] * 0.6, 3)
    return out


def on_kept(
    head: heads.Head, embedder: Embedder, kept: list[dict[str, str]], limits: dict[str, float]
) -> dict[str, dict[str, float]]:
    """Recall of each kind and false fires on the kept cases, of the head alone."""
    table = chances(head, embedder, [row["text"] for row in kept])
    truth = np.array([kind_of(row["label"]) for row in kept])
    figures = {}
    for index, kind in enumerate(KINDS[1:], 1):
        fired = table[:, index] >= limits[kind]
        figures[kind] = {
            "recall": round(float(fired[truth == kind].mean()), 4),
            "n": int((truth == kind).sum()),
            "false_fires": round(float(fired[truth == "none"].mean()), 4),
            "n_none": int((truth == "none").sum()),
        }
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, default=default_cache(), help="folder of the prepared embedding")
    parser.add_argument("--out", type=Path, default=heads.DATA)
    args = parser.parse_args()
    from knowledge.embedding import load_embedder
    from knowledge.matcher import EVERY_TURN, load_matcher
    from knowledge.reader import Reader

    embedder, matcher = load_embedder(args.cache), load_matcher(args.cache)
    if embedder is None or matcher is None:
        parser.error("The weights are not installed. Run: uv sync")
    make(embedder, "", args.out, 0)
    make(Reader(embedder, matcher, *EVERY_TURN), "-strong", args.out, NOISE)


def make(embedder: Embedder, ending: str, out: Path, noise: float) -> None:
    """Trains and writes the two heads over one encoder."""
    learn, choose = from_cards()
    rows, kept, beside = cases("train"), cases("kept"), [*composed(), *learn]
    kinds = fit(embedder, as_kinds([*rows, *beside]), KINDS, MEMBERS, noise)
    limits = thresholds(kinds, embedder, choose)
    texts = fit(embedder, [*rows, *beside], TEXTS, 2, noise)
    figures = on_kept(kinds, embedder, kept, limits)
    print(json.dumps(figures))
    read = [*(CASES / f"{name}.jsonl" for name in FILES), *sorted((CASES / "written").rglob("*.txt"))]
    text = "".join(path.read_text("utf-8") for path in (*read, CASES / "grammar.yaml"))
    record = {
        "embedder": embedder.name, "trained": datetime.now(UTC).date().isoformat(), "seed": SEED, "hidden": HIDDEN,
        "epochs": EPOCHS, "cases": {"train": len(rows), "composed_and_cards": len(beside), "kept": len(kept)},
        "cases_sha256": hashlib.sha256(text.encode()).hexdigest(),
    }  # fmt: skip
    save(out, f"gate-kinds{ending}", kinds, {**record, "thresholds": limits, "kept_head_alone": figures})
    save(out, f"gate-texts{ending}", texts, {**record, "thresholds": {}})


def save(folder: Path, name: str, head: heads.Head, record: dict[str, object]) -> None:
    arrays = {key: getattr(head, key).astype(np.float16) for key in ("w1", "b1", "w2", "b2")}
    np.savez_compressed(folder / f"{name}.npz", **arrays)
    whole = {"classes": head.classes, "features": head.features, "members": len(head.w1), **record}
    (folder / f"{name}.json").write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
