"""The library over small cards of the tests' own: found by meaning, by words alone, by id, and in threads."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from coach.errors import KnowledgeError, NotFoundError
from coach.protocols import CardMatch
from coach.values import Card, Caution, Claim, Idea, Question, Words
from knowledge.library import KnowledgeLibrary
from knowledge.words import content_words

TOPICS = ("late deadlin shift clock", "quiet silent meet speak", "trust survey product figur")


class ByTopic:
    """An embedding of three directions, one for each topic of the test's cards. ``asked`` holds what was embedded."""

    name = "by-topic"
    dimensions = 4

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        self.asked += texts
        rows = [[sum(w in t.split() for w in content_words(text)) for t in TOPICS] + [0.1] for text in texts]
        return np.array([np.array(row) / np.linalg.norm(row) for row in rows], np.float32).reshape(len(texts), 4)


def card(id: str, title: str, situation: str, ideas: tuple[Idea, ...]) -> Card:
    return Card(
        id=id,
        title=title,
        topic="feedback",
        gist=f"Something short about {title}.",
        situations=(situation,),
        ideas=ideas,
        words=(Words("open", ("how do I open it",), "I saw it."), Words("reply", ("she denies it",), "Tell me more.")),
        questions=(Question("goal.after", "goal", "What then?"),),
        cautions=(Caution(("I will shout at the meeting",), "Shouting costs you the quiet ones."),),
        claims=("K01",),
        sources=("Someone 1999",),
    )


LATE = card(
    "late",
    "Being late",
    "One of them is late for every shift.",
    (
        Idea("clock", ("the clock is wrong",), "Look at the clock together first.", "a look at the clock", ("K01",)),
        Idea("shift", ("the shift starts too soon",), "Move the shift and see.", "moving the shift"),
    ),
)
QUIET = card(
    "quiet",
    "Silence in the meeting",
    "They are silent when we meet.",
    (Idea("speak", ("nobody will speak",), "Ask one person to speak first.", "who speaks first"),),
)
CLAIM = Claim(
    id="K01",
    statement="Trust goes with figures in one survey.",
    type="survey",
    population="people",
    effect="some",
    source="Someone 1999",
    doi="10.1000/1",
    basis="read",
    grade="B",
    caveat="one survey",
    say="In one survey, trust went with better figures.",
    asked=("does trust pay in a survey",),
)


def make(cache: Path, embedder: ByTopic | None = None, **more: object) -> KnowledgeLibrary:
    cards = {card.id: card for card in (LATE, QUIET)}
    return KnowledgeLibrary(cards, {"K01": CLAIM}, embedder=embedder, cache=cache, **more)  # type: ignore[arg-type]


@pytest.fixture(params=[True, False], ids=["by meaning", "by words"])
def library(request: pytest.FixtureRequest, tmp_path: Path) -> KnowledgeLibrary:
    return make(tmp_path, ByTopic() if request.param else None)


@pytest.mark.parametrize(("said", "expected"), [("Dora is late again", "late"), ("why so silent?", "quiet")])
async def test_the_card_that_speaks_of_it_comes_first(library, said, expected):
    found = await library.search(said)
    assert (found.query, found.cards[0][0], len(found.cards)) == (said, expected, 2)
    assert found.cards[0][1] > found.cards[1][1]


async def test_a_claim_is_found_as_a_passage_that_resolves(library):
    found = await library.search("what does the survey say about trust")
    assert [item.passage for item in found.found] == [library.passage("claim:K01")]
    assert library.match_claims("does trust pay in a survey")[0] == ("K01", pytest.approx(1.0, abs=0.01))


async def test_k_limits_what_comes_back_and_nothing_said_finds_nothing(library):
    assert len((await library.search("late and silent", k=1)).cards) == 1
    empty = await library.search("  ")
    assert (empty.covered, empty.confidence, empty.cards, empty.found) == (False, 0.0, (), ())


