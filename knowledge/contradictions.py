"""Where two passages cannot both hold: other figures for the same thing, or one forbids what the other asks for.

Narrow on purpose: a coach who sees a quarrel between two documents that speak of different things is a nuisance. A
sentence is taken only where it states something plainly, and a pair only where one of the two speaks of nothing
that the other leaves open: a rule for new managers differs from one for managers without contradicting it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from coach.agreement import contradiction, coverage
from coach.facts import Facts, content, listed, read, stem
from coach.quoting import places, reversed_by_heading
from coach.values import Claim, Difference, Excerpt, Passage

LEAST_WORDS, MOST_WORDS = 3, 32
MOST_STATEMENTS = 60
"""Sentences of one passage that are compared; a table of figures has more and says less."""
FURTHER_APART = 1.5
"""Figures nearer than this, as a ratio, may be two ways to count: five working days and a week."""
SHARED_FOR_FIGURES, SHARED_FOR_POLARITY = 2, 3
MOST_EXTRA = 2
"""Words that the longer of two statements may have beyond the shorter one."""
CLAIM_COVERED = 0.6
"""Share of a sentence's words that a claim must have to speak of the same finding."""

_UNSURE = re.compile(
    r"\b(?:if|when|whenever|unless|except|excluding|until|only|otherwise|in case|depending|depends|instead|rather|"
    r"either|for example|for instance|e\.g|such as|some|sometimes|usually|often|may|might|can|could|perhaps|used to|"
    r"previously|formerly|until now|not (?:just|always|necessarily|every|all|yet|enough)|bad|wrong|myth|imagine|"
    r"versus|vs|compared|(?:19|20)\d\d|between|but|while|whereas|although|however)\b|\?|:(?!\d)|"
    r"n['’]t (?:just|always|necessarily)\b",
    re.I,
)
"""What makes a sentence a condition, an example, a possibility or a comparison instead of a plain statement."""
_NARROW = frozenset(
    stem(word)
    for word in listed(
        """
    new first second third last senior junior major minor critical severe severity urgent remote onsite hybrid part
    full time contractor intern apprentice probation external internal small large big short long annual final initial
    interim temporary permanent manager managers director executive engineer lead peer peers customer client candidate
    volunteer parent board sales support finance security legal weekend night holiday emergency draft pilot formal
    informal written spoken public private virtual physical level grade
    """
    )
)
"""Words that make a rule one for fewer people or cases."""
_LIGHT = frozenset(
    stem(word)
    for word in listed(
        """
    must should shall will need needs needed have has take takes taken place places held hold holds happen happens make
    makes made keep keeps kept get gets give given do done run runs use used always every each please ensure want
    expect expected require required ask asked let set aim lasts last long within later least most maximum minimum up
    after before once twice daily weekly fortnightly monthly quarterly yearly annually minute minutes hour hours day
    days week weeks month months quarter year years working business calendar percent people person member members
    team teams company everyone everybody anyone usually generally never avoid refrain forbidden prohibited allowed
    """
    )
)
"""Words that carry a rule or a measure and not what it is about."""
_SAME = {
    stem(word): stem(group[0])
    for group in (
        listed("debrief postmortem post-mortem postmortems retro retrospective retrospectives"),
        listed("employee staff colleague colleagues worker workers teammate teammates"),
        listed("holiday vacation leave pto"),
        listed("meeting session call meetings sessions calls"),
        listed("incident outage outages incidents"),
    )
    for word in group
}
_WRITTEN = (
    (re.compile(r"\b(?:one|1)[- ](?:on|to|:)[- ](?:one|1)s?\b|\b1[:-]1s?\b", re.I), "oneonone"),
    (re.compile(r"\bpost-mortem", re.I), "postmortem"),
    (re.compile(r"\bteam members?\b", re.I), "employee"),
    (re.compile(r"\bfollow-?ups?\b", re.I), "followup"),
    (re.compile(r"\bcheck-?ins?\b", re.I), "checkin"),
)
_NUMBERS = {word: n for n, word in enumerate(listed("one two three four five six seven eight nine ten"), start=1)} | {
    "a": 1, "an": 1, "once": 1, "twice": 2, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "sixty": 60,
    "ninety": 90,
}  # fmt: skip
_N = r"(\d+(?:[.,]\d+)?|" + "|".join(sorted(_NUMBERS.keys() - {"once", "twice"}, key=len, reverse=True)) + r")"
_HOURS = {"minute": 1 / 60, "hour": 1.0, "day": 24.0, "week": 168.0, "month": 730.0, "year": 8760.0}
_TIME = re.compile(rf"\b{_N}(?:\s|-)(?:working |business |calendar |full )?(minute|hour|day|week|month|year)s?\b", re.I)
_TIMES_A = re.compile(
    r"\b(once|twice|\d+ times|three times|four times) (?:a|an|per|each|every) (day|week|month|quarter|year)\b", re.I
)
_EVERY = re.compile(
    rf"(?<!\bfor )(?<!\bof )(?<!\bin )\b(?:every|each) (?:(other|second)|{_N})? ?(day|week|month|quarter|year)s?\b",
    re.I,
)
_PER_YEAR = {"day": 365.0, "week": 52.0, "month": 12.0, "quarter": 4.0, "year": 1.0}
_ADVERBS = {"daily": 365.0, "weekly": 52.0, "fortnightly": 26.0, "monthly": 12.0, "quarterly": 4.0, "yearly": 1.0,
            "annually": 1.0}  # fmt: skip
