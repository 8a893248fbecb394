"""What words are, apart from what they mean: a nod in words, the coach's own voice come back, names to listen for."""

import re
from collections.abc import Iterable, Sequence

from coach.values import Turn

NODS = frozenset({
    "mm", "mmm", "mhm", "hm", "hmm", "mmhm", "mmhmm", "mm-hmm", "mm-hm", "uh-huh", "uhuh", "uh", "huh", "aha", "ah",
    "oh", "okay", "ok", "yeah", "yep", "yes", "yup", "right", "sure", "true", "exactly", "indeed", "interesting", "wow",
})  # fmt: skip
NOD_PHRASES = frozenset({
    "i see", "got it", "of course", "makes sense", "that makes sense", "go on", "i know", "good", "great", "nice",
    "oh okay", "ah okay", "oh i see", "ah i see", "okay i see", "yeah i see", "that's right", "that's true",
    "fair enough",
})  # fmt: skip

MOST_NOD_WORDS = 4

# Two words of an echo are a coincidence, three in the same order hardly ever are.
ECHO_RUN = 3
ECHO_SHARE = 0.8

MOST_HOTWORDS = 12

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_NAME = re.compile(r"(?<![.!?…:]\s)(?<!^)(?<![“\"(])\b(?:[A-Z][\w’'-]+|[A-Z]{2,}s?)\b")
_NOT_NAMES = frozenset({
    "i", "i'm", "i'll", "i've", "i'd", "ok", "okay", "mr", "mrs", "ms", "dr", "monday", "tuesday", "wednesday",
    "thursday", "friday", "saturday", "sunday",
})  # fmt: skip


def words(text: str) -> list[str]:
    return [word.lower().replace("’", "'") for word in _WORD.findall(text)]


def is_nod(text: str) -> bool:
    """Whether somebody only shows that they listen: mm-hm, yeah, I see. Such words interrupt nobody."""
    said = words(text)
    if len(said) > MOST_NOD_WORDS:
        return False
    return " ".join(said) in NOD_PHRASES or all(word in NODS for word in said)


def is_echo(text: str, spoken: str) -> bool:
    """Whether what was heard is what the coach was just saying, come back through the microphone."""
    heard, said = words(text), words(spoken)
    if len(heard) < ECHO_RUN:
        return False
    runs = {tuple(said[n : n + ECHO_RUN]) for n in range(len(said) - ECHO_RUN + 1)}
    pieces = [tuple(heard[n : n + ECHO_RUN]) for n in range(len(heard) - ECHO_RUN + 1)]
    return sum(piece in runs for piece in pieces) >= ECHO_SHARE * len(pieces)


def hotwords(turns: Iterable[Turn], more: Sequence[str] = ()) -> tuple[str, ...]:
    """Names and short forms of a conversation, the latest first: what a transcription would misspell."""
    found = dict.fromkeys(more)
    for turn in reversed(list(turns)):
        for text in (turn.said, turn.heard_text):
            for name in _NAME.findall(text):
                if name.lower().replace("’", "'") not in _NOT_NAMES:
                    found.setdefault(name.removesuffix("’s").removesuffix("'s"))
    return tuple(found)[:MOST_HOTWORDS]
