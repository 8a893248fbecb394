"""``coach bench …``: how fast the coach is on this machine, beside what one would otherwise write."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(
    help="Measure speed and memory on this machine, beside a peer in the same run.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)


@app.callback()
def _group() -> None:
    pass


@app.command()
def text(
    turns: Annotated[int, typer.Option(min=1, help="How many messages are answered.")] = 100,
    start: Annotated[bool, typer.Option("--start/--no-start", help="Measure starting up as well.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON alone on stdout.")] = False,
) -> None:
    """A guided turn by text, beside LangChain's tutorial loop on the same cards; starting up; memory."""
    from coach.app import load_settings
    from evals.bench.text import measure

    report = measure(load_settings(), turns=turns, start=start, on_progress=note)
    show(report, as_json)


Corpus = Annotated[Path, typer.Option("--corpus", help="A folder of documents to read.")]
Peer = Annotated[bool, typer.Option("--peer/--no-peer", help="Measure LangChain's tutorial way as well.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON alone on stdout.")]


@app.command()
def ingest(
    corpus: Corpus,
    questions: Annotated[
        Path | None, typer.Option(help="A table of questions over the corpus; else our own.", show_default=False)
    ] = None,
    passages: Annotated[int, typer.Option(help="Size of the large collection that is searched; 0 for none.")] = 100_000,
    peer: Peer = True,
    as_json: AsJson = False,
) -> None:
    """Taking a corpus in and asking it, beside LangChain's tutorial way; searching a large one."""
    from coach.app import load_settings
    from evals.bench.ingest import measure

    report = measure(load_settings(), corpus, questions=questions, passages=passages, peer=peer, on_progress=note)
    show(report, as_json)


@app.command()
def retrieval(
    corpus: Corpus,
    questions: Annotated[
        Path | None, typer.Option(help="A table of other questions over the corpus.", show_default=False)
    ] = None,
    peer: Peer = True,
    as_json: AsJson = False,
) -> None:
    """What is found in a corpus, by our questions and others, beside LangChain's tutorial way."""
    from coach.app import load_settings
    from evals.bench.retrieval import measure

    show(measure(load_settings(), corpus, others=questions, peer=peer, on_progress=note), as_json)


@app.command()
def voice(
    speech: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Recordings, with a manifest.tsv of file and transcript; else our own voice."),
    ] = None,
    runs: Annotated[int, typer.Option(min=1, help="How often each recording is said.")] = 5,
    minutes: Annotated[float, typer.Option(min=0.1, help="Of noise in which nothing may be heard.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON alone on stdout.")] = False,
) -> None:
    """A spoken turn, its manners and what it hears in noise, beside the loop one would otherwise write."""
    from coach.app import load_settings
    from evals.bench.voice import measure

    show(measure(load_settings(), speech=speech, runs=runs, minutes=minutes, on_progress=note), as_json)


@app.command()
def load(
    people: Annotated[int, typer.Option(min=1, help="How many are in the room.")] = 100,
    speakers: Annotated[int, typer.Option(min=0, help="How many of them talk instead of typing.")] = 8,
    seconds: Annotated[float, typer.Option(min=10, help="How long they go on.")] = 300,
    every: Annotated[float, typer.Option(min=1, help="Seconds between one's messages.")] = 20,
    workers: Annotated[
        int, typer.Option(min=1, help="Processes on one database; of several one is killed in the middle.")
    ] = 1,
    documents: Annotated[
        Path | None, typer.Option(help="A file or folder for the room to look in, too.", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """A whole workshop at once: what a person waits for, errors, memory."""
    from coach.app import load_settings
    from evals.bench.load import measure

    report = measure(
        load_settings(), people=people, speakers=speakers, seconds=seconds, every_s=every, workers=workers,
        documents=documents, on_progress=note,
    )  # fmt: skip
    show(report, as_json)


def show(report: dict[str, Any], as_json: bool) -> None:
    """A report as JSON, or as one figure a line with its aim."""
    if as_json:
        print(json.dumps(report, indent=2))
        return
    for name, value in rows(report):
        aim = report.get("aims", {}).get(name)
        held = "" if aim is None else f"  aim {aim:g}: {'holds' if value <= aim else 'MISSED'}"
        typer.echo(f"{name:<34} {value:>10,.2f}{held}" if isinstance(value, float | int) else f"{name:<34} {value}")


def rows(report: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    """Every figure of a report under its full name."""
    found: list[tuple[str, Any]] = []
    for name, value in report.items():
        if name == "aims":
            continue
        found += rows(value, f"{prefix}{name}.") if isinstance(value, dict) else [(f"{prefix}{name}", value)]
    return found


def note(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
