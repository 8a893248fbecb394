"""Trains the matcher that picks a practice card from what a person says.

A low-rank update (LoRA, Hu et al. 2021, arXiv:2106.09685) of the upper layers of all-mpnet-base-v2 with a cosine
classifier over the cards, learned from ``knowledge/phrasings/*.txt`` and the cards' own situations. Needs torch, which
the product itself never does:

    uv run --with torch --with safetensors scripts/train_matching.py --weights DIR --out knowledge/matcher.npz

``DIR`` holds ``model.safetensors`` and ``tokenizer.json`` of all-mpnet-base-v2. Every twentieth line is kept from
training, to see how many epochs help; the evaluation situations are never read here.
"""

import argparse
import json
import math
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from lora import Cosine, Training, add_options, batches, frozen, logits, means, open_encoder, prepare

from knowledge.cards import load_cards

FIRST = 10
"""The lower layers stay as they are, which makes an epoch many times as fast."""


def examples(none: Path | None) -> tuple[list[str], list[tuple[str, int]]]:
    """Card ids, and every training message with its class; the class after the last card is "none of them"."""
    cards = load_cards()
    ids = sorted(cards)
    rows: list[tuple[str, int]] = []
    for number, id in enumerate(ids):
        path = Path("knowledge/phrasings") / f"{id}.txt"
        told = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        rows += [(line.strip(), number) for line in (*told, *cards[id].situations) if line.strip()]
    if none is not None:
        for line in none.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if not row.get("covered", False):
                rows.append((row["text"], len(ids)))
    return ids, rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_options(parser, epochs=4)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--none", type=Path)
    args = parser.parse_args()
    prepare(args.seed, args.threads)
    ids, rows = examples(args.none)
    classes = max(label for _, label in rows) + 1
    encoder, tokenizer = open_encoder(args.weights, args.rank, FIRST)
    states = frozen(encoder, rows, tokenizer)
    kept = [row for n, row in enumerate(states) if n % 20 == 0]
    train = states if args.all else [row for n, row in enumerate(states) if n % 20]
    classifier = Cosine(means(encoder, train, classes))
    steps = args.epochs * math.ceil(len(train) / args.batch)
    training = Training(encoder, classifier, args.rate, steps)
    for epoch in range(args.epochs):
        begun = time.time()
        lost = training.epoch(train, args.batch)
        with torch.no_grad():
            tested = [(logits(encoder, classifier, t, m).topk(3).indices, y) for t, m, y in batches(kept, 128, False)]
        first = sum((top[:, 0] == y).sum().item() for top, y in tested) / len(kept)
        three = sum((top == y[:, None]).any(1).sum().item() for top, y in tested) / len(kept)
        seconds = time.time() - begun
        scores = f"loss {lost:.3f}, kept {first:.3f} / {three:.3f}"
        print(f"epoch {epoch + 1}: {scores}, {seconds:.0f} s", flush=True)
    arrays = {"cards": np.array(ids), **encoder.arrays()}
    arrays["prototypes"] = F.normalize(classifier.prototypes, dim=-1).detach().numpy().astype(np.float16)
    arrays["bias"] = classifier.bias.detach().numpy().astype(np.float32)
    arrays["scale"] = classifier.scale.detach().numpy().astype(np.float32)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(args.out, **arrays)
    print(f"{args.out}: {args.out.stat().st_size / 1e6:.2f} MB, {len(rows)} messages, {classes} classes")


if __name__ == "__main__":
    main()
