"""Plain prose as an account: where its sentences end, and where one goes on to a later moment."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from coach.timeline.stamps import Stamp, stamps_in

SENTENCE_END = re.compile(
    r"(?<!\b[a-z]\.[a-z])(?<!\bapprox)(?<!\bca)(?<!\bDr)(?<!\bMr)(?<!\bMs)(?<!\bno)(?<=[.!?])[\"”’)]?\s+(?=[A-Z“\"'(\d~])|"
    r"(?<=\w{3}[.!?])\s+(?=(?:someone|somebody|nobody|everybody|everyone|we|they|he|she|it|then|and|but|so|this|that|the|"
    r"there|no one|at \d) ?\w)|"
    r"(?<=;)\s+(?=(?:and )?(?:(?:at|around|by|about) ~?\d|[\w -]{2,24} later\b))"
)
_JOINED = re.compile(r"[,;]?\s(?:and|but)\s(?=\w)|;\s(?=\w)")
# Fewer words after "and" are no clause of their own: "alarms at 9:05 and at 9:20".
_LEAST_CLAUSE = 4
_FORWARD_MINUTES = 12 * 60


def moments(sentence: str) -> Iterator[str]:
    """A sentence cut where it goes on to a later moment: "at 14:07 it was stopped and by 14:09 traffic was back"."""
    clocks = [one for one in stamps_in(sentence) if one.hour is not None and one.later is None]
    begin = 0
    for one, other in pairwise(clocks):
        joint = _JOINED.search(sentence, one.end, other.start) if _soon_after(one, other) else None
        if joint and len(sentence[joint.end() :].split()) >= _LEAST_CLAUSE:
            yield sentence[begin : joint.start()]
            begin = joint.end()
    yield sentence[begin:]


def _soon_after(one: Stamp, other: Stamp) -> bool:
    """Whether the second of two times is of the same day's clock and later, within half a day."""
    if other.day or {one.half, other.half} == {"am", "pm"}:
        return False
    half = one.half or other.half
    minutes = [((at.hour or 0) % 12 if half else at.hour or 0) * 60 + at.minute for at in (one, other)]
    return 0 < minutes[1] - minutes[0] < _FORWARD_MINUTES


def main_stamp(stamps: Sequence[Stamp]) -> Stamp | None:
    """The time of a sentence: the first of the day's clock, else the first distance."""
    return next((one for one in stamps if one.later is None), stamps[0] if stamps else None)
