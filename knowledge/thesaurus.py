"""How people say things, and how guides and handbooks write them: what to search with beside a person's own words.

The data is ``thesaurus.yaml``, authored. A message gets the words of guides for every everyday phrase in it, and,
where it has few of those, for the phrases that mean nearly the same as one of its sentences.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache as once
from pathlib import Path

import numpy as np
import yaml

FILE = Path(__file__).parent / "thesaurus.yaml"
NEAR = 0.5
"""Cosine from which a phrase means nearly what a sentence says; .45 to .55 served alike on the tuning questions."""
ENOUGH = 3
"""So many senses of a message are searched with; nearness adds to the phrases that stand in it, up to this."""


@dataclass(frozen=True, slots=True)
class Sense:
    """One thing, as guides write it and as people say it."""

    written: str
    said: tuple[str, ...]
    pattern: re.Pattern[str]


@once
def senses(path: Path = FILE) -> tuple[Sense, ...]:
    """The whole thesaurus, in the order of the file."""
    table = yaml.safe_load(path.read_text(encoding="utf-8"))
    return tuple(_sense(str(written), str(said)) for written, said in table.items())


def phrases(every: Sequence[Sense]) -> tuple[list[str], np.ndarray]:
    """All phrases for embedding, with the number of the sense that each belongs to."""
    texts = [(phrase, n) for n, sense in enumerate(every) for phrase in (*sense.said, sense.written)]
    return [text for text, _ in texts], np.array([n for _, n in texts], np.int32)


def stated(text: str) -> list[int]:
    """Numbers of the senses whose phrases stand in the text."""
    plain = text.replace("’", "'")
    return [n for n, sense in enumerate(senses()) if sense.pattern.search(plain)]


def nearest(near: np.ndarray, of: np.ndarray, found: Sequence[int]) -> list[int]:
    """``found``, filled up with the senses whose phrases come nearest: ``near`` is a phrase's best cosine."""
    every = list(found)
    for row in np.argsort(-near)[: 4 * ENOUGH]:
        if len(every) >= max(ENOUGH, len(found)) or near[row] <= NEAR:
            break
        if of[row] not in every:
            every.append(int(of[row]))
    return every


def _sense(written: str, said: str) -> Sense:
    parts = [part.strip() for part in said.split(",") if part.strip()]
    patterns = [
        re.escape(part.rstrip("~")) + (r"\w*" if part.endswith("~") else r"(?:s|es|ed|ing)?\b") for part in parts
    ]
    return Sense(
        written,
        tuple(part.replace("~", "") for part in parts),
        re.compile(r"\b(?:" + "|".join(patterns).replace(r"\~", r"\w*") + ")", re.I),
    )
