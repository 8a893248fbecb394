"""What a writer that words freely may not do in a turn, however well its sentence is grounded.

The plan decides whether something is asked and whether advice is given; a language model often does both anyway. Its
sentence is then held back, as an ungrounded one is. Knows nothing of safety and of sources.
"""

import re

from coach.language.utterance import is_advice
from coach.protocols import Brief
from coach.values import Plan, Sentence

QUIET = frozenset({"thanks", "close", "repair", "already_asked", "reword", "less"})
"""Moves at which no question is asked: thanks, the close, a repair, a sentence that was asked for."""

_QUOTED = re.compile(r"“[^”]*”?|\"[^\"]*\"?")
# "What did she say, and how did you answer?": each part opens as a question does. "When it is over, what would you
# like?" has one such part.
_PARTS = re.compile(r"[,;:–]\s+(?:and\s+|or\s+|but\s+)?|\s+(?:and|or)\s+")
_OPENS = re.compile(
    r"\W*(?:(?:what|how|why|who|when|where|which)\s+(?:(?!(?:it|i|you|he|she|they|we|that|this|there|the)\b)\w+\s+)?"
    r"(?:do|did|does|is|are|was|were|would|will|could|can|should|might|has|have|had)\b|"
    r"(?:do|did|does|are|is|was|were|would|will|could|can|should)\s+(?:you|he|she|they|it|we|there)\b)",
    re.I,
)
_GOES_ON = re.compile(
    r"\W*(?:go (?:on|gently|well)|take (?:your time|care)|tell me|say (?:more|it)|try it|you're welcome)\b", re.I
)
"""Invitations and good wishes, which have the form of an order and are no advice."""


def out_of_turn(sentence: Sentence, brief: Brief) -> str | None:
    """Why a freely worded sentence does not fit its turn; None where it does."""
    if brief.plan.stage == "practice":
        return None
    text = _QUOTED.sub(" ", sentence.text)
    asked = questions(text)
    if asked > 1:
        return "two questions in one"
    if asked and brief.plan.question is None and brief.plan.move in QUIET:
        return "a question where none belongs"
    if not asked and not _advising(brief.plan) and is_advice(text) and not _GOES_ON.match(text):
        return "advice that nobody asked for"
    return None


def questions(text: str) -> int:
    """How many questions a text asks, those conjoined in one sentence apart; quoted words are taken out before."""
    found = re.findall(r"[^.?!]*\?", text)
    return sum(max(1, sum(_OPENS.match(part) is not None for part in _PARTS.split(one))) for one in found)


def _advising(plan: Plan) -> bool:
    """Whether the plan gives something: an idea, words, an answer from a source, or what was asked for."""
    return bool(plan.idea or plan.words is not None or plan.claims or plan.passages or "wanted" in plan.notes)
