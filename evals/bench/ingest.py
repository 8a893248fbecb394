"""Taking a corpus in: time, memory, the second run, beside the way of LangChain's tutorial; searching a large one."""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from coach.config import Settings
from coach.errors import CoachError

Note = Callable[[str], None]

AIMS = {
    "coach.first_run_s": 90.0,
    "coach.second_run_s": 3.0,
    "coach.memory_mb": 1536.0,
    "large.search_p95_ms": 50.0,
}


def measure(
    settings: Settings,
    corpus: Path,
    *,
    questions: Path | None = None,
    passages: int = 100_000,
    peer: bool = True,
    on_progress: Note = lambda _: None,
) -> dict[str, Any]:
    """Every figure, its unit in its name. Runs are processes of their own, so that memory is each one's own.

    ``questions``: a table of questions over the corpus; both ways are asked them, else our own kept ones.
    """
    if not corpus.is_dir():
        raise CoachError(f"There is no folder {corpus}. Name the corpus: --corpus DIR")
    report: dict[str, Any] = {"bench": "ingest", "cores": os.cpu_count(), "load_1min": round(os.getloadavg()[0], 2)}
    with tempfile.TemporaryDirectory(prefix="coach-bench-") as scratch:
        home = Path(scratch) / "home"
        on_progress("Reading the corpus for the first time …")
        first = _run("add", str(corpus), str(home), str(settings.cache))
        on_progress("… and again …")
        second = _run("add", str(corpus), str(home), str(settings.cache))
        report["coach"] = {
            "files": first["read"],
            "passages": first["passages"],
            "first_run_s": first["s"],
            "first_run_cpu_s": first["cpu_s"],
            "second_run_s": second["s"],
            "second_run_cpu_s": second["cpu_s"],
            "memory_mb": first["memory_mb"],
            "second_run_memory_mb": second["memory_mb"],
        }
        asked = str(questions or "")
        on_progress("Asking …")
        report["coach"] |= _found(_run("ask", str(home), asked, str(settings.cache)))
        if peer:
            on_progress("The tutorial's way …")
            made = _run("tutorial", str(corpus), str(Path(scratch) / "peer"), asked, str(settings.cache))
            report["tutorial"] = {
                "chunks": made["chunks"],
                "first_run_s": made["built_s"],
                "first_run_cpu_s": made["built_cpu_s"],
                "memory_mb": made["memory_mb"],
                **_found(made),
            }
        if passages:
            on_progress(f"Searching {passages:,} passages …")
            report["large"] = _run("large", str(home), str(passages), str(settings.cache))
    report["aims"] = dict(AIMS)
    return report


def _run(what: str, *arguments: str) -> dict[str, Any]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, "-m", "evals.bench.ingest", what, *arguments]
    began = time.perf_counter()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"exit {done.returncode}"])[-1]
        raise CoachError(f"The measurement {what!r} broke ({last}). Run it again with COACH_DEBUG=1.")
    return {**json.loads(done.stdout.splitlines()[-1]), "s": round(time.perf_counter() - began, 2)}


def _used() -> dict[str, float]:
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
    return {"memory_mb": round(max(own.ru_maxrss, children.ru_maxrss) / 1024, 1), "cpu_s": round(cpu, 2)}


def add(corpus: Path, home: Path, cache: Path) -> dict[str, Any]:
    from knowledge.bookcase import open_bookcase

    report = open_bookcase(Settings(home=home, cache=cache)).add([corpus])
    return {"read": len(report.read), "passages": report.passages, **_used()}


def ask(home: Path, questions: str, cache: Path) -> dict[str, Any]:
    """How much of what answers is found in a home's documents."""
    from evals.retrieval import answer, recall
    from knowledge.library import open_library

    outcomes = answer(open_library(Settings(home=home, cache=cache)), _questions(questions))
    return {**recall(outcomes), **_used()}


def tutorial(corpus: Path, folder: Path, questions: str, cache: Path) -> dict[str, Any]:
    """The peer's way: what it took to build, and how much of what answers it finds."""
    from evals.bench.retrieval import asked
    from evals.bench.retrieval import tutorial as store
    from evals.retrieval import recall

    began = time.perf_counter()
    made = store(corpus, folder, cache)
    built = {"built_s": round(time.perf_counter() - began, 2), "built_cpu_s": _used()["cpu_s"]}
    return {
        "chunks": len(made.get(include=[])["ids"]),
        **built,
        **recall(asked(made, _questions(questions))),
        **_used(),
    }


def _questions(table: str) -> list[Any]:
    from evals import retrieval

    return retrieval.table(Path(table)) if table else retrieval.ours("kept")


def _found(figures: dict[str, Any]) -> dict[str, Any]:
    """The figures of recall alone."""
    return {name: value for name, value in figures.items() if name.startswith("recall@") or name == "questions"}


def large(home: Path, passages: int, cache: Path) -> dict[str, Any]:
    """A collection of so many passages, made from the corpus with its words and vectors shaken, and searched."""
    from evals.bench.retrieval import speed
    from evals.retrieval import ours
    from knowledge.documents import Documents, Row
    from knowledge.library import open_library

    documents = Documents(home)
    chance = np.random.default_rng(0)
    sources = documents.sources("documents")
    known = {row[0]: row for row in documents.rows("documents")}
    passages_of = {source.id: documents.passages_of(source.id) for source in sources}
    made, copy = 0, 0
    while made < passages:
        for source in sources:
            rows = []
            for number, passage in enumerate(passages_of[source.id]):
                _, _, context, stems, vector = known[passage.id]
                shaken = np.frombuffer(vector, np.float16).astype(np.float32)
                shaken = shaken + chance.normal(0, 0.02, len(shaken)).astype(np.float32)
                words = stems.split()
                chance.shuffle(words)
                rows.append(
                    Row(
                        id=f"{passage.id}-{copy}",
                        number=number,
                        heading=passage.heading,
                        page=passage.page,
                        span=passage.span or (0, 0),
                        text=passage.text,
                        context=context,
                        stems=" ".join(words[: max(8, int(len(words) * 0.9))]),
                        hash=f"{passage.text_hash}{copy}",
                        quality=passage.quality,
                        flagged=0.0,
                        vector=(shaken / np.linalg.norm(shaken)).astype(np.float16).tobytes(),
                    )
                )
            documents.put(
                replace(
                    source,
                    id=f"{source.id}-{copy}",
                    collection="large",
                    file=f"{copy}/{source.file}",
                    text="",
                    sketch=b"",
                ),
                rows,
            )
            made += len(rows)
        copy += 1
    library = open_library(Settings(home=home, cache=cache))
    began = time.perf_counter()
    library.bookcase.refresh("large")
    built = time.perf_counter() - began
    library.bookcase.warm = True
    search = library.search_documents
    library.search_documents = lambda query, k=10, collection="large": search(query, k, collection)  # type: ignore[method-assign]
    return {"passages": made, "index_s": round(built, 1), **speed(library, [q.text for q in ours()]), **_used()}


if __name__ == "__main__":
    what, *arguments = sys.argv[1:]
    if what == "add":
        result = add(Path(arguments[0]), Path(arguments[1]), Path(arguments[2]))
    elif what == "ask":
        result = ask(Path(arguments[0]), arguments[1], Path(arguments[2]))
    elif what == "tutorial":
        result = tutorial(Path(arguments[0]), Path(arguments[1]), arguments[2], Path(arguments[3]))
    else:
        result = large(Path(arguments[0]), int(arguments[1]), Path(arguments[2]))
    print(json.dumps(result))
