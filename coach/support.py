"""How well one text supports another, without a language model.

Aligns the words, numbers and names of a claim with a source, notes denials and opposites, adds the likeness of
meaning where an embedder is given, and weighs it all with a small logistic head that ``scripts/train_grounding.py``
trains. The head and the record of its training stand in ``coach/support.json``.
"""

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from coach.agreement import contradiction, has_number
from coach.facts import STOPWORDS, listed, read, stem
from coach.protocols import Embedder

HEAD_FILE = Path(__file__).parent / "support.json"

# Sentences of a long source that are looked at closely, those with most of the claim's words.
CLOSEST = 12
# Sources with more sentences than this are weighed by the head for long ones.
LONG = 8
# Both labels weigh the same in training, so that the middle is where balanced accuracy is best.
SUPPORTED = 0.5

FEATURES = (
    "missing_source", "missing_best", "missing_three", "missing_words", "pairs_best", "pairs_three", "order",
    "numbers_source", "numbers_three", "numbers_missing", "names_source", "names_three", "names_missing",
    "denial", "opener", "first_person", "length", "source_length", "added_share", "running", "novel",
    "contradicts", "figures",
)  # fmt: skip
MEANING = ("meaning_best", "meaning_three", "meaning_least_clause", "soft_least", "soft_mean")

_FILLER = frozenset(
    listed("yes yeah well oh ah ok sure hmm so actually also too really indeed right though know think guess course")
)


@dataclass(frozen=True, slots=True)
class _Words:
    stems: tuple[str, ...]
    """Content stems in order."""
    numbers: frozenset[str]
    names: frozenset[str]
    negated: bool


@lru_cache(maxsize=8192)
def _words(text: str) -> _Words:
    tokens = re.findall(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)?", text)
    stems, numbers, names = [], set(), set()
    for token in tokens:
        low = token.lower()
        if token[0].isdigit():
            numbers.add(token.replace(",", ""))
        elif low not in STOPWORDS and low not in _FILLER and len(low) > 1:
            stems.append(stem(re.sub(r"['’]s$", "", low)))
            if token[0].isupper():
                names.add(stems[-1])
    spelled = {f"{n.value:g}" for n in read(text).numbers} if len(text) < 600 else set()
    odd = bool(len(re.findall(r"\b(?:not|no|never|nor|neither|nobody|cannot|without)\b|n['’]t\b", text.lower())) % 2)
    return _Words(tuple(stems), frozenset(numbers | spelled), frozenset(names), odd)


@lru_cache(maxsize=8192)
def _tokens(text: str) -> tuple[str, ...]:
    """Every word, small ones too: a small word changed is often the whole difference."""
    return tuple(word for word in re.findall(r"\w+", text.lower()) if word not in _FILLER)


def sentences(text: str) -> list[str]:
    """The sentences of a source; a line of its own is one."""
    parts = re.split(r"\n+|(?<=[.!?;])\s+(?=[\"“(]?[^\s])", text)
    return [part.strip() for part in parts if re.search(r"\w", part)]


def features(source: str, claim: str, embedder: Embedder | None = None) -> list[float]:
    """What the head weighs, in the order of ``FEATURES`` and then, with an embedder, of ``MEANING``."""
    mine = _words(claim)
    wanted = frozenset(mine.stems)
    parts = sentences(source) or [source]
    read_parts = [_words(part) for part in parts]
    everything = frozenset(word for part in read_parts for word in part.stems)
    all_numbers = frozenset(n for part in read_parts for n in part.numbers)
    # Words that a long source uses rarely say more than those on every line.
    spread: dict[str, int] = {}
    for part in read_parts:
        for word in set(part.stems):
            spread[word] = spread.get(word, 0) + 1
    weight = {word: 1 + math.log((len(parts) + 1) / (spread.get(word, 0) + 1)) for word in wanted}
    total = sum(weight.values()) or 1.0

    def covered(words: frozenset[str]) -> float:
        return sum(weight[word] for word in wanted & words) / total

    scored = sorted(
        range(len(parts)),
        key=lambda i: -(covered(frozenset(read_parts[i].stems)) + 0.2 * len(mine.numbers & read_parts[i].numbers)),
    )
    best = read_parts[scored[0]]
    three = _greedy(read_parts, scored[:CLOSEST], weight)
    three_words = frozenset(word for i in three for word in read_parts[i].stems)
    three_numbers = frozenset(n for i in three for n in read_parts[i].numbers)
    pairs = set(zip(mine.stems, mine.stems[1:], strict=False))
    best_pairs = set(zip(best.stems, best.stems[1:], strict=False))
    three_pairs = {p for i in three for p in zip(read_parts[i].stems, read_parts[i].stems[1:], strict=False)}
    missing = wanted - everything
    first = re.match(r"\W*(\w+)", claim.lower())
    said, close = read(claim), read(" ".join(parts[i] for i in sorted(three)))
    figures = [has_number(close, number, said) for number in said.numbers]
    values = [
        1 - covered(everything),
        1 - covered(frozenset(best.stems)),
        1 - covered(three_words),
        math.log1p(len(wanted - three_words)),
        len(pairs & best_pairs) / max(1, len(pairs)),
        len(pairs & three_pairs) / max(1, len(pairs)),
        _in_order(mine.stems, best.stems),
        _share(mine.numbers, all_numbers),
        _share(mine.numbers, three_numbers),
        math.log1p(len(mine.numbers - all_numbers)),
        _share(mine.names, everything),
        _share(mine.names, three_words),
        math.log1p(len(mine.names - everything)),
        float(mine.negated != best.negated),
        float(bool(first and first.group(1) in _FILLER)),
        float(bool(re.search(r"\b(?:i|i'm|my|me|you)\b", claim.lower()))),
        math.log1p(len(mine.stems)),
        math.log1p(len(parts)),
        len(missing) / max(1, len(wanted)),
        _in_order(_tokens(claim), _tokens(parts[scored[0]])),
        math.log1p(len(set(_tokens(claim)) - {word for i in three for word in _tokens(parts[i])})),
        float(contradiction(said, close) is not None),
        sum(figures) / len(figures) if figures else 1.0,
    ]
    if embedder is not None:
        values += _meaning(parts, scored, three, claim, wanted - three_words, three_words, embedder)
    return values


