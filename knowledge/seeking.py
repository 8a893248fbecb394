"""Search over a shelf: several ways of comparing a question with passages and documents, weighed together.

A question is compared as it stands, with the words that guides use for what it says, and with the titles of the
cards nearest to it. The weights and the model of what is covered were fitted by ``scripts/train_documents.py`` and
live in ``documents.json`` with their training record.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache as once
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.shelf import Shelf
from knowledge.words import content_words

FITTED = Path(__file__).parent / "documents.json"

EXACT = 20_000
"""Passages up to which every one is compared; above, or where an index is open, only those that it brings."""
BROUGHT = 100
"""Passages that the index brings for each form of the question, and the words for the whole."""
MANY = 10
TOP = 3
LONG = 5.0
"""Scale of the logarithm of a document's passages: long documents have more chances to match by accident."""
PER_RARE = 2000
"""A word is rare where fewer than one passage in so many has it."""
FIGURES_RANK, FIGURES_LOGIT = 4.0, 3.0
"""A figure such as 106 that question and passage share says more than any likeness of their words. Set by hand:
the tuning questions hold no figures."""
VERBATIM, VERBATIM_LOGIT = 0.85, 4.0
"""Nor do they repeat the documents' own words, as people do who know them: a passage that has so many of a question's
words, by rarity, speaks of it."""
FOREIGN = 0.02
"""Below this chance that the cards cover a question it is on another matter: of Cranfield's questions on aerodynamics
nine in ten lie under .002, of covered ones on leading people one in fifty under .06."""
GENERAL = {"said": 6.0, "several": 3.0, "words": 2.0, "whole": 2.0}
"""For other matters, where neither thesaurus nor cards have anything to say. Round numbers; Cranfield's nDCG@10 is flat
(.56 to .57) from half to double the weight of the words."""
FIGURE_SHARE = 300
"""A figure tells something where at most one passage in so many has it (15 is everywhere, 106 is not)."""
FIGURE = re.compile(r"\d{2,}")
CAPITALISED = re.compile(r"(?<![.!?]\s)(?<!^)\b([A-Z][a-z]+(?:'s)?)")

OnNearest = Callable[[np.ndarray, int], list[list[tuple[str, float]]]]
"""Asks an index: for each row of vectors, ids of the nearest passages with their cosine."""


