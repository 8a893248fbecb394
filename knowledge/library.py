"""Everything the coach may speak from: cards, claims and the person's own documents, by id and by search."""

import asyncio
import difflib
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from coach.config import Settings
from coach.errors import KnowledgeError, NotFoundError
from coach.protocols import CardMatch, Embedder
from coach.values import Beside, Card, Claim, Found, Passage, Retrieval
from knowledge import coverage
from knowledge.beside import Ledger
from knowledge.bookcase import CARD_TITLES, Asked, Bookcase, open_bookcase
from knowledge.cards import load_cards
from knowledge.claims import load_claims
from knowledge.contradictions import differences
from knowledge.documents import DEFAULT, Source
from knowledge.fusion import fuse
from knowledge.index import Index, OnNotice
from knowledge.intake import OnFile, Report
from knowledge.matcher import Matcher, load_matcher
from knowledge.passages import card_passages, claim_passage
from knowledge.phrases import Phrase, card_phrases, claim_phrases
from knowledge.ranking import Comparison, Query, Ranking, softmax, standard
from knowledge.reader import Reader
from knowledge.removal import Receipt, find, remove
from knowledge.sentences import with_sentences
from knowledge.vectors import OnProgress, embed_cached

SAY_WEIGHT = 0.8
"""An idea's own sentence counts less than the phrases people use: it says what helps, not what they say."""
DEPTH = 50
"""How far down each ranking is read before they are fused."""
LEAST_QUALITY = 0.4
"""Passages below this are noise or try to steer; the coach does not speak from them."""
COMPARED = 5
"""So many of them are held against each other."""
HELD = 3
"""So many of the documents' passages are held against the claims ledger."""
BESIDE_MATCHER = 0.25
"""Weight of the ranking by words and phrases beside the matcher's log-probability (tuning half of the situations)."""
WORDS_COUNT = 30
"""Words up to which a longer message weighs more in its topic."""
REMEMBERED = 16
"""Messages whose comparison is kept, so that searching for one and matching it to several cards reads it once."""


@dataclass(frozen=True, slots=True)
class Read:
    """A message as it compares with everything here."""

    query: Query
    cards: Comparison
    claims: Comparison
    called: np.ndarray | None
    """Log-probability that the message calls for each card, where a matcher is there."""


