"""What the cards are about: groups of like meaning, each named in the cards' own words.

Depends on nothing but the texts, so that every worker comes to the same groups.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import log

import numpy as np

from coach import patterns
from coach.protocols import Embedder
from coach.workshop.wall import Card

ALIKE = 0.26
"""Mean cosine from which two groups are one, with MiniLM. On the three walls of ``evals/data/walls.yaml`` the adjusted
Rand index against a reader's themes is .52 at .26, .45 at .30, .23 at .14, where all runs together."""
ALIKE_BY_WORDS = 0.06
"""The same where only shared words can be counted: .16 at best, so that little is grouped and more stands alone."""

NAME_WORDS = 3

_WORD = re.compile(r"[^\W\d_][\w'’-]+")


@dataclass(frozen=True, slots=True)
class Theme:
    """Cards that say a like thing."""

    name: str
    cards: tuple[str, ...]
    """Ids."""


def themes(cards: Sequence[Card], embedder: Embedder | None) -> tuple[Theme, ...]:
    """Groups of the cards, the largest first; a card like no other stands alone in none."""
    if len(cards) < 2:
        return ()
    ordered = sorted(cards, key=lambda one: (one.text, one.id))
    texts = [one.text for one in ordered]
    vectors = embedder.embed(texts) if embedder is not None else _by_words(texts)
    groups = [g for g in _groups(vectors, ALIKE if embedder is not None else ALIKE_BY_WORDS) if len(g) > 1]
    named = _names([[texts[n] for n in group] for group in groups], texts)
    made = [Theme(name, tuple(sorted(ordered[n].id for n in group))) for name, group in zip(named, groups, strict=True)]
    return tuple(sorted(made, key=lambda one: (-len(one.cards), one.name)))


def _groups(vectors: np.ndarray, alike: float) -> list[list[int]]:
    """Joins the two groups that are most alike on average, until none are alike enough."""
    likeness = vectors @ vectors.T
    groups = [[n] for n in range(len(vectors))]
    while len(groups) > 1:
        best, pair = alike, (-1, -1)
        for a in range(len(groups)):
            for b in range(a):
                mean = float(likeness[np.ix_(groups[a], groups[b])].mean())
                if mean > best:
                    best, pair = mean, (a, b)
        if pair[0] < 0:
            break
        a, b = pair
        groups[b] = sorted(groups[b] + groups[a])
        del groups[a]
    return groups


def _by_words(texts: Sequence[str]) -> np.ndarray:
    """Unit vectors of the words that texts share, rare ones weighing more."""
    told = [set(_words(text)) for text in texts]
    known = {word: n for n, word in enumerate(sorted(set().union(*told)))}
    found = Counter(word for words in told for word in words)
    vectors = np.zeros((len(texts), len(known) + 1), np.float32)
    for row, words in enumerate(told):
        for word in words:
            vectors[row, known[word]] = log(1 + len(texts) / found[word])
        if not words:
            vectors[row, -1] = 1.0
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _names(groups: Sequence[Sequence[str]], texts: Sequence[str]) -> list[str]:
    """For each group the words that its cards share and the other cards lack, as they are written there."""
    everywhere = Counter(word for text in texts for word in set(_words(text)))
    names: list[str] = []
    for group in groups:
        inside = Counter(word for text in group for word in set(_words(text)))
        weight = {
            word: n / len(group) * log(1 + len(texts) / everywhere[word]) * (2 if n > 1 else 1)
            for word, n in inside.items()
        }
        ordered = sorted(weight, key=lambda word: (-weight[word], word))
        shared = [word for word in ordered if inside[word] > 1]
        chosen = shared[:NAME_WORDS] or ordered[: NAME_WORDS - 1]
        names.append(" · ".join(_written(word, group) for word in chosen) or group[0][:40])
    return names


def _words(text: str) -> list[str]:
    """Words that carry meaning, so far cut that "meeting" and "meetings" are one."""
    found = (word.lower().replace("’", "'") for word in _WORD.findall(text))
    return [_stem(word) for word in found if word not in _common() and len(word) > 2]


@cache
def _common() -> frozenset[str]:
    return frozenset(patterns.read("wall")["common"].split())


def _stem(word: str) -> str:
    for end in ("'s", "ies", "es", "s"):
        if word.endswith(end) and len(word) - len(end) >= 3 and not word.endswith("ss"):
            return word[: -len(end)] + ("y" if end == "ies" else "")
    return word


def _written(stem: str, group: Sequence[str]) -> str:
    """The commonest way in which the cards write a word."""
    forms = Counter(
        word.lower() for text in group for word in _WORD.findall(text) if _stem(word.lower().replace("’", "'")) == stem
    )
    return max(sorted(forms), key=lambda word: forms[word])
