"""What one message fills the frame with: the span as said, and the same turned to "you"."""

import pytest

from coach.config import Settings
from coach.parse import Parser, Utterance
from coach.slots import read_slots
from coach.turned import addressed
from knowledge.weights import spacy_model_path


@pytest.fixture(scope="module")
def parser() -> Parser:
    return Parser(spacy_model_path(Settings().cache))


def found(parser: Parser, text: str) -> dict[str, list[str]]:
    slots: dict[str, list[str]] = {}
    for slot in read_slots(parser.read(text), 0):
        slots.setdefault(slot.kind, []).append(slot.text)
    return slots


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            'She said "did anyone even test this?" on Tuesday and two people didn\'t say another word.',
            {
                "quote": ["did anyone even test this?"],
                "when": ["on Tuesday"],
                "impact": ["two people didn't say another word"],
            },
        ),
        (
            "I'd want her standards without the fear. But I'm afraid she'll say I'm being soft.",
            {"wish": ["her standards without the fear"], "fear": ["she'll say I'm being soft"]},
        ),
        (
            "I snapped at Nadia during the handover.",
            {"own_part": ["I snapped at Nadia during the handover"], "person": ["Nadia"]},
        ),
        (
            "I've told him three times already.",
            {"tried": ["I've told him three times already"], "count": ["three times"]},
        ),
        ("He's lazy.", {"verdict": ["He's lazy"]}),
        ("What if nobody comes to the meeting?", {"fear": ["nobody comes to the meeting"]}),
        ("I have to tell her by Friday.", {"deadline": ["by Friday"]}),
        ("I feel stuck between the two of them.", {"feeling": ["stuck"]}),
        ("I can't change the budget.", {"constraint": ["I can't change the budget"]}),
        (
            "Our CTO jumps in and asks who did it.",
            {"role": ["Our CTO"], "event": ["Our CTO jumps in and asks who did it"]},
        ),
        ("It was my fault really.", {"own_part": ["It was my fault"]}),
    ],
)
def test_slots(parser: Parser, text: str, expected: dict[str, list[str]]) -> None:
    slots = found(parser, text)
    assert {kind: slots.get(kind) for kind in expected} == expected


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("How do I tell him that he missed it?", "event"),  # asked, not told
        ("If he comes late again I'll shout", "event"),  # imagined
        ("It's just in their head.", "role"),
        ("On Monday in March I was in Google Slack", "person"),
        ('He said "you are lazy".', "verdict"),  # somebody else's words
    ],
)
def test_not_taken_for(parser: Parser, text: str, kind: str) -> None:
    assert kind not in found(parser, text)


@pytest.mark.parametrize(
    ("text", "other", "said_to_them"),
    [
        ("She missed the handover.", "", "you missed the handover"),
        ("He hasn't answered my mails.", "", "you haven't answered my mails"),
        ("Marta was late twice.", "Marta", "you were late twice"),
        ("One of my cooks comes late every morning.", "my cooks", "you come late every morning"),
        ("The nurses were alone all night.", "Marta", None),
    ],
)
def test_addressed(parser: Parser, text: str, other: str, said_to_them: str | None) -> None:
    read: Utterance = parser.read(text)
    assert addressed(read.clauses[0], other) == said_to_them


def test_turned_round(parser: Parser) -> None:
    slot = next(s for s in read_slots(parser.read("I'm afraid my boss will ignore me."), 0) if s.kind == "fear")
    assert slot.phrase == "your boss will ignore you"


def test_without_the_model_sentences_only() -> None:
    read = Parser(None).read("He was late. I said nothing.")
    assert (len(read.sentences), read.clauses) == (2, ())
