"""Several rankings made one."""

from collections.abc import Iterable, Sequence

RANK_OFFSET = 60
"""How little the first places stand out, as in Cormack, Clarke & Büttcher 2009."""


def fuse(rankings: Iterable[Sequence[str]]) -> list[tuple[str, float]]:
    """Reciprocal rank fusion: ids with their scores, best first, ties in order of appearance."""
    scores: dict[str, float] = {}
    for ranking in rankings:
        for rank, id in enumerate(ranking, start=1):
            scores[id] = scores.get(id, 0.0) + 1 / (RANK_OFFSET + rank)
    return sorted(scores.items(), key=lambda item: -item[1])
