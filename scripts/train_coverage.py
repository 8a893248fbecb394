"""Fit the numbers of ``knowledge/retrieval.json``: how views are weighed, what is covered, what the topic is.

    uv run python scripts/train_coverage.py [--write]

Reads only messages of our own that are marked for tuning, and reports cross-validated figures; ``--write`` keeps the
result with its training record. Everything is deterministic.
"""

import argparse
import datetime
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from coach.config import Settings
from knowledge import coverage, ranking
from knowledge.cards import load_cards
from knowledge.claims import load_claims
from knowledge.embedding import MiniLM
from knowledge.phrases import Phrase, card_phrases, claim_phrases
from knowledge.ranking import Query, Ranking
from knowledge.sentences import with_sentences
from knowledge.vectors import embed_cached

DATA = Path(__file__).parents[1] / "evals" / "data"
FOLDS = 5
SEED = 0
TOPIC_PENALTY = 0.02
"""L2 on the topic head; balanced accuracy is flat between 0.005 and 0.05."""
COVERAGE_PENALTY = 0.003
RANKING_PENALTY = 0.01
LOST = 0.03
"""Share of covered messages that the threshold may lose on the tuning half; the aim on the kept half is 0.05."""


@dataclass(frozen=True, slots=True)
class Message:
    text: str
    covered: bool
    acceptable: tuple[str, ...] = ()


def tuning_messages() -> list[Message]:
    messages = [Message(row["text"], row["covered"]) for row in _rows("coverage_tune.jsonl")]
    messages += [
        Message(row["text"], True, tuple(row["acceptable"]))
        for row in _rows("situations.jsonl")
        if row["split"] == "tune"
    ]
    return messages + [Message(row["text"], False) for row in _rows("not_covered.jsonl") if row["split"] == "tune"]


def _rows(name: str) -> list[dict]:
    path = DATA / name
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def logistic(x: np.ndarray, y: np.ndarray, weight: np.ndarray, penalty: float) -> np.ndarray:
    """Coefficients with the bias last, by Newton's method on the weighted, L2-penalised likelihood."""
    x = np.hstack([x, np.ones((len(x), 1))]).astype(np.float64)
    weight = weight / weight.sum()
    ridge = penalty * np.eye(x.shape[1])
    ridge[-1, -1] = 1e-9
    beta = np.zeros(x.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-np.clip(x @ beta, -30, 30)))
        gradient = x.T @ (weight * (y - p)) - ridge @ beta
        hessian = (x * (weight * p * (1 - p))[:, None]).T @ x + ridge
        step = np.linalg.solve(hessian, gradient)
        beta += step
        if np.abs(step).max() < 1e-8:
            break
    return beta


def balanced(y: np.ndarray) -> np.ndarray:
    """Weights under which both classes count the same."""
    return np.where(y, 0.5 / max(y.sum(), 1), 0.5 / max((~y).sum(), 1))


def folds(count: int) -> np.ndarray:
    return np.random.default_rng(SEED).permutation(np.arange(count) % FOLDS)


def fit_topic(phrases: np.ndarray, messages: np.ndarray, covered: np.ndarray) -> np.ndarray:
    x = np.vstack([phrases, messages])
    y = np.concatenate([np.ones(len(phrases), bool), covered])
    return logistic(x, y, balanced(y), TOPIC_PENALTY)


