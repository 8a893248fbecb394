"""How a line lands on the one it is said to: which cues it shows, and what they do to the other's inner state.

Cues come from the language analysis and from wordings kept as data; a small trained head over cues and embedding says
how much a line is care or attack, also where no wording shows it. Knows nothing of personas.
"""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from coach import heads, patterns
from coach.language.language import Language
from coach.protocols import Embedder

LONG_WORDS = 70
"""A line longer than this is a speech; the other stops listening."""
TYPICAL = (0.08, -0.3, 0.06)
"""Openness, threat and trust for a line that is care for certain; the opposite for one that is an attack. Beside the
weights of the cues, -0.3 had the fewest held-out lines on the wrong side."""
MOST = 0.24
"""No single line changes anything by more: people do not turn round within a sentence."""

KIND = 0.5
"""Balance of care over attack, -1 to 1, from which what has the form of a reflection is taken for one."""

HARSH = -0.3
"""The same for what has its very wording ("So you were left alone …")."""

RAISED = 0.03
"""Threat that a line must add before it is answered as an attack."""

HEAD = "rehearsal-line"
STRONG = "rehearsal-line-strong"
"""Over both encoders, used where they are installed and are those that it was trained on."""

_ABOUT_THEM = re.compile(r"\W*(?:so\W+)?(?:you(?:'re|’re| are| were)|(?:it|that)(?:'s|’s| is| was))\b", re.I)
"""How a line begins that says how it is for them; what else is told gives back only what they had a word for."""
_CONTENT_LETTERS = 5
_CONTENT = re.compile(rf"[^\W\d_]{{{_CONTENT_LETTERS},}}")

_BLAMING = frozenset(
    ("label", "absolute", "mind-reading", "should-have", "accusing", "dismissing", "threatening", "crowd",
     "apology-shifting", "who-question", "curt")
)  # fmt: skip
_FROM_MARKS = {"label": "label", "absolute": "absolute", "mind-reading": "mind-reading", "who-question": "who-question",
               "counterfactual": "should-have", "apology-shifting": "apology-shifting"}  # fmt: skip
_BY_WORDING = (
    "label", "absolute", "should-have", "accusing", "dismissing", "threatening", "crowd", "curt", "ordering",
    "own-part", "apology", "taking-seriously", "time", "valuing", "together",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Landing:
    """What a line shows, and how far it moves the one who hears it."""

    cues: tuple[tuple[str, int], ...]
    """Cue and how often, the strongest first."""
    openness: float
    threat: float
    trust: float
    said: tuple[tuple[str, str], ...] = ()
    """The words in which a cue was found, where it was found by wording."""

    @property
    def blaming(self) -> bool:
        """Whether it was an attack: by a wording, or by as much threat as only an attack brings."""
        return self.threat > RAISED or (any(cue in _BLAMING for cue, _ in self.cues) and self.threat > 0)

    def has(self, cue: str) -> bool:
        return any(name == cue for name, _ in self.cues)


class Ear:
    """Reads lines; the same line lands the same way. ``reader`` is a stronger encoder with a head of its own."""

    def __init__(self, language: Language, embedder: Embedder | None, reader: Embedder | None = None) -> None:
        self._language = language
        self._encoders = [(name, by) for name, by in ((STRONG, reader), (HEAD, embedder)) if by is not None]

    def hear(self, line: str, before: str = "") -> Landing:
        """``before``: what the other had just said. A line without a word is a silence, and gives them time."""
        if not re.search(r"\w", line):
            openness, threat, trust = self._weights["time"]
            return Landing((("time", 1),), openness, threat, trust)
        counts, said = self._cues(line, before)
        typical = self._typical(line, counts)
        form = patterns.pattern("rehearsal", "giving-form").search(line) is not None
        if typical < (HARSH if form else KIND):
            # "You're only saying that" gives back nothing, though it has the form of it.
            del counts["giving-back"]
        total = np.zeros(3)
        for cue, times in counts.items():
            total += np.array(self._weights[cue]) * (1 + 0.5 * min(times - 1, 2))
        total = np.clip(total + typical * np.array(TYPICAL), -MOST, MOST)
        order = sorted(counts.items(), key=lambda one: -abs(self._weights[one[0]][1]) * one[1])
        openness, threat, trust = (round(float(x), 3) for x in total)
        return Landing(tuple(order), openness, threat, trust, tuple(said.items()))

    @cached_property
    def _data(self) -> dict[str, Any]:
        return patterns.read("rehearsal")

    @cached_property
    def _weights(self) -> dict[str, list[float]]:
        weights: dict[str, list[float]] = self._data["weights"]
        return weights

    @cached_property
    def _head(self) -> tuple[heads.Head, Embedder] | None:
        """The best head whose encoder is there as it was trained on; without any the cues alone decide."""
        found = ((heads.load(name), by) for name, by in self._encoders)
        return next(((head, by) for head, by in found if head.embedder == by.name), None)

    def _typical(self, line: str, counts: Counter[str]) -> float:
        """How much more a line is care than attack, -1 to 1."""
        if self._head is None or not line.strip():
            return 0.0
        head, encoder = self._head
        table = head.probabilities(encoder.embed([line]), [frozenset(counts)])
        return float(1 - 2 * table[0][head.classes.index("attack")])

    def cues(self, line: str, before: str = "") -> frozenset[str]:
        """The cues that a line shows by its wording alone, as the head is trained on them."""
        return frozenset(self._cues(line, before)[0])

    def _cues(self, line: str, before: str) -> tuple[Counter[str], dict[str, str]]:
        found: Counter[str] = Counter()
        said: dict[str, str] = {}
        for mark in self._language.analyse(line):
            # "I should have asked" is an own part, not a charge.
            ahead = line.splitlines()[mark.line - 1][: mark.col - 1]
            own = mark.kind == "counterfactual" and re.search(r"\bI\s*$", ahead) is not None
            if mark.kind in _FROM_MARKS and not own:
                found[_FROM_MARKS[mark.kind]] += 1
                said.setdefault(_FROM_MARKS[mark.kind], mark.text)
        for cue in _BY_WORDING:
            matches = [match.group() for match in patterns.pattern("rehearsal", cue).finditer(line)]
            if matches:
                found[cue] = max(found[cue], len(matches))
                said.setdefault(cue, matches[0])
        blamed = any(cue in _BLAMING for cue in found)
        asked = self._language.question_kind(line)
        parts = self._language.sbi(line)
        if "behaviour" in parts and not blamed:
            found["observation"] += 1
        if "impact" in parts and not blamed:
            found["impact"] += 1
        if asked == "open" and not found["accusing"] and not found["dismissing"]:
            found["open-question"] += 1
        form = patterns.pattern("rehearsal", "giving-form").search(line) is not None
        about = form or _ABOUT_THEM.match(line) is not None or bool(_content(line) & _content(before))
        if not blamed and before and (form or (about and self._language.is_reflection(line, before))):
            found["giving-back"] += 1
        if len(line.split()) > LONG_WORDS:
            found["long"] += 1
        return Counter({cue: times for cue, times in found.items() if times}), said


def _content(text: str) -> set[str]:
    """The first letters of the longer words, so that "worried" meets "worry"."""
    return {word[:_CONTENT_LETTERS].lower() for word in _CONTENT.findall(text)}
