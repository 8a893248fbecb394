"""What is found in a corpus, beside the way of LangChain's tutorial on the same questions and the same machine.

The peer splits by characters (1,000 with 200 overlap), embeds with the same MiniLM in fp32 and asks Chroma by
similarity. It has no notion of what it does not cover, so its recall alone is compared.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from coach.config import Settings
from coach.errors import CoachError
from evals.retrieval import Outcome, Question, answer, coverage, ours, recall, table
from knowledge.library import KnowledgeLibrary, open_library

if TYPE_CHECKING:
    from langchain_chroma import Chroma

CHARACTERS, OVERLAP = 1000, 200
ASKED = 40
"""Chunks that the peer brings, so that ten documents are among them."""
BATCH = 64

Note = Callable[[str], None]


def measure(
    settings: Settings,
    corpus: Path,
    *,
    others: Path | None = None,
    peer: bool = True,
    on_progress: Note = lambda _: None,
) -> dict[str, Any]:
    """Recall, coverage and time of a search; beside it the peer's recall and time. Raises CoachError."""
    if not corpus.is_dir():
        raise CoachError(f"There is no folder {corpus}. Name the corpus: --corpus DIR")
    groups = {"tuning": ours("tune"), "kept": ours("kept")}
    if others is not None:
        groups[others.stem] = table(others)
    with tempfile.TemporaryDirectory(prefix="coach-bench-") as scratch:
        library = open_library(settings.model_copy(update={"home": Path(scratch)}))
        on_progress("Reading the corpus …")
        library.add([corpus])
        report: dict[str, Any] = {"bench": "retrieval", "coach": {}}
        for name, questions in groups.items():
            outcomes = answer(library, questions)
            report["coach"][name] = recall(outcomes) | coverage(outcomes)
        report["coach"] |= speed(library, [question.text for group in groups.values() for question in group])
        if peer:
            on_progress("The tutorial's way …")
            store = tutorial(corpus, Path(scratch) / "peer", settings.cache)
            report["tutorial"] = {name: recall(asked(store, questions)) for name, questions in groups.items()}
    return report


def speed(library: KnowledgeLibrary, texts: list[str]) -> dict[str, float]:
    """Milliseconds of a search that was not made before, embedding of the question included; by the clock, and CPU of
    the whole process, which says more on a busy machine."""
    library.search_documents("How do I begin?")
    times, used = [], []
    for number, text in enumerate(texts):
        # As long as the question was, and in one sentence where it was one: each sentence is embedded by itself.
        asked = f"{text.rstrip(' ?.!')}, case {number}?"
        began, idle = time.perf_counter(), time.process_time()
        library.search_documents(asked)
        times.append((time.perf_counter() - began) * 1000)
        used.append((time.process_time() - idle) * 1000)
    return {
        "search_p50_ms": round(float(np.quantile(times, 0.5)), 1),
        "search_p95_ms": round(float(np.quantile(times, 0.95)), 1),
        "search_p50_cpu_ms": round(float(np.quantile(used, 0.5)), 1),
        "search_p95_cpu_ms": round(float(np.quantile(used, 0.95)), 1),
    }


def tutorial(corpus: Path, folder: Path, cache: Path) -> "Chroma":
    """The corpus as a tutorial would store it: the markdown and text files, split, embedded and put into Chroma."""
    from langchain_chroma import Chroma
    from langchain_core.documents import Document
    from langchain_core.embeddings import Embeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    from knowledge.embedding import MiniLM

    class Fp32(Embeddings):
        def __init__(self) -> None:
            self._model = MiniLM(cache, int8=False)

        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return [
                row
                for start in range(0, len(texts), BATCH)
                for row in self._model.embed(texts[start : start + BATCH]).tolist()
            ]

        def embed_query(self, text: str) -> list[float]:
            return self._model.embed([text])[0].tolist()

    documents = [
        Document(
            path.read_text(encoding="utf-8", errors="replace"), metadata={"file": path.relative_to(corpus).as_posix()}
        )
        for path in sorted(corpus.rglob("*"))
        if path.suffix in (".md", ".txt", ".html")
    ]
    splitter = RecursiveCharacterTextSplitter(chunk_size=CHARACTERS, chunk_overlap=OVERLAP)
    store = Chroma("tutorial", Fp32(), persist_directory=str(folder))
    pieces = splitter.split_documents(documents)
    for start in range(0, len(pieces), 2000):
        store.add_documents(pieces[start : start + 2000])
    return store


def asked(store: "Chroma", questions: list[Question]) -> list[Outcome]:
    """The peer's files for each question, each file once, in the order of its best chunk."""
    outcomes = []
    for question in questions:
        found = store.similarity_search(question.text, k=ASKED)
        files = tuple(dict.fromkeys(document.metadata["file"] for document in found))
        outcomes.append(Outcome(question, files[:10], None))
    return outcomes
