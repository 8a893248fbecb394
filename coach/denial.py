"""What a person says something is not: "not a question of pay", "nobody is in danger".

What is denied is no topic, and asks for no answer. Knows nothing of who reads it (gate, policy, reflection).
"""

import re
from collections.abc import Sequence

from coach import patterns

_SENTENCES = re.compile(r"[^.!?\n]*[.!?\n]*(?:\s*(?:but|except|though|still|yet|only)\b[^.!?\n]*)?", re.I)
"""One sentence, and the start of the next where it turns round."""
_MARK = " · "
"""Stands for what was taken out; the rules over text do not read across it."""


def denied(text: str) -> list[tuple[int, int]]:
    """Spans of what is denied, as offsets into ``text``."""
    found = []
    for match in patterns.pattern("denial", "denied").finditer(text):
        found += [match.span(name) for name, value in match.groupdict().items() if value is not None]
    return found


def without_denied(text: str) -> str:
    """The text less what it denies, for search and for rules: "It is not a question of ·. It is about respect." """
    return _cut(text, denied(text))


def without_no_danger(text: str) -> str:
    """The text less flat denials of danger. A denial that its sentence or the next one takes back stays in."""
    taken_back = patterns.pattern("denial", "taken_back")
    spans = []
    for match in patterns.pattern("denial", "no_danger").finditer(text):
        start = max(text.rfind(mark, 0, match.start()) for mark in ".!?\n") + 1
        near = _SENTENCES.match(text, start)
        if near is None or not taken_back.search(near.group()):
            spans.append(match.span())
    return _cut(text, spans)


def denies_danger(text: str) -> bool:
    """Whether a message says flatly that nobody is in danger, and takes nothing of it back."""
    return without_no_danger(text) != text


def denied_matters(texts: Sequence[str]) -> frozenset[str]:
    """``legal`` and ``clinical`` where one of the messages says that it is no such matter."""
    return frozenset(
        matter
        for matter in ("legal", "clinical")
        if any(patterns.pattern("denial", f"domain_{matter}").search(text) for text in texts)
    )


def _cut(text: str, spans: Sequence[tuple[int, int]]) -> str:
    out, last = [], 0
    for start, end in sorted(spans):
        if start >= last:
            out += [text[last:start], _MARK]
            last = end
    return "".join([*out, text[last:]])
