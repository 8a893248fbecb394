"""Lets a sentence leave only if what it states as a fact stands on the brief.

Every number, study, organisation, person and quotation must trace to one source of the brief (a claim as its grade
allows it, a passage, the card) or to what the person said themself, and must say of it what the source says: the
same thing counted, the same direction, not denied, not turned from a correlation into a cause, not proved, and not
stripped of its hedge. Ordinary coaching talk has none of these and passes. Rules only, so that it costs well under
two milliseconds a sentence; ``coach.support`` measures how well one text supports another.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from coach.facts import HEDGES, MONTHS, Clause, Facts, Number, content, negated, plain, read, stem
from coach.protocols import Brief
from coach.values import Claim, Grade, Sentence

# What a source is called. Ordinary uses ("your survey", "run an experiment") have no such verb or article beside.
_SAYS = (
    r"(?:shows?|showed|shown|finds?|found|suggests?|suggested|says?|said|proves?|proved|tells?|told|confirms?|"
    r"confirmed|indicates?|indicated|agrees?|demonstrates?|demonstrated|reveals?|revealed|links?|linked|reports?|"
    r"reported|recommends?|recommended|points? to|is clear|concludes?|concluded|argues?|argued|claims?|claimed|"
    r"published|discovered|estimates?|estimated|calls?|called|describes?|described|wrote|writes|puts?|warns?|"
    r"advises?|advised|ran|looked at|covered|quotes?|names|knows)"
)
_STUDY = r"(?:stud(?:y|ies)|research|surveys?|trials?|experiments?|reviews?|data|evidence|science|polls?|statistics)"
_EVIDENCE = re.compile(
    rf"\b(?:{_STUDY}|researchers|scientists|psychologists|experts|neuroscience|academics)\b(?:\W+(?!have\b|would\b|will\b|could\b)\w+){{0,2}}?\W+{_SAYS}\b|"
    r"\bmeta-analys[ei]s|\brandomi[sz]ed\b|\bpeer-reviewed\b|\bstatistically\b|\bscientifically\b|\bproven (?:to|that|ways?|methods?)\b|"
    rf"\b(?:a|one|another|several|many|some|recent|large|\d+|the) (?:\w+ ){{0,2}}?(?:stud(?:y|ies)|intervention)\b|"
    rf"\b(?:in|across|from|according to) (?:\w+ ){{0,3}}(?:stud(?:y|ies)|research|trials|samples)\b|"
    rf"\bresearch {_SAYS}\b",
    re.I,
)
_DOCUMENT = re.compile(
    rf"\b(?:your|the|our) (?:\w+ )?(?:report|guide|handbook|policy|minutes|notes|survey|evaluation|article|document|"
    rf"playbook|manual)\b(?:\W+\w+){{0,1}}?\W+{_SAYS}\b|\baccording to (?!you\b|her\b|him\b|them\b)",
    re.I,
)
# Beside a first word that may be no name at all, only forms that need somebody who found or said something.
_CREDITED = re.compile(
    r"(?:['’]s\b|\W+(?:(?:researchers|scientists|also|once|recently|consultants)\W+)?(?:found|reported|reports|showed|says|said|"
    r"argues|argued|claims|claimed|proves|proved|discovered|published|concluded|estimates|recommends|wrote|writes|"
    r"surveyed|shows that|finds that|ran)\b)"
)
_FINDS = re.compile(rf"\W+(?:\w+\W+){{0,2}}?{_SAYS}\b", re.I)
_GENERIC = frozenset(
    stem(word)
    for word in (
        "study studies research survey trial experiment review data evidence meta analysis analyses find found show "
        "shows report reported say says said people team teams company companies paper sample samples report guide "
        "handbook policy minutes notes evaluation article document according read source sources organisation "
        "number figure colleagues far know account call calls go goes case cases put compared"
    ).split()
)
_PROOF = re.compile(r"\b(?:proves?|proved|proven|proof|scientifically|definitively|guarantees?|guaranteed)\b", re.I)
_CAUSE = re.compile(
    r"\b(?:causes?|caused|leads? to|led to|makes?|made|results? in|boosts?|boosted|raises?|raised|increases?|"
    r"increased|improves?|improved|reduces?|reduced|lowers?|lowered|cuts?|produces?|drives?|brings?|gives?|"
    r"creates?|because of|thanks to|due to|will|keeps?)\b",
    re.I,
)
_LINK = re.compile(
    r"\b(?:correlat\w*|associat\w*|go(?:es)? (?:\w+ )?with|relates?|related|linked|links|self-report\w*|survey|tend(?:s|ed)? to)\b",
    re.I,
)
_DISCLAIMER = re.compile(
    r"\b(?:(?:could|can|did) ?n[o']t find (?:a |any )?(?:source|study|evidence)|no source|found no (?:source|study)|"
    r"know of no (?:source|study)|(?:has|have|had|with|is|are) no source|without a source|nothing on that|"
    r"(?:could|can)(?:not| not|n't) (?:check|trace|confirm)|could not check)\b",
    re.I,
)
_HEARD = re.compile(
    r"\byou(?:'ve| have)? (?:read|heard|saw|seen|mention(?:ed)?|ask(?:ed)?|came across|remember)\b", re.I
)
_HEARSAY = re.compile(
    r"\b(?:i|we)(?:'ve| have)? (?:half[- ])?(?:read|heard|saw|seen|remember|came across)\b|\bis it (?:true|right)\b|"
    r"\b(?:didn't|isn't|wasn't|doesn't|aren't)\b.*\?|\baccording to\b|\b(?:study|studies|research|article|statistic)s?\b",
    re.I,
)
_OWN_WORD = re.compile(r"\b(?:i|we|my|our|me|us|mine|ours)\b", re.I)
_ATTRIBUTES = re.compile(
    r"\b(?:reported|reports|argues?|argued|describes?|described|calls?|called|according to|model|survey|self-report\w*|"
    r"account|advises?|own study|as far as (?:we|i) know|facilitators|standard|theory|framework|fable)\b",
    re.I,
)
_REPORTS = re.compile(
    r"(?:(?<!\bI )\b(?:said|asked|told (?:you|me|us|him|her|them)|wrote|writes|says|quotes? [\w\s.]+|put it|called it|names)"
    r"|\bquot\w+ [^\"“]{0,40})[\s,:]*$",
    re.I,
)
_REPORTS_AFTER = re.compile(r"^\W*(?:said|says|wrote|writes|asked)\b", re.I)
_OFFERS = re.compile(
    r"\b(?:could|can|might|try|would|if|may|let|unless|maybe|perhaps|instead|want|ask|take|put|give|use|start|run|set|"
    r"keep|say|tell|open|write|make|offer|leave|wait|allow|pick|choose|send|book|agree|bring|plan|need|allow|count|"
    r"read|name|invite|limit|stop|begin|end|scale|aim)\b",
    re.I,
)
_CORRECTS = re.compile(
    r"\b(?:credited|repeat\w*|mis\w+|wrong|not|no|isn't|never|often told|says more|goes too far|intended)\b", re.I
)
# Counted so loosely in ordinary talk that no number of them is a finding.
_LOOSE_UNITS = frozenset(
    stem(word)
    for word in (
        "thing idea part step thread question sentence word point way option reason side minute moment choice example "
        "line breath try second beat voice card page item topic kind sort truth layer message"
    ).split()
)
_CROWDS = frozenset(
    stem(word)
    for word in "people team employee leader manager company worker staff nurse meeting project firm boss debrief".split()
)
_SPANS = frozenset(stem(word) for word in "hour day week month year sprint".split())
# A count up to a month of days may be advice; a larger one is a figure.
_LOOSE_LIMIT = 31

_OPPOSITES: tuple[tuple[frozenset[str], frozenset[str]], ...] = tuple(
    (frozenset(a.split()), frozenset(b.split()))
    for a, b in (
        ("more higher greater increase increased increases rose raised raises up grew longer", "less lower fewer decrease decreased decreases fell reduced reduces lowered down shorter dropped"),
        ("better improve improved improves improving helps", "worse worsened decreased harm reduced"),
        ("stronger", "weaker"), ("most", "least"), ("first", "last"), ("above", "below"), ("before", "after"),
        ("always everybody everyone all", "never nobody none"), ("included include includes", "left excluded omitted"),
        ("internal", "external"), ("open", "closed close"), ("voluntary", "mandatory compulsory"),
    )
)  # fmt: skip
_FROM_TO = re.compile(r"\b(?:from )?(\d[\d.,]*)%? (to|of) (\d[\d.,]*)")
_WEAKEST: tuple[Grade, ...] = ("A", "B", "C", "D", "X", "E")


@dataclass(frozen=True, slots=True)
class _Source:
    """One text that a sentence may stand on, as far as its grade lets it."""

    id: str
    facts: Facts
    grade: Grade
    link: bool
    """Shows what goes together, and not what causes what."""
    own: bool = False


class GroundingCheck:
    """The check of ``coach.protocols.Grounding``, over a ledger of claims by id."""

    def __init__(self, ledger: Mapping[str, Claim]) -> None:
        self._ledger = ledger
        self._claims = {id: tuple(_claim_sources(claim, ledger)) for id, claim in ledger.items()}
        self._wordings = {id: _allowed(claim) for id, claim in ledger.items()}
        self._unsourced = [(claim, read(claim.statement)) for claim in ledger.values() if claim.grade == "E"]
        self._refuted = [(claim, read(claim.statement)) for claim in ledger.values() if claim.grade == "X"]
        self._known = _known_names(ledger)

    def check(self, sentence: Sentence, brief: Brief) -> str | None:
        """Why a sentence is not grounded in the brief; None where it is."""
        foreign = self._foreign_citation(sentence, brief)
        if foreign:
            return foreign
        # Markers of sources and blanks for the person to fill are no part of what is said.
        text = re.sub(r"\s*\[\d+\]", "", sentence.text).strip()
        claims = self._brief_claims(brief)
        if _is_wording(plain(text), self._allowed_wordings(brief, claims)):
            return None
        text = _without_disclaimers(text)
        if not text:
            return None
        facts = read(re.sub(r"\[[^\]\d]*\]", "…", text))
        own = _own(brief)
        sources = list(self._sources(brief, claims))
        return (
            self._banned(facts)
            or self._quotations(facts, sentence, own, sources)
            or self._findings(facts, sentence, brief, own, sources)
        )

    def _foreign_citation(self, sentence: Sentence, brief: Brief) -> str | None:
        for found in re.finditer(r"\[(\d+)\]", sentence.text):
            if not 1 <= int(found.group(1)) <= max(len(brief.passages), len(brief.claims)):
                return f"cites {found.group()}, which is not among the sources of this turn"
        known = {passage.id for passage in brief.passages} | set(self._brief_claims(brief))
        if brief.card:
            known.add(brief.card.id)
            known |= {idea.id for idea in brief.card.ideas}
        for citation in sentence.citations:
            parts = re.split(r"[:#/]", citation.id)
            if citation.id not in known and not known & set(parts):
                return f"cites {citation.id!r}, which is not among the sources of this turn"
        return None

    def _brief_claims(self, brief: Brief) -> dict[str, Claim]:
        claims = {claim.id: claim for claim in brief.claims}
        ids = [id for passage in brief.passages if passage.kind == "claim" for id in re.split(r"[:#/]", passage.id)]
        ids += brief.plan.claims
        if brief.card:
            ids += [*brief.card.claims, *(id for idea in brief.card.ideas for id in idea.claims)]
        return claims | {id: self._ledger[id] for id in ids if id in self._ledger}

    def _allowed_wordings(self, brief: Brief, claims: Mapping[str, Claim]) -> Iterator[str]:
        for id, claim in claims.items():
            yield from self._wordings[id] if id in self._wordings else _allowed(claim)
        if brief.card:
            yield from _card_wordings(brief.card)
        for turn in brief.history:
            yield from (plain(sentence.text) for sentence in turn.spoken[: turn.heard])

    def _sources(self, brief: Brief, claims: Mapping[str, Claim]) -> Iterator[_Source]:
        for id, claim in claims.items():
            yield from self._claims[id] if id in self._claims else _claim_sources(claim, self._ledger)
        for passage in brief.passages:
            if passage.kind != "claim" and passage.grade != "E":
                text = f"{passage.text} {passage.heading}. {passage.source}."
                yield _Source(passage.id, read(text), passage.grade, link=False)
        if brief.card:
            yield _Source(brief.card.id, read(" ".join(_card_texts(brief.card))), "D", link=False)
        for turn in brief.history:
            for said in turn.spoken[: turn.heard]:
                if said.citations:
                    grade = max((c.grade for c in said.citations), key=_WEAKEST.index)
                    yield _Source(said.citations[0].id, read(said.text), grade, bool(_LINK.search(said.text)))

    def _banned(self, facts: Facts) -> str | None:
        """Figures that no source stands behind, whoever repeats them."""
        for claim, statement in self._unsourced:
            shared = facts.stems & statement.stems - _GENERIC
            if len(shared) >= 2 and _shared_number(facts, statement):
                return f"repeats {claim.id}, for which no source was found"
        if _CORRECTS.search(facts.text):
            return None
        names = {word for name in (*facts.names, *facts.openers) for word in name.split()}
        for claim, statement in self._refuted:
            accused = {word for name in (*statement.names, *statement.openers) for word in name.split()} & self._known
            if names & accused and not names & (self._sayers(claim) - accused):
                same = len(facts.stems & statement.stems) >= 0.75 * len(statement.stems)
                if same or _shared_number(facts, statement):
                    return f"repeats {claim.id}, which is refuted or credited to the wrong source"
        return None

    def _sayers(self, claim: Claim) -> frozenset[str]:
        said = read(claim.say or "")
        return frozenset(word for name in said.names for word in name.split())

    def _quotations(self, facts: Facts, sentence: Sentence, own: "_Own", sources: list[_Source]) -> str | None:
        for quote in facts.quotes:
            if len(quote.text.split()) < 2:
                continue
            before, after = facts.text[: quote.start], facts.text[quote.end :]
            if not (_REPORTS.search(before[-60:]) or _REPORTS_AFTER.search(after)):
                continue
            words = plain(quote.text)
            if words in own.plain or any(words in turn for turn in own.coach):
                continue
            if not any(words in source.facts.plain for source in sources):
                return f"quotes {quote.text!r}, which nobody said in this talk and no source has"
        return None

    def _findings(
        self, facts: Facts, sentence: Sentence, brief: Brief, own: "_Own", sources: list[_Source]
    ) -> str | None:
        question = facts.text.rstrip(" \"'”’").endswith("?")
        names = [*facts.names, *self._sentence_names(facts)]
        outside = [name for name in names if not own.has(name)]
        document = _DOCUMENT.search(facts.text)
        evidence = None if document else _EVIDENCE.search(facts.text)
        credited = any(_credits(facts.text, name, own.hearsay) for name in names)
        finding = bool(evidence or document or credited or outside)
        numbers = [n for n in facts.numbers if not self._free(n, facts, sentence, own, finding, question)]
        if numbers:  # beside a figure, a count belongs to it
            numbers = [n for n in facts.numbers if n.form != "plain" or not n.unit & _LOOSE_UNITS]
        if _HEARD.search(facts.text) and own.covers(numbers) and not outside:
            return None
        if question and not outside and not evidence and own.covers(numbers):
            return None
        if not (numbers or finding):
            return self._bare_claim(facts, own, sources)
        return self._traced(facts, numbers, outside if not credited else names, bool(evidence), sentence, own, sources)

    def _bare_claim(self, facts: Facts, own: "_Own", sources: list[_Source]) -> str | None:
        if _PROOF.search(facts.text) and not negated(facts.text) and "not proof" not in facts.text:
            return "says that something is proved" if re.search(r"\bscientific\w*\b", facts.text, re.I) else None
        return None

    def _sentence_names(self, facts: Facts) -> Iterator[str]:
        """First words that are names: known to the ledger, owning something, or credited with saying something."""
        for word in facts.openers:
            at = facts.text.find(word) + len(word)
            rest = facts.text[at:]
            if word.endswith("ing"):  # "Waiting tells them": no name, but a deed
                continue
            credited = _CREDITED.match(rest)
            if word in self._known or (credited and word.lower() not in _PLAIN_OPENERS):
                yield word
            elif word.isupper() and len(word) > 1 and word.lower() not in _PLAIN_OPENERS:
                yield word

    def _free(
        self, number: Number, facts: Facts, sentence: Sentence, own: "_Own", finding: bool, question: bool
    ) -> bool:
        """Whether a number is ordinary talk rather than something to trace."""
        figurative = sentence.kind in {"insight", "words", "question"} and number.value <= 12 and number.text.isalpha()
        if figurative and number.form == "plain" and not finding and not own.contradicts(number):
            return True
        small = number.value <= 3 or number.text.lower() == "half"
        if small and not finding and sentence.kind not in {"reflection", "summary"} and not own.contradicts(number):
            return not number.unit & _CROWDS or number.form == "plain"
        if number.form != "plain" or number.value > _LOOSE_LIMIT or number.value != int(number.value):
            return False
        if finding and not own.covers([number]):
            return bool(number.unit & _LOOSE_UNITS) and number.value <= 3 and "stud" not in facts.text.lower()
        if number.unit & _TIMETABLE:
            return False
        if number.unit & _LOOSE_UNITS or not number.unit:
            return True
        if sentence.kind in {"reflection", "summary"} or own.contradicts(number):
            return False
        if number.unit & _SPANS:
            return True
        advice = question or sentence.kind == "words" or bool(_OFFERS.search(facts.text))
        return advice

    def _traced(
        self,
        facts: Facts,
        numbers: list[Number],
        names: list[str],
        evidence: bool,
        sentence: Sentence,
        own: "_Own",
        sources: list[_Source],
    ) -> str | None:
        if numbers and not evidence and not names and own.covers(numbers):
            if own.asserts(numbers):
                return None
            if not sources:
                return f"states {numbers[0].text!r} as a fact, which the person only asked about"
        missing = [n for n in numbers if not any(_has_number(s.facts, n, facts) for s in [own.source, *sources])]
        if missing:
            return f"no source has {missing[0].text!r} in that sense"
        unknown = [name for name in names if not any(_has_name(s.facts, name) for s in sources)]
        if unknown:
            return f"no source names {unknown[0]!r}"
        candidates = [own.source, *sources] if not evidence else sources
        ranked = sorted(candidates, key=lambda source: -_coverage(facts, source.facts))
        # Own numbers may stand beside a finding: "eight people, and 46 samples".
        rest = [n for n in numbers if not own.asserts([n])]
        whole = [
            source
            for source in ranked
            if all(_has_number(source.facts, n, facts) for n in (numbers if source.own else rest))
            and all(_has_name(source.facts, name) for name in names if not own.has(name) or not source.own)
        ]
        if not whole:
            return "puts together what no single source says" if sources else "no source of this turn says this"
        reason = "no source says this"
        needed = 0.5 if not rest else 0.34
        best = _coverage(facts, whole[0].facts) if whole else 0.0
        for source in whole:
            coverage = _coverage(facts, source.facts)
            if coverage < best - 0.1 or (coverage < needed and len(facts.stems - _GENERIC) > 1):
                break
            fault = _disagreement(facts, source, evidence)
            if fault is None:
                return None
            reason = fault
        return reason


_PLAIN_OPENERS = frozenset(
    """he she it they we you i this that these those what who which where when how why there here everyone everybody more fewer less
    nobody someone somebody anyone people teams team leaders managers research studies study science data experts
    scientists researchers one two three some many most few several another each all both either neither nothing
    something everything let let's that's it's what's there's he's she's who's where's how's yes no ok okay your my our
    their his her its the a an and but or so if as at in on to for of by with from about after before because while
    according though although across over under only just even not never always often sometimes perhaps maybe trust
    feedback listening coaching debriefs reviews psychological trusting trusted high agile employees workers nurses
    teachers today tomorrow yesterday colleagues juniors seniors evidence surveys trials evaluation guide handbook
    report policy minutes notes management leadership someone's everyone's nobody's people's okrs kpis sbi grow faq
    hr it ai ceo cto cfo""".split()
)
_TIMETABLE = frozenset(stem(word) for word in [*MONTHS, "pm", "am", "euro", "euros", "dollar", "dollars", "pounds"])


@dataclass(frozen=True, slots=True)
class _Own:
    """What the person said: what they state, and what they only repeat or ask about."""

    source: _Source
    plain: str
    words: frozenset[str]
    hearsay: Facts
    coach: tuple[str, ...]

    def has(self, name: str) -> bool:
        return all(word.lower() in self.words for word in name.split())

    def covers(self, numbers: list[Number]) -> bool:
        return all(_close(n, other) for n in numbers for other in [self._nearest(n)] if other) and all(
            self._nearest(n) for n in numbers
        )

    def asserts(self, numbers: list[Number]) -> bool:
        return all(any(_close(n, other) for other in self.source.facts.numbers) for n in numbers)

    def contradicts(self, number: Number) -> bool:
        same = [other for other in self.source.facts.numbers if other.unit & number.unit and other.form == number.form]
        return bool(same) and not any(_close(number, other) for other in same)

    def _nearest(self, number: Number) -> Number | None:
        everything = (*self.source.facts.numbers, *self.hearsay.numbers)
        return next((other for other in everything if _close(number, other)), None)


def _own(brief: Brief) -> _Own:
    said = list(dict.fromkeys([*(turn.said for turn in brief.history), *brief.frame.topic, brief.said]))
    stated, heard = [], []
    for text in said:
        for part in re.split(r"(?<=[.?!])\s+", text):
            facts = read(part)
            rumour = bool(_HEARSAY.search(part)) or (
                part.rstrip().endswith("?") and bool(facts.numbers) and not _OWN_WORD.search(part)
            )
            (heard if rumour else stated).append(part)
    everything = " ".join(said)
    return _Own(
        source=_Source("said", read(" ".join(stated)), "D", link=False, own=True),
        plain=plain(everything),
        words=frozenset(re.sub(r"['’]s$", "", word) for word in re.findall(r"[^\W_]+(?:['’]\w+)?", everything.lower())),
        hearsay=read(" ".join(heard)),
        coach=tuple(plain(s.text) for turn in brief.history for s in turn.spoken[: turn.heard]),
    )


def _claim_sources(claim: Claim, ledger: Mapping[str, Claim]) -> Iterator[_Source]:
    """What a claim lets a sentence stand on: never the wording of a refuted or unsourced one."""
    if claim.grade == "E":
        parts: list[str] = []
    elif claim.grade == "X":
        parts = [claim.say or "", claim.effect, claim.population, claim.source]
    else:
        parts = [claim.say or "", claim.statement, claim.effect, claim.population, claim.source, claim.caveat]
    text = ". ".join(part.rstrip(".") for part in parts if part)
    link = bool(_LINK.search(f"{claim.say} {claim.statement} {claim.caveat}")) or "survey" in claim.type
    if text:
        yield _Source(claim.id, read(f"{text}."), claim.grade, link)
    if claim.deeper:
        see = ledger.get(claim.see[0]) if claim.see else None
        yield _Source(claim.id, read(claim.deeper), see.grade if see else "C", bool(_LINK.search(claim.deeper)))


def _known_names(ledger: Mapping[str, Claim]) -> frozenset[str]:
    """Words that the ledger only ever writes with a capital, inside a sentence or as the author of a source."""
    texts = [text for c in ledger.values() for text in (c.statement, c.say or c.if_asked or "", *c.asked)]
    names = {word for text in texts for name in read(text).names for word in name.split()}
    names |= {c.source.split()[0].strip(",.") for c in ledger.values() if c.source[:1].isupper()}
    everything = " ".join([*texts, *(c.caveat for c in ledger.values())])
    ordinary = set(re.findall(r"\b[a-z]+\b", everything))
    return frozenset(name for name in names if name.lower() not in ordinary | _PLAIN_OPENERS)


def _allowed(claim: Claim) -> tuple[str, ...]:
    return tuple(plain(text) for text in (claim.say, claim.if_asked, claim.deeper) if text)


def _card_texts(card) -> Iterator[str]:  # type: ignore[no-untyped-def]
    yield card.gist
    yield from (idea.say for idea in card.ideas)
    yield from (words.say for words in card.words)
    yield from (caution.say for caution in card.cautions)
    yield from (question.ask for question in card.questions)


def _card_wordings(card) -> Iterator[str]:  # type: ignore[no-untyped-def]
    return (plain(text) for text in _card_texts(card))


def _is_wording(said: str, allowed: Iterator[str]) -> bool:
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


def _without_disclaimers(text: str) -> str:
    """The text less the clauses that say that no source was found."""
    if not _DISCLAIMER.search(text):
        return text
    parts = re.split(r"(?<=[;:])\s+|,\s+(?=but\b|yet\b|though\b|and\b|so\b)|\s+(?=but\b)|(?<=,)\s+(?=\d)", text)
    return " ".join(part for part in parts if not _DISCLAIMER.search(part)).strip()


def _credits(text: str, name: str, hearsay: Facts) -> bool:
    """Whether a name is given as the one who found something, though the person only heard of it."""
    at = text.find(name)
    known = any(name in other for other in (*hearsay.names, *hearsay.openers))
    return known and bool(_FINDS.match(text[at + len(name) :]))


def _close(number: Number, other: Number) -> bool:
    if {number.form, other.form} == {"plain", "year"} and number.value == other.value:
        return True
    if number.form != other.form:
        return False
    if number.value == other.value:
        return True
    if number.form == "percent" and (number.rough or other.rough) and abs(number.value - other.value) <= 1:
        return True
    return number.rough and number.form == "plain" and abs(number.value - other.value) <= 0.03 * other.value


def _shared_number(facts: Facts, statement: Facts) -> bool:
    return any(_close(a, b) or (a.form == b.form == "percent" and abs(a.value - b.value) <= 4 and a.rough)
               for a in facts.numbers for b in statement.numbers if b.form != "year")  # fmt: skip


def _has_number(source: Facts, number: Number, facts: Facts) -> bool:
    """Whether a source has the number, of the same thing."""
    same = [other for other in source.numbers if _close(number, other)]
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
    for word in "higher lower more less fewer better worse faster slower reported goes correlation effect over".split()
)
_EDGE = r"[.;:,](?:\s|$)|\b(?:and|but|than|while|from)\b|\d"


def _measured(text: str, number: Number, *, nearest: int) -> frozenset[str]:
    """Stems of what a number measures: the words after it, or the ``nearest`` before it where none tells."""
    right = content(re.split(_EDGE, text[number.end : number.end + 60])[0]) - _GENERIC - _TREND
    if right:
        return right
    left = re.split(_EDGE, text[max(0, number.start - 70) : number.start])[-1]
    words = [word for word in re.findall(r"[^\W\d_]+", left) if content(word) - _GENERIC - _TREND]
    return content(" ".join(words[-nearest:]))


def _beside(text: str, number: Number) -> frozenset[str]:
    """Stems of the part of the sentence in which a number stands."""
    left = re.split(r"[.;:](?:\s|$)", text[max(0, number.start - 70) : number.start])[-1]
    right = re.split(r"[.;:](?:\s|$)", text[number.end : number.end + 60])[0]
    return content(left) | content(right)


def _has_name(source: Facts, name: str) -> bool:
    words = name.lower().split()
    text = source.text.lower()
    return all(re.search(rf"\b{re.escape(word)}\b", text) for word in words)


def _coverage(facts: Facts, source: Facts) -> float:
    stems = facts.stems - _GENERIC
    return len(stems & source.stems) / len(stems) if stems else 1.0


def _disagreement(facts: Facts, source: _Source, evidence: bool) -> str | None:
    """What a sentence says otherwise than its source."""
    text, other = facts.text, source.facts
    if _PROOF.search(text) and not negated(text) and not re.search(r"\bnot (?:\w+ )?proof\b", text):
        return "says that it is proved"
    for found in _FROM_TO.finditer(text):
        first, word, second = found.groups()
        if re.search(rf"\b{re.escape(second)}%? {word} {re.escape(first)}\b", other.text):
            return "turns the figures round"
    for number in facts.numbers:
        for same in other.numbers:
            if _close(number, same) and number.direction * same.direction < 0 and number.form != "plain":
                return "says the opposite direction"
    fault = (
        _denial(facts, source) or _opposite(facts, other) or _exchanged(facts, other) or _found_nothing(facts, other)
    )
    if fault:
        return fault
    if source.own:
        return None
    cause = _CAUSE.search(text)
    if cause and source.link and not negated(text) and not HEDGES.search(text):
        verb = stem(cause.group().split()[0])
        if verb == "caus" or verb not in other.stems:
            return "turns a link into a cause"
    return _hedge(facts, source, evidence)


def _aligned(clause: Clause, source: Facts) -> list[Clause]:
    """The source's clauses that speak of the same, what a clause begins with counting most."""
    scored = [(_likeness(clause, other), other) for other in source.clauses]
    best = max((score for score, _ in scored), default=0.0)
    return [other for score, other in scored if score == best and score >= 0.5]


