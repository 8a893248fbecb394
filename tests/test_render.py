"""What the page shows, from values to markup."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from stand_ins import CITED, CRISIS, PASSAGE, PLAN

from coach.events import Artefact, Began, Done, Dropped, Notice, Redirect, Said, Sources
from coach.store import Entry
from coach.values import Citation, Gated, Passage, Sentence, Turn
from ui import panel, render
from ui.panel import Material
from ui.shown import Shown, after, begun, remembered

SAID = Sentence("One moment is easier to take than a verdict.", "insight", (CITED,))
ASKED = Sentence("What did you see?", "question")
TURN = Turn("t", "c", "Her tone.", "complete", spoken=(SAID, ASKED), writer="guided")


def words(html: str) -> str:
    """The text alone, one space between words."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def fold(*events: object) -> Shown:
    shown = begun(Began("t", "Her tone."), "c")
    for event in events:
        shown = after(shown, event)  # type: ignore[arg-type]
    return shown


# What events make of a turn


def test_a_turn_gathers_what_happens_in_it() -> None:
    dropped = Dropped("t", "40 % of people agree.", "a figure without a source")
    made = Artefact("t", "plan", "Plan", "# Plan")
    shown = fold(
        Sources("t", PLAN, (PASSAGE,)), Notice("t", "The model is gone."), dropped, Said("t", 0, SAID), made,
        Done("t", "complete", {"total": 12.0}),
    )  # fmt: skip
    assert shown == Shown(
        Turn("t", "c", "Her tone.", "complete", spoken=(SAID,), plan=PLAN, passage_ids=(PASSAGE.id,)),
        seen=True,
        passages=(PASSAGE,),
        dropped=(dropped,),
        notices=("The model is gone.",),
        artefacts=(made,),
        ms={"total": 12.0},
    )


def test_a_turn_is_being_answered_until_it_is_done() -> None:
    assert [fold().answering, fold(Said("t", 0, SAID)).answering, fold(Done("t", "failed")).answering] == [
        True, True, False,
    ]  # fmt: skip


def test_crisis_text_is_protected_while_it_is_said_and_when_it_is_read_again() -> None:
    stored = Turn("t", "c", "I want to die", "redirected", gated=CRISIS)
    clinical = replace(stored, gated=Gated("clinical", "asks about medication"))
    assert fold(Redirect("t", CRISIS, protected=True)).protected
    assert [remembered(stored).protected, remembered(clinical).protected] == [True, False]


# The conversation


def test_a_reply_cites_each_source_once_and_opens_its_card() -> None:
    other = replace(CITED, id="claim:K05", source="De Jong 2016", grade="A")
    spoken = (SAID, Sentence("It holds across teams.", "evidence", (other, CITED)))
    html = render.turn(Shown(replace(TURN, spoken=spoken)))
    assert re.findall(r'aria-controls="(card-t-\d)" aria-label="([^"]+)">(\[\d\])', html) == [
        ("card-t-1", "Source 1: Practice card: tone", "[1]"),
        ("card-t-2", "Source 2: De Jong 2016", "[2]"),
        ("card-t-1", "Source 1: Practice card: tone", "[1]"),
    ]
    assert re.findall(r'class="card" id="([^"]+)" hidden', html) == ["card-t-1", "card-t-2"]


def test_a_card_says_whose_words_they_are_and_how_well_founded() -> None:
    assert words(render.card(CITED, 1)) == (
        "One moment and its effect is easier to take than a verdict. "
        "[1] Practice card: tone · Her tone shuts people down "
        "D practice advice, not tested in a study Licence: Apache-2.0 Open the passage"
    )


def test_a_removed_source_says_so() -> None:
    gone = Citation("doc:1", "removed source", "", "", "E", "")
    assert words(render.card(gone, 2)) == "[2] This source was removed from the coach, and its words with it."
    assert (
        words(render.passage(None)) == "Removed source This source was removed from the coach, and its words with it."
    )


def test_every_grade_has_plain_words() -> None:
    assert render.grade("B") == '<span class="grade grade-B">B</span> one good study'
    assert sorted(render.GRADES) == ["A", "B", "C", "D", "E", "X"]


