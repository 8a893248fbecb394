"""What a sentence may stand on: the claims as their grades allow, and what the person said themself."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from coach.agreement import close
from coach.facts import Facts, Number, listed, plain, read
from coach.protocols import Brief
from coach.values import Card, Claim, Grade

LINK = re.compile(
    r"\b(?:correlat\w*|associat\w*|go(?:es)? (?:\w+ )?with|relates?|related|linked|links|self-report\w*|survey|"
    r"tend(?:s|ed)? to)\b",
    re.I,
)
_HEARSAY = re.compile(
    r"\b(?:i|we)(?:'ve| have)? (?:half[- ])?(?:read|heard|saw|seen|remember|came across)\b|\bis it (?:true|right)\b|"
    r"\b(?:didn't|isn't|wasn't|doesn't|aren't)\b.*\?|\baccording to\b|"
    r"\b(?:study|studies|research|article|statistic)s?\b",
    re.I,
)
_OWN_WORD = re.compile(r"\b(?:i|we|my|our|me|us|mine|ours)\b", re.I)

PLAIN_OPENERS = frozenset(
    listed(
        """
    he she it they we you i this that these those what who which where when how why there here everyone everybody
    more fewer less nobody someone somebody anyone people teams team leaders managers research studies study science
    data experts scientists researchers one two three some many most few several another each all both either
    neither nothing something everything let let's that's it's what's there's he's she's who's where's how's yes no
    ok okay your my our their his her its the a an and but or so if as at in on to for of by with from about after
    before because while according though although across over under only just even not never always often sometimes
    perhaps maybe trust feedback listening coaching debriefs reviews psychological trusting trusted high agile
    employees workers nurses teachers today tomorrow yesterday colleagues juniors seniors evidence surveys trials
    evaluation guide handbook report policy minutes notes management leadership someone's everyone's nobody's
    people's okrs kpis sbi grow faq hr it ai ceo cto cfo
    """
    )
)


@dataclass(frozen=True, slots=True)
class Source:
    """One text that a sentence may stand on, as far as its grade lets it."""

    id: str
    facts: Facts
    grade: Grade
    link: bool
    """Shows what goes together, and not what causes what."""
    own: bool = False


@dataclass(frozen=True, slots=True)
class Own:
    """What the person said: what they state, and what they only repeat or ask about."""

    source: Source
    plain: str
    words: frozenset[str]
    hearsay: Facts
    coach: tuple[str, ...]

    def has(self, name: str) -> bool:
        return all(word.lower() in self.words for word in name.split())

    def covers(self, numbers: list[Number]) -> bool:
        return all(close(n, other) for n in numbers for other in [self._nearest(n)] if other) and all(
            self._nearest(n) for n in numbers
        )

    def asserts(self, numbers: list[Number]) -> bool:
        return all(any(close(n, other) for other in self.source.facts.numbers) for n in numbers)

    def contradicts(self, number: Number) -> bool:
        same = [other for other in self.source.facts.numbers if other.unit & number.unit and other.form == number.form]
        return bool(same) and not any(close(number, other) for other in same)

    def _nearest(self, number: Number) -> Number | None:
        everything = (*self.source.facts.numbers, *self.hearsay.numbers)
        return next((other for other in everything if close(number, other)), None)


def own_of(brief: Brief) -> Own:
    said = tuple(dict.fromkeys([*(turn.said for turn in brief.history), *brief.frame.topic, brief.said]))
    heard = tuple(plain(s.text) for turn in brief.history for s in turn.spoken[: turn.heard])
    return _own(said, heard)


@lru_cache(maxsize=64)
def _own(said: tuple[str, ...], coach: tuple[str, ...]) -> Own:
    stated: list[str] = []
    heard: list[str] = []
    for text in said:
        for part in re.split(r"(?<=[.?!])\s+", text):
            facts = read(part)
            rumour = bool(_HEARSAY.search(part)) or (
                part.rstrip().endswith("?") and bool(facts.numbers) and not _OWN_WORD.search(part)
            )
            (heard if rumour else stated).append(part)
    everything = " ".join(said)
    return Own(
        source=Source("said", read(" ".join(stated)), "D", link=False, own=True),
        plain=plain(everything),
        words=frozenset(re.sub(r"['’]s$", "", word) for word in re.findall(r"[^\W_]+(?:['’]\w+)?", everything.lower())),
        hearsay=read(" ".join(heard)),
        coach=coach,
    )


def claim_sources(claim: Claim, ledger: Mapping[str, Claim]) -> Iterator[Source]:
    """What a claim lets a sentence stand on: never the wording of a refuted or unsourced one."""
    if claim.grade == "E":
        parts: list[str] = []
    elif claim.grade == "X":
        parts = [claim.say or "", claim.effect, claim.population, claim.source]
    else:
        parts = [claim.say or "", claim.statement, claim.effect, claim.population, claim.source, claim.caveat]
    text = ". ".join(part.rstrip(".") for part in parts if part)
    link = bool(LINK.search(f"{claim.say} {claim.statement} {claim.caveat}")) or "survey" in claim.type
    if text:
        yield Source(claim.id, read(f"{text}."), claim.grade, link)
    if claim.deeper:
        see = ledger.get(claim.see[0]) if claim.see else None
        yield Source(claim.id, read(claim.deeper), see.grade if see else "C", bool(LINK.search(claim.deeper)))


def known_names(ledger: Mapping[str, Claim]) -> frozenset[str]:
    """Words that the ledger only ever writes with a capital, inside a sentence or as the author of a source."""
    texts = [text for c in ledger.values() for text in (c.statement, c.say or c.if_asked or "", *c.asked)]
    names = {word for text in texts for name in read(text).names for word in name.split()}
    names |= {c.source.split()[0].strip(",.") for c in ledger.values() if c.source[:1].isupper()}
    everything = " ".join([*texts, *(c.caveat for c in ledger.values())])
    ordinary = set(re.findall(r"\b[a-z]+\b", everything))
    return frozenset(name for name in names if name.lower() not in ordinary | PLAIN_OPENERS)


def wordings(claim: Claim) -> tuple[str, ...]:
    return tuple(plain(text) for text in (claim.say, claim.if_asked, claim.deeper) if text)


def card_texts(card: Card) -> Iterator[str]:
    yield card.gist
    yield from (idea.say for idea in card.ideas)
    yield from (words.say for words in card.words)
    yield from (caution.say for caution in card.cautions)
    yield from (question.ask for question in card.questions)


def card_wordings(card: Card) -> Iterator[str]:
    return (plain(text) for text in card_texts(card))


def is_wording(said: str, allowed: Iterator[str]) -> bool:
    """Whether a sentence is one of the wordings, or begins or ends one at a mark."""
    for wording in allowed:
        if said == wording:
            return True
        if len(said) > 12 and said in wording:
            at = wording.index(said)
            opens = at == 0 or wording[:at].rstrip()[-1:] in ";:."
            closes = wording[at + len(said) :].lstrip()[:1] in {"", ";", ":", "."}
            if opens and closes:
                return True
    return False