class KnowledgeLibrary:
    """Cards and claims in memory, their passages in a Chroma index. Implements ``coach.protocols.Library``.

    ``bookcase`` holds the person's own documents; without one there are none. ``embedder`` None searches by words
    alone. The constructor embeds whatever the cache lacks, telling
    ``on_progress``; ``on_notice`` hears one line whenever a broken index was rebuilt or cannot be used.
    """

    def __init__(
        self,
        cards: Mapping[str, Card],
        claims: Mapping[str, Claim],
        *,
        embedder: Embedder | None,
        cache: Path,
        matcher: Matcher | None = None,
        bookcase: Bookcase | None = None,
        on_progress: OnProgress | None = None,
        on_notice: OnNotice = lambda text: None,
    ):
        self.embedder = embedder
        self.cards = dict(cards)
        self.claims = dict(claims)
        self._on_notice = on_notice
        self._bookcase = bookcase
        self._ledger = Ledger(claims)
        passages = [p for card in cards.values() for p in card_passages(card, claims)]
        passages += [claim_passage(claim) for claim in claims.values()]
        self._passages = {passage.id: passage for passage in passages}
        card_lines = [phrase for card in cards.values() for phrase in card_phrases(card)]
        claim_lines = [phrase for claim in claims.values() for phrase in claim_phrases(claim)]
        vectors = passage_vectors = None
        if embedder is not None:
            texts = [phrase.text for phrase in (*card_lines, *claim_lines)] + [passage.text for passage in passages]
            every = embed_cached(texts, embedder, cache, what="cards and claims", on_progress=on_progress)
            vectors, passage_vectors = every[: len(texts) - len(passages)], every[len(texts) - len(passages) :]
        split = len(card_lines)
        self._matcher = matcher
        # Reads a message beside the small embedding, which needs the other core.
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="matcher")
        self._card_ranking = Ranking(card_lines, None if vectors is None else vectors[:split])
        self._claim_ranking = Ranking(claim_lines, None if vectors is None else vectors[split:])
        self._parts = _parts(card_lines)
        self._passage_vectors = passage_vectors
        self._index: Index | None = None
        self._warm = False
        if passage_vectors is not None and embedder is not None:
            rows = FixedRows(tuple(self._passages), passage_vectors, embedder.name)
            self._index = Index(cache / "index" / f"library-{rows.key()[:12]}", rows, on_notice=on_notice)
        self._reads: OrderedDict[str, Read] = OrderedDict()
        # Protects the remembered messages, which searches in several threads share.
        self._remembering = threading.Lock()

    def card(self, id: str) -> Card:
        return _by_id(self.cards, id, "card")

    def claim(self, id: str) -> Claim:
        return _by_id(self.claims, id, "claim")

    def passage(self, id: str) -> Passage | None:
        if id.startswith("doc:") and self._bookcase is not None:
            return self._bookcase.documents.passage(id)
        return self._passages.get(id)

    @property
    def bookcase(self) -> Bookcase:
        """The person's own documents. Raises KnowledgeError where the library was made without."""
        if self._bookcase is None:
            raise KnowledgeError("This library holds no documents. Open it with the settings of a home.")
        return self._bookcase

    def asked(self, text: str) -> Asked:
        """A question as the documents are asked it."""
        read = self._read(text, called=False)
        return self._asked(text, read, coverage.confidence(self._signals(read)))

    def add(
        self, paths: Sequence[Path], collection: str = DEFAULT, *, again: bool = False, on_file: OnFile | None = None
    ) -> Report:
        """Take documents in and have them searchable. Raises KnowledgeError."""
        return self.bookcase.add(paths, collection, again=again, on_file=on_file)

    def warm(self) -> None:
        """Open the index and run one query, so that the first message does not wait for either.

        Opening Chroma takes seconds, which a single question on the command line should not wait for: until it is
        open, the same vectors are compared in memory.
        """
        self._warm = True
        if self._bookcase is not None:
            self._bookcase.warm = True
        self._search("How do I begin?", 1, None)

    def reader(self, *branches: str) -> Reader | None:
        """Both encoders of messages at once, for a question; None where one of them is not installed."""
        embedder, matcher = self.embedder, self._matcher
        return Reader(embedder, matcher, *branches) if embedder is not None and matcher is not None else None

    def expect(self, said: str) -> None:
        """The slower encoder reads beside all that a turn does before it needs the vector."""
        if self._matcher is not None and said.strip():
            self._beside.submit(self._matcher.vector, said)

    async def search(self, query: str, *, k: int = 8, collection: str | None = None) -> Retrieval:
        return await asyncio.to_thread(self._search, query, k, collection)

    async def search_cards(self, query: str, *, k: int = 8) -> Retrieval:
        """The best cards alone, and whether they cover the query."""
        return await asyncio.to_thread(self._search, query, k, None, documents=False)

    def search_documents(self, query: str, k: int = 10, collection: str = DEFAULT) -> tuple[bool, list[Found]]:
        """Whether the person's documents cover the query, and the best passage of each of the k best documents."""
        if not query.strip():
            return False, []
        answer = self.bookcase.search(self.asked(query), collection, k)
        passages = self.bookcase.passages([hit.passages[0] for hit in answer.hits])
        return answer.covered, [
            Found(passages[hit.passages[0]], hit.score) for hit in answer.hits if hit.passages[0] in passages
        ]

    @property
    def passages(self) -> Mapping[str, Passage]:
        return self._passages

    def remove(self, what: str, home: Path, collection: str | None = None) -> Receipt:
        """Forget documents by id, file or path. Raises NotFoundError."""
        return remove(self.bookcase, find(self.bookcase.documents, what, collection), home)

    def forget(self, sources: Sequence[Source], home: Path) -> Receipt:
        """Forget these documents."""
        return remove(self.bookcase, sources, home)

    def rebuild(self, *, on_file: OnFile | None = None) -> None:
        """Build the index anew, and that of the documents from their files where these are still there."""
        if self._index is not None:
            self._index.rebuild()
        if self._bookcase is None:
            return
        for collection in self._bookcase.documents.collections():
            roots = {source.root for source in self._bookcase.documents.sources(collection, state=None)}
            there = [Path(root) for root in sorted(roots) if Path(root).exists()]
            self._bookcase.forget(collection)
            if there:
                self.add(there, collection, again=True, on_file=on_file)
            else:
                self._bookcase.refresh(collection)

    def match(self, query: str, card: str) -> CardMatch:
        near = self._read(query).cards.near
        parts = self._parts[self.card(card).id]
        return CardMatch(
            ideas=tuple(
                max(_best(near, rows), SAY_WEIGHT * _best(near, said))
                for rows, said in zip(parts["idea"], parts["idea.say"], strict=True)
            ),
            words=tuple(_best(near, rows) for rows in parts["words"]),
            cautions=tuple(_best(near, rows) for rows in parts["caution"]),
            echoes=tuple(_best(near, rows) for rows in parts["echo"]),
        )

    def match_claims(self, query: str) -> tuple[tuple[str, float], ...]:
        """Claim ids with how closely the message asks about or repeats each, 0 to 1, best first."""
        if not self.claims:
            return ()
        near = self._read(query).claims.near
        best: dict[str, float] = {}
        for phrase, value in zip(self._claim_ranking.phrases, near.tolist(), strict=True):
            id = phrase.owner.removeprefix("claim:")
            best[id] = max(best.get(id, 0.0), value)
        return tuple(sorted(best.items(), key=lambda item: -item[1]))

    def _search(self, text: str, k: int, collection: str | None, *, documents: bool = True) -> Retrieval:
        if not text.strip() or not self.cards:
            return Retrieval(text, covered=False, confidence=0.0)
        read = self._read(text)
        scores = read.cards.scores()
        sure = 1.0
        if read.called is not None:
            # The learned reading leads; shared words and near phrases settle what it leaves open.
            scores = softmax(read.called + BESIDE_MATCHER * standard(scores))
            sure = float(scores.max())
        order = np.argsort(-scores, kind="stable")[:k]
        confidence = coverage.confidence(self._signals(read))
        owned, of_documents = self._documents_found(text, read, confidence, collection, k) if documents else ([], 0.0)
        beside = tuple(one for found in owned[:HELD] for one in self._ledger.beside(found.passage))
        claims = self._claims_found(read, k)
        found = self._travelling(owned, beside, claims)
        known = [self.claims[one.passage.id.removeprefix("claim:")] for one in claims] if owned else []
        confidence = max(confidence, of_documents)
        return Retrieval(
            query=text,
            covered=confidence >= coverage.COVERED,
            confidence=confidence,
            cards=tuple((self._card_ranking.owners[n].removeprefix("card:"), float(scores[n])) for n in order),
            sure=sure,
            found=found,
            beside=beside,
            of_documents=of_documents,
            differing=differences([found.passage for found in owned[:COMPARED]], known),
        )

    def _documents_found(
        self, text: str, read: Read, card: float, collection: str | None, k: int
    ) -> tuple[list[Found], float]:
        """The best passage of each document that answers, and how likely the documents do; none where they do not."""
        if self._bookcase is None or not self._bookcase.documents.exists():
            return [], 0.0
        try:
            answer = self._bookcase.search(self._asked(text, read, card), collection or DEFAULT, k)
        except KnowledgeError as exc:
            # The cards are still there, and a turn is better than none.
            self._on_notice(str(exc))
            return [], 0.0
        if not answer.covered:
            return [], 0.0
        passages = self._bookcase.passages([id for hit in answer.hits for id in hit.passages])
        found = []
        for hit in answer.hits:
            sound = [passages[id] for id in hit.passages if id in passages and passages[id].quality >= LEAST_QUALITY]
            if sound:
                found.append(Found(sound[0], hit.score))
        return found, answer.confidence if found else 0.0

    def _travelling(
        self, owned: Sequence[Found], beside: Sequence[Beside], claims: Sequence[Found]
    ) -> tuple[Found, ...]:
        """Documents and claims in one order, each correction right after the passage that calls for it."""
        called = {one.passage: [b.claim for b in beside if b.passage == one.passage] for one in beside}
        ranked = fuse([[found.passage.id for found in owned], [found.passage.id for found in claims]])
        every = {found.passage.id: found.passage for found in (*owned, *claims)}
        order: list[Found] = []
        placed: set[str] = set()
        for id, score in ranked:
            for one in (id, *(f"claim:{claim}" for claim in called.get(id, ()))):
                if one not in placed:
                    placed.add(one)
                    order.append(Found(every[one] if one in every else self._passages[one], score))
        return tuple(order)

    def _asked(self, text: str, read: Read, card: float) -> Asked:
        best = np.argsort(-read.cards.scores(), kind="stable")[:CARD_TITLES].tolist() if self.cards else ()
        titles = tuple(self.cards[self._card_ranking.owners[n].removeprefix("card:")].title for n in best)
        return Asked(text, read.query.vectors, titles, card)

    def _signals(self, read: Read) -> dict[str, float]:
        """The better of what cards and claims have for the message, signal by signal."""
        cards = coverage.signals(read.query, read.cards)
        return coverage.better(cards, coverage.signals(read.query, read.claims)) if self.claims else cards

    def _claims_found(self, read: Read, k: int) -> tuple[Found, ...]:
        if not self.claims:
            return ()
        owners, views = self._claim_ranking.owners, read.claims.views
        rankings = [_ranked(owners, views[name]) for name in ("words", "nearest" if "nearest" in views else "line")]
        if read.query.vectors is not None:
            near = self._nearest_passages(read.query.vectors[0])
            rankings.append([id for id in near if id.startswith("claim:")])
        return tuple(Found(self._passages[id], score) for id, score in fuse(rankings)[:k])

    def _nearest_passages(self, vector: np.ndarray) -> list[str]:
        if self._index is not None and self._warm:
            try:
                return [id for id, _ in self._index.search(vector, DEPTH)]
            except KnowledgeError as exc:
                self._warm = False
                self._on_notice(f"{exc} Until then the coach compares in memory.")
        if self._passage_vectors is None:
            return []
        ids = tuple(self._passages)
        return [ids[n] for n in np.argsort(-(self._passage_vectors @ vector), kind="stable")[:DEPTH]]

    def _called(self, text: str) -> np.ndarray:
        """Log-probability of each card in the ranking's order. A topic of several messages is read one by one."""
        assert self._matcher is not None
        messages = [line for line in text.split("\n") if line.strip()]
        weights = np.array([min(len(line.split()), WORDS_COUNT) for line in messages], float)
        scores = np.average([self._matcher.scores(line) for line in messages], axis=0, weights=weights)
        # Messages of one topic are evidence that adds up, though they overlap: between their mean and their sum.
        scores *= (weights.sum() / weights.max()) ** 0.5
        place = {id: n for n, id in enumerate(self._matcher.cards)}
        lowest = float(scores.min())
        ids = (owner.removeprefix("card:") for owner in self._card_ranking.owners)
        return np.array([scores[place[id]] if id in place else lowest for id in ids])

    def _read(self, text: str, *, called: bool = True) -> Read:
        """``called``: the matcher reads it too, which only the choice of a card needs and which takes the longest."""
        called = called and self._matcher is not None
        with self._remembering:
            if text in self._reads and (self._reads[text].called is not None or not called):
                self._reads.move_to_end(text)
                return self._reads[text]
        reading = self._beside.submit(self._called, text) if called else None
        query = Query(text, None if self.embedder is None else self.embedder.embed(with_sentences(text)))
        cards, claims = self._card_ranking.compare(query), self._claim_ranking.compare(query)
        read = Read(query, cards, claims, reading.result() if reading else None)
        with self._remembering:
            self._reads[text] = read
            while len(self._reads) > REMEMBERED:
                self._reads.popitem(last=False)
        return read


