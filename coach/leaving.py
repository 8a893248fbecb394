"""What the coach may not say, whoever wrote it: rules over a sentence that is about to leave.

Authored crisis and redirect texts do not pass here; everything a writer words does. A dropped sentence costs little,
since the guided writer words the same plan, so these rules lean to dropping. Data: ``coach/data/leaving.yaml``.
"""

import re
from dataclasses import dataclass
from functools import cache

from coach import patterns
from coach.signals import blank_idioms, plain
from coach.values import Sentence

_QUOTED = re.compile(r"[\"“][^\"“”]*[\"”]")
# A verdict that is being questioned is coaching: '"He's lazy" is a verdict: what would a camera have seen?'
_QUESTIONED = re.compile(r"\b(?:verdict|label|judge?ment|camera|conclusion|interpretation|story you)\b", re.I)


@dataclass(frozen=True, slots=True)
class _Rules:
    rules: dict[str, re.Pattern[str]]
    blame: re.Pattern[str]
    blaming_plan: re.Pattern[str]
    flattery: re.Pattern[str]


def reason(sentence: Sentence, said: str) -> str | None:
    """Why a sentence may not leave in answer to ``said``; None where it may."""
    text = plain(sentence.text)
    rest = blank_idioms(text)
    for why, pattern in _rules().rules.items():
        if pattern.search(rest):
            return why
    if _rules().blame.search(_QUOTED.sub("", text) if _QUESTIONED.search(text) else text):
        return "puts a label or blame on a person"
    if _rules().flattery.search(text) and _rules().blaming_plan.search(plain(said)):
        return "flatters a plan that blames"
    return None


@cache
def _rules() -> _Rules:
    data = patterns.read("leaving")
    words = data["words"]
    return _Rules(
        {why: patterns.any_of(lines, words) for why, lines in data["rules"].items()},
        patterns.any_of(data["blame"], words),
        patterns.any_of(data["blaming_plan"], words),
        patterns.any_of(data["flattery"], words),
    )
