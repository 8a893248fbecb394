"""Trains the matcher that picks a practice card from what a person says.

A low-rank update of the offline embedding (LoRA, Hu et al. 2021, arXiv:2106.09685) with a cosine classifier over the
cards, learned from ``knowledge/phrasings/*.txt`` and the cards' own situations. Needs torch, which the product itself
never does:

    uv run --with torch scripts/train_matching.py --weights DIR --out knowledge/matcher.npz

``DIR`` holds ``model.safetensors`` and ``tokenizer.json`` of all-MiniLM-L6-v2. Every tenth line is kept from training
and used to choose the number of epochs; the evaluation situations are never read here.
"""

import argparse
import json
import math
import random
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor, nn

from knowledge.cards import load_cards

LAYERS, HEADS, WIDTH = 6, 12, 384
MAX_TOKENS = 128
ADAPTED = (
    "attention.self.query",
    "attention.self.value",
    "attention.output.dense",
    "intermediate.dense",
    "output.dense",
)


class Adapted(nn.Module):
    """A frozen linear layer plus a low-rank update: W + B A, both learned."""

    def __init__(self, weight: Tensor, bias: Tensor, rank: int) -> None:
        super().__init__()
        self.weight, self.bias = nn.Parameter(weight, False), nn.Parameter(bias, False)
        self.a = nn.Parameter(torch.randn(rank, weight.shape[1]) / math.sqrt(weight.shape[1]))
        self.b = nn.Parameter(torch.zeros(weight.shape[0], rank))

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, self.weight, self.bias) + (x @ self.a.T) @ self.b.T


class Encoder(nn.Module):
    """MiniLM with adapted layers, mean pooling and unit vectors; the network that ``knowledge.minilm`` builds."""

    def __init__(self, weights: dict[str, Tensor], rank: int) -> None:
        super().__init__()
        self.w = {name: tensor for name, tensor in weights.items() if tensor.dtype == torch.float32}
        self.layers = nn.ModuleDict()
        for layer in range(LAYERS):
            for name in ADAPTED:
                key = f"encoder.layer.{layer}.{name}"
                self.layers[key.replace(".", "/")] = Adapted(self.w[f"{key}.weight"], self.w[f"{key}.bias"], rank)
        self.dropout = nn.Dropout(0.1)

    def _linear(self, x: Tensor, key: str) -> Tensor:
        name = key.replace(".", "/")
        if name in self.layers:
            return self.layers[name](x)
        return F.linear(x, self.w[f"{key}.weight"], self.w[f"{key}.bias"])

    def _norm(self, x: Tensor, key: str) -> Tensor:
        return F.layer_norm(x, (WIDTH,), self.w[f"{key}.weight"], self.w[f"{key}.bias"], 1e-12)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        e = "embeddings."
        x = self.w[e + "word_embeddings.weight"][ids] + self.w[e + "position_embeddings.weight"][: ids.shape[1]]
        x = self._norm(x + self.w[e + "token_type_embeddings.weight"][0], e + "LayerNorm")
        x = self.dropout(x)
        size = WIDTH // HEADS
        for layer in range(LAYERS):
            p = f"encoder.layer.{layer}."
            q, k, v = (
                self._linear(x, p + f"attention.self.{n}").view(*x.shape[:2], HEADS, size).transpose(1, 2)
                for n in ("query", "key", "value")
            )
            a = F.scaled_dot_product_attention(q, k, v, attn_mask=mask[:, None, None, :])
            a = a.transpose(1, 2).reshape(x.shape)
            x = self._norm(
                x + self.dropout(self._linear(a, p + "attention.output.dense")), p + "attention.output.LayerNorm"
            )
            h = F.gelu(self._linear(x, p + "intermediate.dense"))
            x = self._norm(x + self.dropout(self._linear(h, p + "output.dense")), p + "output.LayerNorm")
        pooled = (x * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)
        return F.normalize(pooled, dim=-1)


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


