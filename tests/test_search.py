"""Words, fusion, ranking and coverage, each alone, and the cards that ship on messages of the tests' own."""

from pathlib import Path

import numpy as np
import pytest

from coach.config import Settings
from knowledge import coverage, ranking
from knowledge.cards import load_cards
from knowledge.claims import load_claims
from knowledge.embedding import load_embedder
from knowledge.fusion import fuse
from knowledge.library import KnowledgeLibrary
from knowledge.phrases import Phrase
from knowledge.ranking import Query, Ranking
from knowledge.sentences import with_sentences
from knowledge.weights import missing
from knowledge.words import WordIndex, content_words


def test_content_words_are_stems_without_the_small_words():
    assert content_words("I'm afraid they've been hiding the customers’ complaints — again!") == [
        "afraid",
        "hide",
        "custom",
        "complaint",
    ]


def test_bm25_follows_its_formula():
    scores = WordIndex(["late shift", "late late train train", "silence"]).bm25("late")
    idf = np.log1p((3 - 2 + 0.5) / (2 + 0.5))
    mean = (2 + 4 + 1) / 3
    expected = [
        idf * times * 2.2 / (times + 1.2 * (0.25 + 0.75 * length / mean)) for times, length in ((1, 2), (2, 4), (0, 1))
    ]
    assert scores.tolist() == pytest.approx(expected, rel=1e-5)


def test_overlap_is_one_for_the_same_words_and_rare_words_weigh_more():
    index = WordIndex(["late shift", "late train", "late bus", "silence"])
    assert index.overlap("The shift is late").tolist() == pytest.approx(
        [1.0, *[index.overlap("late shift")[1]] * 2, 0.0], abs=1e-5
    )
    assert index.overlap("shift")[0] > index.overlap("late")[0]
    assert (index.met("late again"), index.met("sourdough"), index.met("")) == (1.0, 0.0, 0.0)


def test_an_index_of_nothing_answers():
    assert WordIndex([]).bm25("late").tolist() == []


def test_fusion_prefers_what_both_rankings_hold():
    assert fuse([["a", "b", "c"], ["b", "d"]]) == [
        ("b", pytest.approx(1 / 62 + 1 / 61)),
        ("a", pytest.approx(1 / 61)),
        ("d", pytest.approx(1 / 62)),
        ("c", pytest.approx(1 / 63)),
    ]


def test_a_long_message_is_also_read_by_its_last_sentences():
    assert with_sentences("One thing only") == ["One thing only"]
    text = " ".join(f"Sentence {n}." for n in range(9))
    assert with_sentences(text) == [text, *(f"Sentence {n}." for n in range(3, 9))]


def phrases() -> list[Phrase]:
    return [
        Phrase("card:late", "situation", 0, "late for the shift"),
        Phrase("card:late", "idea", 0, "the clock"),
        Phrase("card:quiet", "situation", 0, "silent in the meeting"),
    ]


def test_each_view_gives_each_owner_its_best():
    vectors = np.array([[1, 0], [0.6, 0.8], [0, 1]], np.float32)
    views = Ranking(phrases(), vectors).compare(Query("late clock", np.array([[1, 0]], np.float32))).views
    assert views["nearest"].tolist() == pytest.approx([1.0, 0.0])
    assert views["near"].tolist() == pytest.approx([np.log(np.exp(10) + np.exp(6)) / 10, 0.0], abs=1e-5)
    assert views["words"][0] > views["words"][1] == 0
    assert views["line"][0] > views["line"][1] == 0
    assert views["linear"][0] > views["linear"][1]


def test_without_an_embedding_only_words_are_seen():
    rank = Ranking(phrases(), None)
    query = Query("late clock", None)
    comparison = rank.compare(query)
    assert set(comparison.views) == {"words", "line"}
    assert comparison.scores()[0] > comparison.scores()[1]
    assert set(coverage.signals(query, comparison)) == {"line", "met"}


def test_confidence_rises_with_every_signal_that_speaks_for_it(monkeypatch):
    weights = {"bias": -1.0, "nearest": 2.0}
    table = {"coverage": {"embedded": weights, "words": {"bias": 0.0, "met": 3.0}}}
    monkeypatch.setattr(coverage, "fitted", lambda: table)
    assert coverage.confidence({"nearest": 0.5}) == pytest.approx(0.5)
    assert coverage.confidence({"met": 1.0}) == pytest.approx(1 / (1 + np.exp(-3)))


def test_the_fitted_numbers_come_with_their_record():
    fitted = ranking.fitted()
    assert set(fitted["ranking"]) == {"embedded", "words"}
    assert fitted["record"]["by"] == "scripts/train_coverage.py"
    assert fitted["record"]["cross_validated"]["embedded"]["covered_lost"] <= 0.05


SHIPPED = [
    ("My assistant keeps arriving late and the others have noticed, how do I bring it up?", True),
    ("After the outage my director wants to know whose fault it was.", True),
    ("Nobody says a word when I ask for problems.", True),
    ("How do I apologise to the team for something I did?", True),
    ("What temperature do I need for a leg of lamb?", False),
    ("My npm install fails with a checksum error", False),
    ("Who was king of France in 1640?", False),
    ("Which tyres are best for a camper van in snow?", False),
]


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeLibrary:
    cache: Path = Settings().cache
    return KnowledgeLibrary(load_cards(), load_claims(), embedder=load_embedder(cache), cache=cache)


@pytest.mark.parametrize(("said", "covered"), SHIPPED if missing("embedding") is None else [])
async def test_the_shipped_cards_know_what_they_cover(said, covered, shipped):
    found = await shipped.search(said)
    assert (found.covered, found.confidence >= coverage.COVERED) == (covered, covered)
