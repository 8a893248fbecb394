"""Rehearsals: a counterpart whose mood answers to how it is spoken to, and the ways to steer a scene."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from coach.errors import CoachError
from coach.gate import SafetyGate
from coach.grounding import GroundingCheck
from coach.protocols import Brief
from coach.rehearsal.landing import Ear
from coach.rehearsal.persona import FOLDER, load, personas
from coach.rehearsal.policy import cue_of
from coach.rehearsal.state import State
from coach.values import Gated, Plan, Sentence
from coach.writers.endpoint import messages
from coach.writers.rehearsed import spoken_parts
from evals.rehearsal import pairs, scenes
from tests.guided import coach
from tests.practising import Practising, ear, language, text

SKILFUL = (
    "In Tuesday's review you asked whether anyone had tested it, and two people didn't speak after that. "
    "How did you see it?"
)


def begun(who: str = "She gets defensive") -> Practising:
    talk = Practising()
    talk.say(f"I want to rehearse the talk with Marta. {who}")
    assert talk.moves == ["rehearse.begin"]
    return talk


def state(talk: Practising) -> State:
    return State.read(talk.notes["state"])


def test_seven_counterparts_are_there() -> None:
    assert set(personas()) >= {
        "defensive", "silent", "tearful", "angry", "deflecting", "agreeing", "dismissive",
    }  # fmt: skip


def test_a_persona_that_does_not_fit_says_where(tmp_path: Path) -> None:
    source = (FOLDER / "silent.md").read_text()
    for old, new, line in (
        ("threat: 0.4", "threat: 0.95", "threat: Input should be less than"),
        ("“{word}.” Okay.", "“{name}.” Okay.", r"\{name\} is not known"),
        ("  meeting: '", "  meetings: '", "wants the topic 'meeting'"),
        ("touchy:", "touchiness:", "touchiness: Extra inputs"),
    ):
        (tmp_path / "silent.md").write_text(source.replace(old, new))
        with pytest.raises(CoachError, match=line):
            load("silent", tmp_path)


def test_every_line_of_every_persona_may_leave() -> None:
    """Nothing a counterpart says would be held back by the gate or the grounding check."""
    gate, check = SafetyGate(None), GroundingCheck(coach().library.claims)
    frame = coach().policy.read("You are careless", [])
    brief = Brief("You are careless", Plan("practice", "rehearse.line"), frame, (), None, (), ())
    for persona in personas().values():
        stances = (persona.closed, persona.guarded, persona.thawing, persona.open)
        told = [line for stance in stances for cue in type(stance).model_fields for line in stance.of(cue)]
        lines = [line if isinstance(line, str) else line.say for line in told]
        assert len(lines) == len(set(lines)), persona.name
        for line in [*persona.enters, *lines]:
            for part in spoken_parts(line.replace("{word}", "careless")):
                said = Sentence(part)
                assert (gate.check_out(said, brief.said) or check.check(said, brief)) is None, line
            assert line.count("?") <= 1, line


def test_a_skilful_line_lowers_threat_and_a_blaming_one_raises_it() -> None:
    found = list(scenes(ear(), pairs("tune")))
    assert len(found) >= 200
    assert sum(scene.holds for scene in found) >= 0.95 * len(found)


# Floors that only a real loss goes below, also by the small head alone.
@pytest.mark.parametrize(("split", "floor"), [("later", 0.8), ("fresh", 0.65)])
def test_so_do_most_lines_that_were_not_learned_from(split: str, floor: float) -> None:
    found = list(scenes(ear(), pairs(split)))
    assert sum(scene.holds for scene in found) >= floor * len(found)


def test_without_the_second_encoder_the_small_head_hears() -> None:
    small = Ear(language(), coach().library.embedder)
    assert small.hear("You are lazy and everyone knows it").threat > 0 > small.hear("What was it like for you?").threat
    other = Ear(language(), coach().library.embedder, _Other())
    assert other.hear("Your work is an insult") == small.hear("Your work is an insult")


class _Other:
    """An encoder that no head was trained on."""

    name, dimensions = "other", 2

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        raise AssertionError("never asked")


def test_blame_closes_and_observation_with_a_question_opens() -> None:
    harsh, kind = begun(), begun()
    start = state(harsh)
    harsh.say("You always shut people down", "You are just arrogant")
    kind.say(SKILFUL, "What would have helped you then?", "I should have said something, that is my part in it")
    assert state(harsh).threat > start.threat > state(kind).threat
    assert (harsh.notes["stance"], kind.notes["stance"]) == ("closed", "open")
    assert (harsh.notes["cue"], kind.notes["cue"]) == ("blamed", "owned")


def test_the_word_that_stung_comes_back() -> None:
    talk = begun()
    talk.say("You are careless", "You are careless and rude", "You are rude")
    said = [text(turn) for turn in talk.history]
    assert any("“Careless”" in one or "“careless”" in one for one in said) or any(
        "“rude”" in one.lower() for one in said
    )


def test_a_line_about_meetings_waits_for_a_talk_about_meetings() -> None:
    silent = personas()["silent"]
    asked = silent.thawing.asked
    assert "Maybe if I knew the question the day before." not in silent.fitting(asked, "The promotion went to Tom")
    assert "Maybe if I knew the question the day before." in silent.fitting(asked, "In the review you said nothing")
    assert silent.fitting(asked, "") == [line for line in asked if isinstance(line, str)]


def test_no_line_comes_twice_in_a_long_scene() -> None:
    talk = begun("She goes silent")
    for _ in range(4):
        talk.say("What do you think?", "I see.", "You never say anything", "Take your time", "What would help you?")
    replies = [text(turn) for turn in talk.history if turn.plan and turn.plan.move == "rehearse.line"]
    assert len(replies) == len(set(replies)) == 20


def test_ten_starts_of_one_persona_open_differently() -> None:
    talk = Practising()
    opened = []
    for _ in range(10):
        talk.history.clear()
        talk.say("Let's rehearse it with someone who gets angry")
        opened.append(text(talk.history[-1]))
    assert len(set(opened)) == 10
    enters = [one for one in personas()["angry"].enters if any(one in said for said in opened)]
    assert len(enters) == 10


def test_a_line_taken_back_was_never_heard() -> None:
    talk = begun()
    start = state(talk)
    talk.say("You always shut people down", "take that back")
    assert (talk.moves[-1], state(talk)) == ("rehearse.take_back", start)
    talk.say(SKILFUL, "stop")
    assert "always" not in talk.page
    assert "| In Tuesday's review" in talk.page


def test_pausing_tells_what_the_line_did_and_goes_on() -> None:
    talk = begun()
    talk.say("You never listen", "pause")
    assert "“Never”" in text(talk.history[-1])
    talk.say("go on")
    assert talk.moves[-1] == "rehearse.resume"
    talk.say(SKILFUL)
    assert talk.moves[-1] == "rehearse.line"


def test_chairs_can_be_swapped_and_swapped_back() -> None:
    talk = begun()
    talk.say("swap", "I was only trying to protect the release")
    assert talk.moves[-2:] == ["rehearse.swap", "rehearse.swapped"]
    talk.say("swap back", SKILFUL)
    assert talk.moves[-2:] == ["rehearse.swap", "rehearse.line"]


@pytest.mark.parametrize(
    "said", ["stop", "Stop!", "Let's stop here", "please stop now", "That's enough.", "end the scene"]
)
def test_stop_always_works(said: str) -> None:
    for before in ([], ["You never listen"], ["pause"], ["swap"]):
        talk = begun()
        talk.say(*before, said)
        assert talk.moves[-1] == "rehearse.end", (before, said)


@pytest.mark.parametrize(
    "said", ["Can we stop the project for a week?", "I want you to stop interrupting Ana in the review, please"]
)
def test_a_line_with_stop_in_it_is_a_line(said: str) -> None:
    talk = begun()
    talk.say(said)
    assert talk.moves[-1] == "rehearse.line"


@pytest.mark.parametrize(
    "said", ["I can't do this", "This is too much, I'm shaking", "I need to get out of here, I feel sick"]
)
def test_distress_ends_the_scene_kindly(said: str) -> None:
    talk = begun()
    talk.say("You never listen", said)
    assert talk.moves[-1] == "rehearse.care"
    assert not any(sentence.kind == "question" for sentence in talk.history[-1].spoken)
    talk.say("Thanks")
    assert not talk.moves[-1].startswith("rehearse.")


@pytest.mark.parametrize(
    "said",
    [
        "I can't take that sentence back, and I want to. It was unfair.",
        "I can't do that, the budget is fixed.",
        "I can't do it before June, and I won't promise it.",
    ],
)
def test_a_no_or_a_repair_said_to_the_other_goes_on_with_the_scene(said: str) -> None:
    talk = begun()
    talk.say(said)
    assert talk.moves[-1] == "rehearse.line"


def test_a_silence_gives_time_and_is_no_attack() -> None:
    talk = begun("She goes silent")
    start = state(talk)
    talk.say("...")
    assert talk.notes["cue"] == "waited"
    assert state(talk).threat < start.threat
    stance = personas()["silent"].lines(talk.notes["stance"])
    assert text(talk.history[-1]) in personas()["silent"].fitting(stance.any, "")


@pytest.mark.parametrize(
    "said",
    [
        "If you walk out now, don't expect the second site.",
        "Say something. This is like talking to a wall.",
        "With all due respect, did you even read my mail?",
        "Go ahead, sulk.",
        "Well, you're hardly the first who didn't get it.",
    ],
)
def test_threat_and_contempt_are_heard_without_a_word_of_blame(said: str) -> None:
    assert cue_of(ear().hear(said)) == "blamed"
    assert ear().hear(said).blaming


@pytest.mark.parametrize(
    ("said", "cue"),
    [
        ("You're angry, and you've got every reason. I told you that you were next.", "owned"),
        ("I moved the date twice and didn't say what could be left out. That part is mine.", "owned"),
        ("I can't take that sentence back, and I want to.", "owned"),
        ("That came out wrong, let me say it again.", "owned"),
        ("I've said a lot. I'll be quiet now.", "heard"),
        ("Would you rather think first and talk tomorrow?", "heard"),
    ],
)
def test_care_is_heard_as_what_it_is(said: str, cue: str) -> None:
    assert cue_of(ear().hear(said)) == cue


def test_a_charge_or_a_reason_gives_nothing_back() -> None:
    assert (
        not ear().hear("You changed the deadline on me", "And who cleared up? Nobody mentions that.").has("giving-back")
    )
    told = "Nobody questions your work. The panel wanted somebody who has run two sites."
    assert not ear().hear(told, "Yes. That's clear, and it's fair.").has("giving-back")
    assert ear().hear("So you were left alone with it.", "Nobody came when I called.").has("giving-back")


@pytest.mark.parametrize(
    ("told", "persona"),
    [
        ("Let's rehearse, she is cold and sarcastic, counts every promise I broke and answers with facts", "angry"),
        ("Let's rehearse, he promises everything and nothing changes", "agreeing"),
        ("Let's rehearse it with somebody who brushes things off", "dismissive"),
    ],
)
def test_a_counterpart_told_in_ones_own_words(told: str, persona: str) -> None:
    talk = Practising()
    talk.say(told)
    assert talk.notes["scene"] == persona


def test_in_their_chair_the_coach_opens_with_the_plan() -> None:
    talk = Practising("hard-conversation")
    talk.say(
        "I dread telling my deputy that the promotion went to somebody else", "The panel wanted two sites", "write it"
    )
    talk.say("Let's rehearse, he gets angry", "swap")
    assert "“I have news that is hard to hear, and I want you to have it from me: the promotion went to" in text(
        talk.history[-1]
    )
    without = begun()
    without.say("swap")
    assert "opening" not in without.notes


def test_whom_they_name_now_goes_before_the_plan() -> None:
    talk = Practising("hard-conversation")
    talk.say("I dread telling my deputy that the promotion went to somebody else", "write it")
    talk.say("I'd like to rehearse with my own boss, who brushes things off")
    assert (talk.notes["scene"], talk.notes["who"]) == ("dismissive", "your boss")


def test_hard_news_is_answered_as_news() -> None:
    for who in ("angry", "defensive", "silent", "tearful", "agreeing"):
        persona = personas()[who]
        said = "The promotion went to somebody from outside."
        answering = [persona.answering(persona.lines(name).told, said) for name in ("closed", "guarded", "thawing")]
        assert all(answering), who
        assert not any(
            persona.answering(persona.lines(name).told, "You came in at ten.") for name in ("closed", "guarded")
        )
    talk = begun("She goes silent")
    talk.say("The promotion went to somebody from outside.")
    lines = personas()["silent"].lines(talk.notes["stance"])
    assert text(talk.history[-1]) in personas()["silent"].answering(
        lines.of(talk.notes["cue"]), "the promotion went to"
    )


def test_asked_for_a_feeling_they_speak_of_it() -> None:
    talk = begun("She is close to tears")
    talk.say("What is the hardest part of it for you?")
    asked = personas()["tearful"].lines(talk.notes["stance"]).of("asked")
    assert text(talk.history[-1]) in personas()["tearful"].answering(asked, "the hardest")


def test_a_crisis_ends_the_scene() -> None:
    talk = begun()
    talk.say("You never listen")
    last = talk.history[-1]
    talk.history.append(replace(last, id="x", plan=None, gated=Gated("crisis", "own", ("Call.",), "asked:own:en")))
    talk.say("I spoke with my sister about it")
    assert not talk.moves[-1].startswith("rehearse.")


def test_what_is_said_in_a_scene_is_no_matter_for_coaching() -> None:
    talk = begun()
    talk.say("You are a liar and you cheat", "stop", "Sam interrupts Ana in every meeting")
    frame = talk.policy.read("What do I do?", talk.history)
    assert not any("liar" in said for said in frame.topic)


def test_the_plan_casts_the_counterpart() -> None:
    talk = Practising("hard-conversation")
    talk.say(
        'On Tuesday Marta said "did anyone even test this?" and two people didn\'t say another word',
        "I let it go for months", "I'd like her to raise it with me first", "On Friday", "go on",
        "Feelings: she'll be in tears", "write it", "yes",
    )  # fmt: skip
    assert (talk.moves[-1], talk.notes["scene"], talk.notes["who"]) == ("rehearse.begin", "tearful", "Marta")


def test_without_a_plan_the_coach_asks_whom_to_play() -> None:
    talk = Practising()
    talk.say("Can we rehearse it?")
    assert talk.moves[-1] == "rehearse.cast"
    talk.say("He is my director and brushes me off")
    assert talk.notes["scene"] == "dismissive"


@pytest.mark.parametrize(
    ("line", "cue"),
    [
        ("You are lazy", "blamed"),
        ("What made it hard?", "asked"),
        ("I waited too long with it, that's my part.", "owned"),
        ("Take the time you need.", "heard"),
        ("On Monday you left the meeting before the end.", "told"),
    ],
)
def test_how_a_line_lands(line: str, cue: str) -> None:
    assert cue_of(ear().hear(line)) == cue


def test_a_model_is_given_the_stance_and_the_scene_alone() -> None:
    talk = begun()
    talk.say("You never listen")
    turn = talk.history.pop()
    brief = Brief(turn.said, turn.plan, None, tuple(talk.history), None, (), ())  # type: ignore[arg-type]
    (_, system), *rest = messages(lambda **_: "", brief)
    assert "You are Marta, someone who defends themselves. You feel attacked and shut the talk out." in system
    assert "felt like an attack" in system
    assert rest == [("user", "You never listen")]
