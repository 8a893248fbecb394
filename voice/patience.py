"""How long a silence ends a turn. Pure: what was heard and how it sounded, to milliseconds."""

import re
from dataclasses import dataclass
from typing import Literal

Mode = Literal["auto", "brisk", "normal", "think"]
MODES: tuple[Mode, ...] = ("auto", "brisk", "normal", "think")

FINISHED = 0.5
"""Smart Turn's probability from which a voice sounds finished."""

UNFINISHED = re.compile(
    r"(?:[,;:–—-]|…|\.\.\.|\b(?:a|an|the|and|but|or|so|because|if|when|while|which|who|whose|where|to|of|with|without"
    r"|from|by|into|between|my|your|our|their|his|its|i|i'm|i've|we|they|he|she|um|uh|er|erm|hmm|like|as|than|be|been"
    r"|am|very|really|just|well|maybe|going)\.?)\s*$",
    re.I,
)
"""Words and marks that a sentence seldom ends with, whatever full stop Whisper puts after them."""

# Half a sentence that promises the other half.
HALF = re.compile(
    r"(?:^|[.?!]\s+)(?:unless|if|when|whenever|while|although|though|since|until|whether|had (?:he|she|they|i|we))\b"
    r"[^,.?!]*[.?!]*\s*$",
    re.I,
)

# A text without its full stop is one that Whisper took for cut off.
COMPLETE = re.compile(r"[.?!][\"”’')]*\s*$")


@dataclass(frozen=True, slots=True)
class Patience:
    """Silences in milliseconds after which a turn is over."""

    name: str
    finished_ms: int
    """Voice and words both sound finished."""
    worded_ms: int
    """The words do: people who read or list end with a level voice."""
    voiced_ms: int
    """The voice does, in the middle of a sentence."""
    open_ms: int
    """Neither does."""
    enough_words: int | None = None
    """From this many words on, a turn that may be finished waits no longer than a normal one."""

    def wait_ms(self, finished: float, text: str) -> int:
        """How long to wait after ``text``, whose voice sounds finished with that probability."""
        voiced, worded = finished >= FINISHED, complete(text)
        if self.enough_words is not None and (voiced or worded) and len(text.split()) >= self.enough_words:
            return NORMAL.wait_ms(finished, text)
        if voiced and worded:
            return self.finished_ms
        return self.worded_ms if worded else self.voiced_ms if voiced else self.open_ms


BRISK = Patience("brisk", 600, 850, 1100, 1800)
NORMAL = Patience("normal", 900, 1200, 1550, 2500)
"""Measured: fewer than one in twenty pauses of 0.3 to 1.5 s inside a sentence is taken for its end."""
THINK = Patience("think", 1300, 2000, 2600, 5000)
"""For somebody who thinks aloud."""
TAKE_YOUR_TIME = Patience("think", 1300, 2000, 2600, 5000, enough_words=8)
"""After the coach's own open question: people fall silent before they answer and after their first words."""

BY_NAME = {patience.name: patience for patience in (BRISK, NORMAL, THINK)}


def chosen(mode: Mode, *, asked_openly: bool) -> Patience:
    """The patience of a mode; ``auto`` gives time to think after the coach's own open question."""
    if mode == "auto":
        return TAKE_YOUR_TIME if asked_openly else NORMAL
    return BY_NAME[mode]


def complete(text: str) -> bool:
    """Whether the words read as a finished sentence."""
    return bool(COMPLETE.search(text)) and not UNFINISHED.search(text) and not HALF.search(text)


OPEN_QUESTION = re.compile(r"^\W*(?:\w+\W+){0,6}?(?:what|how|which|who|where|when|why)\b", re.I)


def asks_openly(question: str) -> bool:
    """Whether a question wants more than yes or no."""
    return bool(OPEN_QUESTION.search(question))
