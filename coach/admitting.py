"""What a person says they did or left undone themselves: the act, and a promise that was not kept.

Works on the text alone, since in quick or dictated talk the parser loses the verb of just these clauses.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from coach import patterns

NEAR = 110
"""Characters within which "I'll be honest" belongs to what was done."""
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"")
SHORTEST = 3
"""Words below which an act is a torn-off piece."""


def acts(text: str) -> list[tuple[int, int]]:
    """Spans of own deeds and omissions in a message, each from its "I" to the end of what was done."""
    found: list[tuple[int, int]] = []
    for match in patterns.pattern("admitting", "act").finditer(text):
        span = match.start(), end_of(text, match.end())
        before = text[max(0, span[0] - NEAR) : span[0]]
        if patterns.pattern("admitting", "reported").search(before):
            continue  # "they will say I lied" is theirs, and may be false
        if len(text[slice(*span)].split()) >= SHORTEST and not (found and span[0] < found[-1][1]):
            found.append(span)
    return found


def end_of(text: str, start: int) -> int:
    """Where what began before ``start`` ends: at the next clause of its own."""
    stop = patterns.pattern("admitting", "stop").search(text, start)
    return stop.start() if stop else len(text.rstrip())


def confesses(text: str, start: int, end: int) -> bool:
    """Whether words of confession stand beside a span, though not inside it."""
    near = text[max(0, start - NEAR) : end + NEAR]
    return any(
        not (start <= m.start() + max(0, start - NEAR) < end)
        for m in patterns.pattern("admitting", "marker").finditer(near)
    )


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise that was not kept."""

    said: str
    """As the person would say it to whoever had it: "I told you I'd do it by Friday, and I didn't"."""
    whom: str | None
    """Who had it, where that is no pronoun."""


def broken_promise(messages: Sequence[str]) -> Promise | None:
    """The latest promise of the person's own that they say they did not keep; what they only mean to say aside."""
    told = [_QUOTED.sub(" ", said.replace("’", "'")) for said in messages]
    if not any(patterns.pattern("admitting", "unkept").search(said) for said in told):
        return None
    for said in reversed(told):
        for match in reversed(list(patterns.pattern("admitting", "promise").finditer(said))):
            what = match["what"].strip()
            if re.search(r"\b(?:he|she|they|him|them|her|his|their)\b", what, re.I):
                continue
            verb = "promised" if "promis" in match.group().lower() else "told you"
            whom = match["whom"]
            named = whom if whom and whom.lower() not in {"him", "her", "them", "you"} else None
            return Promise(f"I {verb} {re.sub(r'^i(?=[^a-z])', 'I', what)}, and I didn't", named)
    return None
