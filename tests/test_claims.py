"""The ledger is complete, each row says only what its grade allows, and a bad file is named with its fault."""

import re
from pathlib import Path

import pytest
import yaml

from coach.errors import KnowledgeError
from coach.values import Claim
from knowledge.claims import SAY_WORDS, load_claims

CLAIMS = load_claims()

ROW = {
    "id": "K90",
    "statement": "Teams that eat together talk more.",
    "type": "survey",
    "population": "40 teams",
    "effect": "12% more talk",
    "source": "Rossi 2020",
    "doi": "10.1000/abc",
    "basis": "abstract read",
    "grade": "B",
    "caveat": "One study.",
    "say": "In 40 teams, those that eat together talked 12% more; one study.",
    "asked": ["does eating help?", "eating together?", "lunch and talk?", "the lunch study"],
}


def numbers(text: str) -> set[str]:
    return {found.lstrip("0").replace(",", "") for found in re.findall(r"\d*(?:[.,]?\d)+", text)}


def write(tmp_path: Path, *rows: dict) -> Path:
    path = tmp_path / "claims.yaml"
    path.write_text(yaml.safe_dump(list(rows)), encoding="utf-8")
    return path


def test_every_claim_of_the_article_and_every_fact_has_its_row():
    ids = set(CLAIMS)
    assert {f"F{n:02}" for n in range(1, 23)} <= ids
    assert {f"K{n:02}" for n in range(1, 33)} <= ids
    assert ids - {f"F{n:02}" for n in range(1, 23)} - {f"K{n:02}" for n in range(1, 33)} == {
        "F01x", "F03x", "F04x", "F07x", "K32x",
    }  # fmt: skip


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=lambda claim: claim.id)
def test_sentences_hold_no_figure_that_the_row_does_not(claim: Claim):
    rows = [claim, *(CLAIMS[other] for other in claim.see)]
    known = set().union(*(numbers(" ".join((r.statement, r.effect, r.population, r.source))) for r in rows))
    said = " ".join(filter(None, (claim.say, claim.if_asked, claim.deeper)))
    assert numbers(said) - known == set()


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=lambda claim: claim.id)
def test_what_may_be_said_is_short_and_follows_the_grade(claim: Claim):
    assert (claim.say is None) == (claim.grade == "E")
    assert (claim.if_asked is not None) == (claim.grade == "E")
    for text in filter(None, (claim.say, claim.if_asked, claim.deeper)):
        assert len(text.split()) <= SAY_WORDS
    assert not re.search(r"\b(proves|proved|proven)\b", claim.say or "")


def test_marketing_is_never_matched():
    assert [claim.id for claim in CLAIMS.values() if not claim.asked] == ["F22"]


def test_a_figure_with_a_wrong_popular_wording_stands_beside_its_correction():
    for id in ("F01", "F03", "F04", "F07"):
        assert (CLAIMS[id].grade, CLAIMS[f"{id}x"].grade) == ("C", "X")
        assert id in CLAIMS[f"{id}x"].see


def test_a_row_is_read_whole(tmp_path: Path):
    assert load_claims(write(tmp_path, ROW)) == {
        "K90": Claim(**{**ROW, "asked": tuple(ROW["asked"])})  # type: ignore[arg-type]
    }


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"graed": "B"}, "claims.yaml: K90: graed: Extra inputs are not permitted. Correct the claim and try again."),
        (
            {"grade": "E"},
            "claims.yaml: K90: Value error, grade E is never asserted: move say to if_asked. "
            "Correct the claim and try again.",
        ),
        ({"say": None}, "claims.yaml: K90: Value error, grade B needs say. Correct the claim and try again."),
        ({"see": ["K91"]}, "claims.yaml: K90: see names 'K91', which is not in the ledger."),
        (
            {"asked": ["only one way"]},
            "claims.yaml: K90: Value error, needs 4 to 8 ways of asking. Correct the claim and try again.",
        ),
        (
            {"say": "Too " + "many " * 40 + "words."},
            "claims.yaml: K90: say: Value error, has 42 words; 40 is the most. Correct the claim and try again.",
        ),
    ],
)
def test_a_bad_row_is_named_with_its_fault(tmp_path: Path, change: dict, message: str):
    with pytest.raises(KnowledgeError) as caught:
        load_claims(write(tmp_path, {**ROW, **change}))
    assert str(caught.value) == message


def test_the_same_id_twice_is_refused(tmp_path: Path):
    with pytest.raises(KnowledgeError, match="K90 stands there twice"):
        load_claims(write(tmp_path, ROW, ROW))


def test_a_missing_file_is_one_line(tmp_path: Path):
    with pytest.raises(KnowledgeError, match="cannot be read"):
        load_claims(tmp_path / "none.yaml")
