"""One card, claim or passage as plain data, for ``coach knowledge show``."""

import difflib
from dataclasses import asdict
from typing import Any

from coach.errors import NotFoundError
from knowledge.cards import load_cards
from knowledge.claims import load_claims
from knowledge.passages import card_passages, claim_passage


def describe(id: str) -> dict[str, Any]:
    """``card:<id>`` or its bare name, ``claim:<id>`` or its bare number, ``card:<id>#<idea>``.

    Raises NotFoundError that suggests the nearest id.
    """
    cards, claims = load_cards(), load_claims()
    if (card := cards.get(id.removeprefix("card:"))) is not None:
        return {"kind": "card", **asdict(card)}
    if (claim := claims.get(id.removeprefix("claim:"))) is not None:
        return {"kind": "claim", **asdict(claim)}
    passages = {p.id: p for card in cards.values() for p in card_passages(card, claims)}
    passages |= {p.id: p for p in map(claim_passage, claims.values())}
    if id in passages:
        return asdict(passages[id])
    near = difflib.get_close_matches(id, [*cards, *claims, *passages], 1)
    hint = f"Did you mean {near[0]!r}?" if near else "See: coach knowledge list"
    raise NotFoundError(f"Nothing called {id!r}. {hint}")
