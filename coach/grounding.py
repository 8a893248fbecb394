"""Lets a sentence leave only if what it states as a fact stands on the brief.

Every number, study, organisation, person and quotation must trace to one source of the brief (a claim as its grade
allows it, a passage, the card) or to what the person said themself, and must say of it what the source says: the
same thing counted, the same direction, not denied, not turned from a correlation into a cause, not proved, and not
stripped of its hedge. Ordinary coaching talk has none of these and passes. Rules only, so that it costs well under
two milliseconds a sentence; ``coach.support`` measures how well one text supports another.
"""

import re
from collections.abc import Iterator, Mapping

from coach import obeying, owned
from coach.agreement import CAUSE, GENERIC, aligned, contradiction, coverage, has_name, has_number, shared_number
from coach.evidence import (
    LINK,
    PLAIN_OPENERS,
    Own,
    Source,
    card_texts,
    card_wordings,
    claim_sources,
    is_wording,
    known_names,
    own_of,
    wordings,
)
from coach.facts import HEDGES, MONTHS, Facts, Number, listed, negated, plain, read, stem
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
    rf"\b(?:{_STUDY}|researchers|scientists|psychologists|experts|neuroscience|academics)\b"
    rf"(?:\W+(?!have\b|would\b|will\b|could\b)\w+){{0,2}}?\W+{_SAYS}\b|"
    r"\bmeta-analys[ei]s|\brandomi[sz]ed\b|\bpeer-reviewed\b|\bstatistically\b|\bscientifically\b|"
    r"\bproven (?:to|that|ways?|methods?)\b|"
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
_PROOF = re.compile(r"\b(?:proves?|proved|proven|proof|scientifically|definitively|guarantees?|guaranteed)\b", re.I)
_DISCLAIMER = re.compile(
    r"\b(?:(?:could|can|did) ?n[o']t find (?:a |any )?(?:source|study|evidence)|no source|found no (?:source|study)|"
    r"know of no (?:source|study)|(?:has|have|had|with|is|are) no source|without a source|nothing on that|"
    r"(?:could|can)(?:not| not|n't) (?:check|trace|confirm)|could not check)\b",
    re.I,
)
_HEARD = re.compile(
    r"\byou(?:'ve| have)? (?:read|heard|saw|seen|mention(?:ed)?|ask(?:ed)?|came across|remember)\b", re.I
)
_ATTRIBUTES = re.compile(
    r"\b(?:reported|reports|argues?|argued|describes?|described|calls?|called|according to|model|survey|self-report\w*|"
    r"account|advises?|own study|as far as (?:we|i) know|facilitators|standard|theory|framework|fable)\b",
    re.I,
)
_REPORTS = re.compile(
    r"(?:(?<!\bI )\b(?:said|asked|told (?:you|me|us|him|her|them)|wrote|writes|says|quotes? [\w\s.]+|put it|"
    r"called it|names)"
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
    for word in listed(
        """
    thing idea part step thread question sentence word point way option reason side minute moment choice example
    line breath try second beat voice card page item topic kind sort truth layer message
    """
    )
)
_CROWDS = frozenset(
    stem(word)
    for word in listed(
        "people team employee leader manager company worker staff nurse meeting project firm boss debrief"
    )
)
_SPANS = frozenset(stem(word) for word in listed("hour day week month year sprint"))
# A count up to a month of days may be advice; a larger one is a figure.
_LOOSE_LIMIT = 31

_WEAKEST: tuple[Grade, ...] = ("A", "B", "C", "D", "X", "E")


