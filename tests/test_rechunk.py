"""Sentences from streamed text."""

from collections.abc import AsyncIterator, Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.rechunk import sentences, split

CASES = {
    "two plain ones": ("You could ask her. What would she say?", ["You could ask her.", "What would she say?"]),
    "decimals": (
        "It was 3.5 of 7, ρ = .30 over 112 studies. That is solid.",
        ["It was 3.5 of 7, ρ = .30 over 112 studies.", "That is solid."],
    ),
    "thousands": ("We lost 1,200 orders. Then it stopped.", ["We lost 1,200 orders.", "Then it stopped."]),
    "abbreviations": (
        "Ask Dr. Singh, e.g. Monday. J. Smith vs. Lee is open.",
        ["Ask Dr. Singh, e.g. Monday.", "J. Smith vs. Lee is open."],
    ),
    "no as a word and as a number": ("No. I won't. See No. 5 there.", ["No.", "I won't.", "See No. 5 there."]),
    "so am I": ("She is tired and so am I. What now?", ["She is tired and so am I.", "What now?"]),
    "etc before a capital": ("Names, dates, etc. The rest is easy.", ["Names, dates, etc.", "The rest is easy."]),
    "a quotation is not torn": (
        'Try: "I saw it on Tuesday. How did you see it?" One moment is enough.',
        ['Try: "I saw it on Tuesday. How did you see it?"', "One moment is enough."],
    ),
    "curly quotation that goes on": (
        "She asked “did anyone test this?” on Tuesday. Two fell silent.",
        ["She asked “did anyone test this?” on Tuesday.", "Two fell silent."],
    ),
    "markers after the stop": (
        "One moment is easier to take. [1] [2] What did you see? [3]",
        ["One moment is easier to take. [1] [2]", "What did you see? [3]"],
    ),
    "markers before the stop": ("It helps [1, 2]. Try it.", ["It helps [1, 2].", "Try it."]),
    "a list": (
        "Three things:\n- Say what you saw.\n- Ask\n1. Wait. Really.\n",
        ["Three things:", "Say what you saw.", "Ask", "1. Wait.", "Really."],
    ),
    "paragraphs and headings": ("## Before\n\nBreathe\n\nThen go.", ["Before", "Breathe", "Then go."]),
    "ellipses": ("You could… wait a day. Or... not.", ["You could… wait a day.", "Or... not."]),
    "a quote that never closes": ('He said "go. Then he left. Bye', ['He said "go.', "Then he left.", "Bye"]),
    "addresses": ("See example.com for more. Done!", ["See example.com for more.", "Done!"]),
    "bracketed sentence": ("(That is fine.) Go on.", ["(That is fine.)", "Go on."]),
    "no end": ("and then", ["and then"]),
    "nothing": (" \n ", []),
}


async def streamed(parts: Iterable[object]) -> AsyncIterator[object]:
    for part in parts:
        yield part


async def collect(parts: Iterable[object], *, early: bool = False) -> list[object]:
    return [piece async for piece in sentences(streamed(parts), early=early)]


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
async def test_cases(text: str, expected: list[str]) -> None:
    assert split(text) == expected
    assert await collect([text]) == expected
    assert await collect(text) == expected


ALPHABET = st.text(alphabet='aB1 .,?!"“”()[]\n…-', max_size=60)


@given(ALPHABET, st.lists(st.integers(0, 60), max_size=8), st.booleans())
async def test_chunks_make_no_difference(text: str, cuts: list[int], early: bool) -> None:
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    chunks = [text[start:end] for start, end in pairwise(edges)]
    assert await collect(chunks, early=early) == await collect(text, early=early)


@given(ALPHABET)
def test_nothing_is_lost(text: str) -> None:
    kept = "".join(char for char in text if not char.isspace() and char not in "-")
    assert "".join("".join(split(text)).replace("-", "").split()) == kept


async def test_the_first_clause_leaves_early_for_speech() -> None:
    text = "Her standards without the fear, that can be your own words. If so, what would it cost you?"
    assert await collect(text, early=True) == [
        "Her standards without the fear,",
        "that can be your own words.",
        "If so, what would it cost you?",
    ]
    assert (await collect("Well, that is a lot to carry. Go on.", early=True))[0] == "Well, that is a lot to carry."


async def test_sentences_leave_as_soon_as_they_are_known() -> None:
    left: list[object] = []

    async def watched() -> AsyncIterator[str]:
        yield "One. "
        assert left == []
        yield "T"
        assert left == ["One."]
        yield "wo. "

    async for sentence in sentences(watched()):
        left.append(sentence)
    assert left == ["One.", "Two."]


async def test_what_is_not_text_passes_through_in_order() -> None:
    assert await collect(["One. Tw", "o", 7, " Three."]) == ["One.", "Two", 7, "Three."]
