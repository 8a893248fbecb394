"""``coach data …``: where conversations lie, taking them along, and deleting them for good."""

import asyncio
import json
import os
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from coach.errors import CoachError, StoreError

if TYPE_CHECKING:
    from coach.store import Store

T = TypeVar("T")

app = typer.Typer(
    help="Your conversations: where they lie, taking them along, deleting them for good.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

FORMAT = "trust-coach-conversations/1"


@app.command()
def where() -> None:
    """Print the folder and the list of conversations."""
    from coach.app import load_settings

    settings = load_settings()
    typer.echo(f"folder    {settings.home}")
    typer.echo(f"database  {settings.database.removeprefix('sqlite:///')}")
    typer.echo(f"models    {settings.cache}")

    async def entries(store: "Store") -> Any:
        return await store.entries()

    for entry in _with_store(entries):
        typer.echo(f"{entry.id}  {entry.updated.astimezone():%Y-%m-%d %H:%M}  {entry.title or 'untitled'}")


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="Where to write; - is stdout.")] = Path("-"),
    conversation: Annotated[list[str] | None, typer.Option(help="Only this one; may be given again.")] = None,
) -> None:
    """Write conversations as JSON, every turn with its sentences and the ids of what they cite.

    Everything together has the rounds of the team pulse with it: what a closed one showed, and no single answer.
    """
    from coach.app import load_settings
    from coach.pulse.rounds import open_rounds

    dumped = _with_store(lambda store: store.dump(*(conversation or ())))
    rounds = [] if conversation else open_rounds(load_settings().home).dump()
    found = {"format": FORMAT, "conversations": dumped, **({"pulse": rounds} if rounds else {})}
    text = json.dumps(found, ensure_ascii=False, indent=2)
    if str(file) == "-":
        typer.echo(text)
        return
    try:
        # Readable by the person alone, like the database it came from.
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
            out.write(text + "\n")
    except OSError as exc:
        raise CoachError(f"{file} cannot be written ({exc.strerror}). Choose another place.") from exc
    typer.echo(f"{len(dumped)} conversations are in {file}.", err=True)
    if rounds:
        typer.echo(f"{len(rounds)} rounds of the team pulse are in it too.", err=True)


@app.command("import")
def import_(file: Annotated[Path, typer.Argument(help="A file made by: coach data export; - is stdin.")]) -> None:
    """Add exported conversations; those that are here already stay as they are."""
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise CoachError(f"{file} cannot be read ({exc}). Choose a file made by: coach data export") from exc
    try:
        data = json.loads(text)
        known = data["format"] == FORMAT
        dumped, rounds = data["conversations"], data.get("pulse", [])
    except (ValueError, KeyError, TypeError, AttributeError):
        known, dumped, rounds = False, [], []
    if not known:
        raise StoreError(f"{file} is not an export of Trust Coach. Choose a file made by: coach data export")
    came = _with_store(lambda store: store.load(dumped))
    typer.echo(f"{came} conversations came in, {len(dumped) - came} were here already.", err=True)
    if rounds:
        from coach.app import load_settings
        from coach.pulse.rounds import open_rounds

        back = open_rounds(load_settings().home).load(rounds)
        typer.echo(f"{back} closed rounds of the team pulse came in.", err=True)


@app.command()
def delete(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]…", help="Conversations; see: coach data where")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Delete every conversation, and the team pulse.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete conversations for good, and say what went."""
    if bool(ids) == everything:
        raise typer.BadParameter("Name conversations, or give --all.")
    what = "every conversation" if everything else f"{len(ids or ())} conversations"
    if not yes:
        if not sys.stdin.isatty():
            raise typer.BadParameter(f"This deletes {what} for good. Confirm with --yes.")
        typer.confirm(f"Delete {what} for good?", abort=True, err=True)
    receipt = _with_store(lambda store: store.delete_all() if everything else store.delete(*(ids or ())))
    typer.echo(
        f"Deleted {receipt.conversations} conversations with {receipt.turns} turns and {receipt.sentences} sentences. "
        "Their words are overwritten."
    )
    if everything:
        from coach.app import load_settings
        from coach.pulse.rounds import open_rounds

        rounds = open_rounds(load_settings().home).delete_all()
        if rounds:
            typer.echo(f"Deleted {rounds} rounds of the team pulse.")


def _with_store(work: "Callable[[Store], Coroutine[Any, Any, T]]") -> T:
    async def run() -> T:
        from coach.app import Coach, load_settings

        coach = Coach(load_settings())
        try:
            return await work(coach.store)
        finally:
            await coach.close()

    return asyncio.run(run())
