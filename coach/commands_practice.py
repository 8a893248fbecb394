"""``coach practice …``: which practices there are, what they left behind, and pages as files."""

import asyncio
import json
import os
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from coach.errors import CoachError

if TYPE_CHECKING:
    from coach.store import Store

T = TypeVar("T")

app = typer.Typer(
    help="Practices, and the pages and promises they left.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON alone on stdout.")]


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """The practices, the pages that were made, and the promises that are open."""
    from coach.practice.practice import practices

    known = list(practices().values())
    pages, promises = _with_store(_left)
    if as_json:
        found = {
            "practices": [{"name": one.name, "title": one.title, "gist": one.gist} for one in known],
            "pages": [
                {"id": one.id, "kind": one.kind, "title": one.title, "created": one.created.isoformat()}
                for one in pages
            ],
            "commitments": [
                {
                    "id": one.id, "text": one.text, "owner": one.owner, "state": one.state,
                    "due": one.due.isoformat() if one.due else None,
                }
                for one in promises
            ],
        }  # fmt: skip
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    for practice in known:
        typer.echo(f"{practice.name:20}  {practice.title}")
    for page in pages:
        typer.echo(f"{page.id}  {page.created.astimezone():%Y-%m-%d}  {page.title}")
    for promise in promises:
        typer.echo(f"{promise.state:8}  {promise.due.isoformat() if promise.due else 'no day':10}  {promise.text}")


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="A practice, or the id of a page; see: coach practice list")],
    as_json: AsJson = False,
) -> None:
    """What a practice asks for and makes, or a page that was made."""
    from coach.export import export as exported
    from coach.practice.practice import practices

    practice = practices().get(name)
    if practice is None:
        page = _with_store(lambda store: store.kept.artefact(name))
        typer.echo(exported(page, "json" if as_json else "md").decode(), nl=False)
    elif as_json:
        typer.echo(practice.model_dump_json(indent=2))
    else:
        typer.echo(f"{practice.title}\n{practice.gist}\n")
        for field in practice.fields:
            typer.echo(f"{field.need:5}  {field.title}")
        typer.echo(f'\nBegin with: coach ask "…" --practice {practice.name}')


@app.command()
def export(
    id: Annotated[str, typer.Argument(help="The page; see: coach practice list")],
    format: Annotated[str, typer.Option("--format", help="md, docx, ics or json.")] = "md",
    out: Annotated[Path | None, typer.Option("--out", help="Where to write; - is stdout.", show_default=False)] = None,
) -> None:
    """Write a page as a file, readable by you alone."""
    from coach.export import export as exported
    from coach.export import file_name

    page = _with_store(lambda store: store.kept.artefact(id))
    content = exported(page, format)
    text = format in ("md", "json", "ics")
    if str(out) == "-" or (out is None and text and not sys.stdout.isatty()):
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    file = out or Path(file_name(page, format))
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as opened:
            opened.write(content)
    except OSError as exc:
        raise CoachError(f"{file} cannot be written ({exc.strerror}). Choose another place with --out.") from exc
    typer.echo(f"“{page.title}” is in {file}.", err=True)


async def _left(store: "Store") -> Any:
    return await store.kept.artefacts(), await store.kept.commitments()


def _with_store(work: "Callable[[Store], Coroutine[Any, Any, T]]") -> T:
    async def run() -> T:
        from coach.app import Coach, load_settings

        coach = Coach(load_settings())
        try:
            return await work(coach.store)
        finally:
            await coach.close()

    return asyncio.run(run())
