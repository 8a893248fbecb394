"""Measures the grounding check alone: sentences with numbers, names, quotations, denials and hedges.

Our own labelled sentences go through ``GroundingCheck``; public claim–source pairs go through ``supports``, beside
the lexical baseline that counts covered words and numbers. Test splits are only measured here, never tuned on.

    uv run python -m evals.grounding [--data DIR] [--json]
"""

import argparse
import json
import random
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coach.facts import content
from coach.grounding import GroundingCheck
from coach.protocols import Brief, Embedder
from coach.support import SUPPORTED, supports
from coach.values import Claim, Passage, Plan, Sentence
from knowledge.claims import load_claims

LEAST_OVER_LEXICAL = 0.05
TALK_FILE = Path(__file__).parent / "data" / "support.txt"
PAIRS_FILE = Path(__file__).parent / "data" / "grounding.jsonl"

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence, what it may stand on, and whether it does."""

    id: str
    split: str
    kind: str
    sentence: str
    supported: bool
    claims: tuple[str, ...] = ()
    source: str = ""
    said: str = ""

    @property
    def sourced(self) -> bool:
        """Whether the pair is one of source and claim, and not about the person's own words."""
        return bool(self.claims or self.source) and self.kind not in {"ordinary", "disclaimer"}


@dataclass(frozen=True, slots=True)
class _Topic:
    """As much of a frame as the check reads."""

    topic: tuple[str, ...] = field(default_factory=tuple)


def topic_of(said: str) -> Any:
    """A frame of one message, as far as the check reads frames."""
    return _Topic((said,))


def load_pairs(path: Path = PAIRS_FILE) -> list[Pair]:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [Pair(**{**row, "claims": tuple(row.get("claims", ()))}) for row in rows]


def load_talk(path: Path = TALK_FILE) -> list[tuple[str, str, bool]]:
    """Sources with what somebody says of them in talk; only the meaning tells a retelling from a near miss."""
    pairs: list[tuple[str, str, bool]] = []
    source = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        mark, _, text = line.partition(" ")
        if mark == "S":
            source = text
        elif mark in ("+", "-"):
            pairs.append((source, text, mark == "+"))
    return pairs


def source_of(pair: Pair, ledger: Mapping[str, Claim]) -> str:
    """The source as one text: the document, or what the claims say."""
    said = (f"{ledger[id].say} {ledger[id].statement}" for id in pair.claims if ledger[id].grade not in {"E", "X"})
    corrected = (str(ledger[id].say) for id in pair.claims if ledger[id].grade == "X")
    return pair.source or " ".join([*said, *corrected])


def brief_of(pair: Pair, ledger: Mapping[str, Claim]) -> Brief:
    passages = (Passage("doc:1", "document", pair.source, "Handbook"),) if pair.source else ()
    claims = tuple(ledger[id] for id in pair.claims)
    said = pair.said or "What does it say?"
    return Brief(said, Plan("evidence", "answer"), _Topic((said,)), (), None, claims, passages)  # type: ignore[arg-type]


def lexical(source: str, claim: str) -> float:
    """Baseline: the share of a claim's content words and numbers that its source has."""
    numbers = re.findall(r"\d+(?:[.,]\d+)*", claim)
    have = set(re.findall(r"\d+(?:[.,]\d+)*", source))
    words = content(claim)
    hits = len(words & content(source)) + sum(number in have for number in numbers)
    return hits / max(1, len(words) + len(numbers))


def balanced_accuracy(labels: Sequence[bool], said: Sequence[bool]) -> float:
    right = [a == b for a, b in zip(labels, said, strict=True)]
    yes = [r for r, label in zip(right, labels, strict=True) if label]
    no = [r for r, label in zip(right, labels, strict=True) if not label]
    return (sum(yes) / max(1, len(yes)) + sum(no) / max(1, len(no))) / 2


def interval(
    labels: Sequence[bool], said: Sequence[bool], beside: Sequence[bool] | None = None, rounds: int = 2000
) -> tuple[float, float]:
    """95 % bootstrap interval of the balanced accuracy, or of what it is over that of ``beside`` on the same pairs."""
    rng = random.Random(0)
    n = len(labels)
    draws = []
    for _ in range(rounds):
        at = rng.choices(range(n), k=n)
        drawn = [labels[i] for i in at]
        value = balanced_accuracy(drawn, [said[i] for i in at])
        draws.append(value - balanced_accuracy(drawn, [beside[i] for i in at]) if beside else value)
    draws.sort()
    return draws[int(0.025 * rounds)], draws[int(0.975 * rounds)]


