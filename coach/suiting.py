"""What of the cards suits a talk: who broke the promise, and whether the yes was given already.

A card that is near in words can have the direction wrong. Data: ``coach/data/suiting.yaml``.
"""

import re
from functools import cache

from coach import patterns


def fits(card: str, told: str, *, idea: str | None = None, words: int | None = None) -> bool:
    """Whether nothing that the person told speaks against a card, an idea of it, or words of it by their number."""
    keys = [card]
    if idea is not None:
        keys.append(f"{card}#{idea}")
    if words is not None:
        keys.append(f"{card}:{words}")
    return not any(key in _unless() and _unless()[key].search(told.replace("’", "'")) for key in keys)


@cache
def _unless() -> dict[str, re.Pattern[str]]:
    data = patterns.read("suiting")
    return {key: patterns.any_of([line], data["words"]) for key, line in data["unless"].items()}
