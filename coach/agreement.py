"""Whether two texts agree: the same figures of the same things, the same direction, the same denials.

Compares what ``coach.facts`` has read. Knows nothing of grades, briefs or who said what.
"""

import re

from coach.facts import Clause, Facts, Number, content, listed, negated, stem

GENERIC = frozenset(
    stem(word)
    for word in listed(
        """
    study studies research survey trial experiment review data evidence meta analysis analyses find found show shows
    report reported say says said people team teams company companies paper sample samples report guide handbook
    policy minutes notes evaluation article document according read source sources organisation number figure
    colleagues far know account call calls go goes case cases put compared
    """
    )
)
CAUSE = re.compile(
    r"\b(?:causes?|caused|leads? to|led to|makes?|made|results? in|boosts?|boosted|raises?|raised|increases?|"
    r"increased|improves?|improved|reduces?|reduced|lowers?|lowered|cuts?|produces?|drives?|brings?|gives?|"
    r"creates?|because of|thanks to|due to|will|keeps?)\b",
    re.I,
)

_OPPOSITES: tuple[tuple[frozenset[str], frozenset[str]], ...] = tuple(
    (frozenset(a.split()), frozenset(b.split()))
    for a, b in (
        (
            "more higher greater increase increased increases rose raised raises up grew longer",
            "less lower fewer decrease decreased decreases fell reduced reduces lowered down shorter dropped"),
        ("better improve improved improves improving helps", "worse worsened decreased harm reduced"),
        ("stronger", "weaker"), ("most", "least"), ("first", "last"), ("above", "below"), ("before", "after"),
        ("always everybody everyone all", "never nobody none"), ("included include includes", "left excluded omitted"),
        ("internal", "external"), ("open", "closed close"), ("voluntary", "mandatory compulsory"),
    )
)  # fmt: skip
_FROM_TO = re.compile(r"\b(?:from )?(\d[\d.,]*)%? (to|of) (\d[\d.,]*)")


def close(number: Number, other: Number) -> bool:
    if {number.form, other.form} == {"plain", "year"} and number.value == other.value:
        return True
    if number.form != other.form:
        return False
    if number.value == other.value:
        return True
    if number.form == "percent" and (number.rough or other.rough) and abs(number.value - other.value) <= 1:
        return True
    return number.rough and number.form == "plain" and abs(number.value - other.value) <= 0.03 * other.value


def shared_number(facts: Facts, statement: Facts) -> bool:
    return any(close(a, b) or (a.form == b.form == "percent" and abs(a.value - b.value) <= 4 and a.rough)
               for a in facts.numbers for b in statement.numbers if b.form != "year")  # fmt: skip


def has_number(source: Facts, number: Number, facts: Facts) -> bool:
    """Whether a source has the number, of the same thing."""
    same = [other for other in source.numbers if close(number, other)]
    if not same:
        return False
    if number.form == "year":
        words = facts.stems | content(" ".join((*facts.names, *facts.openers)))
        return any(_beside(source.text, other) & words for other in same)
    if number.form == "plain" and number.value >= 1:
        return not number.unit or any(not other.unit or number.unit & other.unit for other in same)
    mine = _measured(facts.text, number, nearest=1) or facts.stems
    return any(mine & _measured(source.text, other, nearest=2) for other in same)


_TREND = frozenset(
    stem(word)
    for word in listed("higher lower more less fewer better worse faster slower reported goes correlation effect over")
)
_EDGE = r"[.;:,](?:\s|$)|\b(?:and|but|than|while|from)\b|\d"


def _measured(text: str, number: Number, *, nearest: int) -> frozenset[str]:
    """Stems of what a number measures: the words after it, or the ``nearest`` before it where none tells."""
    right = content(re.split(_EDGE, text[number.end : number.end + 60])[0]) - GENERIC - _TREND
    if right:
        return right
    left = re.split(_EDGE, text[max(0, number.start - 70) : number.start])[-1]
    words = [word for word in re.findall(r"[^\W\d_]+", left) if content(word) - GENERIC - _TREND]
    return content(" ".join(words[-nearest:]))


def _beside(text: str, number: Number) -> frozenset[str]:
    """Stems of the part of the sentence in which a number stands."""
    left = re.split(r"[.;:](?:\s|$)", text[max(0, number.start - 70) : number.start])[-1]
    right = re.split(r"[.;:](?:\s|$)", text[number.end : number.end + 60])[0]
    return content(left) | content(right)


def has_name(source: Facts, name: str) -> bool:
    words = name.lower().split()
    text = source.text.lower()
    return all(re.search(rf"\b{re.escape(word)}\b", text) for word in words)


