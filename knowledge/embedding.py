"""The offline embedding: all-MiniLM-L6-v2 on onnxruntime.

Prepares the network once in the cache folder and then runs it. Knows nothing of cards or documents.
"""

import logging
import os
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from filelock import FileLock

from coach.errors import KnowledgeError
from coach.private import keep_private
from knowledge.weights import missing, sha256_of, weights_folder

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

MAX_TOKENS = 256
"""What the model was trained on; longer texts are cut (model card)."""
BATCH = 8
"""Texts per run. Of 140-word passages one takes 20 ms of CPU where each core runs batches of its own, and 24 where two
cores share each batch; in batches of 16 it takes 23."""
FEW = 8
"""Up to this many texts are embedded one by one, without padding, and remembered."""
REMEMBERED = 8192
"""Vectors that are kept, 1.5 kB each: each turn reads the talk so far again, and a full room has a hundred talks."""
SPREAD = 1.5
"""How much longer the longest text of a batch may be than its shortest: what is padded is computed for nothing."""
FORM = 1
"""Raised whenever ``knowledge.minilm`` builds another graph, so that an older prepared file is not taken up."""


class MiniLM:
    """Texts to unit vectors of 384 numbers, about 2 ms a query and 20 ms of one core a passage.

    ``weights`` names a row of the weights table, a local folder with ``model.safetensors`` and
    ``tokenizer.json``, or ``hub:owner/name``. ``threads`` is how many cores may be used. Raises KnowledgeError
    where weights are missing or unusable; the network itself is opened when it is first needed, since adding what
    did not change needs none.
    """

    dimensions = 384

    def __init__(self, cache: Path, *, weights: str = "embedding", threads: int | None = None, int8: bool = True):
        folder = weights_folder(weights, cache)
        self.name = f"all-MiniLM-L6-v2-{'int8' if int8 else 'fp32'}-{FORM}"
        self._model, self._words = _prepared(folder, cache, int8=int8), folder / "tokenizer.json"
        self._threads = threads or os.cpu_count() or 1
        # The tokenizer and a session are safe to share, but batches side by side only fight for the same cores.
        self._kept: OrderedDict[str, np.ndarray] = OrderedDict()
        self._turn = threading.Lock()

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Float32 array of shape (len(texts), 384); each row has length 1. May be called from any thread."""
        vectors = np.empty((len(texts), self.dimensions), np.float32)
        if not texts:
            return vectors
        if len(texts) <= FEW:
            return self._few(texts)
        with self._turn:
            ids = [one.ids for one in self._tokenizer.encode_batch(list(texts))]
            # Batches of like length waste the least on padding.
            order = sorted(range(len(texts)), key=lambda row: len(ids[row]))
            batches = list(_alike(order, [len(one) for one in ids]))
            # A core each, and the longest first, so that none is left with a long one at the end.
            batches.reverse()
            session = self._single
            made = self._cores.map(lambda rows: _run(session, [ids[row] for row in rows]), batches)
            for rows, some in zip(batches, made, strict=True):
                vectors[rows] = some
        return vectors

    def _few(self, texts: Sequence[str]) -> np.ndarray:
        """Single messages and their sentences, which gate, search and matching each ask for in one turn."""
        with self._turn:
            new = [text for text in dict.fromkeys(texts) if text not in self._kept]
            # One text is shared by the cores; of several each core takes its own, which costs a third less.
            session = self._session if len(new) == 1 else self._single
            ids = [self._tokenizer.encode(text).ids for text in new]
            if len(new) == 1:
                made = [_run(session, ids)[0]]
            else:
                made = list(self._cores.map(lambda one: _run(session, [one])[0], ids))
            self._kept.update(zip(new, made, strict=True))
            for text in texts:
                self._kept.move_to_end(text)
            rows = np.stack([self._kept[text] for text in texts])
            while len(self._kept) > REMEMBERED:
                self._kept.popitem(last=False)
        return rows

    @cached_property
    def _cores(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self._threads, thread_name_prefix="embedding")

    @cached_property
    def _session(self) -> "InferenceSession":
        """For single messages, where several cores share the work."""
        return open_session(self._model, self._threads)

    @cached_property
    def _single(self) -> "InferenceSession":
        """For batches side by side, each on one core."""
        return open_session(self._model, 1)

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        return open_tokenizer(self._words, MAX_TOKENS)


def _run(session: "InferenceSession", batch: list[list[int]]) -> np.ndarray:
    ids = np.zeros((len(batch), max(map(len, batch))), np.int64)
    mask = np.zeros_like(ids)
    for row, tokens in enumerate(batch):
        ids[row, : len(tokens)] = tokens
        mask[row, : len(tokens)] = 1
    return session.run(["vectors"], {"input_ids": ids, "attention_mask": mask})[0]


def _alike(order: Sequence[int], lengths: Sequence[int]) -> Iterator[list[int]]:
    """Batches of at most ``BATCH`` rows, the longest not much longer than the shortest."""
    rows: list[int] = []
    for row in order:
        if rows and (len(rows) == BATCH or lengths[row] > SPREAD * lengths[rows[0]]):
            yield rows
            rows = []
        rows.append(row)
    if rows:
        yield rows


def load_embedder(cache: Path, *, threads: int | None = None) -> MiniLM | None:
    """The embedding where its weights are installed, else None: the coach then searches by words alone."""
    return None if missing("embedding") else MiniLM(cache, threads=threads)


def open_tokenizer(path: Path, most: int) -> "Tokenizer":
    """A tokenizer that cuts texts at ``most`` tokens and pads nothing. Raises KnowledgeError."""
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as exc:
        raise KnowledgeError(f"{path} is not a readable tokenizer. Reinstall the weights, or name another.") from exc
    tokenizer.no_padding()
    tokenizer.enable_truncation(most)
    return tokenizer


def open_session(model: Path, threads: int) -> "InferenceSession":
    keep_private()
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Spinning threads between calls would take cores from the voice that speaks meanwhile.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    except Exception as exc:
        raise KnowledgeError(f"The embedding at {model} cannot be opened. Delete that file and try again.") from exc


def _prepared(folder: Path, cache: Path, *, int8: bool) -> Path:
    """The ONNX file made from the folder's safetensors, converted once and kept under the hash of its origin."""
    source = folder / "model.safetensors"
    if not source.is_file():
        raise KnowledgeError(f"{folder} has no model.safetensors. Name a folder of all-MiniLM-L6-v2.")
    target = cache / "embedding" / f"minilm-{FORM}-{sha256_of(source, cache)[:16]}-{'int8' if int8 else 'fp32'}.onnx"
    if target.is_file():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    # Two coaches that start at once must not both convert; the second finds the file done.
    with FileLock(f"{target}.lock"):
        if not target.is_file():
            from knowledge.minilm import convert

            partial = target.with_suffix(f".{os.getpid()}.partial")
            try:
                with quietly():
                    convert(source, partial, int8=int8)
                os.replace(partial, target)
            finally:
                partial.unlink(missing_ok=True)
    return target


@contextmanager
def quietly() -> Iterator[None]:
    """The quantiser advises a step that is of no use to graphs as plain as ours."""
    logging.getLogger().addFilter(_no_advice)
    try:
        yield
    finally:
        logging.getLogger().removeFilter(_no_advice)


def _no_advice(record: logging.LogRecord) -> bool:
    return "pre-processing before quantization" not in record.getMessage()
