"""Which kind of message this is, first in the order in which it is answered."""

import pytest

from coach.config import Settings
from coach.foreign import language_of
from coach.kinds import kinds_of
from coach.parse import Parser
from coach.slots import read_slots
from coach.values import Plan, Question, Sentence, Turn
from knowledge.weights import spacy_model_path

ASKED = Turn(
    "1", "c", "My deputy is late", "complete",
    spoken=(Sentence("Try it: “You were late.”", "words"), Sentence("What happened?", "question")), heard=2,
    plan=Plan("reality", "follow", question=Question("reality.event", "reality", "What happened?")),
)  # fmt: skip


@pytest.fixture(scope="module")
def parser() -> Parser:
    return Parser(spacy_model_path(Settings().cache))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Hello coach!", "greeting"),
        ("yes please", "yes"),
        ("not now", "no"),
        ("I really don't know", "dont_know"),
        ("no, I meant the other one", "reject"),
        ("you already asked me that", "already_asked"),
        ("that's too long", "less"),
        ("I told her twice it's too much", "facts"),
        ("what do you mean?", "rephrase"),
        ("what else?", "more"),
        ("can we talk about something else", "elsewhere"),
        ("just write it", "write_it"),
        ("that's too stiff", "reword"),
        ("what do I say first?", "ask_words"),
        ("how do I tell him?", "ask_advice"),
        ("what if she denies it?", "what_if"),
        ("is it true that trust makes teams faster?", "ask_fact"),
        ("Is an AI coach as good as a human one?", "ask_open"),
        ("who can read this?", "about_coach"),
        ("What's the capital of France?", "out_of_scope"),
        ("lol", "joke"),
        ("He's lazy and rude", "verdict"),
        ("I finally talked to her, it went well", "report_back"),
        ("My deputy wanted the post and it went to somebody else", "facts"),
        ("I'll talk to him on Monday", "commit"),
        ("thanks a lot", "thanks"),
        ("thanks, how do I begin?", "ask_words"),
        ("I have to go", "close"),
        ("Mon équipe ne me parle plus et je ne sais pas quoi faire", "other_language"),
        ("the calendar", "answer"),
        ("I feel like crying", "venting"),
    ],
)
def test_first_kind_after_a_question(parser: Parser, text: str, kind: str) -> None:
    read = parser.read(text)
    assert kinds_of(read, read_slots(read, 1), [ASKED])[0] == kind


def test_a_beginning_has_no_yes_to_reject_or_close(parser: Parser) -> None:
    read = parser.read("No, wait, I have to go and see my boss about it")
    assert {"reject", "close"}.isdisjoint(kinds_of(read, read_slots(read, 0), []))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Mein Chef schreit mich immer an", "de"),
        ("No sé qué hacer con mi equipo", "es"),
        ("Non so cosa fare con il mio capo", "it"),
        ("Eu não sei o que fazer com a minha equipe", "pt"),
        ("Ik weet niet wat ik met mijn team moet", "nl"),
        ("Мой начальник кричит на меня", "other"),
        ("The team in Hanoi is late", None),
        ("ok", None),
    ],
)
def test_language(text: str, language: str | None) -> None:
    assert language_of(text) == language
