"""``coach knowledge …``: look into what the coach speaks from. Light to import; the work is imported when it runs."""

import contextlib
import json
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from knowledge.library import KnowledgeLibrary
    from knowledge.vectors import OnProgress

app = typer.Typer(help="What the coach speaks from: cards, claims and your own documents.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON alone on stdout.")]


@app.command()
def check() -> None:
    """Validate every card and claim; exit 1 with one line for each problem."""
    from knowledge.cards import CARDS_DIR
    from knowledge.checking import find_problems
    from knowledge.claims import load_claims

    problems = find_problems()
    for problem in problems:
        typer.echo(str(problem), err=True)
    if problems:
        raise typer.Exit(1)
    typer.echo(f"{len(list(CARDS_DIR.glob('*.yaml')))} cards and {len(load_claims())} claims are in order.")


@app.command()
def search(
    query: Annotated[str, typer.Argument(help="What to look for; - reads one query a line.")],
    k: Annotated[int, typer.Option("--k", min=1, help="How many results at most.")] = 10,
    collection: Annotated[str, typer.Option(help="Where to look: cards.")] = "cards",
    as_json: AsJson = False,
) -> None:
    """Search, and say whether what is there covers the query at all."""
    library = _library()
    for line in _lines(query):
        answer = _search(library, line, k)
        if as_json:
            _print_json(answer, compact=query == "-")
        else:
            _print_results(answer)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """Every card and claim, one a line."""
    from knowledge.cards import load_cards
    from knowledge.claims import load_claims

    rows = [
        {"id": f"card:{card.id}", "kind": "card", "title": card.title, "topic": card.topic}
        for card in load_cards().values()
    ] + [
        {"id": f"claim:{claim.id}", "kind": "claim", "title": claim.statement, "grade": claim.grade}
        for claim in load_claims().values()
    ]
    if as_json:
        _print_json(rows)
        return
    for row in rows:
        typer.echo(f"{row['id']:<44} {row['title']}")


@app.command()
def show(
    id: Annotated[str, typer.Argument(metavar="ID", help="card:…, claim:…, or the bare name.")],
    as_json: AsJson = False,
) -> None:
    """All that is known of one card, claim or passage."""
    from knowledge.showing import describe

    found = describe(id)
    if as_json:
        _print_json(found)
    else:
        import yaml

        typer.echo(yaml.safe_dump(found, sort_keys=False, allow_unicode=True, width=100).rstrip())


@app.command()
def rebuild(as_json: AsJson = False) -> None:
    """Build the index anew from its sources."""
    started = time.perf_counter()
    library = _library()
    library.rebuild()
    report = {"passages": len(library.passages), "ms": _ms(started)}
    if as_json:
        _print_json(report)
    else:
        typer.echo(f"The index holds {report['passages']} passages.")


def _library() -> "KnowledgeLibrary":
    from coach.config import Settings
    from knowledge.library import open_library

    with progress_bar() as on_progress:
        return open_library(Settings(), on_progress=on_progress, on_notice=notice)


def notice(text: str) -> None:
    typer.echo(text, err=True)


@contextlib.contextmanager
def progress_bar() -> "Iterator[OnProgress]":
    """Draws a bar on stderr from the first step on, so that nothing shows where nothing is to be done."""
    from rich.console import Console
    from rich.progress import Progress, TaskID

    bar = Progress(console=Console(stderr=True), transient=True)
    tasks: dict[str, TaskID] = {}

    def on_progress(done: int, total: int, what: str) -> None:
        if what not in tasks:
            bar.start()
            tasks[what] = bar.add_task(f"Reading {what}", total=total)
        bar.update(tasks[what], completed=done, total=total)

    try:
        yield on_progress
    finally:
        if tasks:
            bar.stop()


def _search(library: "KnowledgeLibrary", query: str, k: int) -> dict[str, Any]:
    import asyncio

    started = time.perf_counter()
    retrieval = asyncio.run(library.search(query, k=k))
    results = []
    for id, score in retrieval.cards:
        card = library.card(id)
        results.append({"file": f"{id}.yaml", "heading": card.title, "text": card.gist, "score": round(score, 4)})
    return {"query": query, "covered": retrieval.covered, "results": results, "ms": _ms(started)}


def _print_results(answer: dict[str, Any]) -> None:
    if not answer["covered"]:
        typer.echo("Nothing here covers that. Nearest:")
    for result in answer["results"]:
        typer.echo(f"{result['file']:<40} {result['heading']}\n    {result['text']}")


def _lines(query: str) -> Iterator[str]:
    if query != "-":
        yield query
        return
    for line in sys.stdin:
        if line.strip():
            yield line.strip()


def _print_json(value: Any, *, compact: bool = False) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=None if compact else 2)
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _ms(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 2)
