"""Search by words: tokens, stems, BM25 and overlap.

Our own few lines of numpy rather than a package: the packaged BM25 compiles its kernels through numba, which costs
a second at import and more at the first query, where this answers in a fraction of a millisecond.
"""

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache as once
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from Stemmer import Stemmer

K1 = 1.2
B = 0.75
"""How soon repetition stops counting, and how much length is held against a text (Robertson & Zaragoza 2009)."""

TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")

STOPWORDS_FILE = Path(__file__).parent / "stopwords.txt"


def content_words(text: str) -> list[str]:
    """The stems of a text's words that carry meaning, in order, repeats included."""
    words = (match.group().lower().replace("’", "'").split("'")[0] for match in TOKEN.finditer(text))
    return _stemmer().stemWords([word for word in words if word not in _stopwords()])


@once
def _stopwords() -> frozenset[str]:
    return frozenset(STOPWORDS_FILE.read_text(encoding="utf-8").split())


@once
def _stemmer() -> "Stemmer":
    import Stemmer

    return Stemmer.Stemmer("english")


class WordIndex:
    """Texts, searchable by their words. Built in memory, never changed afterwards."""

    def __init__(self, texts: Sequence[str]):
        counts = [Counter(content_words(text)) for text in texts]
        lengths = np.array([sum(count.values()) for count in counts], np.float32)
        rows: dict[str, list[int]] = {}
        often: dict[str, list[int]] = {}
        for row, count in enumerate(counts):
            for word, times in count.items():
                rows.setdefault(word, []).append(row)
                often.setdefault(word, []).append(times)
        self._size = total = len(texts)
        self._idf = {word: float(np.log1p((total - len(at) + 0.5) / (len(at) + 0.5))) for word, at in rows.items()}
        longness = K1 * (1 - B + B * lengths / max(float(lengths.mean()) if total else 0.0, 1.0))
        self._postings: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        squares: np.ndarray = np.zeros(total, np.float32)
        for word in rows:
            where, counted = np.array(rows[word], np.int32), np.array(often[word], np.float32)
            self._postings[word] = where, self._idf[word] * counted * (K1 + 1) / (counted + longness[where])
            squares[where] += self._idf[word] ** 2
        self._norms = np.sqrt(np.maximum(squares, 1e-9))

    def bm25(self, query: str) -> np.ndarray:
        """Float32 score for each text, 0 where no word is shared."""
        scores = np.zeros(self._size, np.float32)
        for word in set(content_words(query)) & self._postings.keys():
            where, weights = self._postings[word]
            scores[where] += weights
        return scores

    def overlap(self, query: str) -> np.ndarray:
        """Float32 cosine, 0 to 1, between the words of the query and of each text, rare words weighing more."""
        scores: np.ndarray = np.zeros(self._size, np.float32)
        words = set(content_words(query))
        length = 0.0
        for word in words:
            weight = self._idf.get(word, self._rarest)
            length += weight**2
            if word in self._postings:
                scores[self._postings[word][0]] += weight**2
        return scores / (self._norms * max(length, 1e-9) ** 0.5)

    def met(self, query: str) -> float:
        """Share of the query's content words that any text has, rare ones weighing more; 0 where it has none."""
        weights = {word: self._idf.get(word, self._rarest) for word in content_words(query)}
        known = sum(weight for word, weight in weights.items() if word in self._idf)
        return known / max(sum(weights.values()), 1e-9)

    @property
    def _rarest(self) -> float:
        return float(np.log1p((self._size + 0.5) / 0.5))
