"""Cards and claims as passages: what a sentence can cite, with an id that resolves."""

from collections.abc import Iterable, Mapping

from coach.values import Card, Claim, Grade, Idea, Passage

LICENCE = "Apache-2.0"
"""The cards' and the ledger's own words are part of this product."""


def card_passages(card: Card, claims: Mapping[str, Claim]) -> Iterable[Passage]:
    """``card:<id>`` for the gist and ``card:<id>#<idea>`` for each idea."""
    yield Passage(
        id=f"card:{card.id}",
        kind="card",
        text=card.gist,
        source=f"Practice card: {card.title}",
        heading=card.title,
        licence=LICENCE,
        attribution="; ".join(card.sources),
    )
    for idea in card.ideas:
        yield Passage(
            id=f"card:{card.id}#{idea.id}",
            kind="card",
            text=idea.say,
            source=f"Practice card: {card.title}",
            heading=card.title,
            licence=LICENCE,
            attribution="; ".join(claims[id].source for id in idea.claims if id in claims),
            grade=_grade(idea, claims),
        )


def claim_passage(claim: Claim) -> Passage:
    """``claim:<id>``: the sentence the coach may say, or answer with, under its primary source."""
    return Passage(
        id=f"claim:{claim.id}",
        kind="claim",
        text=claim.say or claim.if_asked or claim.statement,
        source=claim.source,
        heading=claim.type,
        licence=LICENCE,
        attribution=f"https://doi.org/{claim.doi}" if claim.doi else claim.basis,
        grade=claim.grade,
    )


def _grade(idea: Idea, claims: Mapping[str, Claim]) -> Grade:
    """An idea is as well founded as the weakest claim it rests on; without a claim it is practice advice."""
    return max((claims[id].grade for id in idea.claims if id in claims), default="D")
