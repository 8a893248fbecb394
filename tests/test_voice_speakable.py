"""What a voice says of what is written."""

import pytest

from voice.speakable import first_clause, speakable

SAID = {
    # markup
    "**Ask** her _first_, then `listen`.": "Ask her first, then listen.",
    "## A heading\n- one\n- two": "A heading one two",
    "1. First, ask.": "First, ask.",
    "See [the guide](https://example.org/a?b=c) for more.": "See the guide for more.",
    "<b>Bold</b> words": "Bold words",
    "~~No~~ yes, 2 * 3": "No yes, 2 3",
    # citations
    "Trust grows in small steps [1][2, 3].": "Trust grows in small steps.",
    "It holds in teams (Edmondson, 1999).": "It holds in teams.",
    "A review agrees (doi:10.1000/xyz).": "A review agrees.",
    # addresses
    "Look at https://www.example.org/deep/page?x=1.": "Look at example dot org.",
    "Write to ann.lee@example.org today.": "Write to ann dot lee at example dot org today.",
    # abbreviations
    "Take one moment, e.g. Tuesday's review.": "Take one moment, for example Tuesday's review.",
    "Notes, plans, etc. Then rest.": "Notes, plans, and so on. Then rest.",
    "In your 1:1 with HR & the CEO": "In your one-to-one with H R and the C E O",
    "Dr. Lee vs. Mr. Fox": "Doctor Lee versus Mister Fox",
    "Yes, i.e. now": "Yes, that is now",
    # numbers
    "About 20% of 1,200 people, 5–10 minutes": "About 20 percent of 1200 people, 5 to 10 minutes",
    "It costs €5k or $300": "It costs 5 thousand euros or 300 dollars",
    # brackets and signs
    "Ask her (in private) what she saw.": "Ask her, in private, what she saw.",
    "Say it plainly (no hints).": "Say it plainly, no hints.",
    "I saw [name] leave at [when?].": "I saw name leave at when.",
    "Tell him/her and/or the team": "Tell him or her or the team",
    "Plan → talk → look back": "Plan, then talk, then look back",
    "Wait … then ask — gently": "Wait, then ask, gently",
    "“What did you see?” she asked.": "What did you see? she asked.",
    "Well done 🎉👍🏽!": "Well done!",
    # nothing to say
    "[1]": "",
    "***": "",
    "…": "",
    "🎉": "",
    "": "",
}


@pytest.mark.parametrize("written", SAID)
def test_what_is_said(written: str) -> None:
    assert speakable(written) == SAID[written]


def test_telephone_numbers_are_said_digit_by_digit_where_the_text_is_authored_for_it() -> None:
    assert speakable("Call 112, or 116 123 at night.", telephone=True) == "Call 1 1 2, or 1 1 6, 1 2 3 at night."
    assert speakable("112 people came.") == "112 people came."
    assert speakable("Ring +44 20 7946.", telephone=True) == "Ring plus 4 4, 2 0, 7 9 4 6."


def test_a_stage_direction_is_not_said() -> None:
    assert speakable("(the voice drops) Then I'd better stop.", asides=False) == "Then I'd better stop."


@pytest.mark.parametrize("mark", list("*_#`[]{}<>|\\~^(“”@&"))
def test_no_sign_is_left_to_be_read_aloud(mark: str) -> None:
    assert mark not in speakable(f"One {mark}two{mark} three {mark} four{mark}.")


def test_a_first_clause_leaves_early_only_where_both_parts_can_stand() -> None:
    long = "You want her to see the effect, and you do not want to shame her in front of others."
    assert first_clause(long) == (
        "You want her to see the effect,",
        "and you do not want to shame her in front of others.",
    )
    assert first_clause("Well, what happened then?") == ("Well, what happened then?", "")
