"""How one utterance is read: question, reflection, advice, situation–behaviour–impact, and whom it is about."""

import pytest

from coach.config import Settings, default_cache
from coach.language.cues import asking, cues
from coach.language.language import Language
from coach.language.utterance import Talk
from coach.parse import Parser
from evals.language import interval, macro_f1, measure_sbi, measure_utterances, own_lines, positive_f1
from knowledge.embedding import load_embedder
from knowledge.weights import spacy_model_path


@pytest.fixture(scope="module")
def language() -> Language:
    return Language(Parser(spacy_model_path(Settings().cache)), load_embedder(default_cache()))


@pytest.fixture(scope="module")
def by_cues() -> Language:
    return Language(Parser(spacy_model_path(Settings().cache)))


QUESTIONS = [
    ("What would you like to be different afterwards?", "open"),
    ("How did she take it?", "open"),
    ("Tell me about the last time.", "open"),
    ("Did you tell her?", "closed"),
    ("How many were there?", "closed"),
    ("Have you asked him?", "closed"),
    ("Thank you.", "none"),
    ("Two people fell silent.", "none"),
]


@pytest.mark.parametrize(("text", "kind"), QUESTIONS)
def test_question_kind(language: Language, by_cues: Language, text: str, kind: str) -> None:
    assert (language.question_kind(text), by_cues.question_kind(text)) == (kind, kind)


def test_many_are_read_as_one_by_one(language: Language) -> None:
    texts = [text for text, _ in QUESTIONS]
    assert language.question_kinds(texts) == [language.question_kind(text) for text in texts]


@pytest.mark.parametrize(
    ("text", "previous", "reflects"),
    [
        ("You want to keep her, and the money isn't there.", "I want her to stay but I can't pay more.", True),
        ("It sounds like the credit mattered to you.", "It was my idea and he got the credit.", True),
        ("What would you say first?", "I'd like to tell her.", False),
        ("Thanks, see you on Friday.", "See you.", False),
    ],
)
def test_is_reflection(language: Language, text: str, previous: str, reflects: bool) -> None:
    assert language.is_reflection(text, previous) is reflects


@pytest.mark.parametrize(
    ("text", "advises"),
    [
        ("You should talk to him before Friday.", True),
        ("Start with what you saw.", True),
        ("Why don't you call her today?", True),
        ("May I suggest something?", False),
        ("What could you do?", False),
        ("Tell me more.", False),
        ("She should be back in March.", False),
    ],
)
def test_is_advice(language: Language, text: str, advises: bool) -> None:
    assert language.is_advice(text) is advises


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "In Tuesday's review you asked \"did anyone test this?\", and two people didn't speak again.",
            {"situation", "behaviour", "impact"},
        ),
        ("Yesterday you sent the mail without me.", {"situation", "behaviour"}),
        ("You interrupted me, and I lost my thread.", {"behaviour", "impact"}),
        ("You are arrogant.", set()),
    ],
)
def test_sbi(language: Language, text: str, parts: set[str]) -> None:
    assert language.sbi(text) == parts


def test_talk_counts_words_of_self_and_other(language: Language) -> None:
    assert language.talk("I'd like your help, and you know why we need it.") == Talk(2, 2, 11)


def test_the_sentence_that_asks_is_the_last_with_a_mark() -> None:
    assert asking("I see. So, what did he say? Take your time.") == "what did he say?"


def test_cues_see_what_was_echoed() -> None:
    held = cues("The credit went to him.", "He took the credit.")
    assert {"echo-30", "tells-it"} <= held
    assert "echo-30" not in cues("The weather is fine.", "He took the credit.")


def test_an_embedding_of_another_kind_is_not_fed_to_the_heads(by_cues: Language) -> None:
    class Other:
        name = "other"
        dimensions = 3

        def embed(self, texts: object) -> object:
            raise AssertionError("the heads know nothing of this embedding")

    other = Language(Parser(None), Other())  # type: ignore[arg-type]
    assert other.question_kind("What happened?") == by_cues.question_kind("What happened?") == "open"


@pytest.mark.parametrize("split", ["tune", "held"])
def test_own_lines_hold(language: Language, split: str) -> None:
    rows = {row["metric"]: row["value"] for row in measure_utterances(language, own_lines(), "own lines", split)}
    assert rows["question none/open/closed, macro-F1"] >= 0.80
    assert rows["reflection, F1"] >= 0.75
    assert rows["advice, F1"] >= 0.90
    assert measure_sbi(language, split)[0]["value"] >= 0.85


def test_the_figures_are_counted_rightly() -> None:
    assert positive_f1([1, 1, 0, 0], [1, 0, 1, 0]) == 0.5
    assert macro_f1([0, 1, 2], [0, 1, 1], 3) == pytest.approx((1 + 2 / 3 + 0) / 3)
    assert interval(lambda at: len(set(at)) / len(at), ["a", "a", "a"]) == (1.0, 1.0)
