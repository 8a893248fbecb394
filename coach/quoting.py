"""Which sentence of a document's passage answers a message, as a place in the passage and not as a copy of its words.

Plans and stored turns keep places, so that removing the document takes its words out of the talk as well.
"""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from coach.facts import content, negated
from coach.obeying import ADDRESS, ENCODED, PICTURES
from coach.values import Excerpt, Passage

if TYPE_CHECKING:
    from coach.protocols import Embedder

LEAST_WORDS, MOST_WORDS = 6, 38
"""A shorter sentence says too little by itself; a longer one is not listened to."""
HEADING_WORDS = 6
"""Longest line without a full stop that is taken for a heading within a passage."""
MOST_SENTENCES = 6
"""So many of a passage are compared, those that share the most words first."""
WORDS_WEIGHT = 0.35
"""Of shared words beside likeness of meaning (looked at on our own questions over the corpus, tuning half)."""

_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+(?=[\"'“‘(\[]?[A-Z0-9])|\n+")
_MARKUP = re.compile(r"[{}|<>*_#`]|\]\(|\.\.\.$|…$")
_REVERSES = re.compile(
    r"\b(?:do not|don['’]?ts?|avoid|never|anti-?patterns?|not to|bad|wrong|mistakes?|pitfalls?|myths?|drawbacks?|"
    r"smells?)\b",
    re.I,
)
_ELSEWHERE = re.compile(
    r"\b(?:further reading|reading list|resources|links|references|see also|related|sources|books)\b", re.I
)
"""Headings over what others have written."""
_LEADS_ON = re.compile(
    r"^\W*(?:this|these|those|that|it|they|he|she|such|then|also|and|but|or|however|therefore|so|for example|e\.g|"
    r"i\.e|see|read|click|note|figure|table|as above|the above|the following)\b",
    re.I,
)
"""Openings that hang on what stands before them."""


def places(text: str) -> Iterator[tuple[int, int]]:
    """Where the sentences and lines of a text begin and end, bullets and blanks left out."""
    begin = 0
    for found in [*_SENTENCE_END.finditer(text), None]:
        end = found.start() if found else len(text)
        # Closing quotation marks belong to the sentence that they end.
        if found and found.group().strip():
            end += len(found.group().rstrip())
        part = text[begin:end]
        lead = len(part) - len(re.sub(r"^[\s•\-–—*·\d.)]*(?=[^\W\d])", "", part))
        if part.strip():
            yield begin + lead, begin + len(part.rstrip())
        if found:
            begin = found.end()


def reversed_by_heading(passage: Passage, start: int) -> bool:
    """Whether what begins there stands in a list of what not to do, and says so only by the heading above it."""
    above = [passage.heading.rsplit(" > ", 1)[-1], *passage.text[:start].split("\n")[:-1]]
    heads = [line for line in above if 0 < len(line.split()) <= HEADING_WORDS and line.rstrip()[-1:] not in ".!?;,"]
    line = passage.text[start:].split("\n", 1)[0]
    return bool(heads) and _REVERSES.search(heads[-1]) is not None and not negated(line)


def best_excerpts(said: str, passages: Sequence[Passage], embedder: "Embedder | None") -> list[tuple[Excerpt, float]]:
    """The sentence of each passage that fits a message best, and how well, 0 to 1; best first.

    Passages of which no sentence can be said aloud are left out.
    """
    wanted = content(said)
    found = [(shared, place) for passage in passages for shared, place in _candidates(wanted, passage)]
    if not found:
        return []
    fits = np.array([shared for shared, _ in found])
    if embedder is not None:
        texts = [said, *(_with_heading(excerpt, passages) for _, excerpt in found)]
        vectors = embedder.embed(texts)
        fits = WORDS_WEIGHT * fits + (1 - WORDS_WEIGHT) * np.clip(vectors[1:] @ vectors[0], 0, 1)
    best: dict[str, tuple[Excerpt, float]] = {}
    for n in np.argsort(-fits, kind="stable").tolist():
        best.setdefault(found[n][1].passage, (found[n][1], float(fits[n])))
    return list(best.values())


def _candidates(wanted: frozenset[str], passage: Passage) -> list[tuple[float, Excerpt]]:
    """Sentences that can be said, with the share of the wanted words that they or their heading have."""
    if _ELSEWHERE.search(passage.heading.rsplit(" > ", 1)[-1]):
        return []
    held = content(passage.heading) & wanted
    found = []
    for start, end in places(passage.text):
        text = passage.text[start:end]
        if is_sayable(text) and not reversed_by_heading(passage, start):
            shared = len((content(text) | held) & wanted) / max(1, len(wanted))
            found.append((shared, Excerpt(passage.id, start, end)))
    return sorted(found, key=lambda one: -one[0])[:MOST_SENTENCES]


def _with_heading(excerpt: Excerpt, passages: Sequence[Passage]) -> str:
    passage = next(one for one in passages if one.id == excerpt.passage)
    above = f"{passage.heading.rsplit(' > ', 1)[-1]}. " if passage.heading else ""
    return f"{above}{quoted(excerpt, passage)}"


def quoted(excerpt: Excerpt, passage: Passage) -> str:
    """The words of an excerpt."""
    return passage.text[excerpt.start : excerpt.end]


def is_sayable(text: str) -> bool:
    """Whether a sentence can be quoted by itself: whole, plain, of a length to listen to, and no address."""
    words = text.split()
    return (
        LEAST_WORDS <= len(words) <= MOST_WORDS
        and text.rstrip("\"'”’)]")[-1:] in (".", "!")
        and text[:1].isupper()
        and not _MARKUP.search(text)
        and not _LEADS_ON.match(text)
        and not any(odd.search(text) for odd in (ADDRESS, ENCODED, PICTURES))
        and not any(mark in text for mark in '“”"')
        and text.count("(") == text.count(")")
    )
