"""What ``coach knowledge check`` looks for in cards and claims beyond their shape: what would sound wrong when said."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from coach.errors import KnowledgeError
from coach.values import Card, Claim
from knowledge.cards import CARDS_DIR, SLOTS, load_card
from knowledge.claims import CLAIMS_FILE, load_claims

# What a listener holds of one line, and the card brief asks for.
WORD_LIMITS = {"title": 8, "gist": 24, "idea": 34, "words": 45, "caution": 32, "question": 20, "offer": 11}
MAX_SLOTS = 3
"""A line is used only where every slot is filled, so a line with many is hardly ever used."""
MIN_WITHOUT_SLOTS = 3
STAGES = {"goal", "reality", "options", "will"}

SLOT = re.compile(r"\{([^{}]*)\}")
MARKUP = re.compile(r"\*|__|#|`|\]\(|<[a-z/]|https?:")
BLANK = re.compile(r"\[[^\[\]]+\]")
FIGURE = re.compile(r"\d+(?:\.\d+)?\s?%|\bper ?cent\b|\b(?:study|studies|meta-analys[ei]s|researchers?|survey)\b", re.I)
CLICHES = re.compile(
    r"\b(it sounds like|you'?re saying|open and honest|safe space|touch base|reach out|leverage|empower\w*)\b", re.I
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to put right, where it stands and what to do."""

    file: str
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.file}: {self.where}: {self.what}" if self.where else f"{self.file}: {self.what}"


def find_problems(cards_dir: Path = CARDS_DIR, claims_file: Path = CLAIMS_FILE) -> list[Problem]:
    """Everything wrong with the cards and the ledger, in file order; empty where all is well."""
    problems: list[Problem] = []
    claims: dict[str, Claim] = {}
    try:
        claims = load_claims(claims_file)
    except KnowledgeError as exc:
        problems.append(Problem(claims_file.name, "", str(exc).removeprefix(f"{claims_file.name}: ")))
    cards: list[Card] = []
    for path in sorted(cards_dir.glob("*.yaml")):
        try:
            cards.append(load_card(path))
        except KnowledgeError as exc:
            problems.append(Problem(path.name, "", str(exc).removeprefix(f"{path.name}: ")))
    for card in cards:
        name = f"{card.id}.yaml"
        problems += [Problem(name, where, what) for where, what in _lines(card)]
        problems += [Problem(name, where, what) for where, what in _structure(card)]
        if claims:
            problems += [Problem(name, where, what) for where, what in _citations(card, claims)]
    return problems + _twins(cards)


def _spoken(card: Card) -> Iterator[tuple[str, str, str]]:
    """Every line the coach may say: its kind, where it stands, its text."""
    yield "title", "title", card.title
    yield "gist", "gist", card.gist
    for n, idea in enumerate(card.ideas):
        yield "idea", f"ideas.{n}.say", idea.say
        yield "offer", f"ideas.{n}.offer", idea.offer
    for n, words in enumerate(card.words):
        yield "words", f"words.{n}.say", words.say
    for n, question in enumerate(card.questions):
        yield "question", f"questions.{n}.ask", question.ask
    for n, caution in enumerate(card.cautions):
        yield "caution", f"cautions.{n}.say", caution.say


def _lines(card: Card) -> Iterator[tuple[str, str]]:
    for kind, where, text in _spoken(card):
        if (count := len(text.split())) > WORD_LIMITS[kind]:
            yield where, f"has {count} words; {WORD_LIMITS[kind]} is the most"
        if "!" in text:
            yield where, "has an exclamation mark; say it calmly"
        if MARKUP.search(text) or any(ord(mark) >= 0x2190 and not mark.isalpha() for mark in text):
            yield where, "has markup or a symbol; it is read aloud"
        if found := CLICHES.search(text):
            yield where, f"says {found.group()!r}; find plainer words"
        if kind == "words":
            yield from ((where, what) for what in _slots(text))
        elif "{" in text or "}" in text:
            yield where, "has a {slot}; only words are filled in"
        if kind in ("idea", "caution", "gist") and BLANK.search(text):
            yield where, "has a [blank]; only words are filled in"
        if kind == "question" and (not text.endswith("?") or text.count("?") != 1):
            yield where, "must be exactly one question"
        if kind == "caution" and "?" in text:
            yield where, "asks a question; say the likely cost and the aim"


def _slots(text: str) -> Iterator[str]:
    names = SLOT.findall(text)
    for name in names:
        if name not in SLOTS:
            yield f"has the unknown slot {name!r}; known are {', '.join(sorted(SLOTS))}"
    if "{" in SLOT.sub("", text) or "}" in SLOT.sub("", text):
        yield "has a brace that is not part of a slot"
    if len(names) > MAX_SLOTS:
        yield f"has {len(names)} slots; {MAX_SLOTS} is the most"


def _structure(card: Card) -> Iterator[tuple[str, str]]:
    ids = [idea.id for idea in card.ideas]
    for twin in sorted({id for id in ids if ids.count(id) > 1}):
        yield "ideas", f"{twin!r} stands there twice"
    intents = [question.intent for question in card.questions]
    for twin in sorted({intent for intent in intents if intents.count(intent) > 1}):
        yield "questions", f"{twin!r} stands there twice; a question is remembered by its intent"
    if absent := STAGES - {question.stage for question in card.questions}:
        yield "questions", f"none of stage {', '.join(sorted(absent))}"
    if (plain := sum(not SLOT.search(words.say) for words in card.words)) < MIN_WITHOUT_SLOTS:
        yield "words", f"only {plain} without slots; {MIN_WITHOUT_SLOTS} must work when nothing is known"


def _citations(card: Card, claims: dict[str, Claim]) -> Iterator[tuple[str, str]]:
    for where, cited in [("claims", card.claims), *((f"ideas.{n}.claims", i.claims) for n, i in enumerate(card.ideas))]:
        for id in cited:
            if id not in claims:
                yield where, f"{id} is not in the ledger"
            elif claims[id].grade in "EX":
                yield where, f"{id} has grade {claims[id].grade}; no advice may rest on it"
    for n, idea in enumerate(card.ideas):
        if loose := [id for id in idea.claims if id not in card.claims]:
            yield f"ideas.{n}.claims", f"{loose[0]} is missing from the card's own claims"
        if not idea.claims and (found := FIGURE.search(idea.say)):
            yield f"ideas.{n}.say", f"states a finding ({found.group()!r}) without a claim"


def _twins(cards: list[Card]) -> list[Problem]:
    """Situations that two cards share: a message in those words could not tell them apart."""
    seen: dict[str, str] = {}
    problems = []
    for card in cards:
        for n, situation in enumerate(card.situations):
            plain = " ".join(re.findall(r"\w+", situation.lower()))
            if plain in seen:
                problems.append(Problem(f"{card.id}.yaml", f"situations.{n}", f"stands in {seen[plain]}.yaml as well"))
            seen.setdefault(plain, card.id)
    return problems
