"""Feedback on a rehearsal: three strengths and one thing to try, each with its moment."""

from coach.feedback import Delivery, Feedback, feedback, page
from coach.rehearsal.persona import personas
from coach.rehearsal.scene import Scene, Spoken
from coach.rehearsal.state import State
from tests.practising import Practising, ear, language, text

OPENING = "On Tuesday you asked in the review who had tested it, and two people didn't speak again. How did you see it?"


def scene(*lines: str, attempt: int = 1) -> Scene:
    persona = personas()["defensive"]
    state, before, spoken = State.of(persona), "", []
    for n, said in enumerate(lines):
        state = state.after(ear().hear(said, before), persona)
        spoken.append(Spoken(said, before, "I was worried that nobody had looked at it.", state, str(n)))
        before = spoken[-1].reply
    return Scene(persona, "Marta", State.of(persona), "running", tuple(spoken), attempt)


def found(*lines: str, attempt: int = 1) -> Feedback:
    result = feedback(scene(*lines, attempt=attempt), ear(), language())
    assert result is not None
    return result


def test_nothing_said_nothing_to_say() -> None:
    assert feedback(scene(), ear(), language()) is None


def test_each_strength_has_its_own_moment() -> None:
    got = found(OPENING, "So you were worried. I should have looked earlier, that's my part.", "Take your time.")
    assert [(point.kind, point.turn) for point in got.strengths] == [("opening", "0"), ("own-part", "1"), ("time", "2")]
    assert all(point.quote in (m.said for m in got.timeline) or "…" in point.quote for point in got.strengths)


def test_the_costliest_moment_is_the_one_to_try_again() -> None:
    got = found(OPENING, "You are arrogant", "What would help?")
    assert (got.try_next.kind, got.try_next.quote, got.try_next.turn) == ("label", "You are arrogant", "1")
    assert "“arrogant”" in got.try_next.say
    assert ear().hear(got.try_next.better).threat <= 0
    assert "recovered" in [point.kind for point in got.strengths] or "open-question" in [p.kind for p in got.strengths]


def test_without_blame_the_missing_piece_is_named() -> None:
    assert found("I want to talk about the reviews.").try_next.kind == "no-observation"
    assert found("On Tuesday you left the review early.").try_next.kind == "no-question"
    assert found("On Tuesday you left the review early. Was it too long?").try_next.kind == "closed-questions"


def test_every_better_line_lands_better() -> None:
    from coach.phrasebook import feedback_lines

    for kind, data in feedback_lines()["tries"].items():
        for line in [data["better"], *data.get("more", ()), *data.get("to", {}).values()]:
            assert ear().hear(line).threat <= 0.03, (kind, line)
        assert set(data.get("to", {})) <= set(personas()), kind


def test_counts_of_a_spoken_scene() -> None:
    spoken = scene("um, you know, I wanted to talk", "What got in the way?")
    got = feedback(spoken, ear(), language(), {"0": Delivery(4.0, 2.5, True), "1": Delivery(2.0, 0.5, False)})
    assert got is not None
    assert (got.counts["fillers"], got.counts["interruptions"], got.counts["longest silence"]) == (2, 1, 2.5)
    assert got.counts["words a minute"] == 120
    assert (got.counts["open questions"], got.counts["lines"]) == (1, 2)


def test_the_page_compares_with_the_try_before() -> None:
    first, second = found("You never listen"), found(OPENING, attempt=2)
    made = page(second, first)
    assert (made.about, made.kind, made.title) == ("rehearsal 2", "feedback", "Feedback on try 2, with Marta")
    assert "· blaming lines: 0 (before: 1) ·" in made.markdown
    assert "· open questions: 1 (before: 0) ·" in made.markdown
    assert [m["said"] for m in made.data["timeline"]] == [OPENING]


def test_the_end_of_a_scene_says_one_strength_and_one_thing() -> None:
    talk = Practising()
    talk.say("Let's rehearse it with someone who gets angry", OPENING, "You always do that", "stop")
    said = text(talk.history[-1])
    assert said.count("?") == 1
    assert "“always”" in said
    assert len(said.split()) <= 110
    assert "openness" in talk.page
    talk.say("yes", "You never listen", "stop")
    assert "(before: " in talk.page


def test_a_threat_is_not_praised_and_is_counted_as_blame() -> None:
    threat = "If you walk out now, don't expect the second site."
    got = found(OPENING, threat, "I hear you. Take the time you need, and tell me how it was.")
    assert threat not in [point.quote for point in got.strengths]
    assert (got.counts["blaming lines"], got.try_next.quote) == (1, threat)


def test_a_silence_is_never_the_thing_to_try_again() -> None:
    got = found(OPENING, "...", "You are careless")
    assert got.try_next.quote == "You are careless"
    assert [point.kind for point in got.strengths if point.quote == "..."] in ([], ["time"])


def test_two_tries_are_compared_with_the_same_counterpart_only() -> None:
    talk = Practising()
    talk.say("Let's rehearse it with someone who gets angry", OPENING, "stop")
    talk.say("Let's rehearse it with someone who goes silent", OPENING, "stop")
    assert "(before: " not in talk.page
    talk.say("Let's rehearse it with someone who gets angry", "You never listen", "stop")
    assert "(before: " in talk.page
    assert talk.page.startswith("# Feedback on try 3, with ")


def test_the_end_says_which_line_it_was() -> None:
    talk = Practising()
    talk.say("Let's rehearse it with someone who gets angry", OPENING, "You never listen", "What would help?", "stop")
    assert "It was your second line." in text(talk.history[-1])


def test_hard_news_is_not_praised_as_an_observation() -> None:
    news = "You didn't get it. They took someone from outside."
    got = found(news, "On Tuesday you left the review before the end.", "How was that for you?")
    assert "observation" not in [point.kind for point in got.strengths if point.quote == news]