def batches(
    rows: list[tuple[str, int]], tokenizer: Tokenizer, size: int, shuffle: bool
) -> list[tuple[Tensor, Tensor, Tensor]]:
    order = list(range(len(rows)))
    if shuffle:
        random.shuffle(order)
    encoded = tokenizer.encode_batch([rows[i][0] for i in order])
    out = []
    by_length = sorted(range(len(order)), key=lambda i: len(encoded[i].ids) + (random.random() * 8 if shuffle else 0))
    for start in range(0, len(by_length), size):
        part = by_length[start : start + size]
        width = max(len(encoded[i].ids) for i in part)
        ids = torch.zeros(len(part), width, dtype=torch.long)
        mask = torch.zeros(len(part), width)
        for row, i in enumerate(part):
            ids[row, : len(encoded[i].ids)] = torch.tensor(encoded[i].ids)
            mask[row, : len(encoded[i].ids)] = 1
        out.append((ids, mask, torch.tensor([rows[order[i]][1] for i in part])))
    if shuffle:
        random.shuffle(out)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--none", type=Path)
    parser.add_argument("--rank", type=int, default=16)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--rate", type=float, default=1.5e-3)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--all", action="store_true", help="train on the kept lines too, once the epochs are chosen")
    args = parser.parse_args()
    random.seed(args.seed)
    torch.manual_seed(args.seed)
    tokenizer = Tokenizer.from_file(str(args.weights / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    ids, rows = examples(args.none)
    kept = [row for n, row in enumerate(rows) if n % 10 == 0]
    train = rows if args.all else [row for n, row in enumerate(rows) if n % 10]
    classes = max(label for _, label in rows) + 1
    encoder = Encoder(load_file(args.weights / "model.safetensors"), args.rank)
    # The classifier starts at the mean vector of each card's messages, a nearest-centroid classifier.
    encoder.eval()
    sums = torch.zeros(classes, WIDTH)
    with torch.no_grad():
        for token_ids, mask, labels in batches(train, tokenizer, 128, False):
            sums.index_add_(0, labels, encoder(token_ids, mask))
    prototypes = nn.Parameter(F.normalize(sums, dim=-1))
    bias = nn.Parameter(torch.zeros(classes))
    scale = nn.Parameter(torch.tensor(16.0))
    groups = [
        {"params": [p for p in encoder.parameters() if p.requires_grad], "lr": args.rate, "weight_decay": 0.01},
        {"params": [prototypes], "lr": args.rate * 2, "weight_decay": 0.0},
        {"params": [bias, scale], "lr": args.rate, "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups)
    steps = args.epochs * math.ceil(len(train) / args.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, [g["lr"] for g in groups], total_steps=steps + 1, pct_start=0.15
    )

    def logits(token_ids: Tensor, mask: Tensor) -> Tensor:
        return scale * encoder(token_ids, mask) @ F.normalize(prototypes, dim=-1).T + bias

    for epoch in range(args.epochs):
        encoder.train()
        begun, total = time.time(), 0.0
        for token_ids, mask, labels in batches(train, tokenizer, args.batch, True):
            loss = F.cross_entropy(logits(token_ids, mask), labels, label_smoothing=0.05)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * len(labels)
        encoder.eval()
        with torch.no_grad():
            tested = [(logits(t, m).topk(3).indices, y) for t, m, y in batches(kept, tokenizer, 128, False)]
        first = sum((top[:, 0] == y).sum().item() for top, y in tested) / len(kept)
        three = sum((top == y[:, None]).any(1).sum().item() for top, y in tested) / len(kept)
        print(
            f"epoch {epoch + 1}: loss {total / len(train):.3f}, kept first {first:.3f}, top three {three:.3f}, {time.time() - begun:.0f} s",
            flush=True,
        )
    arrays: dict[str, np.ndarray] = {"cards": np.array(ids)}
    for key, module in encoder.layers.items():
        arrays[f"{key}:a"] = module.a.detach().numpy().astype(np.float16)
        arrays[f"{key}:b"] = module.b.detach().numpy().astype(np.float16)
    arrays["prototypes"] = F.normalize(prototypes, dim=-1).detach().numpy().astype(np.float16)
    arrays["bias"] = bias.detach().numpy().astype(np.float32)
    arrays["scale"] = scale.detach().numpy().astype(np.float32)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(args.out, **arrays)
    print(f"{args.out}: {args.out.stat().st_size / 1e6:.2f} MB, {len(rows)} messages, {classes} classes")


if __name__ == "__main__":
    main()
