"""Passages keep to a document's structure, and their spans point into its text."""

from hypothesis import given
from hypothesis import strategies as st

from knowledge.chunks import MOST_WORDS, Chunk, chunks, context, document_text
from knowledge.readers.reading import Block


def words(n: int, word: str = "word") -> str:
    return " ".join(f"{word}{i}" for i in range(n)) + "."


def test_a_passage_knows_the_headings_above_it_and_where_it_stands():
    blocks = (
        Block("heading", "Debriefs", 1),
        Block("heading", "Before", 2),
        Block("paragraph", words(60, "a"), page=1),
        Block("heading", "After", 2),
        Block("paragraph", words(60, "b"), page=2),
    )
    text = document_text(blocks)
    found = chunks(blocks)
    assert [(c.heading, c.page, text[slice(*c.span)]) for c in found] == [
        ("Debriefs > Before", 1, words(60, "a")),
        ("Debriefs > After", 2, words(60, "b")),
    ]


def test_sections_too_short_to_stand_alone_are_joined_with_their_headings():
    blocks = (
        Block("heading", "One", 2),
        Block("paragraph", "Short."),
        Block("heading", "Two", 2),
        Block("item", "Also short."),
    )
    assert chunks(blocks) == (Chunk("Short.\nTwo\nAlso short.", "One", (5, 29), None),)


def test_a_long_paragraph_is_parted_between_sentences():
    text = " ".join(f"{words(20, chr(97 + n)).capitalize()}" for n in range(12))
    found = chunks((Block("paragraph", text),))
    assert len(found) == 2
    assert " ".join(c.text for c in found) == text
    assert all(c.text.endswith(".") for c in found)


def test_a_heading_goes_with_what_it_stands_over():
    blocks = (Block("paragraph", words(150)), Block("heading", "Next", 1), Block("paragraph", words(150, "x")))
    assert [(c.heading, c.text.split()[0]) for c in chunks(blocks)] == [("", "word0"), ("Next", "x0")]


def test_the_context_says_title_and_headings_once():
    assert context("Feedback", Chunk("x", "Feedback > In public", (0, 1), None)) == "Feedback > In public"


@given(st.lists(st.tuples(st.sampled_from(["heading", "paragraph", "item"]), st.integers(1, 400)), max_size=12))
def test_every_word_of_the_body_is_in_a_passage_and_none_is_too_long(shape):
    blocks = [Block(kind, words(n, f"w{i}x"), 2 if kind == "heading" else 0) for i, (kind, n) in enumerate(shape)]
    found = chunks(blocks)
    text = document_text(blocks)
    body = {word for block in blocks if block.kind != "heading" for word in block.text.split()}
    assert body <= {word for chunk in found for word in chunk.text.split()}
    assert all(len(chunk.text.split()) <= 2 * MOST_WORDS for chunk in found)
    assert all(text[chunk.span[0] :].startswith(chunk.text.split("\n")[0][:20]) for chunk in found)
