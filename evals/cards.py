"""Every line of every practice card, held against the checks as if a model had written it.

What a card says is its own witness in a turn, so a bad line in a card would pass there. Here each line has to stand on
the claims that its idea names and on nothing else. Lines that the checks refuse and a reader found harmless (a figure
of speech with a number in it) are listed in ``evals/data/suites/card_lines.txt``; one new refusal fails the aim.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from coach.grounding import GroundingCheck
from coach.leaving import reason
from coach.protocols import Brief
from coach.values import Card, Plan, Sentence, SentenceKind
from evals.board import Row, share
from evals.grounding import topic_of

READ = Path(__file__).parent / "data" / "suites" / "card_lines.txt"
SAID = "How do I start?"

_SLOT = re.compile(r"\{\w+\}")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that a card can have the coach say."""

    card: str
    text: str
    kind: SentenceKind
    claims: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.card}: {self.text}"


def lines(card: Card) -> Iterator[Line]:
    for idea in card.ideas:
        yield Line(card.id, idea.say, "insight", idea.claims)
    for caution in card.cautions:
        yield Line(card.id, caution.say, "insight")
    for words in card.words:
        yield Line(card.id, words.say, "words")
    for question in card.questions:
        yield Line(card.id, question.ask, "question")
    for echo in card.echoes:
        yield Line(card.id, echo.say, "reflection")


def refused(card: Card, check: GroundingCheck) -> Iterator[tuple[Line, str]]:
    """Lines of a card that the checks would not let a model say, with the reason."""
    for line in lines(card):
        brief = Brief(SAID, Plan("options", "advise", claims=line.claims), topic_of(SAID), (), None, (), ())
        sentence = Sentence(_SLOT.sub("…", line.text), line.kind)
        why = reason(sentence, SAID) or check.check(sentence, brief)
        if why is not None:
            yield line, why


def measure() -> list[Row]:
    from knowledge.cards import load_cards
    from knowledge.claims import load_claims

    check = GroundingCheck(load_claims())
    cards = load_cards().values()
    read = set(READ.read_text(encoding="utf-8").splitlines())
    bad = {str(line) for card in cards for line, _ in refused(card, check)} - read
    every = [str(line) in bad for card in cards for line in lines(card)]
    return [share(9, "lines of the cards that the checks refuse", "practice cards", "all", every, "≤ 0")]


if __name__ == "__main__":
    from knowledge.cards import load_cards
    from knowledge.claims import load_claims

    for card in load_cards().values():
        for line, why in refused(card, GroundingCheck(load_claims())):
            print(f"{line}\n    {why}")
