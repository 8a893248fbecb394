"""Whether the material covers a message at all.

No single signal tells: a cooking question can lie near a phrase about burnt-out teams, and a manager's plea can share
no word with any card. A small logistic model weighs several, fitted by ``scripts/train_coverage.py`` on messages of
our own; its numbers live in ``retrieval.json`` with their training record.
"""

import numpy as np

from knowledge.ranking import Comparison, Query, fitted

MANY = 10
"""How many of the nearest phrases stand for the neighbourhood of a message."""
COVERED = 0.5
RANKS = 10
"""Ranks after which it no longer matters how far the two rankings disagree."""


def signals(query: Query, comparison: Comparison) -> dict[str, float]:
    """What is known of how well the material meets a message, each about 0 to 1.

    ``nearest`` and ``many`` are cosines with the nearest phrase and the mean of the nearest ten, ``spread`` is how far
    the nearest stands out from the rest, ``agreement`` is 1 where meaning and words put the same owner first,
    ``line`` is the best overlap of words with a phrase, ``met`` the share of content words that occur at all, and
    ``topic`` the logit of a linear model of what a coach of leaders is asked.
    """
    found = {"line": float(comparison.overlap.max(initial=0.0)), "met": comparison.met}
    if query.vectors is None or not comparison.embedded:
        return found
    near = np.sort(comparison.near)[::-1]
    by_words, by_meaning = comparison.views["words"], comparison.views["near"]
    words_rank = int((by_words > by_words[int(by_meaning.argmax())]).sum())
    return found | {
        "nearest": float(near[0]),
        "many": float(near[:MANY].mean()),
        "spread": float(near[0] - near.mean()),
        "agreement": 1.0 - min(words_rank, RANKS) / RANKS,
        "topic": topic(query.vectors),
    }


def better(one: dict[str, float], other: dict[str, float]) -> dict[str, float]:
    """Of two kinds of material, signal by signal, what meets the message best."""
    return {name: max(value, other[name]) for name, value in one.items()}


def topic(vectors: np.ndarray) -> float:
    """How much the message sounds like something a coach of leaders is asked; 0 before anything was fitted."""
    head = fitted()["topic"]
    if len(head["weights"]) != vectors.shape[1]:
        return 0.0
    return float(vectors[0] @ np.array(head["weights"], np.float32)) + head["bias"]


def confidence(found: dict[str, float]) -> float:
    """How likely, 0 to 1, the material answers a message with these signals; ``COVERED`` and above counts as yes.

    The scale is moved so that one half is where few covered messages are lost, not where both errors are alike.
    """
    weights = fitted()["coverage"]["embedded" if "nearest" in found else "words"]
    logit = weights["bias"] + sum(weights.get(name, 0.0) * value for name, value in found.items())
    return float(1 / (1 + np.exp(-logit)))
