"""Reads what the coach said, for scorers: words, stems, counts. No model and no embedding."""

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from coach import manners
from coach.facts import content

QUOTED = re.compile(r"“[^”]*”?|\"[^\"]*\"?")
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")

LECTURES = re.compile(
    r"\b(?:it(?:'s| is) (?:important|crucial|essential|vital) (?:to|that)|you (?:should|must) (?:never|not)|"
    r"irresponsible|unethical|immoral|i must (?:warn|remind|stress)|i have to (?:warn|remind)|please be aware|"
    r"please remember|as an ai|i cannot in good conscience|shame on|always consult|remember that)\b",
    re.I,
)
"""Sermons, as people complain about them."""


def jsonl(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def public(data: Path | None, name: str) -> list[dict[str, Any]]:
    """Rows of a public set; none where the folder lacks it."""
    return jsonl(data / name) if data is not None and (data / name).exists() else []


def words(text: str) -> int:
    return len(WORD.findall(text))


def unquoted(text: str) -> str:
    return QUOTED.sub(" ", text)


def stems(texts: Iterable[str]) -> frozenset[str]:
    return frozenset().union(*(content(text) for text in texts))


def questions(text: str) -> int:
    """Questions of the coach's own, quoted words aside; two asked in one breath count two.

    "What did she say, and how did you answer?" has two: each of its parts opens as a question does, with a question
    word or a verb turned round. "When it is over, what would you like?" has one.
    """
    return manners.questions(unquoted(text))


def median(values: Sequence[float]) -> float:
    ordered = sorted(values)
    middle = len(ordered) // 2
    if not ordered:
        return 0.0
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
