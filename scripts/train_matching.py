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

LAYERS, HEADS, WIDTH = 12, 12, 768
BUCKETS, FARTHEST = 32, 128
"""Relative positions fall into buckets, finer nearby (MPNet, Song et al. 2020, arXiv:2004.09297)."""
PADDING = 1
MAX_TOKENS = 128
FROZEN = 10
"""Lower layers stay as they are: their output is computed once, which makes an epoch many times as fast."""
ADAPTED = (
    "attention.attn.q", "attention.attn.k", "attention.attn.v", "attention.attn.o",
    "intermediate.dense", "output.dense",
)  # fmt: skip


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
    """MPNet with adapted upper layers, mean pooling and unit vectors; the network that ``knowledge.mpnet`` builds."""

    def __init__(self, weights: dict[str, Tensor], rank: int) -> None:
        super().__init__()
        self.w = {name: tensor for name, tensor in weights.items() if tensor.dtype == torch.float32}
        self.layers = nn.ModuleDict()
        for layer in range(FROZEN, LAYERS):
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
        return F.layer_norm(x, (WIDTH,), self.w[f"{key}.weight"], self.w[f"{key}.bias"], 1e-5)

    def lower(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Hidden states after the frozen layers, shape (batch, tokens, 768)."""
        e = "embeddings."
        places = (mask.cumsum(1) * mask).long() + PADDING
        x = self.w[e + "word_embeddings.weight"][ids] + self.w[e + "position_embeddings.weight"][places]
        return self._layers(self._norm(x, e + "LayerNorm"), mask, 0, FROZEN)

    def forward(self, hidden: Tensor, mask: Tensor) -> Tensor:
        """Unit vectors, shape (batch, 768), from the hidden states of the frozen layers."""
        x = self._layers(self.dropout(hidden), mask, FROZEN, LAYERS)
        pooled = (x * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)
        return F.normalize(pooled, dim=-1)

    def _layers(self, x: Tensor, mask: Tensor, first: int, last: int) -> Tensor:
        size = WIDTH // HEADS
        hide = self._nearness(x.shape[1]) + (mask[:, None, None, :] - 1.0) * 1e9
        for layer in range(first, last):
            p = f"encoder.layer.{layer}."
            drop = self.dropout if layer >= FROZEN else nn.Identity()
            q, k, v = (
                self._linear(x, p + f"attention.attn.{n}").view(*x.shape[:2], HEADS, size).transpose(1, 2)
                for n in "qkv"
            )
            a = F.scaled_dot_product_attention(q, k, v, attn_mask=hide.to(q.dtype)).transpose(1, 2).reshape(x.shape)
            x = self._norm(x + drop(self._linear(a, p + "attention.attn.o")), p + "attention.LayerNorm")
            h = F.gelu(self._linear(x, p + "intermediate.dense"))
            x = self._norm(x + drop(self._linear(h, p + "output.dense")), p + "output.LayerNorm")
        return x

    def _nearness(self, width: int) -> Tensor:
        """The attention bias of relative positions, shape (1, heads, width, width), shared by all layers."""
        place = torch.arange(width)
        behind = place[:, None] - place[None, :]
        half, near = BUCKETS // 2, BUCKETS // 4
        far = near + (torch.log(behind.abs().clamp(min=1) / near) / math.log(FARTHEST / near) * (half - near)).long()
        bucket = (behind < 0).long() * half + torch.where(behind.abs() < near, behind.abs(), far.clamp(max=half - 1))
        return self.w["encoder.relative_attention_bias.weight"][bucket].permute(2, 0, 1)[None]


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


Row = tuple[Tensor, int]


@torch.no_grad()
def frozen(encoder: Encoder, rows: list[tuple[str, int]], tokenizer: Tokenizer) -> list[Row]:
    """Every message as the output of the frozen layers, half precision, with its class."""
    encoded = tokenizer.encode_batch([text for text, _ in rows])
    order = sorted(range(len(rows)), key=lambda i: len(encoded[i].ids))
    out: list[Row] = [(torch.empty(0), 0)] * len(rows)
    for start in range(0, len(order), 64):
        part = order[start : start + 64]
        width = max(len(encoded[i].ids) for i in part)
        ids, mask = torch.full((len(part), width), PADDING), torch.zeros(len(part), width)
        for row, i in enumerate(part):
            ids[row, : len(encoded[i].ids)] = torch.tensor(encoded[i].ids)
            mask[row, : len(encoded[i].ids)] = 1
        with torch.autocast("cpu", torch.bfloat16):
            hidden = encoder.lower(ids, mask)
        for row, i in enumerate(part):
            out[i] = (hidden[row, : len(encoded[i].ids)].half().clone(), rows[i][1])
    return out


def batches(rows: list[Row], size: int, shuffle: bool) -> list[tuple[Tensor, Tensor, Tensor]]:
    """Batches of like length: hidden states, mask, classes."""
    order = sorted(range(len(rows)), key=lambda i: len(rows[i][0]) + (random.random() * 8 if shuffle else 0))
    parts = [order[start : start + size] for start in range(0, len(order), size)]
    if shuffle:
        random.shuffle(parts)
    return [_padded([rows[i] for i in part]) for part in parts]


def _padded(rows: list[Row]) -> tuple[Tensor, Tensor, Tensor]:
    width = max(len(hidden) for hidden, _ in rows)
    x, mask = torch.zeros(len(rows), width, WIDTH), torch.zeros(len(rows), width)
    for row, (hidden, _) in enumerate(rows):
        x[row, : len(hidden)] = hidden.float()
        mask[row, : len(hidden)] = 1
    return x, mask, torch.tensor([label for _, label in rows])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--none", type=Path)
    parser.add_argument("--rank", type=int, default=24)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--all", action="store_true", help="train on the kept lines too, once the epochs are chosen")
    args = parser.parse_args()
    random.seed(args.seed)
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    tokenizer = Tokenizer.from_file(str(args.weights / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    ids, rows = examples(args.none)
    classes = max(label for _, label in rows) + 1
    encoder = Encoder(load_file(args.weights / "model.safetensors"), args.rank)
    encoder.eval()
    states = frozen(encoder, rows, tokenizer)
    kept = [row for n, row in enumerate(states) if n % 20 == 0]
    train = states if args.all else [row for n, row in enumerate(states) if n % 20]
    # The classifier starts at the mean vector of each card's messages, a nearest-centroid classifier.
    sums = torch.zeros(classes, WIDTH)
    with torch.no_grad():
        for hidden, mask, labels in batches(train, 128, False):
            sums.index_add_(0, labels, encoder(hidden, mask))
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

    def logits(hidden: Tensor, mask: Tensor) -> Tensor:
        with torch.autocast("cpu", torch.bfloat16):
            vectors = encoder(hidden, mask)
        return scale * vectors.float() @ F.normalize(prototypes, dim=-1).T + bias

    for epoch in range(args.epochs):
        encoder.train()
        begun, total = time.time(), 0.0
        for hidden, mask, labels in batches(train, args.batch, True):
            loss = F.cross_entropy(logits(hidden, mask), labels, label_smoothing=0.05)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * len(labels)
        encoder.eval()
        with torch.no_grad():
            tested = [(logits(t, m).topk(3).indices, y) for t, m, y in batches(kept, 128, False)]
        first = sum((top[:, 0] == y).sum().item() for top, y in tested) / len(kept)
        three = sum((top == y[:, None]).any(1).sum().item() for top, y in tested) / len(kept)
        seconds = time.time() - begun
        scores = f"loss {total / len(train):.3f}, kept {first:.3f} / {three:.3f}"
        print(f"epoch {epoch + 1}: {scores}, {seconds:.0f} s", flush=True)
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
