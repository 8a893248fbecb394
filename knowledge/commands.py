"""``coach knowledge …``: look into what the coach speaks from. Light to import; the work is imported when it runs."""

import contextlib
import json
import sys
import time
from collections.abc import Callable, Iterator
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
def add(
    paths: Annotated[list[str], typer.Argument(metavar="PATH…", help="Files, folders or zip archives.")],
    collection: Annotated[str, typer.Option(help="The collection to add to.")] = "documents",
    as_json: AsJson = False,
) -> None:
    """Read your own documents; those that did not change are left as they are."""
    from pathlib import Path

    from coach.config import Settings
    from knowledge.bookcase import open_bookcase
    from knowledge.telling import report_data, report_lines

    started = time.perf_counter()
    with progress_bar() as on_progress:
        # Neither cards nor claims are needed to read documents, and opening them takes a second.
        bookcase = open_bookcase(Settings(), on_progress=on_progress, on_notice=notice)
        report = bookcase.add([Path(path) for path in paths], collection, on_file=_each_file(on_progress))
    if as_json:
        _print_json(report_data(report) | {"ms": _ms(started)})
        return
    for line in report_lines(report):
        typer.echo(line)


@app.command()
def remove(
    id: Annotated[str, typer.Argument(metavar="ID", help="A document's id or file, or a path that was added.")],
    collection: Annotated[str | None, typer.Option(help="Only in this collection.", show_default=False)] = None,
    as_json: AsJson = False,
) -> None:
    """Forget documents completely, and print what was looked for afterwards."""
    from dataclasses import asdict

    from coach.config import Settings
    from knowledge.telling import receipt_lines

    receipt = _library().remove(id, Settings().home, collection)
    if as_json:
        _print_json(asdict(receipt) | {"clean": receipt.clean})
    else:
        for line in receipt_lines(receipt):
            typer.echo(line)
    if not receipt.clean:
        raise typer.Exit(1)


@app.command()
def search(
    query: Annotated[str, typer.Argument(help="What to look for; - reads one query a line.")],
    k: Annotated[int, typer.Option("--k", min=1, help="How many results at most.")] = 10,
    collection: Annotated[
        str, typer.Option(help="Which of your collections to search, or cards for the coach's own.")
    ] = "documents",
    as_json: AsJson = False,
) -> None:
    """Search your own documents, and say whether what is there covers the query at all."""
    library = _library()
    if collection != "cards":
        _say_where_else(library, collection)
    for line in _lines(query):
        answer = (_search_cards if collection == "cards" else _search_documents)(library, line, k, collection)
        if as_json:
            _print_json(answer, compact=query == "-")
        else:
            _print_results(answer)


@app.command("list")
def list_(
    collection: Annotated[str | None, typer.Option(help="Only this collection.", show_default=False)] = None,
    as_json: AsJson = False,
) -> None:
    """Every document, card and claim, one a line."""
    from coach.config import Settings
    from knowledge.telling import listed

    rows = listed(Settings().home, collection)
    if as_json:
        _print_json(rows)
        return
    for row in rows:
        typer.echo(f"{row['id']:<44} {row['title']}" + (f"  ({row['file']})" if "file" in row else ""))


@app.command()
def show(
    id: Annotated[str, typer.Argument(metavar="ID", help="card:…, claim:…, doc:…, a document, or the bare name.")],
    as_json: AsJson = False,
) -> None:
    """All that is known of one card, claim, passage or document."""
    from coach.config import Settings
    from knowledge.documents import Documents
    from knowledge.showing import describe

    found = describe(id, Documents(Settings().home))
    if as_json:
        _print_json(found)
    else:
        import yaml

        typer.echo(yaml.safe_dump(found, sort_keys=False, allow_unicode=True, width=100).rstrip())


@app.command()
def rebuild(as_json: AsJson = False) -> None:
    """Read your documents again and build every index anew."""
    started = time.perf_counter()
    library = _library()
    with progress_bar() as on_progress:
        library.rebuild(on_file=_each_file(on_progress))
    documents = sum(library.bookcase.documents.collections().values())
    report = {"passages": len(library.passages), "documents": documents, "ms": _ms(started)}
    if as_json:
        _print_json(report)
    else:
        typer.echo(f"The index holds {report['passages']} passages of cards and claims, and {documents} documents.")


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


def _each_file(on_progress: "OnProgress") -> "Callable[[int, int, str], None]":
    """Draws the bar, and names each file on a line of its own where nobody sees a bar."""
    seen = sys.stderr.isatty()

    def on_file(done: int, total: int, name: str) -> None:
        if seen:
            on_progress(done, total, "documents")
        else:
            typer.echo(f"[{done}/{total}] {name}", err=True)

    return on_file


def _say_where_else(library: "KnowledgeLibrary", collection: str) -> None:
    there = library.bookcase.documents.collections()
    if not there.get(collection):
        others = f"There are: {', '.join(there)}." if there else "Add documents: coach knowledge add PATH"
        notice(f"The collection {collection!r} is empty. {others}")


def _search_cards(library: "KnowledgeLibrary", query: str, k: int, collection: str) -> dict[str, Any]:
    import asyncio

    started = time.perf_counter()
    retrieval = asyncio.run(library.search_cards(query, k=k))
    results = []
    for id, score in retrieval.cards:
        card = library.card(id)
        results.append({"file": f"{id}.yaml", "heading": card.title, "text": card.gist, "score": round(score, 4)})
    return {"query": query, "covered": retrieval.covered, "results": results, "ms": _ms(started)}


def _search_documents(library: "KnowledgeLibrary", query: str, k: int, collection: str) -> dict[str, Any]:
    started = time.perf_counter()
    covered, found = library.search_documents(query, k, collection)
    results = [
        {
            "file": one.passage.file,
            "heading": one.passage.heading,
            "text": one.passage.text,
            "score": round(one.score, 4),
        }
        for one in found
    ]
    return {"query": query, "covered": covered, "results": results, "ms": _ms(started)}


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
