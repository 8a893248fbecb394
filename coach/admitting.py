"""What a person says they did or left undone themselves: the act, and a promise that was not kept.

Works on the text alone, since in quick or dictated talk the parser loses the verb of just these clauses.
"""

import re
from collections.abc import Sequence

from coach import patterns

NEAR = 110
"""Characters within which "I'll be honest" belongs to what was done."""
SHORTEST = 3
"""Words below which an act is a torn-off piece."""


def acts(text: str) -> list[tuple[int, int]]:
    """Spans of own deeds and omissions in a message, each from its "I" to the end of what was done."""
    found: list[tuple[int, int]] = []
    for match in patterns.pattern("admitting", "act").finditer(text):
        span = match.start(), end_of(text, match.end())
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


def broken_promise(messages: Sequence[str]) -> str | None:
    """The latest promise of the person's own that they say they did not keep, as they would say it to whoever had it.

    "I told the girl I'd do it by Friday … I've not done it" → "I told you I'd do it by Friday, and I didn't".
    """
    if not any(patterns.pattern("admitting", "unkept").search(_plain(said)) for said in messages):
        return None
    for said in reversed(messages):
        for match in reversed(list(patterns.pattern("admitting", "promise").finditer(_plain(said)))):
            what = match["what"].strip()
            if re.search(r"\b(?:he|she|they|him|them|her|his|their)\b", what, re.I):
                continue
            what = re.sub(r"^i\b", "I", re.sub(r"\bi(?='|\b)", "I", what))
            verb = "promised" if "promis" in match.group().lower() else "told you"
            return f"I {verb} {what}, and I didn't"
    return None


def _plain(text: str) -> str:
    return text.replace("’", "'")
