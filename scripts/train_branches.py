"""Trains the branches of the message encoder: its upper layers once more, for danger and for attack.

    PYTHONPATH=. uv run --with torch --with safetensors scripts/train_branches.py danger --weights DIR

What tells a card from its neighbour is not what tells despair from a long week, so each question has upper layers of
its own over the same lower ones. ``danger`` learns the cases of ``scripts/train_gate.py`` (their ``train`` split, as
typed and as speech comes); ``attack`` the lines of ``scripts/train_rehearsal.py``. One case in twenty is kept from
training to see how many epochs help. ``DIR`` is as in ``scripts/train_matching.py``. The heads over a branch learn
after it.
"""

import argparse
import json
import math
import random
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import train_gate
import train_rehearsal
from lora import Cosine, Row, Training, add_options, batches, frozen, logits, means, open_encoder, prepare

from coach import signals
from evals.rehearsal import pairs
from knowledge.matcher import ATTACK, BRANCHES, DANGER

KEPT = 20
"""One case in so many is kept from training."""
MORE = 2750
"""Of the plentiful and the alike, as many as leave the written cases their weight."""
CHECKED = 1000
"""Ordinary messages that the danger found is held against."""
FALSE_FIRES = 0.003
"""Share of these that may fire when an epoch is judged."""

Case = tuple[str, str]
"""A message and its class."""


@dataclass(frozen=True, slots=True)
class Material:
    """What a branch learns from. ``grave``: classes that must not fire on ``ordinary`` talk, not learnt from."""

    classes: tuple[str, ...]
    grave: tuple[str, ...]
    written: list[Case]
    more: tuple[list[Case], ...]
    ordinary: list[Case]


def danger() -> Material:
    learn, choose = train_gate.from_cards()

    def told(rows: list[dict[str, str]]) -> list[Case]:
        return [(row["text"], row["label"]) for row in rows]

    classes = (*train_gate.TEXTS, "money", "none")
    grave = tuple(name for name in classes if train_gate.kind_of(name) in ("crisis", "content"))
    more = (told(train_gate.composed()), told(learn))
    return Material(classes, grave, told(train_gate.cases("train")), more, told(choose))


def attack() -> Material:
    written: list[Case] = []
    for path in (train_rehearsal.LINES, train_rehearsal.HARD):
        rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
        written += [(row["text"], row["side"]) for row in rows]
    for pair in pairs("tune"):
        written += [(pair.skilful, "care"), (pair.blaming, "attack")]
    return Material(("care", "attack"), ("attack",), written, (), [])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("branch", choices=(DANGER, ATTACK))
    add_options(parser, epochs=3)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--first", type=int, default=10, help="lowest layer of the branch")
    args = parser.parse_args()
    prepare(args.seed, args.threads)
    material = danger() if args.branch == DANGER else attack()
    encoder, tokenizer = open_encoder(args.weights, args.rank, args.first)

    def states(cases: list[Case]) -> list[Row]:
        rows = [(signals.plain(text), material.classes.index(label)) for text, label in cases]
        return frozen(encoder, rows, tokenizer)

    begun = time.time()
    typed = states(material.written)
    heard = states([(train_gate.spoken(text), label) for text, label in material.written[::2]])
    kept = typed[::KEPT]
    forms = [(row, heard[n // 2]) if n % 2 == 0 else (row,) for n, row in enumerate(typed)]
    learnt = [form for n, form in enumerate(forms) if args.all or n % KEPT]
    more = [states(random.sample(cases, min(MORE, len(cases)))) for cases in material.more]
    ordinary = states(random.sample(material.ordinary, min(CHECKED, len(material.ordinary))))
    print(f"{len(learnt)} written, {sum(map(len, more))} more, {time.time() - begun:.0f} s", flush=True)

    start = [*typed[1::2], *(row for rows in more for row in rows[::8])]
    classifier = Cosine(means(encoder, start, len(material.classes)))
    each = len(learnt) + sum(map(len, more))
    training = Training(encoder, classifier, args.rate, args.epochs * math.ceil(each / args.batch))
    grave = torch.tensor([name in material.grave for name in material.classes])

    def chances(rows: list[Row]) -> tuple[torch.Tensor, torch.Tensor]:
        """Chance of each class and the true one."""
        found = [(logits(encoder, classifier, x, mask).softmax(-1), y) for x, mask, y in batches(rows, 128, False)]
        return torch.cat([chance for chance, _ in found]), torch.cat([y for _, y in found])

    for epoch in range(args.epochs):
        begun = time.time()
        rows = [random.choice(form) for form in learnt]
        rows += [row for plenty in more for row in plenty]
        lost = training.epoch(rows, args.batch)
        with torch.no_grad():
            chance, truth = chances(kept)
            scores = f"loss {lost:.3f}, kept right {(chance.argmax(-1) == truth).float().mean():.3f}"
            if ordinary:
                limit = chances(ordinary)[0][:, grave].sum(-1).quantile(1 - FALSE_FIRES)
                fired = chance[:, grave].sum(-1) > limit
                scores += f", grave found {fired[grave[truth]].float().mean():.3f} above {limit:.3f}"
                scores += f", false {fired[~grave[truth]].float().mean():.4f}"
        print(f"epoch {epoch + 1}: {scores}, {time.time() - begun:.0f} s", flush=True)
    np.savez_compressed(args.out or BRANCHES[args.branch], **encoder.arrays())


if __name__ == "__main__":
    main()
