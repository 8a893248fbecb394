"""One card, claim or passage as plain data, for ``coach knowledge show``."""

import difflib
from dataclasses import asdict
from typing import Any

from coach.errors import NotFoundError
from knowledge.cards import load_cards
from knowledge.claims import load_claims
from knowledge.documents import Documents, Source
from knowledge.passages import card_passages, claim_passage


def describe(id: str, documents: Documents | None = None) -> dict[str, Any]:
    """``card:<id>`` or its bare name, ``claim:<id>`` or its bare number, ``card:<id>#<idea>``; of the person's own
    documents a passage by its id, or a document by its id or file.

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
    if documents is not None:
        if (passage := documents.passage(id)) is not None:
            return asdict(passage)
        for source in documents.sources(state=None):
            if id in (source.id, source.file):
                return _document(documents, source)
    near = difflib.get_close_matches(id, [*cards, *claims, *passages], 1)
    hint = f"Did you mean {near[0]!r}?" if near else "See: coach knowledge list"
    raise NotFoundError(f"Nothing called {id!r}. {hint}")


def _document(documents: Documents, source: Source) -> dict[str, Any]:
    about = asdict(source)
    for name in ("text", "sketch", "form", "changed", "text_hash"):
        del about[name]
    passages = [
        {"id": p.id, "heading": p.heading, "page": p.page, "span": p.span, "text": p.text, "quality": p.quality}
        for p in documents.passages_of(source.id)
    ]
    return {"kind": "document", **about, "notes": list(source.notes), "passages": passages}
