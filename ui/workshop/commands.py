"""``coach workshop``: a room on this machine for the phones around it, and the check before the day."""

import asyncio
from typing import Annotated

import typer

from coach.errors import CoachError

app = typer.Typer(add_completion=False, rich_markup_mode=None)

PORT = 7870


@app.command()
def workshop(
    agenda: Annotated[
        str | None, typer.Option(metavar="NAME|FILE", help="A ready agenda, or a file of your own.", show_default=False)
    ] = None,
    agendas: Annotated[bool, typer.Option("--agendas", help="List the ready agendas.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Try everything before the day.")] = False,
    collection: Annotated[
        str | None, typer.Option(metavar="NAME", help="Documents that the coach may speak from.", show_default=False)
    ] = None,
    fresh: Annotated[bool, typer.Option("--new", help="Open a new room even where one is open.")] = False,
    only: Annotated[
        str | None,
        typer.Option(
            metavar="room|serve", help="Only open a room in the database, or only serve: for several workers."
        ),
    ] = None,
    address: Annotated[
        str | None, typer.Option(metavar="URL", help="The address on the wall, behind a proxy.", show_default=False)
    ] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.", show_default=False)] = None,
    port: Annotated[int, typer.Option(help="Port to listen on.")] = PORT,
    https: Annotated[bool, typer.Option("--https/--http", help="With a certificate of this machine.")] = True,
    open_page: Annotated[bool, typer.Option("--open/--no-open", help="Open the desk in a browser.")] = True,
    writer: Annotated[str | None, typer.Option(help="auto, guided, openai:MODEL.", show_default=False)] = None,
) -> None:
    """A workshop for the phones in the room: no accounts, and a wall that does not know who wrote on it."""
    from coach.app import load_settings

    settings = load_settings(writer=writer)
    if agendas:
        from coach.workshop.agenda import ready

        for name, one in ready().items():
            typer.echo(f"{name:<16} {one.minutes:>4.0f} min  {one.title}")
        return
    if check:
        from ui.workshop.check import check as check_all

        if not asyncio.run(check_all(settings, port)):
            raise typer.Exit(1)
        return
    if only not in (None, "room", "serve"):
        raise CoachError(f"--only takes room or serve, not {only!r}.")
    from ui.workshop.serving import Choice, launch

    choice = Choice(agenda, collection, fresh, only, address, host, port, https, open_page)
    launch(settings, choice)
