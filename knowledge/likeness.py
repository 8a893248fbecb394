"""How alike two texts are, told from small sketches of their runs of five words."""

import re
import zlib
from collections import defaultdict
from collections.abc import Iterable

import numpy as np

RUN = 5
KEPT = 128
"""Smallest hashes kept; the share of them that two texts have in common estimates how alike they are, to about .05."""
NEARLY_SAME = 0.8
LEAST = 20
"""Runs below which two texts are too short to call alike."""


def sketch(text: str) -> bytes:
    """The smallest hashes of a text's runs of words, as uint32."""
    words = re.findall(r"\w+", text.lower())
    runs = {zlib.crc32(" ".join(words[n : n + RUN]).encode()) for n in range(max(len(words) - RUN + 1, 0))}
    return np.array(sorted(runs)[:KEPT], np.uint32).tobytes()


class Likeness:
    """Sketches of texts that are known, to be asked which of them a new one repeats."""

    def __init__(self, known: Iterable[tuple[str, bytes]] = ()):
        self._sets: dict[str, frozenset[int]] = {}
        self._holders: dict[int, list[str]] = defaultdict(list)
        for name, marks in known:
            self.add(name, marks)

    def add(self, name: str, marks: bytes) -> None:
        found = frozenset(np.frombuffer(marks, np.uint32).tolist())
        self._sets[name] = found
        for mark in found:
            self._holders[mark].append(name)

    def nearest(self, marks: bytes) -> tuple[str, float]:
        """The most alike of the known and how alike, 0 to 1; an empty name where none shares anything."""
        found = frozenset(np.frombuffer(marks, np.uint32).tolist())
        if len(found) < LEAST:
            return "", 0.0
        shared: dict[str, int] = defaultdict(int)
        for mark in found:
            for name in self._holders.get(mark, ()):
                shared[name] += 1
        best, most = "", 0.0
        for name, count in shared.items():
            if count * 3 < len(found):
                continue
            union = sorted(found | self._sets[name])[:KEPT]
            alike = len(frozenset(union) & found & self._sets[name]) / len(union)
            if alike > most:
                best, most = name, alike
        return best, most