class GroundingCheck:
    """The check of ``coach.protocols.Grounding``, over a ledger of claims by id."""

    def __init__(self, ledger: Mapping[str, Claim]) -> None:
        self._ledger = ledger
        self._claims = {id: tuple(claim_sources(claim, ledger)) for id, claim in ledger.items()}
        self._wordings = {id: wordings(claim) for id, claim in ledger.items()}
        self._unsourced = [(claim, read(claim.statement)) for claim in ledger.values() if claim.grade == "E"]
        self._refuted = [(claim, read(claim.statement)) for claim in ledger.values() if claim.grade == "X"]
        self._known = known_names(ledger)

    def check(self, sentence: Sentence, brief: Brief) -> str | None:
        """Why a sentence is not grounded in the brief; None where it is."""
        foreign = self._foreign_citation(sentence, brief)
        if foreign is None and owned.stands(sentence, brief):
            return None
        foreign = foreign or obeying.reason(sentence, brief)
        if foreign:
            return foreign
        # Markers of sources and blanks for the person to fill are no part of what is said.
        text = re.sub(r"\s*\[\d+\]", "", sentence.text).strip()
        claims = self._brief_claims(brief)
        if is_wording(plain(text), self._allowed_wordings(brief, claims)):
            return None
        text = _without_disclaimers(text)
        if not text:
            return None
        facts = read(re.sub(r"\[[^\]\d]*\]", "…", text))
        own = own_of(brief)
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
            yield from self._wordings[id] if id in self._wordings else wordings(claim)
        if brief.card:
            yield from card_wordings(brief.card)
        for turn in brief.history:
            yield from (plain(sentence.text) for sentence in turn.spoken[: turn.heard])

    def _sources(self, brief: Brief, claims: Mapping[str, Claim]) -> Iterator[Source]:
        for id, claim in claims.items():
            yield from self._claims[id] if id in self._claims else claim_sources(claim, self._ledger)
        for passage in brief.passages:
            if passage.kind != "claim" and passage.grade != "E":
                text = f"{passage.text} {passage.heading}. {passage.source}."
                yield Source(passage.id, read(text), passage.grade, link=False)
        if brief.card:
            yield Source(brief.card.id, read(" ".join(card_texts(brief.card))), "D", link=False)
        for turn in brief.history:
            for said in turn.spoken[: turn.heard]:
                if said.citations:
                    grade = max((c.grade for c in said.citations), key=_WEAKEST.index)
                    yield Source(said.citations[0].id, read(said.text), grade, bool(LINK.search(said.text)))

    def _banned(self, facts: Facts) -> str | None:
        """Figures that no source stands behind, whoever repeats them."""
        for claim, statement in self._unsourced:
            shared = facts.stems & statement.stems - GENERIC
            if len(shared) >= 2 and shared_number(facts, statement):
                return f"repeats {claim.id}, for which no source was found"
        if _CORRECTS.search(facts.text):
            return None
        names = {word for name in (*facts.names, *facts.openers) for word in name.split()}
        for claim, statement in self._refuted:
            accused = {word for name in (*statement.names, *statement.openers) for word in name.split()} & self._known
            if names & accused and not names & (self._sayers(claim) - accused):
                same = len(facts.stems & statement.stems) >= 0.75 * len(statement.stems)
                if same or shared_number(facts, statement):
                    return f"repeats {claim.id}, which is refuted or credited to the wrong source"
        return None

    def _sayers(self, claim: Claim) -> frozenset[str]:
        said = read(claim.say or "")
        return frozenset(word for name in said.names for word in name.split())

    def _quotations(self, facts: Facts, sentence: Sentence, own: "Own", sources: list[Source]) -> str | None:
        if sentence.kind == "words":
            # Words to say are the coach's own; what they quote in turn must have been said.
            inner = (self._quotations(read(quote.text), Sentence(quote.text), own, sources) for quote in facts.quotes)
            return next((reason for reason in inner if reason), None)
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
        self, facts: Facts, sentence: Sentence, brief: Brief, own: "Own", sources: list[Source]
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

    def _bare_claim(self, facts: Facts, own: "Own", sources: list[Source]) -> str | None:
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
            if (
                word in self._known
                or (credited and word.lower() not in PLAIN_OPENERS)
                or (word.isupper() and len(word) > 1 and word.lower() not in PLAIN_OPENERS)
            ):
                yield word

    def _free(
        self, number: Number, facts: Facts, sentence: Sentence, own: "Own", finding: bool, question: bool
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
        own: "Own",
        sources: list[Source],
    ) -> str | None:
        if numbers and not evidence and not names and own.covers(numbers):
            if own.asserts(numbers):
                return None
            if not sources:
                return f"states {numbers[0].text!r} as a fact, which the person only asked about"
        missing = [n for n in numbers if not any(has_number(s.facts, n, facts) for s in [own.source, *sources])]
        if missing:
            return f"no source has {missing[0].text!r} in that sense"
        unknown = [name for name in names if not any(has_name(s.facts, name) for s in sources)]
        if unknown:
            return f"no source names {unknown[0]!r}"
        candidates = [own.source, *sources] if not evidence else sources
        ranked = sorted(candidates, key=lambda source: -coverage(facts, source.facts))
        # Own numbers may stand beside a finding: "eight people, and 46 samples".
        rest = [n for n in numbers if not own.asserts([n])]
        whole = [
            source
            for source in ranked
            if all(has_number(source.facts, n, facts) for n in (numbers if source.own else rest))
            and all(has_name(source.facts, name) for name in names if not own.has(name) or not source.own)
        ]
        if not whole:
            return "puts together what no single source says" if sources else "no source of this turn says this"
        reason = "no source says this"
        needed = 0.5 if not rest else 0.34
        best = coverage(facts, whole[0].facts) if whole else 0.0
        for source in whole:
            held = coverage(facts, source.facts)
            if held < best - 0.1 or (held < needed and len(facts.stems - GENERIC) > 1):
                break
            fault = _disagreement(facts, source, evidence)
            if fault is None:
                return None
            reason = fault
        return reason


_TIMETABLE = frozenset(stem(word) for word in [*MONTHS, "pm", "am", "euro", "euros", "dollar", "dollars", "pounds"])


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


def _disagreement(facts: Facts, source: Source, evidence: bool) -> str | None:
    """What a sentence says otherwise than its source."""
    text = facts.text
    if _PROOF.search(text) and not negated(text) and not re.search(r"\bnot (?:\w+ )?proof\b", text):
        return "says that it is proved"
    fault = contradiction(facts, source.facts)
    if fault or source.own:
        return fault
    cause = CAUSE.search(text)
    if cause and source.link and not negated(text) and not HEDGES.search(text):
        verb = stem(cause.group().split()[0])
        if verb == "caus" or verb not in source.facts.stems:
            return "turns a link into a cause"
    return _hedge(facts, source, evidence)


def _hedge(facts: Facts, source: Source, evidence: bool) -> str | None:
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
        alike = aligned(clause, source.facts)
        if alike and all(other.hedged for other in alike) and not HEDGES.search(text) and not names:
            return "drops the source's doubt"
    return None
