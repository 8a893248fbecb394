"""The matcher: positions fall into the right buckets, and a message finds its card by meaning."""

from pathlib import Path

import numpy as np
import pytest

from coach.config import Settings
from knowledge.cards import load_cards
from knowledge.matcher import ATTACK, BRANCHES, CARDS, DANGER, TRAINED, Matcher, load_matcher
from knowledge.mpnet import buckets
from knowledge.weights import missing


def test_positions_nearby_have_buckets_of_their_own_and_sides_differ() -> None:
    table = buckets(40)
    assert list(table[8, :9]) == [8, 7, 6, 5, 4, 3, 2, 1, 0]
    assert list(table[0, :4]) == [0, 17, 18, 19]
    assert table.max() <= 31
    assert table[39, 0] > table[39, 20]


def test_the_training_knows_the_cards_that_ship() -> None:
    with np.load(TRAINED, allow_pickle=False) as arrays:
        assert set(arrays["cards"].tolist()) == set(load_cards())


@pytest.mark.parametrize("path", [TRAINED, *BRANCHES.values()], ids=lambda path: path.stem)
def test_a_branch_touches_the_upper_layers_alone(path: Path) -> None:
    with np.load(path, allow_pickle=False) as arrays:
        assert {name.split("/")[2] for name in arrays.files if name.endswith(":a")} == {"10", "11"}


@pytest.mark.skipif(missing("matching") is not None, reason="the matcher's weights are not installed")
def test_a_message_finds_its_card_without_its_words() -> None:
    matcher = load_matcher(Settings().cache)
    assert isinstance(matcher, Matcher)
    scores = matcher.scores("third time this week she walks in at ten past and the ward has already done handover")
    assert scores.shape == (len(matcher.cards),)
    assert matcher.cards[int(scores.argmax())] == "lateness-pattern"
    assert np.exp(scores).sum() <= 1.0 + 1e-5


@pytest.mark.skipif(missing("matching") is not None, reason="the matcher's weights are not installed")
def test_each_question_about_a_message_has_a_vector_of_its_own() -> None:
    matcher = load_matcher(Settings().cache)
    assert isinstance(matcher, Matcher)
    said = "I can't see a way on from here, and the rota is still not done"
    vectors = {branch: matcher.vector(said, branch) for branch in (CARDS, DANGER, ATTACK)}
    for vector in vectors.values():
        assert vector.shape == (768,)
        assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-4)
    assert vectors[CARDS] @ vectors[DANGER] < 0.9
    assert vectors[DANGER] @ vectors[ATTACK] < 0.9
    assert len({matcher.name(branch) for branch in vectors}) == 3