def _likeness(clause: Clause, other: Clause) -> float:
    weights = {word: 2.0 if word in clause.head else 1.0 for word in clause.stems - _GENERIC}
    shared = sum(weight for word, weight in weights.items() if word in other.stems)
    size = min(sum(weights.values()), len(other.stems - _GENERIC) + 2.0)
    return shared / size if size else 0.0


def _denial(facts: Facts, source: _Source) -> str | None:
    for clause in facts.clauses:
        if len(clause.stems - _GENERIC) < 2:
            continue
        mine = clause.stems - _GENERIC
        whole = [other for other in source.facts.clauses if _within(other, mine)]
        aligned = whole or _aligned(clause, source.facts)
        if aligned and all(other.negated != clause.negated for other in aligned):
            return "denies what the source says" if clause.negated else "asserts what the source denies"
    return None


def _within(other: Clause, stems: frozenset[str]) -> bool:
    """Whether a sentence takes up everything that a source's clause says."""
    theirs = other.stems - _GENERIC
    return len(theirs) >= 2 and theirs <= stems


_NULL = re.compile(r"\bno (?:\w+ )?(?:difference|change|effect|relation|gain)\b(?! sizes?)", re.I)


def _found_nothing(facts: Facts, source: Facts) -> str | None:
    """An effect asserted where the source found none."""
    if negated(facts.text) or not _CAUSE.search(facts.text):
        return None
    for part in re.split(r"[.;]\s", source.text):
        found = _NULL.search(part)
        if found and content(part[found.end() :]) & facts.stems - _GENERIC:
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
        words = set(
            re.findall(r"[a-z]+", re.sub(r"\b(?:more|less) than\b|\bat (?:least|most)\b", "", clause.text.lower()))
        )
        if words & {"weaker", "worse"} and not re.search(r"\b(?:weaker|worse|decreased?|less)\b", source.text):
            if re.search(r"\b(?:stronger|better)\b", source.text):
                return "says the opposite of the source"
        aligned = _aligned(clause, source)
        if not aligned:
            continue
        theirs = set(re.findall(r"[a-z]+", " ".join(other.text for other in aligned).lower()))
        for one, two in _OPPOSITES:
            for mine, opposite in ((one, two), (two, one)):
                if words & mine and not words & opposite and theirs & opposite and not theirs & mine:
                    return "says the opposite of the source"
    return None


def _hedge(facts: Facts, source: _Source, evidence: bool) -> str | None:
    """Practice, opinion and reports are attributed, and keep the doubt they came with."""
    if source.grade in {"A", "B"}:
        return None
    text = facts.text
    words = set(re.findall(r"[^\W\d_]+", text))
    names = {word for name in (*source.facts.names, *source.facts.openers) for word in name.split()} & words
    if evidence and not names and not re.search(r"\b(?:study|survey|studies)\b", source.facts.text):
        return "credits research where the source is practice or opinion"
    if source.grade == "C" and not names and not _ATTRIBUTES.search(text) and not HEDGES.search(text):
        return "drops who reports it"
    for clause in facts.clauses:
        aligned = _aligned(clause, source.facts)
        if aligned and all(other.hedged for other in aligned) and not HEDGES.search(text) and not names:
            return "drops the source's doubt"
    return None
