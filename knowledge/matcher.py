"""The matcher: which practice card a message calls for, learned from messages of our own.

A stronger sentence encoder with a trained low-rank update and a cosine classifier over the cards
(``scripts/train_matching.py``). Other questions about the same message, whether it tells of danger or lands as an
attack, have branches of their own in the same network (``scripts/train_branches.py``). Optional: without its weights
the ranking goes by phrases and words alone. Knows nothing of what the cards say.
"""

import hashlib
import os
import shutil
import threading
from collections import OrderedDict
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from filelock import FileLock

from knowledge.vectors import OnProgress
from knowledge.weights import missing, weights_folder

if TYPE_CHECKING:
    from onnxruntime import InferenceSession, RunOptions
    from tokenizers import Tokenizer

    from knowledge.mpnet import Branch

TRAINED = Path(__file__).parent / "matcher.npz"
"""Update and classifier, with the ids of the cards they were trained on."""
CARDS, DANGER, ATTACK = "cards", "danger", "attack"
EVERY_TURN = (DANGER, CARDS)
"""Asked of every message, so that one run answers both."""
BRANCHES = {name: TRAINED.with_name(f"{name}.npz") for name in (DANGER, ATTACK)}
"""Updates for other questions."""
REMEMBERED = 8192
"""Vectors that are kept, 3 kB each: a full room has a hundred talks."""
WEIGHTS = "matching"


class Matcher:
    """Log-probabilities of the cards for a message, about 20 ms a message on one core. Safe in threads.

    ``name`` changes with every training, since what learnt from its vectors has to learn again.

    Raises KnowledgeError where the weights are missing or changed.
    """

    dimensions = 768

    def __init__(self, cache: Path, trained: Path = TRAINED, *, on_progress: OnProgress | None = None) -> None:
        self._arrays = _arrays(trained)
        self.cards = tuple(str(id) for id in self._arrays["cards"])
        self._folder = _prepared(cache, trained, on_progress)
        self._read: OrderedDict[tuple[str, str], np.ndarray] = OrderedDict()
        self._names = {CARDS: _named(trained), **{name: _named(path) for name, path in BRANCHES.items()}}
        self._turn = threading.Lock()  # batches side by side only fight for the same cores
        self._prototypes = self._arrays["prototypes"].astype(np.float32)

    def scores(self, text: str) -> np.ndarray:
        """Float32 array of shape (len(cards),): log-probability of each card, "none of them" left out."""
        logits = float(self._arrays["scale"]) * self._prototypes @ self.vector(text) + self._arrays["bias"]
        logits -= logits.max()
        return (logits - np.log(np.exp(logits).sum()))[: len(self.cards)]

    def name(self, branch: str = CARDS) -> str:
        """Changes with every training, since what learnt from the vectors has to learn again."""
        return f"matcher-{self._names[branch]}"

    def vector(self, text: str, branch: str = CARDS) -> np.ndarray:
        """Float32 array of shape (768,) and length 1.

        The messages of a topic are read again with each new one, so the last few are remembered.
        """
        with self._turn:
            key = (branch, text)
            if key not in self._read:
                ids = self._tokenizer.encode(text).ids
                row = np.array([ids], np.int64)
                asked = list(EVERY_TURN) if branch in EVERY_TURN else [branch]
                found = self._session.run(asked, {"input_ids": row, "attention_mask": np.ones_like(row)}, self._only)
                self._read.update({(name, text): rows[0] for name, rows in zip(asked, found, strict=True)})
                while len(self._read) > REMEMBERED:
                    self._read.popitem(last=False)
            self._read.move_to_end(key)
            return self._read[key]

    @cached_property
    def _only(self) -> "RunOptions":
        """Runs no branch that is not asked."""
        from onnxruntime import RunOptions

        options = RunOptions()
        options.only_execute_path_to_fetches = True
        return options

    @cached_property
    def _session(self) -> "InferenceSession":
        from knowledge.embedding import open_session

        return open_session(self._folder / "model.onnx", os.cpu_count() or 1)

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        from knowledge.embedding import open_tokenizer
        from knowledge.mpnet import MAX_TOKENS

        return open_tokenizer(self._folder / "tokenizer.json", MAX_TOKENS)


def load_matcher(cache: Path, *, on_progress: OnProgress | None = None) -> Matcher | None:
    """The matcher where it was trained and its weights are installed, else None."""
    return None if not TRAINED.exists() or missing(WEIGHTS) else Matcher(cache, on_progress=on_progress)


def _prepared(cache: Path, trained: Path, on_progress: OnProgress | None) -> Path:
    """The folder with the converted model and its tokenizer, made once for each training."""
    parts = {CARDS: trained, **BRANCHES}
    key = hashlib.sha256("".join(map(_named, parts.values())).encode()).hexdigest()[:16]
    final = cache / "matching" / key
    if final.is_dir():
        return final
    final.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(final.with_name(f"{key}.lock")):
        if final.is_dir():
            return final
        from knowledge.mpnet import convert

        told = on_progress or (lambda done, total, what: None)
        told(0, 2, "the reader of messages")
        folder = weights_folder(WEIGHTS, cache)
        told(1, 2, "the reader of messages")
        partial = final.with_name(f"{key}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        try:
            branches = {name: _branch(_arrays(path)) for name, path in parts.items()}
            convert(folder / "model.safetensors", partial / "model.onnx", branches)
            shutil.copy(folder / "tokenizer.json", partial / "tokenizer.json")
            os.replace(partial, final)
            told(2, 2, "the reader of messages")
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        # The unpacked weights are four times the size of what is made of them, and can be made again.
        if folder.is_relative_to(cache):
            shutil.rmtree(folder, ignore_errors=True)
    return final


def _arrays(trained: Path) -> dict[str, np.ndarray]:
    with np.load(trained, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


def _named(trained: Path) -> str:
    return hashlib.sha256(trained.read_bytes()).hexdigest()[:16]


def _branch(arrays: dict[str, np.ndarray]) -> "Branch":
    """The full-size change of each adapted weight, from its two low-rank factors."""
    from knowledge.mpnet import Branch

    names = [name.removesuffix(":a") for name in arrays if name.endswith(":a")]
    return Branch(
        min(int(name.split("/")[2]) for name in names),
        {
            f"{name.replace('/', '.')}.weight": arrays[f"{name}:b"].astype(np.float32)
            @ arrays[f"{name}:a"].astype(np.float32)
            for name in names
        },
    )
