"""What the ledger has to say about a passage: figures credited to another than who found them, popular misquotes.

Told by figures and words alone, so that it costs next to nothing while a person waits.
"""

import re
from collections.abc import Iterable, Mapping

from coach.values import Beside, Claim, Passage
from knowledge.chunks import sentences
from knowledge.words import content_words

FIGURE = re.compile(r"(?<![\w.,])(\d+(?:[.,]\d+)?)\s?(?:%|per ?cent\b|percentage points?\b)", re.I)
NAMED = re.compile(r"\b[A-Z][\w&'’-]+(?:\s+(?:of\s+)?[A-Z][\w&'’-]+)*")
SHARED_WORDS = 2
"""Content words that a sentence and a claim must share beside the figure to speak of the same finding."""
SAME_WORDS = 0.6
"""Share of a misquote's content words, by count, from which a sentence repeats it."""
NEGATED = re.compile(
    r"\b(?:not|no|never|n't|myth|misquot\w*|wrong|false|contrary|instead of|unlike|debunk\w*)\b|n't\b", re.I
)
GENERAL = frozenset(
    content_words("work works working team teams people employee employees leader leaders company study")
)


class Ledger:
    """The claims, made ready to be held against passages."""

    def __init__(self, claims: Mapping[str, Claim]):
        self._claims = claims
        self._words = {id: frozenset(content_words(claim.statement)) - GENERAL for id, claim in claims.items()}
        self._figures: dict[str, list[str]] = {}
        for id, claim in claims.items():
            for figure in _figures(f"{claim.statement} {claim.effect}"):
                self._figures.setdefault(figure, []).append(id)

    def beside(self, passage: Passage) -> tuple[Beside, ...]:
        """What belongs beside a passage, each claim once, in the order of the passage."""
        found: dict[str, Beside] = {}
        whole = passage.text
        for sentence in sentences(whole):
            for one in (*self._credits(sentence, passage), *self._repeats(sentence, passage)):
                found.setdefault(one.claim, one)
        return tuple(found.values())

    def _credits(self, sentence: str, passage: Passage) -> Iterable[Beside]:
        """Claims whose figure stands in the sentence while the passage names another source, or none."""
        words = frozenset(content_words(f"{passage.heading} {passage.text}"))
        for figure in _figures(sentence):
            for id in self._figures.get(figure, ()):
                claim = self._claims[id]
                if claim.grade == "X" and not self._is_about_credit(claim):
                    continue
                near = frozenset(content_words(sentence)) & self._words[id]
                if not near or len(words & self._words[id]) < SHARED_WORDS:
                    continue
                if claim.grade == "X":
                    named = [name for name in _names(claim.statement) if _holds(passage.text, name)]
                    if named:
                        yield Beside(passage.id, id, "credit", sentence, named[0])
                elif not any(_holds(passage.text, name) for name in _finders(claim)):
                    yield Beside(passage.id, id, "credit", sentence, _credited(passage.text, sentence))

    def _repeats(self, sentence: str, passage: Passage) -> Iterable[Beside]:
        """Refuted or misquoted claims that the sentence repeats without doubting them."""
        if NEGATED.search(sentence):
            return
        words = frozenset(content_words(sentence))
        for id, claim in self._claims.items():
            own = self._words[id]
            if claim.grade not in "X" or len(own) < 3 or len(own & words) < SAME_WORDS * len(own):
                continue
            if set(_figures(claim.statement)) <= set(_figures(sentence)):
                yield Beside(passage.id, id, "contradiction", sentence, "")

    def _is_about_credit(self, claim: Claim) -> bool:
        return len(_figures(claim.statement)) > 1 and len(_names(claim.statement)) > 1


def _figures(text: str) -> list[str]:
    return [figure.replace(",", ".").rstrip("0").rstrip(".") if "." in figure else figure for figure in _listed(text)]


def _listed(text: str) -> list[str]:
    """Figures with a percent sign, and those that share one at the end of a list ("50, 74 and 106%")."""
    return FIGURE.findall(text)


def _names(text: str) -> list[str]:
    names = [name for match in NAMED.findall(text) for name in re.split(r"\s+and\s+", match)]
    return [
        name for name in names if len(name) > 3 and name.lower() not in ("the", "trust-based", "teams", "employees")
    ]


def _finders(claim: Claim) -> list[str]:
    """Surnames or the body that a claim's source begins with."""
    lead = re.split(r"[,;(:]|\b(?:19|20)\d\d\b", claim.source)[0]
    return [name.strip() for name in re.split(r"\s+and\s+|\s*&\s*|\s+et al\.?", lead) if name.strip()]


def _credited(text: str, sentence: str) -> str:
    """Who the passage credits: what stands after "study from", "according to" and the like; empty where nobody."""
    pattern = re.compile(
        r"(?:stud(?:y|ies)|research|survey|report|data|article|according)\s+(?:published\s+)?(?:from|by|of|to|at|in)\s+(?:an?\s+|the\s+)?"
        r"([A-Z][\w&'’.-]+(?:\s+[A-Z][\w&'’.-]+){0,3})"
    )
    found = pattern.search(sentence) or pattern.search(text)
    return found.group(1).rstrip(".") if found else ""


def _holds(text: str, name: str) -> bool:
    return re.search(rf"\b{re.escape(name.strip())}\b", text) is not None