class FixedRows:
    """Rows that are known when the library is made."""

    def __init__(self, ids: Sequence[str], vectors: np.ndarray, model: str):
        self._ids, self._vectors = ids, vectors
        digest = hashlib.sha256("\n".join((model, *ids)).encode())
        digest.update(np.ascontiguousarray(vectors).tobytes())
        self._key = digest.hexdigest()

    def key(self) -> str:
        return self._key

    def load(self) -> tuple[Sequence[str], np.ndarray]:
        return self._ids, self._vectors


def open_library(
    settings: Settings, *, on_progress: OnProgress | None = None, on_notice: OnNotice = lambda text: None
) -> KnowledgeLibrary:
    """The library as it ships, with the embedding where its weights are installed. Raises KnowledgeError."""
    bookcase = open_bookcase(settings, on_progress=on_progress, on_notice=on_notice)
    return KnowledgeLibrary(
        load_cards(),
        load_claims(),
        embedder=bookcase.embedder,
        cache=settings.cache,
        matcher=load_matcher(settings.cache, on_progress=on_progress),
        bookcase=bookcase,
        on_progress=on_progress,
        on_notice=on_notice,
    )


Kept = TypeVar("Kept")


def _by_id(table: Mapping[str, Kept], id: str, what: str) -> Kept:
    if id in table:
        return table[id]
    near = difflib.get_close_matches(id, table, 1)
    raise NotFoundError(f"No {what} called {id!r}." + (f" Did you mean {near[0]!r}?" if near else ""))


def _ranked(owners: Sequence[str], scores: np.ndarray) -> list[str]:
    return [owners[n] for n in np.argsort(-scores, kind="stable")[:DEPTH] if scores[n] > 0]


def _best(near: np.ndarray, rows: Sequence[int]) -> float:
    return float(min(max(near[list(rows)].max(), 0.0), 1.0))


def _parts(phrases: Sequence[Phrase]) -> dict[str, dict[str, list[list[int]]]]:
    """For each card, where the phrases of its ideas, words and cautions stand, by number."""
    parts: dict[str, dict[str, list[list[int]]]] = {}
    for row, phrase in enumerate(phrases):
        card = parts.setdefault(
            phrase.owner.removeprefix("card:"), {"idea": [], "idea.say": [], "words": [], "caution": [], "echo": []}
        )
        if phrase.part in card:
            numbered = card[phrase.part]
            while len(numbered) <= phrase.number:
                numbered.append([])
            numbered[phrase.number].append(row)
    return parts