def fit_ranking(owners: tuple[str, ...], rank: Ranking, queries: list[Query], messages: list[Message]) -> dict:
    """Weights of the views under which the acceptable cards of the tuning situations get the most probability."""
    rows = [n for n, message in enumerate(messages) if message.acceptable]
    if not rows:
        return ranking.fitted()["ranking"]
    good = np.array([[owner.removeprefix("card:") in messages[n].acceptable for owner in owners] for n in rows])
    found = {}
    for kind, drop in (("embedded", False), ("words", True)):
        views = [rank.compare(Query(queries[n].text, None) if drop else queries[n]).views for n in rows]
        names = list(views[0])
        x = np.array([[ranking.standard(view[name]) for name in names] for view in views])
        beta = np.full(len(names), 0.5)
        for _ in range(3000):
            logits = np.einsum("nfo,f->no", x, beta)
            p = np.exp(logits - logits.max(axis=1, keepdims=True))
            p /= p.sum(axis=1, keepdims=True)
            inside = np.where(good, p, 0)
            inside /= inside.sum(axis=1, keepdims=True) + 1e-12
            beta += 0.3 * (np.einsum("nfo,no->f", x, inside - p) / len(rows) - RANKING_PENALTY * beta)
            # A view that argues against what it is nearest to is noise, whatever the sample says.
            beta = np.maximum(beta, 0)
        found[kind] = {name: round(float(value), 3) for name, value in zip(names, beta, strict=True)}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="keep the result in knowledge/retrieval.json")
    arguments = parser.parse_args()
    cards, claims, messages = load_cards(), load_claims(), tuning_messages()
    embedder = MiniLM(Settings().cache)
    card_lines = [phrase for card in cards.values() for phrase in card_phrases(card)]
    claim_lines = [phrase for claim in claims.values() for phrase in claim_phrases(claim)]
    lines: list[Phrase] = [*card_lines, *claim_lines]
    vectors = embed_cached([line.text for line in lines], embedder, Settings().cache, what="cards and claims")
    rank = Ranking(card_lines, vectors[: len(card_lines)])
    claim_rank = Ranking(claim_lines, vectors[len(card_lines) :])
    queries = [Query(message.text, embedder.embed(with_sentences(message.text))) for message in messages]
    covered = np.array([message.covered for message in messages])
    whole = np.array([query.vectors[0] for query in queries if query.vectors is not None])

    fold = folds(len(messages))
    topics = np.zeros(len(messages))
    for number in range(FOLDS):
        head = fit_topic(vectors, whole[fold != number], covered[fold != number])
        topics[fold == number] = whole[fold == number] @ head[:-1] + head[-1]
    head = fit_topic(vectors, whole, covered)

    fitted: dict = {"ranking": fit_ranking(rank.owners, rank, queries, messages), "coverage": {}}
    record: dict = {}
    for kind in ("embedded", "words"):
        table = []
        for query, own_topic in zip(queries, topics, strict=True):
            seen = query if kind == "embedded" else Query(query.text, None)
            found = coverage.better(*(coverage.signals(seen, r.compare(seen)) for r in (rank, claim_rank)))
            table.append({**found, "topic": own_topic} if kind == "embedded" else found)
        names = list(table[0])
        x = np.array([[row[name] for name in names] for row in table])
        scale = x.std(axis=0) + 1e-9
        out = np.zeros(len(x))
        for number in range(FOLDS):
            here = fold != number
            beta = logistic(x[here] / scale, covered[here], balanced(covered[here]), COVERAGE_PENALTY)
            out[~here] = (x[~here] / scale) @ beta[:-1] + beta[-1]
        beta = logistic(x / scale, covered, balanced(covered), COVERAGE_PENALTY)
        p = 1 / (1 + np.exp(-out))
        threshold = float(np.quantile(p[covered], LOST))
        weights = {name: round(float(b / s), 4) for name, b, s in zip(names, beta[:-1], scale, strict=True)}
        # Moved so that one half is the threshold.
        bias = float(beta[-1]) - float(np.log(threshold / (1 - threshold)))
        fitted["coverage"][kind] = {"bias": round(bias, 4), **weights}
        recognised = float((p[~covered] < threshold).mean())
        record[kind] = {
            "covered_lost": round(float((p[covered] < threshold).mean()), 4),
            "not_covered_recognised": round(recognised, 4),
        }
        for name, column in zip(names, x.T, strict=True):
            print(f"{kind:9} {name:10} covered {column[covered].mean():6.3f}  other {column[~covered].mean():6.3f}")
        print(f"{kind:9} cross-validated: {record[kind]}")
        for n in np.flatnonzero(covered & (p < threshold)):
            print(f"    lost: {p[n]:.2f} {messages[n].text[:110]}")
        for n in np.flatnonzero(~covered & (p >= threshold)):
            print(f"    taken: {p[n]:.2f} {messages[n].text[:110]}")
    fitted["topic"] = {
        "model": embedder.name,
        "bias": round(float(head[-1]), 5),
        "weights": [round(float(value), 5) for value in head[:-1]],
    }
    fitted["record"] = {
        "trained": datetime.date.today().isoformat(),
        "by": "scripts/train_coverage.py",
        "messages": {"covered": int(covered.sum()), "other": int((~covered).sum())},
        "situations_with_cards": sum(bool(message.acceptable) for message in messages),
        "phrases": len(lines),
        "cross_validated": record,
    }
    print(json.dumps({**fitted, "topic": "…"}, indent=1))
    if arguments.write:
        ranking.FITTED.write_text(json.dumps(fitted, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
