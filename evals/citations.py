"""Row 9: whether cited sentences are borne out by what they cite, after the protocol of ALCE (Gao et al. 2023).

*Recall*: a statement counts when its citations together say it. *Precision*: a citation counts when its statement
is borne out and it either says it alone or is missed when left out. Two sources of judgement:

- readers: 200 sentences as they left the check, of the guided and the loose writer, labelled by reading them
  (``evals/data/suites/citations.jsonl``, one label a reader); this is the figure that the aim is about. A claim is
  cited for what was found and a card for its advice, so each is needed for its own part of a sentence;
- the checker of row 8, over replies of this run; told beside, since a checker cannot vouch for itself.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from coach.agreement import coverage
from coach.facts import plain, read
from coach.support import SUPPORTED, supports
from coach.values import Claim
from evals.board import Row, share
from evals.reading import jsonl
from evals.talks import Case, Exchange, Scored, Suite

DATA = Path(__file__).parent / "data"
LABELLED = DATA / "suites" / "citations.jsonl"

STATES = frozenset({"insight", "evidence"})
"""Kinds of sentence that state something and so need a source; the rest is talk."""
WHOLE = 0.999

NO_SOURCE = re.compile(
    r"\b(?:could not|couldn't|cannot) (?:find|check|trace)\b|\bno source\b|\bnothing on that\b", re.I
)


def borne_out(text: str, sources: Sequence[str]) -> bool:
    """Whether sources together say a sentence, by the checker."""
    joined = " ".join(sources)
    if not joined.strip():
        return False
    if plain(text) in plain(joined) or coverage(read(text), read(joined)) >= WHOLE:
        return True
    return supports(joined, text) >= SUPPORTED


def needed(text: str, sources: Sequence[str], at: int) -> bool:
    """Whether one citation of a sentence that is borne out carries weight."""
    rest = [source for n, source in enumerate(sources) if n != at]
    return borne_out(text, [sources[at]]) or not borne_out(text, rest)


def source_text(id: str, heading: str, quote: str) -> str:
    """What a citation stands for: a passage as it opens, and for a claim the whole row of the ledger.

    Neither ``say`` nor ``deeper`` is part of it, or a sentence would be its own witness; of a refuted claim the
    statement is not either.
    """
    claim = _ledger().get(id.removeprefix("claim:").split("#")[0])
    if claim is None:
        return f"{heading}. {quote}"
    stated = [claim.statement] if claim.grade not in ("E", "X") else []
    return " ".join(
        f"{part.rstrip('.')}." for part in (*stated, claim.population, claim.effect, claim.caveat, claim.source)
    )


def measured(sentences: Sequence[Any]) -> tuple[list[bool], list[bool]]:
    """Recall, one a statement, and precision, one a citation. To say that no source was found needs none."""
    recall, precision = [], []
    for sentence in sentences:
        quotes = [source_text(one["id"], one["heading"], one["quote"]) for one in sentence["citations"]]
        if (not quotes and sentence["kind"] not in STATES) or sentence["kind"] == "words":
            continue
        if NO_SOURCE.search(sentence["text"]):
            continue
        held = borne_out(sentence["text"], quotes)
        recall.append(held)
        precision += [held and needed(sentence["text"], quotes, n) for n in range(len(quotes))]
    return recall, precision


class Citations(Suite):
    name = "citations"
    rows = (9,)
    what = "Cited sentences are borne out by their sources."

    def cases(self, data: Path | None) -> list[Case]:
        held = [row for row in jsonl(DATA / "situations.jsonl") if row["split"] == "held"]
        asked = jsonl(DATA / "suites" / "claims.jsonl")
        found = [Case(row["id"], (row["text"], "Yes. What would you advise?"), "situation") for row in held]
        return found + [Case(row["id"], (row["text"],), "claim") for row in asked]

    def score(self, case: Case, exchanges: Sequence[Exchange]) -> dict[str, float]:
        recall, precision = measured([s for one in exchanges for s in one.sentences if one.gate is None])
        values = {}
        if recall:
            values["recall"] = sum(recall) / len(recall)
        if precision:
            values["precision"] = sum(precision) / len(precision)
        return values

    def figures(self, scored: Sequence[Scored]) -> list[Row]:
        recall: list[bool] = []
        precision: list[bool] = []
        for one in scored:
            for exchange in one.exchanges:
                if exchange.gate is None:
                    more, exact = measured(exchange.sentences)
                    recall += more
                    precision += exact
        data = "own situations and claims"
        return [
            *labelled(),
            share(9, "citation recall, by the checker", data, "held", recall),
            share(9, "citation precision, by the checker", data, "held", precision),
        ]


def labelled() -> list[Row]:
    """The readers' figures: a sentence counts as borne out where every reader says so."""
    rows = _labelled()
    if not rows:
        return []
    readers = len(rows[0]["borne_out"])
    data = f"{len(rows)} sentences, {readers} {'reader' if readers == 1 else 'readers'}"
    recall = [all(row["borne_out"]) for row in rows]
    precision = [
        all(row["borne_out"]) and all(reader[n] for reader in row["needed"])
        for row in rows
        for n in range(len(row["citations"]))
    ]
    same = [len(set(row["borne_out"])) == 1 for row in rows]
    checked = [borne_out(row["text"], [c["text"] for c in row["citations"]]) == all(row["borne_out"]) for row in rows]
    found = [
        share(9, "citation recall", data, "test", recall, "≥ 0.95"),
        share(9, "citation precision", data, "test", precision, "≥ 0.95"),
        share(9, "the checker agrees with the readers", data, "test", checked),
    ]
    return [*found, share(9, "readers agree", data, "test", same)] if readers > 1 else found


@cache
def _ledger() -> Mapping[str, Claim]:
    from knowledge.claims import load_claims

    return load_claims()


@cache
def _labelled() -> list[dict[str, Any]]:
    return jsonl(LABELLED) if LABELLED.exists() else []