def coverage(facts: Facts, source: Facts) -> float:
    stems = facts.stems - GENERIC
    return len(stems & source.stems) / len(stems) if stems else 1.0


def contradiction(facts: Facts, source: Facts) -> str | None:
    """How a text says otherwise than its source; None where it does not."""
    for found in _FROM_TO.finditer(facts.text):
        first, word, second = found.groups()
        if re.search(rf"\b{re.escape(second)}%? {word} {re.escape(first)}\b", source.text):
            return "turns the figures round"
    for number in facts.numbers:
        for same in source.numbers:
            if close(number, same) and number.direction * same.direction < 0 and number.form != "plain":
                return "says the opposite direction"
    return (
        _denial(facts, source) or _opposite(facts, source) or _exchanged(facts, source) or _found_nothing(facts, source)
    )


def aligned(clause: Clause, source: Facts) -> list[Clause]:
    """The source's clauses that speak of the same, what a clause begins with counting most."""
    scored = [(_likeness(clause, other), other) for other in source.clauses]
    best = max((score for score, _ in scored), default=0.0)
    return [other for score, other in scored if score == best and score >= 0.5]


def _likeness(clause: Clause, other: Clause) -> float:
    weights = {word: 2.0 if word in clause.head else 1.0 for word in clause.stems - GENERIC}
    shared = sum(weight for word, weight in weights.items() if word in other.stems)
    size = min(sum(weights.values()), len(other.stems - GENERIC) + 2.0)
    return shared / size if size else 0.0


def _denial(facts: Facts, source: Facts) -> str | None:
    for clause in facts.clauses:
        if len(clause.stems - GENERIC) < 2:
            continue
        mine = clause.stems - GENERIC
        whole = [other for other in source.clauses if _within(other, mine)]
        alike = whole or aligned(clause, source)
        if alike and all(other.negated != clause.negated for other in alike):
            return "denies what the source says" if clause.negated else "asserts what the source denies"
    return None


def _within(other: Clause, stems: frozenset[str]) -> bool:
    """Whether a sentence takes up everything that a source's clause says."""
    theirs = other.stems - GENERIC
    return len(theirs) >= 2 and theirs <= stems


_NULL = re.compile(r"\bno (?:\w+ )?(?:difference|change|effect|relation|gain)\b(?! sizes?)", re.I)


def _found_nothing(facts: Facts, source: Facts) -> str | None:
    """An effect asserted where the source found none."""
    if negated(facts.text) or not CAUSE.search(facts.text):
        return None
    for part in re.split(r"[.;]\s", source.text):
        found = _NULL.search(part)
        if found and content(part[found.end() :]) & facts.stems - GENERIC:
            return "asserts an effect where the source found none"
    return None


_REJECTED = re.compile(r"\bnot (?:\w+ed )?(?:from |by |to |in |of )?(?:a |an |the )?([^\W\d_]+)", re.I)


def _exchanged(facts: Facts, source: Facts) -> str | None:
    """A letter, not a talk, where the source says a talk, not a letter."""
    mine = frozenset().union(*(content(found.group(1)) for found in _REJECTED.finditer(facts.text)))
    theirs = frozenset().union(*(content(found.group(1)) for found in _REJECTED.finditer(source.text)))
    wrongly = {word for word in theirs & facts.stems - mine if _only_rejected(word, source.text)}
    return "takes up what the source sets aside" if wrongly else None


def _only_rejected(word: str, text: str) -> bool:
    mentions = sum(stem(re.sub(r"['’]s$", "", found)) == word for found in re.findall(r"[^\W\d_]+(?:['’]s)?", text))
    rejections = sum(word in content(found.group(1)) for found in _REJECTED.finditer(text))
    return mentions == rejections


def _opposite(facts: Facts, source: Facts) -> str | None:
    for clause in facts.clauses:
        mine_words = set(
            re.findall(r"[a-z]+", re.sub(r"\b(?:more|less) than\b|\bat (?:least|most)\b", "", clause.text.lower()))
        )
        down = re.search(r"\b(?:weaker|worse|decreased?|less)\b", source.text)
        if mine_words & {"weaker", "worse"} and not down and re.search(r"\b(?:stronger|better)\b", source.text):
            return "says the opposite of the source"
        alike = aligned(clause, source)
        if not alike:
            continue
        theirs = set(re.findall(r"[a-z]+", " ".join(other.text for other in alike).lower()))
        for one, two in _OPPOSITES:
            for mine, opposite in ((one, two), (two, one)):
                if mine_words & mine and not mine_words & opposite and theirs & opposite and not theirs & mine:
                    return "says the opposite of the source"
    return None
