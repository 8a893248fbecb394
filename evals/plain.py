"""Suites that need no talk: large sets read by a detector, in plain code. Each gives figures of the board."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evals.board import Row, amount, complete, share
from evals.talks import REGION

if TYPE_CHECKING:
    from coach.config import Settings
    from coach.protocols import Embedder

Note = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Setting:
    """What a plain suite is given."""

    settings: "Settings"
    embedder: "Embedder | None"
    data: Path | None
    note: Note


@dataclass(frozen=True, slots=True)
class Plain:
    """A suite in plain code."""

    name: str
    rows: tuple[int, ...]
    what: str
    measure: Callable[[Setting], list[Row]]


def detectors(setting: Setting) -> list[Row]:
    from coach.gate import SafetyGate
    from evals import safety
    from knowledge.matcher import EVERY_TURN
    from knowledge.reader import load_reader

    gate = SafetyGate(setting.embedder, REGION, load_reader(setting.settings.cache, *EVERY_TURN))
    if setting.data is None:
        return [complete(row) for row in safety.measure_own(gate)]
    return [complete(row) for row in safety.measure(setting.data, gate)]


def grounding(setting: Setting) -> list[Row]:
    from evals.grounding import measure

    return [complete(row) for row in measure(setting.data, setting.embedder)]


def language(setting: Setting) -> list[Row]:
    from coach.app import open_language
    from evals.language import measure

    return [complete(row) for row in measure(open_language(setting.settings), setting.data)]


def rehearsal(setting: Setting) -> list[Row]:
    from coach.app import open_language
    from coach.rehearsal.landing import Ear
    from evals.rehearsal import pairs, scenes
    from knowledge.matcher import ATTACK
    from knowledge.reader import load_reader

    ear = Ear(open_language(setting.settings), setting.embedder, load_reader(setting.settings.cache, ATTACK))
    found = {split: [scene.holds for scene in scenes(ear, pairs(split))] for split in ("later", "fresh")}
    metric = "a skilful line lowers threat, a blaming one raises it"
    return [share(10, metric, "own pairs", split, hits, "≥ 0.95") for split, hits in found.items()]


def retrieval(setting: Setting) -> list[Row]:
    """Documents found in the corpus beside the public sets, and Cranfield; nothing without them."""
    from evals.retrieval import cranfield, measure

    data = setting.data
    if data is None:
        return []
    rows: list[Row] = []
    corpus, questions = (_beside(data, name) for name in ("corpus", "questions/dev.tsv"))
    if corpus is not None:
        # The index is kept between runs, since reading the corpus takes a minute.
        home = setting.settings.cache / "evals" / "corpus"
        home.mkdir(parents=True, exist_ok=True)
        figures = measure(corpus, home, others=questions, on_progress=setting.note)
        for group, name, split in (("kept", "own questions", "kept"), ("dev", "questions/dev", "dev")):
            if group in figures:
                rows += _found(figures[group], name, split)
    if (data / "cranfield" / "cran.qry").exists():
        setting.note("Cranfield …")
        held: Mapping[str, Any] = cranfield(data / "cranfield")
        rows.append(amount(
            12, "nDCG@10", "Cranfield", "test", held["queries"], held["ndcg@10"], "≥ 0.55",
            held["ndcg@10_low"], held["ndcg@10_high"],
        ))  # fmt: skip
    return rows


def _found(figures: Mapping[str, Any], name: str, split: str) -> list[Row]:
    n = int(figures["questions"])
    rows = [
        amount(
            12, f"recall@{k}", name, split, n, figures[f"recall@{k}"], aim,
            figures[f"recall@{k}_low"], figures[f"recall@{k}_high"],
        )
        for k, aim in ((5, "≥ 0.75"), (10, "≥ 0.85"))
    ]  # fmt: skip
    told = amount(
        12, "not covered, balanced accuracy", name, split, n, figures["balanced_accuracy"], "≥ 0.8",
        figures["balanced_accuracy_low"], figures["balanced_accuracy_high"],
    )  # fmt: skip
    return [*rows, told]


def _beside(data: Path, name: str) -> Path | None:
    """A folder or file of that name in the data folder or next to it."""
    return next((path for path in (data / name, data.parent / name) if path.exists()), None)


def cards(setting: Setting) -> list[Row]:
    from evals.cards import measure

    return measure()


def timelines(_: Setting) -> list[Row]:
    from evals.timelines import measure

    return measure()


SUITES: tuple[Plain, ...] = (
    Plain("gate", (1, 2, 3, 4, 7), "What the safety gate makes of messages and documents.", detectors),
    Plain("grounding", (8,), "Whether a source says what a sentence says.", grounding),
    Plain("cards", (9,), "Every line of the practice cards stands without the card's own word.", cards),
    Plain("language", (10,), "Questions, reflections, advice, blame and hindsight.", language),
    Plain("rehearsal", (10,), "Whether the counterpart answers to how it is spoken to.", rehearsal),
    Plain("timelines", (12,), "Events, gaps and conflicts in pasted notes.", timelines),
    Plain("retrieval", (12,), "Documents found, and what they do not cover.", retrieval),
)
