"""Search by words over many texts: BM25 whose postings lie in a file and are mapped, not loaded."""

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from knowledge.words import K1, B


def mapped(path: Path) -> np.ndarray:
    """An array that stays in its file, as a plain array: each slice of a memmap costs five times as much."""
    return np.load(path, mmap_mode="r").view(np.ndarray)


class Postings:
    """Which texts hold a stem, and how much that counts. Built once, never changed afterwards."""

    def __init__(self, folder: Path):
        self._place = {word: n for n, word in enumerate((folder / "words.txt").read_text(encoding="utf-8").split("\n"))}
        self._starts = np.load(folder / "starts.npy")
        self._rows = mapped(folder / "rows.npy")
        self._weights = mapped(folder / "weights.npy")
        self.idf = np.load(folder / "idf.npy")
        self.size = int((folder / "size.txt").read_text())

    def bm25(self, stems: Iterable[str]) -> np.ndarray:
        """Float32 score for each text, 0 where no stem is shared."""
        scores = np.zeros(self.size, np.float32)
        for stem in set(stems):
            if (n := self._place.get(stem)) is not None:
                begin, end = self._starts[n], self._starts[n + 1]
                scores[self._rows[begin:end]] += self._weights[begin:end]
        return scores

    def holds(self, stem: str, texts: np.ndarray) -> np.ndarray:
        """For each of the texts, whether it has the stem."""
        n = self._place.get(stem)
        if n is None:
            return np.zeros(len(texts), bool)
        rows = self._rows[self._starts[n] : self._starts[n + 1]]
        # The rows of a stem stand in order.
        places = np.minimum(np.searchsorted(rows, texts), len(rows) - 1)
        return rows[places] == texts

    def frequency(self, stem: str) -> int:
        """How many texts have it."""
        n = self._place.get(stem)
        return 0 if n is None else int(self._starts[n + 1] - self._starts[n])

    def rarity(self, stem: str) -> float:
        """Inverse document frequency, higher the rarer."""
        return float(np.log1p((self.size + 0.5) / (self.frequency(stem) + 0.5)))


def write_postings(folder: Path, texts: Sequence[Sequence[str]]) -> None:
    """Make the files of a Postings from the stems of each text."""
    folder.mkdir(parents=True)
    place: dict[str, int] = {}
    words, rows, often = [], [], []
    lengths = np.array([len(text) for text in texts], np.float32)
    for row, text in enumerate(texts):
        for word, times in Counter(text).items():
            words.append(place.setdefault(word, len(place)))
            rows.append(row)
            often.append(times)
    of, at = np.array(words, np.int64), np.array(rows, np.int32)
    order = np.argsort(of, kind="stable")
    of, at, counted = of[order], at[order], np.array(often, np.float32)[order]
    starts = np.searchsorted(of, np.arange(len(place) + 1))
    many = np.diff(starts)
    idf = np.log1p((len(texts) - many + 0.5) / (many + 0.5)).astype(np.float32)
    longness = K1 * (1 - B + B * lengths / max(float(lengths.mean()) if len(texts) else 0.0, 1.0))
    weights = idf[of] * counted * (K1 + 1) / (counted + longness[at]) if len(of) else np.zeros(0, np.float32)
    np.save(folder / "starts.npy", starts)
    np.save(folder / "rows.npy", at)
    np.save(folder / "weights.npy", weights.astype(np.float32))
    np.save(folder / "idf.npy", idf)
    (folder / "words.txt").write_text("\n".join(place), encoding="utf-8")
    (folder / "size.txt").write_text(str(len(texts)))
    for path in folder.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())
