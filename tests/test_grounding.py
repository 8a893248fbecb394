"""Sentences leave only if each figure, name, study and quotation in them stands on the brief."""

from dataclasses import dataclass

import pytest

from coach.facts import read
from coach.grounding import GroundingCheck
from coach.protocols import Brief
from coach.support import FEATURES, SUPPORTED, features, supports
from coach.values import Card, Citation, Claim, Idea, Passage, Plan, Sentence, Turn, Words
from evals.grounding import balanced_accuracy, brief_of, lexical, load_pairs, measure_check
from knowledge.claims import load_claims

LEDGER = load_claims()
CHECK = GroundingCheck(LEDGER)
HANDBOOK = Passage(
    "doc:1", "document", "The Hull site kept 48 of 60 seats filled. Ada Quist leads it.", "Site handbook"
)
CARD = Card(
    id="tone",
    title="Tone",
    topic="feedback",
    gist="Name one moment.",
    situations=(),
    ideas=(Idea("tone.moment", (), "One moment and its effect is easier to take than a verdict.", "one moment"),),
    words=(Words("open", (), "On {when} you asked {quote}, and I'd like to hear how you saw it."),),
    questions=(),
    cautions=(),
    claims=("K10",),
)


@dataclass(frozen=True)
class Topic:
    topic: tuple[str, ...] = ()


def brief(
    said: str = "Tell me more.",
    *,
    claims: tuple[str, ...] = (),
    passages: tuple[Passage, ...] = (),
    card: Card | None = None,
    history: tuple[Turn, ...] = (),
    topic: tuple[str, ...] = (),
) -> Brief:
    chosen = tuple(LEDGER[id] for id in claims)
    return Brief(said, Plan("evidence", "answer"), Topic(topic), history, card, chosen, passages)  # type: ignore[arg-type]


def cited(id: str) -> tuple[Citation, ...]:
    return (Citation(id, "source", "", "", "A", ""),)


@pytest.mark.parametrize("claim", LEDGER.values(), ids=lambda claim: claim.id)
def test_what_the_ledger_lets_the_coach_say_passes(claim: Claim):
    for text in filter(None, (claim.say, claim.if_asked, claim.deeper)):
        assert CHECK.check(Sentence(text, "evidence"), brief(claims=(claim.id,))) is None


@pytest.mark.parametrize(
    ("sentence", "claims", "reason"),
    [
        ("Across 212 studies, trust goes with team performance.", ("K05",), "no source has '212' in that sense"),
        ("McKinsey found that trust goes with team performance.", ("K05",), "no source names 'McKinsey'"),
        ("112 studies prove that trust goes with team performance.", ("K05",), "says that it is proved"),
        ("Across 112 studies, trust raises team performance.", ("K05",), "turns a link into a cause"),
        (
            "Across 112 studies, trust inside the team does not go with team performance.",
            ("K05",),
            "denies what the source says",
        ),
        ("People in the most trusting quarter report 50% less productivity.", ("F01",), "says the opposite direction"),
        ("People in the most trusting companies are 50% more productive.", ("F01",), "drops who reports it"),
        ("Trusted people are 64% more willing to share innovative ideas.", ("F02",),
         "repeats F02, for which no source was found"),
        ("Accenture found 74% less stress where there is trust.", ("F03", "F06"),
         "repeats F06, which is refuted or credited to the wrong source"),
        ("Research shows that gardens make managers kind.", ("K05",), "no source says this"),
        ("Studies show that gardens make managers kind.", (), "no source of this turn says this"),
    ],
)  # fmt: skip
def test_a_sentence_that_says_otherwise_than_its_source_is_stopped(sentence, claims, reason):
    assert CHECK.check(Sentence(sentence), brief(claims=claims)) == reason


@pytest.mark.parametrize(
    "sentence",
    [
        "Across 112 studies, trust inside a team goes with its performance, at about 0.3.",
        "I could not find a source for the 64% on sharing ideas.",
        "In Zak's survey, people in the most trusting quarter of companies reported fifty percent more productivity.",
    ],
)
def test_the_same_said_in_other_words_passes(sentence):
    assert CHECK.check(Sentence(sentence), brief(claims=("K05", "F01", "F02"))) is None


def test_a_figure_without_a_source_does_not_pass_because_a_document_repeats_it():
    page = Passage("doc:2", "document", "Trust makes people 64% more willing to share innovative ideas.", "Old slides")
    said = Sentence("Your slides say people are 64% more willing to share innovative ideas.", citations=cited("doc:2"))
    assert CHECK.check(said, brief(passages=(page,))) == "repeats F02, for which no source was found"


def test_a_disclaimer_does_not_carry_the_figure_in():
    said = Sentence("I could not find a source, but people are 64% more willing to share innovative ideas.")
    assert CHECK.check(said, brief(claims=("F02",))) == "repeats F02, for which no source was found"


@pytest.mark.parametrize(
    ("sentence", "kind", "reason"),
    [
        ("Three hours, eight people, and a CTO who asks who did it.", "reflection", None),
        ("Five hours, and a CTO who asks who did it.", "reflection", "no source has 'Five' in that sense"),
        ("Take ten minutes and write down one thing you want to hear.", "insight", None),
        ("What would the first two minutes sound like?", "question", None),
        ("Lena will know which moment you mean.", "other", None),
        ("Kevin will know which moment you mean, and so will Lena and Tobias.", "other", "no source names 'Tobias'"),
        ("80% of debriefs fail at this point.", "other", "no source has '80%' in that sense"),
        ('He asked "who broke it?" and the room went quiet.', "other", None),
        ('He said "you are all useless" and left.', "other",
         "quotes 'you are all useless', which nobody said in this talk and no source has"),
        ('You could open with: "I want to hear what you saw, from where you stood."', "words", None),
    ],
)  # fmt: skip
def test_what_the_person_said_is_theirs_and_ordinary_talk_is_free(sentence, kind, reason):
    said = 'Three hours down, eight people on Friday. Our CTO asks who did it. He asked "who broke it?" to Lena.'
    assert CHECK.check(Sentence(sentence, kind), brief(said)) == reason


