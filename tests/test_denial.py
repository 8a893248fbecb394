"""What a person says it is not, is no topic and no danger; what only sounds like a denial stays."""

import pytest
from guided import coach

from coach.contradiction import contradicted
from coach.denial import denied_matters, denies_danger, without_denied


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("It is not a question of pay. It is the tone.", "It is not a question of  · . It is the tone."),
        ("It is about respect, not about money.", "It is about respect, not about  · ."),
        ("There is nothing here about pay.", "There is nothing here about  · ."),
        ("No, love, I'm not after a doctor, I'm a nurse.", "No, love, I'm not after  · , I'm a nurse."),
        ("nah nobody criticized me. he asks who wrote it", "nah  · . he asks who wrote it"),
        ("She is not a team player.", "She is not a team player."),
        ("I don't want to be a nag.", "I don't want to be a nag."),
    ],
)
def test_what_is_denied_is_taken_out(said: str, left: str) -> None:
    assert without_denied(said) == left


@pytest.mark.parametrize(
    ("said", "flat"),
    [
        ("Nobody is suicidal. There's a pump and a review on Thursday.", True),
        ("No, nobody wishes to die. He is only tired, I think.", True),
        ("This one is not in danger, my friend.", True),
        ("The lad's fine.", True),
        ("He says he is fine.", False),
        ("nobody would miss me", False),
        ("I'm fine, nobody needs to know I want to die", False),
        ("Nobody is suicidal but I think of it", False),
        ("Nobody is in danger. Except me, tonight.", False),
    ],
)
def test_a_flat_denial_of_danger(said: str, flat: bool) -> None:
    assert denies_danger(said) is flat


def test_matters_that_a_person_does_not_come_with() -> None:
    assert denied_matters(["HR is far away and this is not a legal matter."]) == {"legal"}
    assert denied_matters(["I did not ask whether it is allowed."]) == {"legal"}
    assert denied_matters(["I'm not after a doctor, love.", "Right."]) == {"clinical"}
    assert denied_matters(["Is it legal to do this?"]) == frozenset()


@pytest.mark.parametrize(
    ("before", "now", "found"),
    [
        ("My door is open, they tell me everything.", "Nobody tells me anything on nights.",
         ("they tell me everything", "Nobody tells me anything on nights")),
        ("The team trusts me.", "The team doesn't trust me.", ("The team trusts me", "The team doesn't trust me")),
        ("He listens.", "He doesn't listen now.", None),
        ("I don't care.", "I care about her.", None),
        ("I told her.", "I didn't tell him.", None),
        ("They trust me.", "Do they not trust me?", None),
    ],
)  # fmt: skip
def test_two_sayings_that_collide(before: str, now: str, found: tuple[str, str] | None) -> None:
    parser = coach().policy._parser
    assert contradicted(parser.read(now), [parser.read(before)]) == found
