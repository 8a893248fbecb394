"""Word lists that reading goes by, kept as data in ``coach/data/lexicon.yaml``."""

from functools import cache

from coach import patterns


@cache
def lexicon(name: str) -> frozenset[str]:
    """The lemmas of one list."""
    return frozenset(patterns.read("lexicon")[name].split())