def test_words_to_say_and_the_question_stand_by_themselves() -> None:
    spoken = (
        Sentence("Two people silent.", "reflection"), SAID, Sentence("It helps.", "evidence"),
        Sentence("Try: “I saw you.”", "words"), ASKED,
    )  # fmt: skip
    html = render.turn(Shown(replace(TURN, spoken=spoken)))
    assert re.findall(r'<p class="(reflection|plain|words|question)">', html) == [
        "reflection", "plain", "words", "question",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("shown", "line"),
    [
        (Shown(replace(TURN, spoken=()), answering=True), "The coach is answering"),
        (Shown(replace(TURN, status="interrupted", spoken=())), "Stopped before the coach said anything."),
        (
            Shown(replace(TURN, status="interrupted")),
            "Stopped here; what stands above is all that was said.",
        ),
        (Shown(replace(TURN, status="failed")), "The coach could not answer. What you wrote is kept; try again."),
    ],
)
def test_the_end_of_a_turn_is_told_as_it_was(shown: Shown, line: str) -> None:
    status = re.search(r'<p class="status.*?</p>', render.turn(shown))
    assert status is not None
    assert words(status[0]) == line


def test_a_complete_turn_needs_no_status() -> None:
    assert 'class="status' not in render.turn(Shown(TURN))


def test_crisis_text_stands_apart_with_numbers_to_call() -> None:
    said = (Sentence("Call 112 or 116 123 now.", "redirect"), Sentence("Are you safe, 24 hours a day?", "redirect"))
    turn = replace(TURN, spoken=said, gated=replace(CRISIS, state="asked:own:de"), status="redirected")
    html = render.turn(remembered(turn))
    assert '<div class="reply care" lang="de">' in html
    assert re.findall(r'<a href="(tel:[^"]+)">', html) == ["tel:112", "tel:116123"]
    assert html.count('<p class="care">') == 2
    assert "Try again" not in html
    assert "Leave this page" not in html


def test_who_is_watched_at_home_gets_a_way_out() -> None:
    turn = replace(TURN, gated=replace(CRISIS, state="asked:abuse:en"), status="redirected")
    assert "Leave this page quickly" in render.turn(remembered(turn))


def test_what_anybody_wrote_is_escaped() -> None:
    bad = "<script>alert(1)</script>"
    cited = Citation('x"><i>', bad, bad, bad, "D", bad)
    shown = Shown(
        Turn("t", "c", bad, "complete", spoken=(Sentence(bad, "other", (cited,)),)),
        notices=(bad,),
        dropped=(Dropped("t", bad, bad),),
        artefacts=(Artefact("t", "plan", bad, bad),),
        seen=True,
    )
    entry = Entry("c", bad, None, datetime.now(UTC), datetime.now(UTC), {})
    found = Passage(bad, "document", bad, bad, bad, licence=bad, attribution=bad, date=bad, language='"><i>')
    for html in (
        render.transcript([shown], introduction=bad),
        render.conversations([entry], "c", datetime.now(UTC)),
        render.passage(found),
        panel.why(shown, Material(bad, ((bad, found),))),
    ):
        assert "<script" not in html
        assert '"><i>' not in html


def test_an_empty_page_introduces_itself_and_offers_beginnings() -> None:
    assert words(render.transcript([], introduction="I am a set of rules.")) == (
        "What is on your mind? I am a set of rules. Say it as you would to a colleague you trust, or begin with one "
        "of these: I have a hard conversation coming up. I need to run a debrief without blame. "
        "Somebody on my team has gone quiet."
    )


def test_the_introduction_stands_once_before_the_first_turn() -> None:
    html = render.transcript([Shown(TURN), Shown(replace(TURN, id="u"))], introduction="I am a set of rules.")
    assert html.count("I am a set of rules.") == 1
    assert html.index("I am a set of rules.") < html.index("turn-t") < html.index("turn-u")
    assert "starter" not in html


# The list


