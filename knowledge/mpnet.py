"""The network of all-mpnet-base-v2, from its safetensors file to int8 ONNX, with trained low-rank updates put in.

An encoder of twelve layers whose attention adds a bias for relative position (MPNet, Song et al. 2020,
arXiv:2004.09297), with mean pooling and unit length on top. Reads more between the lines than the small embedding,
at seven times its cost, so it reads messages and never documents. What is asked of a message differs, so the upper
layers stand there once for each question, over the same lower ones.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from knowledge.embedding import quietly
from knowledge.minilm import IR_VERSION, MASKED, OPSET, Graph, read_safetensors

if TYPE_CHECKING:
    import onnx

LAYERS, HEADS, WIDTH = 12, 12, 768
NORM_EPSILON = 1e-5
MAX_TOKENS = 128
BUCKETS, FARTHEST = 32, 128
PADDING = 1
"""Id of the padding token; positions count on from it."""


class MPNetGraph(Graph):
    """The same collector, with this network's embedding, attention and norm."""

    def norm(self, x: str, name: str) -> str:
        scale, shift = self.weight(f"{name}.weight"), self.weight(f"{name}.bias")
        return self.add("LayerNormalization", x, scale, shift, axis=-1, epsilon=NORM_EPSILON)

    def embed(self) -> str:
        """Sum of word and position embeddings, shape (batch, tokens, width)."""
        words = self.add("Gather", self.weight("embeddings.word_embeddings.weight"), "input_ids")
        count = self.add("Mul", self.add("CumSum", "attention_mask", self.ints(1)), "attention_mask")
        places = self.add("Add", count, self.constant("padding", np.array(PADDING, np.int64)))
        table = self.weight("embeddings.position_embeddings.weight")
        return self.norm(self.add("Add", words, self.add("Gather", table, places)), "embeddings.LayerNorm")

    def nearness(self) -> str:
        """The bias of relative positions, shape (1, heads, tokens, tokens), shared by all layers."""
        table = self.weights["encoder.relative_attention_bias.weight"].astype(np.float32)
        whole = self.constant("nearness", table[buckets(MAX_TOKENS)].transpose(2, 0, 1)[None])
        length = self.add("Slice", self.add("Shape", "input_ids"), self.ints(1), self.ints(2))
        ends = self.add("Concat", length, length, axis=0)
        return self.add("Slice", whole, self.ints(0, 0), ends, self.ints(2, 3))

    def attend(self, x: str, layer: str, padding: str) -> str:
        split, joined = self.ints(0, 0, HEADS, WIDTH // HEADS), self.ints(0, 0, WIDTH)
        query, key, value = (
            self.add("Reshape", self.linear(x, f"{layer}.attention.attn.{part}"), split) for part in "qkv"
        )
        query = self.add("Transpose", query, perm=[0, 2, 1, 3])
        key = self.add("Transpose", key, perm=[0, 2, 3, 1])
        value = self.add("Transpose", value, perm=[0, 2, 1, 3])
        scores = self.add("Div", self.add("MatMul", query, key), self.number(float(np.sqrt(WIDTH // HEADS))))
        share = self.add("Softmax", self.add("Add", scores, padding), axis=-1)
        mixed = self.add("Transpose", self.add("MatMul", share, value), perm=[0, 2, 1, 3])
        out = self.linear(self.add("Reshape", mixed, joined), f"{layer}.attention.attn.o")
        return self.norm(self.add("Add", out, x), f"{layer}.attention.LayerNorm")

    def layer(self, x: str, name: str, padding: str) -> str:
        return self.feed(self.attend(x, name, padding), name)


def buckets(width: int) -> np.ndarray:
    """Which bucket each pair of positions falls in, shape (width, width): exact nearby, then by logarithm."""
    place = np.arange(width)
    behind = place[:, None] - place[None, :]
    half, near = BUCKETS // 2, BUCKETS // 4
    apart = np.abs(behind)
    far = near + (np.log(np.maximum(apart, 1) / near) / math.log(FARTHEST / near) * (half - near)).astype(int)
    return (behind < 0) * half + np.where(apart < near, apart, np.minimum(far, half - 1))


@dataclass(frozen=True, slots=True)
class Branch:
    """The upper layers once more, trained for one question: all from ``first`` on, with ``update`` added."""

    first: int
    update: Mapping[str, np.ndarray]
    """By the name of the weight that it is added to."""


def build(safetensors: Path, branches: Mapping[str, Branch]) -> "onnx.ModelProto":
    """The model as fp32 ONNX: int64 ``input_ids`` and ``attention_mask`` of shape (batch, tokens) in, and for each
    branch, under its name, float32 vectors of shape (batch, 768) and length 1 out. Only what is asked for need run."""
    from onnx import TensorProto, helper

    weights = dict(read_safetensors(safetensors))
    graph = MPNetGraph(weights)
    mask = graph.add("Cast", "attention_mask", to=TensorProto.FLOAT)
    absent = graph.add("Sub", graph.number(1.0), graph.add("Unsqueeze", mask, graph.ints(1, 2)))
    bias = graph.add("Add", graph.add("Mul", absent, graph.number(MASKED)), graph.nearness())
    lower = [graph.embed()]
    for number in range(max(branch.first for branch in branches.values())):
        lower.append(graph.layer(lower[-1], f"encoder.layer.{number}", bias))
    for name, branch in branches.items():
        x = lower[branch.first]
        for number in range(branch.first, LAYERS):
            prefix = f"encoder.layer.{number}"
            # Other names, so that each branch has weights of its own.
            for key in [key for key in weights if key.startswith(f"{prefix}.")]:
                change = branch.update.get(key)
                graph.weights[f"{name}.{key}"] = weights[key] if change is None else weights[key] + change
            x = graph.layer(x, f"{name}.{prefix}", bias)
        graph.pool(x, mask, name)
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"])
        for name in ("input_ids", "attention_mask")
    ]
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", WIDTH]) for name in branches]
    return helper.make_model(
        helper.make_graph(graph.nodes, "all-mpnet-base-v2", inputs, outputs, list(graph.constants.values())),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
    )


def convert(safetensors: Path, target: Path, branches: Mapping[str, Branch]) -> None:
    """Write the int8 form to ``target``: about 110 MB and 15 MB for each further branch, fifteen seconds."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    whole = target.with_name(f"{target.name}.fp32")
    try:
        onnx.save(build(safetensors, branches), whole)
        # Seven-bit weights, as in knowledge.minilm: eight-bit products overflow on processors without VNNI.
        with quietly():
            quantize_dynamic(whole, target, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)
    finally:
        whole.unlink(missing_ok=True)