@dataclass(frozen=True, slots=True)
class Sought:
    """A question as it is searched with."""

    text: str
    meant: str
    """The words of guides for what it says."""
    stated: int
    """How many of the thesaurus' senses stand in it word for word."""
    vectors: np.ndarray | None
    """Three rows: as it stands, with what is meant, and with the nearest cards' titles."""
    card: float
    """How likely the cards cover it."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A document with its best passages, best first."""

    source: str
    passages: tuple[str, ...]
    score: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What a shelf has on a question."""

    hits: tuple[Hit, ...]
    confidence: float

    @property
    def covered(self) -> bool:
        return self.confidence >= 0.5


@once
def fitted() -> dict[str, Any]:
    return json.loads(FITTED.read_text(encoding="utf-8"))


def seek(shelf: Shelf, sought: Sought, k: int, nearest: OnNearest | None = None) -> Answer:
    """The k best documents, and whether the shelf covers the question at all."""
    if not shelf.size or not sought.text.strip():
        return Answer((), 0.0)
    view = View(shelf, sought, nearest)
    names, columns = view.features()
    scores = columns @ _weights(names, sought.card, embedded=view.embedded)
    figures = view.figures()
    scores += FIGURES_RANK * figures
    order = np.argsort(-scores, kind="stable")[:k]
    hits = tuple(Hit(shelf.sources[view.documents[n]], view.best_passages(n), float(scores[n])) for n in order)
    signals = view.signals()
    plain = FIGURES_LOGIT * float(figures.max()) + VERBATIM_LOGIT * max(signals["met"] - VERBATIM, 0) / (1 - VERBATIM)
    return Answer(hits, confidence(signals, plain))


def _weights(names: Sequence[str], card: float, *, embedded: bool) -> np.ndarray:
    """What was fitted on questions about leading people, so far as this is one; else what serves any matter."""
    own = fitted()["ranking"]["embedded" if embedded else "words"]
    near = min(card / FOREIGN, 1.0)
    return np.array([near * own[name] + (1 - near) * GENERAL.get(name, 0.0) for name in names], np.float32)


def confidence(signals: dict[str, float], more: float = 0.0) -> float:
    """How likely, 0 to 1, the shelf answers a question with these signals; ``more`` is added to the logit."""
    model = fitted()["coverage"]["embedded" if "nearest" in signals else "words"]
    logit = (
        more
        + model["bias"]
        + sum(
            weight * (signals[name] - model["mean"][name]) / model["deviation"][name]
            for name, weight in model["weights"].items()
        )
    )
    return float(1 / (1 + np.exp(-logit)))


class View:
    """One question held against the documents that may answer it."""

    def __init__(self, shelf: Shelf, sought: Sought, nearest: OnNearest | None = None):
        self.shelf, self.sought = shelf, sought
        self.stems = list(dict.fromkeys(content_words(sought.text)))
        self._meant = content_words(sought.meant)
        self._words = _share(shelf.passages.bm25(self.stems))
        self._meant_words = _share(shelf.passages.bm25(self._meant))
        self.embedded = shelf.vectors is not None and sought.vectors is not None
        self.documents = self._candidates(nearest)
        starts, ends = shelf.starts[self.documents], shelf.starts[self.documents + 1]
        sizes = ends - starts
        # The passages of all candidates, in the order of their documents.
        self.rows = np.repeat(starts - np.cumsum(sizes) + sizes, sizes) + np.arange(sizes.sum())
        self.begins = np.cumsum(sizes) - sizes
        self.sizes = sizes
        self._near: np.ndarray | None = None
        if self.embedded:
            assert shelf.vectors is not None
            assert sought.vectors is not None
            chosen = shelf.vectors if len(self.rows) == shelf.size else shelf.vectors[self.rows]
            self._near = np.asarray(chosen @ sought.vectors.T)

    def features(self) -> tuple[tuple[str, ...], np.ndarray]:
        """Names and values, one row for each candidate document."""
        shelf, sought = self.shelf, self.sought
        columns = {
            "words": self._by_document(self._words),
            "meant_words": self._by_document(self._meant_words),
            "whole": _share(shelf.whole.bm25(self.stems))[self.documents],
            "headings": _share(shelf.headings.bm25([*self.stems, *self._meant]))[self.documents],
            "length": np.log(self.sizes) / LONG,
        }
        if self._near is not None and shelf.means is not None and sought.vectors is not None:
            said, meant, cards = np.maximum.reduceat(self._near, self.begins, axis=0).T
            columns |= {"said": said, "meant": meant, "cards": cards}
            columns["several"] = self._several(self._near[:, 1])
            columns["mean"] = shelf.means[self.documents] @ sought.vectors[1]
        return tuple(columns), np.stack(list(columns.values()), axis=1).astype(np.float32)

    def figures(self) -> np.ndarray:
        """For each candidate, the share of the question's figures that one of its passages has; years are none."""
        wanted = [stem for stem in self.stems if FIGURE.fullmatch(stem) and not 1900 <= int(stem[:9]) <= 2100]
        most = max(2, self.shelf.size // FIGURE_SHARE)
        wanted = [stem for stem in wanted if self.shelf.passages.frequency(stem) <= most]
        if not wanted:
            return np.zeros(len(self.documents), np.float32)
        held = sum(self.shelf.passages.holds(stem, self.rows).astype(np.float32) for stem in wanted) / len(wanted)
        return np.maximum.reduceat(held, self.begins)

    def best_passages(self, n: int, k: int = 3) -> tuple[str, ...]:
        """Ids of a candidate's passages that meet the question best."""
        rows = slice(self.begins[n], self.begins[n] + self.sizes[n])
        held = [self.shelf.passages.holds(stem, self.rows[rows]) for stem in self.stems if FIGURE.fullmatch(stem)]
        scores = 0.15 * self._words[self.rows[rows]] + 0.1 * self._meant_words[self.rows[rows]]
        if self._near is not None:
            scores = scores + self._near[rows, :2].sum(axis=1)
        if held:
            scores = scores + np.mean(held, axis=0)
        return tuple(self.shelf.ids[self.rows[rows][m]] for m in np.argsort(-scores, kind="stable")[:k])

    def signals(self) -> dict[str, float]:
        """What is known of how well the shelf meets the question.

        ``nearest`` and ``many`` are cosines of the question with what it means: the best and the mean of the best
        ten. ``met`` is the share of its words that one of the best passages has, ``rare`` the share that hardly any
        has, both by rarity; ``named`` counts names that the shelf does not know, ``stated`` the senses found in it,
        and ``card`` is what the cards have on it.
        """
        shelf = self.shelf
        weight = {stem: shelf.passages.rarity(stem) for stem in self.stems}
        total = sum(weight.values()) or 1e-9
        best = self._best_rows()
        held = (
            np.stack([weight[stem] * shelf.passages.holds(stem, best) for stem in self.stems]) if self.stems else None
        )
        few = shelf.size / PER_RARE
        found = {
            "met": float(held.sum(axis=0).max()) / total if held is not None else 0.0,
            "rare": sum(weight[stem] for stem in self.stems if shelf.passages.frequency(stem) <= few) / total,
            "named": float(sum(self._unknown(name) for name in CAPITALISED.findall(self.sought.text))),
            "stated": float(self.sought.stated),
            "card": self.sought.card,
        }
        if self._near is not None:
            meant = np.sort(self._near[:, 1])[::-1]
            found |= {"nearest": float(meant[0]), "many": float(meant[:MANY].mean())}
        return found

    def _unknown(self, name: str) -> bool:
        few = 2 * self.shelf.size / PER_RARE
        return all(self.shelf.passages.frequency(stem) < few for stem in content_words(name))

    def _best_rows(self) -> np.ndarray:
        scores = self._near[:, 1] if self._near is not None else self._words[self.rows]
        return self.rows[np.argsort(-scores, kind="stable")[:MANY]]

    def _candidates(self, nearest: OnNearest | None) -> np.ndarray:
        """Numbers of the documents worth comparing, in order."""
        if nearest is None and self.shelf.size <= EXACT:
            return np.arange(len(self.shelf.sources))
        combined = self._words + self._meant_words
        many = min(BROUGHT, len(combined)) - 1
        best = np.argpartition(-combined, many)[: many + 1]
        rows = set(best[combined[best] > 0].tolist())
        if self.embedded:
            rows.update(self._nearest_rows(nearest))
        found = np.unique(self.shelf.owner[sorted(rows)])
        return found if len(found) else np.arange(min(len(self.shelf.sources), BROUGHT))

    def _nearest_rows(self, nearest: OnNearest | None) -> Sequence[int]:
        vectors = self.sought.vectors
        assert vectors is not None
        assert self.shelf.vectors is not None
        if nearest is None:
            near = np.asarray(self.shelf.vectors @ vectors[:2].T)
            many = min(BROUGHT, len(near)) - 1
            return np.argpartition(-near, many, axis=0)[: many + 1].ravel().tolist()
        place = _places(self.shelf)
        return [place[id] for found in nearest(vectors, BROUGHT) for id, _ in found if id in place]

    def _by_document(self, scores: np.ndarray) -> np.ndarray:
        return np.maximum.reduceat(scores[self.rows], self.begins)

    def _several(self, near: np.ndarray) -> np.ndarray:
        """Mean of each document's best three passages."""
        total: np.ndarray = np.zeros(len(self.sizes), np.float32)
        rest = near.astype(np.float32)
        owner = np.repeat(np.arange(len(self.sizes)), self.sizes)
        for turn in range(TOP):
            best = np.maximum.reduceat(rest, self.begins)
            total += np.where(self.sizes > turn, best, 0)
            # Each document's best is taken out before the next is looked for.
            hits = np.flatnonzero(rest == best[owner])
            rest[hits[np.unique(owner[hits], return_index=True)[1]]] = -2
        return total / np.minimum(self.sizes, TOP)


_PLACES: dict[str, dict[str, int]] = {}


def _places(shelf: Shelf) -> dict[str, int]:
    """Where each passage stands, for the shelf asked last."""
    if shelf.revision not in _PLACES:
        _PLACES.clear()
        _PLACES[shelf.revision] = {id: n for n, id in enumerate(shelf.ids)}
    return _PLACES[shelf.revision]


def _share(scores: np.ndarray) -> np.ndarray:
    """Scores as a share of the best."""
    return scores / max(float(scores.max(initial=0.0)), 1e-9)