def test_the_idea_that_is_called_for_matches_best(library):
    match = library.match("the shift starts too soon", "late")
    assert isinstance(match, CardMatch)
    assert (len(match.ideas), len(match.words), len(match.cautions)) == (2, 2, 1)
    assert match.ideas[1] == pytest.approx(1.0, abs=0.01)
    assert match.ideas[1] >= match.ideas[0]
    assert all(0 <= value <= 1 for value in (*match.ideas, *match.words, *match.cautions))


def test_cards_and_claims_are_passages_under_ids_that_say_where_they_stand(library):
    assert {id: (p.kind, p.text, p.grade) for id, p in library.passages.items()} == {
        "card:late": ("card", "Something short about Being late.", "D"),
        "card:late#clock": ("card", "Look at the clock together first.", "B"),
        "card:late#shift": ("card", "Move the shift and see.", "D"),
        "card:quiet": ("card", "Something short about Silence in the meeting.", "D"),
        "card:quiet#speak": ("card", "Ask one person to speak first.", "D"),
        "claim:K01": ("claim", "In one survey, trust went with better figures.", "B"),
    }
    assert library.passage("card:gone") is None
    assert (library.card("late"), library.claim("K01")) == (LATE, CLAIM)


def test_an_unknown_id_gets_a_suggestion(library):
    with pytest.raises(NotFoundError, match=r"No card called 'laet'. Did you mean 'late'\?"):
        library.card("laet")
    with pytest.raises(NotFoundError, match="No card called 'xyz'"):
        library.match("hello", "xyz")


def test_texts_are_embedded_once_for_a_machine_and_queries_once_for_a_turn(tmp_path):
    first, second = ByTopic(), ByTopic()
    seen: list[tuple[int, int, str]] = []
    make(tmp_path, first, on_progress=lambda *step: seen.append(step))
    assert seen[-1] == (len(first.asked), len(first.asked), "cards and claims")
    library = make(tmp_path, second, on_progress=lambda *step: seen.append(step))
    assert (second.asked, seen[-1][1]) == ([], len(first.asked))
    asyncio.run(library.search("Dora is late."))
    library.match("Dora is late.", "late")
    asyncio.run(library.search("Dora is late. What now?"))
    assert second.asked == ["Dora is late.", "Dora is late. What now?", "Dora is late.", "What now?"]


def test_a_damaged_cache_of_vectors_is_made_again(tmp_path):
    make(tmp_path, ByTopic())
    for path in tmp_path.rglob("*.npz"):
        path.write_bytes(path.read_bytes()[:100])
    again = ByTopic()
    assert asyncio.run(make(tmp_path, again).search("late")).cards[0][0] == "late"
    assert again.asked


async def test_searches_side_by_side_do_not_mix(library):
    said = [f"{word} number {n}" for n in range(40) for word in ("late", "silent")]
    found = await asyncio.gather(*(library.search(text) for text in said))
    assert [(r.query, r.cards[0][0]) for r in found] == [
        (text, "late" if text.startswith("late") else "quiet") for text in said
    ]


def test_a_warm_library_asks_chroma_and_finds_the_same(tmp_path):
    notices: list[str] = []
    library = make(tmp_path, ByTopic(), on_notice=notices.append)
    before = asyncio.run(library.search("a survey of trust"))
    library.warm()
    assert asyncio.run(library.search("a survey of trust")) == before
    assert notices == ["The index was not there and has been built."]


def test_an_index_that_cannot_be_had_costs_one_notice(tmp_path, monkeypatch):
    notices: list[str] = []
    library = make(tmp_path, ByTopic(), on_notice=notices.append)

    def broken(self: object, vector: object, k: int) -> None:
        raise KnowledgeError("The disk is full.")

    monkeypatch.setattr("knowledge.index.Index.search", broken)
    library.warm()
    assert asyncio.run(library.search("late")).cards[0][0] == "late"
    assert notices == ["The disk is full. Until then the coach compares in memory."]