def _greedy(parts: Sequence[_Words], order: Sequence[int], weight: dict[str, float]) -> list[int]:
    """Up to three sentences that together hold most of the claim."""
    chosen: list[int] = []
    held: set[str] = set()
    for _ in range(3):
        gains = [(sum(weight[w] for w in set(parts[i].stems) & weight.keys() - held), -k) for k, i in enumerate(order)]
        gain, k = max(gains, default=(0.0, 0))
        if gain <= 0 and chosen:
            break
        chosen.append(order[-k])
        held |= set(parts[order[-k]].stems)
    return chosen


def _share(some: frozenset[str], of: frozenset[str]) -> float:
    return len(some & of) / len(some) if some else 1.0


def _in_order(some: Sequence[str], of: Sequence[str]) -> float:
    """Longest common subsequence of content words, as a share of the claim's."""
    if not some:
        return 1.0
    row = [0] * (len(of) + 1)
    for word in some:
        last = 0
        for j, other in enumerate(of, start=1):
            last, row[j] = row[j], last + 1 if word == other else max(row[j], row[j - 1])
    return row[-1] / len(some)


def _meaning(
    parts: Sequence[str],
    scored: Sequence[int],
    three: Sequence[int],
    claim: str,
    missing: frozenset[str],
    words: frozenset[str],
    embedder: Embedder,
) -> list[float]:
    clauses = [c.strip() for c in re.split(r"[,;:]\s|\s(?:and|but|which|who|while)\s", claim) if len(c.split()) >= 3]
    clauses = clauses or [claim]
    close = [parts[i] for i in scored[:CLOSEST]]
    lost, there = sorted(missing)[:16], sorted(words)[:80]
    texts = [claim, " ".join(parts[i] for i in sorted(three)), *clauses, *close, *lost, *there]
    vectors = embedder.embed(texts)
    n, m = 2 + len(clauses), 2 + len(clauses) + len(close)
    whole, together, lines = vectors[0], vectors[1], vectors[n:m]
    each = (vectors[2:n] @ lines.T).max(axis=1)
    soft = [1.0]
    if lost and there:
        soft = (vectors[m : m + len(lost)] @ vectors[m + len(lost) :].T).max(axis=1).tolist()
    elif lost:
        soft = [0.0]
    return [float((lines @ whole).max()), float(whole @ together), float(each.min()), min(soft), sum(soft) / len(soft)]


@lru_cache(maxsize=1)
def _head() -> dict[str, Any]:
    head: dict[str, Any] = json.loads(HEAD_FILE.read_text(encoding="utf-8"))
    return head


def supports(source_text: str, claim_text: str, embedder: Embedder | None = None) -> float:
    """Probability, 0 to 1, that the source says what the claim says; from ``SUPPORTED`` on it counts as supported."""
    names = FEATURES + (MEANING if embedder is not None else ())
    values = dict(zip(names, features(source_text, claim_text, embedder), strict=True))
    head = _head()[head_name(source_text, embedder)]
    score = head["bias"]
    for name, mean, scale, weight in zip(head["features"], head["mean"], head["scale"], head["weights"], strict=True):
        score += weight * (values[name] - mean) / scale
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def head_name(source: str, embedder: Embedder | None) -> str:
    """Which head weighs a pair: a passage and a page of a hundred lines are told from a claim by other signs."""
    length = "long" if len(sentences(source)) > LONG else "short"
    return f"{length} {'meaning' if embedder is not None else 'words'}"
