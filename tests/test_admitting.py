"""What a person says they did themselves, apart from what others say of them."""

import pytest

from coach.admitting import acts


@pytest.mark.parametrize(
    ("said", "own"),
    [
        ("I think I lied to her about the loan", ["I lied to her about the loan"]),
        ("I have to say I ignored the audit", ["I ignored the audit"]),
        ("they will say I lied and one of them has just moved", []),
        ("My boss thinks I ignored the audit", []),
        ("People might think that I ignored the audit", []),
    ],
)
def test_what_others_say_of_a_person_is_no_deed_of_their_own(said: str, own: list[str]) -> None:
    assert [said[start:end] for start, end in acts(said)] == own
