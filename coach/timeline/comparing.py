"""What a timeline lacks, and where its accounts differ. Knows nothing of how events were read."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import combinations
from statistics import median, median_low

from coach.timeline.actors import words
from coach.timeline.event import Conflict, Event, Gap

# A silence is a gap when it is longer than half an hour or, where all of it was short, than a quarter of the whole …
LONGEST_SILENCE = timedelta(minutes=30)
SHARE_OF_WHOLE = 0.25
# … and never one of ten minutes or less, nor one of no more than twice the usual step, up to an hour and a half.
SHORTEST_GAP = timedelta(minutes=10)
USUAL_STEPS = 2
MOST_USUAL = timedelta(minutes=90)

# Accounts of one thing may differ by the minute that it takes to write it down.
SAME_TIME = timedelta(minutes=5)
# Farther apart, it was probably done twice.
SAME_THING = timedelta(hours=6)
# Of the words of the shorter account, this many are in the longer one.
ALIKE = 0.6


def gaps(events: Sequence[Event]) -> list[Gap]:
    """Stretches of which nothing is written, in order."""
    timed = [one for one in events if one.when is not None]
    if len(timed) < 2:
        return []
    spans = []
    last = timed[0]
    for one in timed[1:]:
        spans.append((last, one, _start(one) - _end(last)))
        if _end(one) >= _end(last):
            last = one
    whole = _end(last) - _start(timed[0])
    usual = timedelta(seconds=_usual([span.total_seconds() for _, _, span in spans]))
    least = max(SHORTEST_GAP, min(LONGEST_SILENCE, whole * SHARE_OF_WHOLE), min(usual * USUAL_STEPS, MOST_USUAL))
    return [Gap(after, before, span) for after, before, span in spans if span > least]


def _usual(steps: Sequence[float]) -> float:
    """The step that notes usually take; of two or three the shorter, of one none, since it may be the gap itself."""
    if len(steps) < 2:
        return 0
    return median(steps) if len(steps) > 3 else median_low(steps)


def _start(event: Event) -> datetime:
    assert event.when is not None
    return event.when


def _end(event: Event) -> datetime:
    return event.until or _start(event)


def conflicts(events: Sequence[Event]) -> list[Conflict]:
    """Pairs of accounts that tell of one thing at another time, or of another person."""
    timed = [(one, _words(one)) for one in events if one.when is not None]
    alike = [
        (one, other)
        for (one, words), (other, others) in combinations(timed, 2)
        if _other_accounts(one, other) and _same(words, others) and abs(_start(one) - _start(other)) <= SAME_THING
    ]
    agreeing = {id(event) for pair in alike if abs(_start(pair[0]) - _start(pair[1])) <= SAME_TIME for event in pair}
    found: list[Conflict] = []
    for one, other in alike:
        if abs(_start(one) - _start(other)) > SAME_TIME:
            # Where the accounts agree on one time, the same words at another time are a second occasion.
            if id(one) not in agreeing and id(other) not in agreeing:
                found.append(Conflict(one, other, "when"))
        elif one.actor and other.actor and one.source != other.source and _differ(one.actor, other.actor):
            found.append(Conflict(one, other, "who"))
    return found


def _other_accounts(one: Event, other: Event) -> bool:
    """Whether two events come from different accounts; what is told later counts as one of its own."""
    return one.source != other.source or (one.told != other.told and one.line != other.line)


def _same(words: frozenset[str], others: frozenset[str]) -> bool:
    shared = len(words & others)
    return (
        shared >= 2 and shared >= ALIKE * min(len(words), len(others)) and shared >= 0.4 * max(len(words), len(others))
    )


def _words(event: Event) -> frozenset[str]:
    text = event.text.lower().replace(event.said.lower(), " ") if event.said else event.text.lower()
    names = set(event.actor.lower().split())
    return frozenset(
        re.sub(r"(?:ing|ed|es|s)$", "", word)
        for word in re.findall(r"[^\W\d_]{2,}", text)
        if word not in words("common") and word not in names
    )


def _differ(one: str, other: str) -> bool:
    """Whether two names cannot be the same person's: "Lou" may be "Lou Perez"."""
    return not set(one.lower().split()) & set(other.lower().split())