def test_the_list_names_the_conversation_that_is_open() -> None:
    now = datetime(2025, 11, 25, 9, 0, tzinfo=UTC)
    entries = [
        Entry("a", "Marta & the reviews", None, now, now, {}),
        Entry("b", "", None, now, now - timedelta(days=1), {}),
    ]
    html = render.conversations(entries, "b", now)
    assert words(html) == "Marta &amp; the reviews today 09:00 Rename Delete Untitled yesterday 09:00 Rename Delete"
    assert re.findall(r'<li data-conversation="(\w)" data-title="[^"]*" aria-current', html) == ["b"]


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (datetime(2025, 11, 24, 23, 30, tzinfo=UTC), "today 00:30"),
        (datetime(2025, 11, 24, 22, 30, tzinfo=UTC), "yesterday 23:30"),
        (datetime(2025, 3, 2, tzinfo=UTC), "2 March"),
        (datetime(2023, 3, 2, tzinfo=UTC), "2 March 2023"),
    ],
)
def test_moments_are_told_in_the_person_s_own_time(moment: datetime, said: str) -> None:
    assert render.when(moment, datetime(2025, 11, 25, 9, 0, tzinfo=timezone(timedelta(hours=1)))) == said


# Passages and reasons


def test_a_passage_is_shown_with_where_it_comes_from() -> None:
    claim = Passage(
        "claim:K05", "claim", "Trust goes with performance.", "De Jong 2016", "meta-analysis", licence="Apache-2.0",
        attribution="https://doi.org/10.1037/apl0000110", grade="A",
    )  # fmt: skip
    html = render.passage(claim)
    assert words(html) == (
        "De Jong 2016 Trust goes with performance. Kind meta-analysis "
        "Evidence A several good studies, or a review of many, agree Stands on doi.org/10.1037/apl0000110 "
        "Licence Apache-2.0"
    )
    assert 'href="https://doi.org/10.1037/apl0000110" target="_blank" rel="noreferrer noopener"' in html


def test_why_tells_how_the_answer_came_about() -> None:
    shown = Shown(
        replace(TURN, plan=replace(PLAN, move="advise", reflect="contrast")),
        seen=True,
        dropped=(Dropped("t", "40 % agree.", "a figure without a source"),),
        ms={"total": 1234.0, "gate": 1.2, "plan": 30.0},
    )
    assert words(panel.why(shown, Material("Tone", ((PASSAGE.id, PASSAGE), ("doc:1", None))))) == (
        "On “Her tone.” "
        "What it set out to do One idea, since you asked for advice Goal: where you want to be Gives back: contrast "
        "Wanted to learn: What should be different afterwards? "
        "What it stands on Practice card: Tone Practice card: tone D practice advice, not tested in a study "
        "A source that was removed since "
        "Safety gate Nothing in your message called for it. "
        "Held back 40 % agree. Reason: a figure without a source "
        "Who worded it The guided coach: rules and cards, no language model. "
        "How long it took Safety gate 1 ms Deciding what to do 30 ms The whole turn 1.2 s"
    )


def test_why_does_not_make_up_what_it_no_longer_knows() -> None:
    told = words(panel.why(remembered(TURN), Material(None, ())))
    assert told.count("Not kept: the page was restarted since.") == 2
    assert "On nothing but what you said." in told
    assert "No plan was made" in told


def test_every_move_of_the_guided_writer_has_plain_words() -> None:
    from coach.writers.guided import moves

    assert set(moves()) - set(panel.MOVES) == set()


@pytest.mark.parametrize(
    ("writer", "base_url", "wanted", "line"),
    [
        ("guided", None, False, "Guided: rules and cards, no language model. Nothing leaves this machine."),
        (
            "guided", "http://box:8000/v1", True,
            "Guided: rules and cards, no language model. Nothing leaves this machine. "
            "(The model at box:8000 can't be reached now.)",
        ),
        (
            "openai:gpt-5-mini", None, True,
            "gpt-5-mini at api.openai.com: what you write is sent there. Conversations are kept on this machine.",
        ),
        (
            "openai:gemma", "http://me:secret@127.0.0.1:11434/v1", True,
            "gemma at 127.0.0.1:11434, on this machine. Nothing leaves it.",
        ),
        ("local:qwen.gguf", None, False, "qwen.gguf, on this machine. Nothing leaves it."),
    ],
)  # fmt: skip
def test_one_line_says_who_answers_and_who_can_read_along(
    writer: str, base_url: str | None, wanted: bool, line: str
) -> None:
    assert panel.privacy(writer, base_url, wanted=wanted) == line