def measure_check(split: str) -> list[Row]:
    """The check over our own sentences: how many it stops that it should, and lets through that it should."""
    ledger = load_claims()
    check = GroundingCheck(ledger)
    pairs = [pair for pair in load_pairs() if pair.split == split]
    briefs = [brief_of(pair, ledger) for pair in pairs]
    began = time.perf_counter()
    passed = [check.check(Sentence(p.sentence), b) is None for p, b in zip(pairs, briefs, strict=True)]
    ms = 1000 * (time.perf_counter() - began) / len(pairs)
    labels = [pair.supported for pair in pairs]
    stopped = [not ok for ok, label in zip(passed, labels, strict=True) if not label]
    let = [ok for ok, label in zip(passed, labels, strict=True) if label]
    low, high = interval(labels, passed)
    rows = [
        _row("balanced accuracy of the check", "own sentences", split, len(pairs), balanced_accuracy(labels, passed)),
        _row("ungrounded sentences stopped", "own sentences", split, len(stopped), sum(stopped) / len(stopped)),
        _row("grounded sentences let through", "own sentences", split, len(let), sum(let) / len(let)),
        _row("ms a sentence", "own sentences", split, len(pairs), ms),
    ]
    rows[0] |= {"low": low, "high": high}
    for kind in sorted({pair.kind for pair in pairs}):
        right = [ok == p.supported for ok, p in zip(passed, pairs, strict=True) if p.kind == kind]
        rows.append(_row(f"right on {kind}", "own sentences", split, len(right), sum(right) / len(right)))
    return rows


def measure_supports(
    name: str,
    split: str,
    pairs: Sequence[tuple[str, str, bool]],
    embedder: Embedder | None,
    tuning: Sequence[tuple[str, str, bool]] = (),
) -> list[Row]:
    """``supports`` over claim–source pairs, beside the lexical baseline with its cut taken from ``tuning``."""
    labels = [bool(label) for *_, label in pairs]
    said = [supports(source, claim, embedder) >= SUPPORTED for source, claim, _ in pairs]
    low, high = interval(labels, said)
    rows = [
        _row("claim supported by source, balanced accuracy", name, split, len(pairs), balanced_accuracy(labels, said))
    ]
    rows[0] |= {"low": low, "high": high}
    if tuning:
        at = _cut(lexical, tuning)
        base = [lexical(source, claim) >= at for source, claim, _ in pairs]
        lexically = balanced_accuracy(labels, base)
        rows.append(_row("the same by covered words", name, split, len(pairs), lexically))
        low, high = interval(labels, said, base)
        over = _row("over counting covered words by", name, split, len(pairs), rows[0]["value"] - lexically)
        rows.append(over | {"low": low, "high": high, "aim": LEAST_OVER_LEXICAL})
    return rows


def _cut(score: Callable[[str, str], float], pairs: Sequence[tuple[str, str, bool]]) -> float:
    values = [score(source, claim) for source, claim, _ in pairs]
    labels = [label for *_, label in pairs]
    return max(sorted(set(values)), key=lambda t: balanced_accuracy(labels, [v >= t for v in values]))


def wice(path: Path) -> list[tuple[str, str, bool]]:
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return [("\n".join(row["evidence"]), row["claim"], bool(row["supported"])) for row in rows]


def begin(path: Path, model: str | None = None) -> list[tuple[str, str, bool]]:
    """Pairs of BEGIN, of one model's turns or of all. Generic turns claim nothing and count as not attributable."""
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return [
        (row["knowledge"], row["response"], row["begin_label"] == "Fully attributable")
        for row in rows
        if model is None or row["model_name"] == model
    ]


def _row(metric: str, data: str, split: str, n: int, value: float) -> Row:
    return {"id": 8, "metric": metric, "data": data, "split": split, "n": n, "value": value}


def measure(data: Path | None, embedder: Embedder | None) -> list[Row]:
    """Row 8 of the eval board: our own sentences always, the public sets where ``data`` has them."""
    rows = measure_check("held")
    ledger = load_claims()
    held = [(source_of(p, ledger), p.sentence, p.supported) for p in load_pairs() if p.split == "held" and p.sourced]
    rows += measure_supports("own pairs", "held", held, embedder)
    rows += measure_supports("own retellings in talk", "test", load_talk(), embedder)
    if data is not None and (data / "wice").is_dir():
        dev, test = (wice(data / "wice" / f"wice_claim_{split}.jsonl") for split in ("dev", "test"))
        rows += measure_supports("WiCE", "test", test, embedder, dev)
    if data is not None and (data / "begin").is_dir():
        dev = begin(data / "begin" / "begin_dev_wow.jsonl")
        rows += measure_supports(
            "BEGIN ctrl", "test", begin(data / "begin" / "begin_test_wow.jsonl", "ctrl"), embedder, dev
        )
    return rows


def main() -> None:
    from coach.config import default_cache
    from knowledge.embedding import load_embedder

    parser = argparse.ArgumentParser(description="Measure the grounding check alone.")
    parser.add_argument("--data", type=Path, help="folder with wice/ and begin/")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = measure(options.data, load_embedder(default_cache()))
    if options.json:
        print(json.dumps(rows, indent=1))
        return
    for row in rows:
        spread = f"  [{row['low']:.3f}, {row['high']:.3f}]" if "low" in row else ""
        print(f"{row['metric']:<46} {row['data']:<14} {row['split']:<5} n={row['n']:<4} {row['value']:.3f}{spread}")


if __name__ == "__main__":
    main()
