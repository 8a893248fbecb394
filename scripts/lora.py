"""MPNet with low-rank updates (LoRA, Hu et al. 2021, arXiv:2106.09685) of its upper layers, to be trained in torch.

The network that ``knowledge.mpnet`` builds for the product, which itself never needs torch. Shared by the training
scripts; the lower layers stay as they are and are computed once for each message.
"""

import argparse
import math
import random
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor, nn

LAYERS, HEADS, WIDTH = 12, 12, 768
BUCKETS, FARTHEST = 32, 128
"""Relative positions fall into buckets, finer nearby (MPNet, Song et al. 2020, arXiv:2004.09297)."""
PADDING = 1
MAX_TOKENS = 128
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
    """MPNet with mean pooling and unit vectors, whose layers from ``first`` on are adapted."""

    def __init__(self, weights: dict[str, Tensor], rank: int, first: int) -> None:
        super().__init__()
        self.first = first
        self.w = {name: tensor for name, tensor in weights.items() if tensor.dtype == torch.float32}
        self.layers = nn.ModuleDict()
        for layer in range(first, LAYERS):
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
        return self._layers(self._norm(x, e + "LayerNorm"), mask, 0, self.first)

    def forward(self, hidden: Tensor, mask: Tensor) -> Tensor:
        """Unit vectors, shape (batch, 768), from the hidden states of the frozen layers."""
        x = self._layers(self.dropout(hidden), mask, self.first, LAYERS)
        pooled = (x * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)
        return F.normalize(pooled, dim=-1)

    def _layers(self, x: Tensor, mask: Tensor, first: int, last: int) -> Tensor:
        size = WIDTH // HEADS
        hide = self._nearness(x.shape[1]) + (mask[:, None, None, :] - 1.0) * 1e9
        for layer in range(first, last):
            p = f"encoder.layer.{layer}."
            drop = self.dropout if layer >= self.first else nn.Identity()
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

    def arrays(self, branch: str = "") -> dict[str, np.ndarray]:
        """The low-rank factors by the weight that they change, half precision; ``branch`` goes before each name."""
        out = {}
        for key, module in self.layers.items():
            out[f"{branch}{key}:a"] = module.a.detach().numpy().astype(np.float16)
            out[f"{branch}{key}:b"] = module.b.detach().numpy().astype(np.float16)
        return out


def open_encoder(folder: Path, rank: int, first: int) -> tuple[Encoder, Tokenizer]:
    """Encoder and tokenizer from ``model.safetensors`` and ``tokenizer.json`` of all-mpnet-base-v2."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    encoder = Encoder(load_file(folder / "model.safetensors"), rank, first)
    encoder.eval()
    return encoder, tokenizer


Row = tuple[Tensor, int]
"""Hidden states of one message, shape (tokens, 768), with its class."""


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


class Cosine(nn.Module):
    """Classifier by the angle to one vector a class, which starts at the mean of the class's messages."""

    def __init__(self, means: Tensor) -> None:
        super().__init__()
        self.prototypes = nn.Parameter(F.normalize(means, dim=-1))
        self.bias = nn.Parameter(torch.zeros(len(means)))
        self.scale = nn.Parameter(torch.tensor(16.0))

    def forward(self, vectors: Tensor) -> Tensor:
        return self.scale * vectors @ F.normalize(self.prototypes, dim=-1).T + self.bias


@torch.no_grad()
def means(encoder: Encoder, rows: list[Row], classes: int) -> Tensor:
    """Sum of the vectors of each class, shape (classes, 768)."""
    sums = torch.zeros(classes, WIDTH)
    for hidden, mask, labels in batches(rows, 128, False):
        sums.index_add_(0, labels, encoder(hidden, mask))
    return sums


def optimizer(
    encoder: Encoder, classifier: Cosine, rate: float, steps: int
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
    """AdamW with one cycle of the rate (Smith and Topin 2018, arXiv:1708.07120)."""
    groups = [
        {"params": [p for p in encoder.parameters() if p.requires_grad], "lr": rate, "weight_decay": 0.01},
        {"params": [classifier.prototypes], "lr": rate * 2, "weight_decay": 0.0},
        {"params": [classifier.bias, classifier.scale], "lr": rate, "weight_decay": 0.0},
    ]
    found = torch.optim.AdamW(groups)
    rates = [group["lr"] for group in groups]
    return found, torch.optim.lr_scheduler.OneCycleLR(found, rates, total_steps=steps + 1, pct_start=0.15)


def logits(encoder: Encoder, classifier: Cosine, hidden: Tensor, mask: Tensor) -> Tensor:
    """Shape (batch, classes)."""
    with torch.autocast("cpu", torch.bfloat16):
        vectors = encoder(hidden, mask)
    return classifier(vectors.float())


def add_options(parser: argparse.ArgumentParser, epochs: int) -> None:
    """What every training takes; ``epochs`` is how many are usual."""
    parser.add_argument("--weights", type=Path, required=True, help="folder of all-mpnet-base-v2")
    parser.add_argument("--rank", type=int, default=24)
    parser.add_argument("--epochs", type=int, default=epochs)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--all", action="store_true", help="train on the kept cases too, once the epochs are chosen")


def prepare(seed: int, threads: int) -> None:
    random.seed(seed)
    torch.manual_seed(seed)
    torch.set_num_threads(threads)


class Training:
    """Steps of one run over an encoder and its classifier."""

    def __init__(self, encoder: Encoder, classifier: Cosine, rate: float, steps: int) -> None:
        self._encoder, self._classifier = encoder, classifier
        self._adam, self._schedule = optimizer(encoder, classifier, rate, steps)

    def epoch(self, rows: list[Row], size: int) -> float:
        """Learns from every row once; the mean loss, by smoothed cross-entropy."""
        self._encoder.train()
        total = 0.0
        for hidden, mask, labels in batches(rows, size, True):
            found = logits(self._encoder, self._classifier, hidden, mask)
            loss = F.cross_entropy(found, labels, label_smoothing=0.05)
            self._adam.zero_grad()
            loss.backward()
            self._adam.step()
            self._schedule.step()
            total += loss.item() * len(labels)
        self._encoder.eval()
        return total / len(rows)
