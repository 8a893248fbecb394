"""Whether a sentence blames or talks about blaming: teaching, denial, praise, somebody else's words."""

import re
from functools import cache

from coach import patterns
from coach.language.prose import Passage

_REPORTED = re.compile(
    r"\b(?:said|says|told|explained|explains|reported|reports|wrote|asked|asks|mentioned|added|answered|"
    r"replied|stated|"
    r"according to|claims|claimed|quoted)\b",
    re.I,
)
_PLANNED = re.compile(
    r"\b(?:from now on|going forward|in (?:the )?future|next (?:week|month|time|year|quarter|shift|sprint|"
    r"drill)|tomorrow|"
    r"by (?:the time|the end of|monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|"
    r"march|april|may|"
    r"june|july|august|september|october|november|december|next|then|noon|now)|from \w+ on|until|will|"
    r"let's|please|we're going to)\b",
    re.I,
)


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return patterns.any_of(patterns.read("blame")[name])


def teaches(sentence: Passage) -> bool:
    """Whether the sentence speaks of blame as a subject."""
    return bool(_pattern("about").search(sentence.plain))


def praises(text: str) -> bool:
    return bool(_pattern("praise").search(text))


def unwanted(text: str) -> bool:
    """Whether what is said is a thing nobody would want, so that its "never" is praise."""
    return bool(_pattern("unwanted").search(text))


def denies(before: str) -> bool:
    """Whether the words before a finding deny it."""
    return bool(_pattern("denied").search(before))


def reported(before: str) -> bool:
    """Whether the words before a finding make it somebody else's statement."""
    return bool(_REPORTED.search(before))


def planned(text: str) -> bool:
    """Whether the sentence is a plan or an instruction for later."""
    return bool(_PLANNED.search(text))
