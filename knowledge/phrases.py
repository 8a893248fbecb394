"""The ways in which people would say what a card or a claim is about: what messages are compared with."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from coach.values import Card, Claim

Part = Literal["title", "gist", "situation", "idea", "idea.say", "words", "caution", "echo", "asked", "statement"]


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase. ``number`` counts the idea, words or caution within its card, from 0."""

    owner: str
    """Passage id of the card or claim."""
    part: Part
    number: int
    text: str


def card_phrases(card: Card) -> tuple[Phrase, ...]:
    owner = f"card:{card.id}"
    return (
        Phrase(owner, "title", 0, card.title),
        Phrase(owner, "gist", 0, card.gist),
        *(Phrase(owner, "situation", n, text) for n, text in enumerate(card.situations)),
        *(Phrase(owner, "idea", n, text) for n, idea in enumerate(card.ideas) for text in idea.when),
        *(Phrase(owner, "idea.say", n, idea.say) for n, idea in enumerate(card.ideas)),
        *(Phrase(owner, "words", n, text) for n, words in enumerate(card.words) for text in words.when),
        *(Phrase(owner, "caution", n, text) for n, caution in enumerate(card.cautions) for text in caution.when),
        *(Phrase(owner, "echo", n, text) for n, echo in enumerate(card.echoes) for text in echo.when),
    )


def claim_phrases(claim: Claim) -> tuple[Phrase, ...]:
    owner = f"claim:{claim.id}"
    return (
        Phrase(owner, "statement", 0, claim.statement),
        *(Phrase(owner, "asked", n, text) for n, text in enumerate(claim.asked)),
    )


def all_phrases(cards: Iterable[Card], claims: Iterable[Claim]) -> tuple[Phrase, ...]:
    """Phrases of every card, then of every claim, those of one owner side by side."""
    return (
        *(phrase for card in cards for phrase in card_phrases(card)),
        *(phrase for claim in claims for phrase in claim_phrases(claim)),
    )