_ADVERB = re.compile(rf"\b({'|'.join(_ADVERBS)})\b", re.I)
_PERCENT = re.compile(r"\b(\d+(?:[.,]\d+)?) ?(?:%|per ?cent\b)", re.I)
_COUNT = re.compile(rf"\b{_N} (?:\w+ )?(\w+s)\b", re.I)
_BOUND = (
    ("most", re.compile(r"\b(?:at most|not? more than|maximum|up to|fewer than|less than)\W+(?:\w+\W+)?$", re.I)),
    ("least", re.compile(r"\b(?:at least|no less than|minimum|no fewer than|more than|over)\W+(?:\w+\W+)?$", re.I)),
    ("by", re.compile(r"\b(?:within|in under|no later than|by)\W+(?:the \w+\W+)?$", re.I)),
    ("after", re.compile(r"\b(?:after|following)\W+$", re.I)),
    ("before", re.compile(r"\b(?:before|ahead|in advance)\W+$", re.I)),
)  # fmt: skip
_BEFORE = re.compile(r"^\W*(?:before|ahead|in advance|prior|earlier)\b", re.I)
_DENIES = re.compile(
    r"\b(?:not|never|no|nobody|none|avoid|refrain|forbidden|prohibited|without|cannot|against)\b|n['’]t\b", re.I
)
_OPPOSED = tuple(
    (frozenset(map(stem, a.split())), frozenset(map(stem, b.split())))
    for a, b in (
        ("public publicly", "private privately"), ("mandatory compulsory required", "optional voluntary"),
        ("anonymous anonymously", "named attributed"), ("confidential secret", "public shared"),
        ("encouraged welcome", "discouraged forbidden prohibited"),
        ("allowed permitted", "forbidden prohibited banned"),
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Statement:
    excerpt: Excerpt
    text: str
    topic: frozenset[str]
    denied: bool
    measures: tuple[tuple[str, float], ...]
    """Kind of measure with its value: hours, times a year, percent, or a count of something named."""


def differences(passages: Sequence[Passage], claims: Sequence[Claim] = ()) -> tuple[Difference, ...]:
    """Where passages of different documents differ, and where one differs from a claim; each pair once at most."""
    stated = [(passage, tuple(_statements(passage))) for passage in passages]
    found: list[Difference] = []
    for (one, mine), (other, theirs) in combinations(stated, 2):
        if one.file != other.file or one.source != other.source:
            found += _between(mine, theirs)
    for passage, mine in stated:
        found += _against(passage, mine, claims)
    return tuple(found)


def _between(mine: Sequence[_Statement], theirs: Sequence[_Statement]) -> list[Difference]:
    for one in mine:
        for other in theirs:
            about = _differ(one, other)
            if about:
                return [Difference(one.excerpt, other.excerpt, about)]
    return []


def _differ(one: _Statement, other: _Statement) -> Literal["figure", "polarity"] | None:
    """In what two statements differ; None where both may hold."""
    shared = one.topic & other.topic
    short, long = sorted((one.topic, other.topic), key=len)
    extra = long - short
    enough = len(shared) >= SHARED_FOR_FIGURES or one.topic == other.topic
    if enough and short <= long and len(extra) <= MOST_EXTRA and not extra & _NARROW:
        if one.denied == other.denied and _apart(one.measures, other.measures):
            return "figure"
        alike = len(shared) >= SHARED_FOR_POLARITY and len(extra) <= 1 and set(one.measures) == set(other.measures)
        if alike and one.denied != other.denied:
            return "polarity"
    if one.denied == other.denied and _opposed(one.topic, other.topic):
        return "polarity"
    return None


def _opposed(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two statements are the same but for a pair of opposites."""
    for left, right in _OPPOSED:
        for a, b in ((left, right), (right, left)):
            if one & a and other & b and not one & b and not other & a:
                mine, theirs = one - a, other - b
                short, long = sorted((mine, theirs), key=len)
                if mine and (mine == theirs or len(short) >= SHARED_FOR_FIGURES) and short <= long:
                    return len(long - short) <= 1 and not (long - short) & _NARROW
    return False


def _apart(mine: Sequence[tuple[str, float]], theirs: Sequence[tuple[str, float]]) -> bool:
    """Whether a kind of measure that both have lies apart; several figures of a kind are a range."""
    for kind in {kind for kind, _ in mine} & {kind for kind, _ in theirs}:
        a = [value for other, value in mine if other == kind]
        b = [value for other, value in theirs if other == kind]
        low, high = (a, b) if max(a) < min(b) else (b, a)
        if max(low) < min(high):
            near = min(high) / max(low) if max(low) > 0 else FURTHER_APART
            if near >= FURTHER_APART or kind.startswith(("count", "percent")):
                return True
    return False


def _statements(passage: Passage) -> Iterator[_Statement]:
    count = 0
    for start, end in places(passage.text):
        text = passage.text[start:end]
        if not LEAST_WORDS <= len(text.split()) <= MOST_WORDS or _UNSURE.search(text) or count >= MOST_STATEMENTS:
            continue
        statement = _stated(Excerpt(passage.id, start, end), text)
        if statement.topic and not reversed_by_heading(passage, start):
            count += 1
            yield statement


def _stated(excerpt: Excerpt, text: str) -> _Statement:
    plain = text
    for pattern, word in _WRITTEN:
        plain = pattern.sub(word, plain)
    topic = frozenset(_SAME.get(one, one) for one in content(plain)) - _LIGHT - _COUNTED
    denied = len(_DENIES.findall(re.sub(r"\bno (?:later|more|less|fewer) than\b", "", plain, flags=re.I))) % 2 == 1
    return _Statement(excerpt, text, topic, denied, tuple(_measures(plain)))


_COUNTED = frozenset(map(stem, _NUMBERS)) | {"time"}


def _measures(text: str) -> Iterator[tuple[str, float]]:
    taken: list[tuple[int, int]] = []
    for found in (*_TIMES_A.finditer(text), *_EVERY.finditer(text), *_ADVERB.finditer(text)):
        taken.append(found.span())
        yield "a year", _frequency(found)
    for found in _TIME.finditer(text):
        if any(start <= found.start() < end for start, end in taken):
            continue
        taken.append(found.span())
        bound = "before" if _BEFORE.match(text[found.end() :]) else _bound(text[: found.start()])
        yield f"hours {bound}", _value(found[1]) * _HOURS[found[2].lower()]
    for found in _PERCENT.finditer(text):
        taken.append(found.span())
        yield f"percent {_bound(text[: found.start()])}", _value(found[1])
    for found in _COUNT.finditer(text):
        if not any(start <= found.start() < end for start, end in taken):
            yield f"count {stem(found[2])} {_bound(text[: found.start()])}", _value(found[1])


def _frequency(found: "re.Match[str]") -> float:
    if found.re is _ADVERB:
        return _ADVERBS[found[1].lower()]
    if found.re is _TIMES_A:
        word = found[1].lower().split()[0]
        return _value(word) * _PER_YEAR[found[2].lower()]
    gap = 2.0 if found[1] else _value(found[2]) if found[2] else 1.0
    return _PER_YEAR[found[3].lower()] / gap


def _bound(before: str) -> str:
    return next((name for name, pattern in _BOUND if pattern.search(before)), "is")


def _value(word: str) -> float:
    return float(_NUMBERS[word.lower()]) if word.lower() in _NUMBERS else float(word.replace(",", "."))


# Against the ledger


def _against(passage: Passage, mine: Sequence[_Statement], claims: Sequence[Claim]) -> Iterator[Difference]:
    """The first sentence that says otherwise than a claim of what was found."""
    for claim in claims:
        if claim.grade not in "ABC" or not claim.say:
            continue
        known = read(f"{claim.statement}. {claim.effect}.")
        for one in mine:
            facts = read(one.text)
            if coverage(facts, known) < CLAIM_COVERED or len(facts.stems & known.stems) < SHARED_FOR_POLARITY:
                continue
            if _other_percent(facts, known):
                yield Difference(one.excerpt, Excerpt(f"claim:{claim.id}"), "figure")
                return
            if contradiction(facts, known):
                yield Difference(one.excerpt, Excerpt(f"claim:{claim.id}"), "polarity")
                return


def _other_percent(facts: Facts, known: Facts) -> bool:
    """Whether a sentence gives one percentage of what the claim gives another of."""
    mine = [number for number in facts.numbers if number.form == "percent"]
    theirs = [number for number in known.numbers if number.form == "percent"]
    if len(mine) != 1 or not theirs or any(number.value == mine[0].value for number in theirs):
        return False
    return any(number.unit & mine[0].unit and number.direction == mine[0].direction for number in theirs)