def test_what_the_person_only_heard_of_is_not_a_source():
    question = brief("Is it true that trust brings 50% more productivity?")
    assert CHECK.check(Sentence("You read about 50% more productivity."), question) is None
    assert (
        CHECK.check(Sentence("Yes, trust brings 50% more productivity."), question)
        == "states '50%' as a fact, which the person only asked about"
    )


def test_earlier_messages_and_the_topic_count_as_said():
    turn = Turn("t1", "c", "We lost 30% of our volunteers.", heard=0)
    text = Sentence("You lost 30% of your volunteers, and Farid left too.")
    assert CHECK.check(text, brief(history=(turn,), topic=("Farid left last week.",))) is None
    assert CHECK.check(text, brief(history=(turn,))) == "no source names 'Farid'"


def test_a_document_is_quoted_as_it_stands():
    material = brief(passages=(HANDBOOK,))
    assert CHECK.check(Sentence("Your handbook says that 48 of 60 seats in Hull were filled [1]."), material) is None
    assert (
        CHECK.check(Sentence("Your handbook says that waits fell from 25 to 40 minutes."), material)
        == "no source has '25' in that sense"
    )
    assert (
        CHECK.check(Sentence("Your handbook says that Ida Quist leads it."), material) == "no source names 'Ida Quist'"
    )


def test_a_citation_belongs_to_the_turn():
    text = "One moment and its effect is easier to take than a verdict."
    material = brief(card=CARD, passages=(HANDBOOK,))
    for id in ("tone", "tone.moment", "K10", "doc:1"):
        assert CHECK.check(Sentence(text, citations=cited(id)), material) is None
    assert (
        CHECK.check(Sentence(text, citations=cited("K05")), material)
        == "cites 'K05', which is not among the sources of this turn"
    )
    assert (
        CHECK.check(Sentence("Start small [3]."), material) == "cites [3], which is not among the sources of this turn"
    )


def test_a_document_of_grade_e_supports_nothing():
    page = Passage("doc:3", "document", "Hull doubled its sales with 17 daily rituals.", "Advert", grade="E")
    said = Sentence("Hull doubled its sales with 17 daily rituals, your article says.")
    assert CHECK.check(said, brief(passages=(page,))) is not None


def test_numbers_are_read_in_every_form():
    text = "Over one third, two in three, 20 to 25 percent, a hundred and six percent, 22,000 people, twice as much."
    assert [(round(n.value, 1), n.form) for n in read(text).numbers] == [
        (33.3, "percent"), (66.7, "percent"), (20.0, "percent"), (25.0, "percent"), (106.0, "percent"),
        (22000.0, "plain"), (2.0, "times"),
    ]  # fmt: skip


def test_names_are_not_the_first_words_of_sentences():
    facts = read("Nobody asked Amara Nwosu. Dr. Lund did. On Monday HR spoke to Google.")
    assert facts.names == ("Amara Nwosu", "Lund", "Google")
    assert facts.openers == ("Nobody", "On")


def test_the_labelled_pairs_are_enough_and_split_in_half():
    pairs = load_pairs()
    held = [pair for pair in pairs if pair.split == "held"]
    assert len(pairs) >= 240
    assert abs(len(held) - len(pairs) / 2) <= 0.05 * len(pairs)
    assert {"number", "name", "quotation", "negation", "hedge"} <= {pair.kind for pair in held}
    assert len({pair.id for pair in pairs}) == len(pairs)


def test_the_check_holds_its_figures_and_its_pace():
    rows = {(row["metric"], row["split"]): row["value"] for split in ("tune", "held") for row in measure_check(split)}
    assert rows["ungrounded sentences stopped", "held"] >= 0.9
    assert rows["grounded sentences let through", "held"] >= 0.93
    assert rows["ungrounded sentences stopped", "tune"] >= 0.95
    # The aim is 2 ms; a busy machine gets room.
    assert rows["ms a sentence", "held"] <= 8


def test_support_tells_a_figure_kept_from_a_figure_changed():
    source = "The Hull site kept 48 of 60 seats filled after the new rota began in spring."
    kept = supports(source, "The Hull site kept 48 of 60 seats filled.")
    changed = supports(source, "The Hull site lost 12 managers and sold the harbour in winter.")
    assert changed < SUPPORTED <= kept
    assert supports(source, "The Hull site kept 18 of 60 seats filled.") < kept


def test_features_keep_their_order():
    assert len(features("A source.", "A claim.")) == len(FEATURES)


def test_the_baseline_and_the_metric():
    assert lexical("Trust grew by 12 points.", "Trust grew by 30 points.") == pytest.approx(3 / 4)
    assert balanced_accuracy([True, True, False, False], [True, False, False, False]) == 0.75


def test_a_pair_becomes_a_brief():
    pair = next(pair for pair in load_pairs() if pair.source)
    assert brief_of(pair, LEDGER).passages == (Passage("doc:1", "document", pair.source, "Handbook"),)


def test_words_to_say_may_quote_what_was_said_but_nothing_else():
    told = brief('She asked "did anyone even test this?" on Tuesday, Marta I mean.')
    said = Sentence("One way to put it: “Marta, you said 'did anyone even test this?' on Tuesday.”", "words")
    invented = Sentence("One way to put it: “Marta, you said 'you are all useless here' on Tuesday.”", "words")
    assert CHECK.check(said, told) is None
    assert "nobody said" in (CHECK.check(invented, told) or "")
