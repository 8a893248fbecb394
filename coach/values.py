"""The values that every part of the coach shares.

Frozen data only: nothing here knows how it is stored, retrieved, written or shown.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Grade = Literal["A", "B", "C", "D", "E", "X"]
"""Strength of evidence: A meta-analysis or replicated trials, B one good study, C an organisation's own
report or an established practitioner model, D practice advice, E no source found, X refuted or misattributed."""

Stage = Literal["opening", "goal", "reality", "options", "will", "practice", "evidence", "closing"]
SentenceKind = Literal["reflection", "insight", "words", "evidence", "summary", "question", "redirect", "other"]
Status = Literal["open", "complete", "interrupted", "redirected", "failed"]
GateKind = Literal["crisis", "clinical", "legal", "injection"]
PassageKind = Literal["card", "claim", "document"]


@dataclass(frozen=True, slots=True)
class Claim:
    """One row of the claims ledger: what is known, how well, and the sentence the coach may say."""

    id: str
    statement: str
    type: str
    population: str
    effect: str
    source: str
    doi: str | None
    basis: str
    grade: Grade
    caveat: str
    say: str | None
    """None where the coach may never assert the claim of its own accord (grade E)."""
    asked: tuple[str, ...] = ()
    """How people ask about or repeat this claim, for matching; empty where it must not be matched."""
    if_asked: str | None = None
    """What the coach answers about a grade E claim when the person brings it up."""
    deeper: str | None = None
    """A second sentence that may follow: stronger evidence, or a better use."""
    see: tuple[str, ...] = ()
    """Ids of the claims that ``deeper`` rests on, or that belong beside this one."""


@dataclass(frozen=True, slots=True)
class Idea:
    """One thing that helps, as a sentence the coach can say."""

    id: str
    when: tuple[str, ...]
    """What a person says when this idea is the useful one, for matching."""
    say: str
    offer: str
    """A noun phrase that completes "Would it help to hear about …?"."""
    claims: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Words:
    """Words a person could say aloud, first person. ``{slot}`` marks are filled from the frame."""

    use: Literal["open", "ask", "reply", "close", "write"]
    when: tuple[str, ...]
    say: str


@dataclass(frozen=True, slots=True)
class Caution:
    """What to say when a person plans something that tends to backfire."""

    when: tuple[str, ...]
    say: str


@dataclass(frozen=True, slots=True)
class Echo:
    """A reflection one step deeper than what was said: the value, tension or consequence beneath it."""

    when: tuple[str, ...]
    say: str


@dataclass(frozen=True, slots=True)
class Question:
    """One open question. ``intent`` is what it finds out, and is what is remembered."""

    intent: str
    stage: Stage
    ask: str


@dataclass(frozen=True, slots=True)
class Card:
    """One practice, in our own words: how people describe the situation, and what helps."""

    id: str
    title: str
    topic: str
    gist: str
    situations: tuple[str, ...]
    ideas: tuple[Idea, ...]
    words: tuple[Words, ...]
    questions: tuple[Question, ...]
    cautions: tuple[Caution, ...]
    echoes: tuple[Echo, ...] = ()
    claims: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of text that advice can stand on, with where it came from."""

    id: str
    kind: PassageKind
    text: str
    source: str
    heading: str = ""
    span: tuple[int, int] | None = None
    """Character offsets in the source's extracted text."""
    page: int | None = None
    licence: str = ""
    attribution: str = ""
    date: str | None = None
    """ISO date of the source, where known."""
    language: str = "en"
    grade: Grade = "D"
    quality: float = 1.0
    """Extraction quality, 0 (noise) to 1 (clean)."""
    file: str = ""
    text_hash: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A passage with its rank score (higher is better; comparable within one search only)."""

    passage: Passage
    score: float


@dataclass(frozen=True, slots=True)
class Beside:
    """What the claims ledger has to say about a passage of the person's own documents."""

    passage: str
    claim: str
    """Id of the claim that belongs beside it."""
    kind: Literal["credit", "contradiction"]
    """``credit``: a figure that the passage credits to another, or to nobody; ``contradiction``: the passage repeats
    what the claim refutes."""
    quote: str
    """The sentence of the passage."""
    credited: str = ""
    """Whom the passage names instead; empty where it names nobody."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A sentence of a passage by where it stands in the passage's text; of a claim, the sentence it may be told in."""

    passage: str
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Difference:
    """Two sentences that cannot both hold: other figures for the same thing, or one denies what the other says."""

    first: Excerpt
    second: Excerpt
    """Of another document, or of a claim."""
    about: Literal["figure", "polarity"]


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What a search brought back, and whether the material covers the query at all."""

    query: str
    covered: bool
    confidence: float
    """Probability, 0 to 1, that the material answers the query."""
    cards: tuple[tuple[str, float], ...] = ()
    """Card ids with scores, best first."""
    sure: float = 1.0
    """Probability that the first card is the right one; 1 where the ranking cannot tell."""
    found: tuple[Found, ...] = ()
    """Passages of claims and the person's own documents, best first."""
    beside: tuple[Beside, ...] = ()
    """Corrections and contradictions that belong beside the documents found."""
    of_documents: float = 0.0
    """Probability, 0 to 1, that the person's own documents answer the query."""
    differing: tuple[Difference, ...] = ()
    """Where the documents found differ from each other or from what is known."""


@dataclass(frozen=True, slots=True)
class Citation:
    """What a sentence stands on, as shown to the person."""

    id: str
    source: str
    heading: str
    quote: str
    grade: Grade
    licence: str
    passage: Passage | None = None
    """Where a passage of the person's own documents stands, and how well it could be read."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of the coach, checked and ready to be said."""

    text: str
    kind: SentenceKind = "other"
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What a good coach would do next, apart from how to say it. Plain data, stored with its turn."""

    stage: Stage
    move: str
    card: str | None = None
    idea: str | None = None
    """Idea id within the card."""
    words: int | None = None
    """Index of the words to try within the card."""
    claims: tuple[str, ...] = ()
    passages: tuple[str, ...] = ()
    question: Question | None = None
    echo: int | None = None
    """Index of the card's echo that the reflection may add."""
    reflect: str | None = None
    """Form of the reflection: contrast, link, consequence, number, feeling… or None."""
    notes: dict[str, str] = field(default_factory=dict)
    """What the writer needs beside: an offer made, a contradiction, the two threads of a long message…"""


@dataclass(frozen=True, slots=True)
class Gated:
    """The gate's finding on a message or a sentence."""

    kind: GateKind
    reason: str
    text: tuple[str, ...] = ()
    """Authored sentences to say, in order; empty where only a sentence is dropped."""
    state: str | None = None
    """Crisis state that outlives the turn, for example ``asked`` or ``confirmed``."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One exchange, as it stands in the store."""

    id: str
    conversation: str
    said: str
    status: Status = "open"
    replaces: str | None = None
    spoken: tuple[Sentence, ...] = ()
    """Every sentence that left."""
    heard: int = 0
    """How many of ``spoken`` the player acknowledged; only those count as said in later turns."""
    plan: Plan | None = None
    passage_ids: tuple[str, ...] = ()
    gated: Gated | None = None
    writer: str = ""
    started: datetime | None = None

    @property
    def heard_text(self) -> str:
        return " ".join(sentence.text for sentence in self.spoken[: self.heard])


@dataclass(frozen=True, slots=True)
class Mark:
    """A finding of the language analysis; ``line``, ``col`` and ``end`` count from 1."""

    line: int
    col: int
    end: int
    kind: str
    text: str
    why: str
    suggestion: str | None = None
