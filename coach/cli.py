"""The command line. Light to import: what a command needs is imported when it runs."""

import asyncio
import json
import os
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from coach.errors import CoachError
from coach.lazy import Elsewhere, LazyGroup

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from coach.app import Coach
    from coach.conversation import Conversation
    from coach.events import Event


class Commands(LazyGroup):
    elsewhere = {  # noqa: RUF012 (never changed)
        "knowledge": Elsewhere("knowledge.commands", "What the coach speaks from."),
        "data": Elsewhere("coach.data", "Your conversations: where, export, import, delete."),
        "talk": Elsewhere("voice.commands", "Say one turn from a sound file, and take the answer down as sound."),
        "bench": Elsewhere("evals.bench.commands", "Measure speed and memory on this machine."),
        "eval": Elsewhere("evals.commands", "Measure how safe, grounded and good a coach it is."),
        "practice": Elsewhere("coach.commands_practice", "Practices, and the pages and promises they left."),
        "workshop": Elsewhere("ui.workshop.commands", "One laptop, thirty phones, no accounts."),
        "lint": Elsewhere("coach.commands_lint", "Mark blame and hindsight in a text, and offer another wording."),
        "doctor": Elsewhere("coach.doctor", "Check every part, one line each, with the fix."),
    }
    default = "ui"
    own_options = ("--help", "-h", "--version", "--install-completion", "--show-completion")


app = typer.Typer(
    cls=Commands,
    help="A coach for people who lead others: grounded, non-clinical, on your own machine.",
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

WriterOption = Annotated[
    str | None, typer.Option("--writer", help="auto, guided, openai:MODEL or local:PATH.", show_default=False)
]


@app.callback(invoke_without_command=True)
def _about(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        from coach import __version__

        typer.echo(__version__)
        raise typer.Exit


@app.command()
def ui(
    host: Annotated[str | None, typer.Option(help="Address to listen on.", show_default=False)] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.", show_default=False)] = None,
    https: Annotated[
        bool, typer.Option("--https", help="Let phones in the same network in, with a certificate of this machine.")
    ] = False,
    open_page: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in a browser.")] = True,
    writer: WriterOption = None,
) -> None:
    """Open the coach as a web page (what `coach` alone does)."""
    from coach.app import load_settings
    from ui.web import launch

    settings = load_settings(host=host, port=port, writer=writer)
    launch(settings, settings.host, settings.port, open_page, https=https)


@app.command()
def chat(
    conversation: Annotated[str | None, typer.Option(metavar="ID", help="Go on with this one.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the one used last.")] = False,
    writer: WriterOption = None,
) -> None:
    """Talk with the coach in the terminal."""
    from ui.terminal import chat as chat_here

    async def talk(coach: "Coach") -> None:
        id = conversation
        if id is None and resume:
            entries = await coach.store.entries()
            if not entries:
                raise CoachError("There is no conversation to go on with. Begin one: coach chat")
            id = entries[0].id
        await chat_here(coach, id)

    _run(talk, writer)


@app.command()
def ask(
    text: Annotated[
        str, typer.Argument(metavar="TEXT", help="The message; - reads one a line and prints one JSON object a line.")
    ],
    conversation: Annotated[str | None, typer.Option(metavar="ID", help="Go on with this one, or begin it.")] = None,
    practice: Annotated[str | None, typer.Option(metavar="NAME", help="The practice to use.")] = None,
    writer: WriterOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON alone on stdout.")] = False,
) -> None:
    """Ask once and print the answer."""
    if not text.strip():
        raise typer.BadParameter("There is nothing to answer. Give a message, or - to read messages from stdin.")

    async def answer_all(coach: "Coach") -> None:
        if practice is not None:
            _known_practice(practice)
        if text != "-":
            talk = await _open(coach, conversation, practice)
            events = await _answered(talk, text, show=None if as_json else _Plain())
            if as_json:
                _print_json(events, talk.id, indent=2)
            await _acknowledge(talk, events)
            return
        failed = 0
        async for line in _stdin():
            talk = await _open(coach, conversation, practice)
            try:
                events = await _answered(talk, line)
            except CoachError as exc:
                failed += 1
                print(exc, file=sys.stderr)
                events = []
            _print_json(events, talk.id)
            await _acknowledge(talk, events)
        if failed:
            raise CoachError(f"{failed} messages could not be answered. The lines above say why.")

    _run(answer_all, writer)


# Running


def _run(work: Any, writer: str | None) -> None:
    """Runs ``work(coach)`` with everything made and, on the first run, its progress on stderr."""
    from coach.app import Coach, load_settings
    from coach.progress import progress

    async def run() -> None:
        with progress() as on_progress:
            coach = Coach(load_settings(writer=writer), on_progress=on_progress, on_notice=_note)
            await coach.ready()
        try:
            await work(coach)
        finally:
            await coach.close()

    asyncio.run(run())


def _note(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


async def _open(coach: "Coach", id: str | None, practice: str | None) -> "Conversation":
    if practice is not None:
        id = (await coach.store.create(id)).id
        await coach.store.settle(id, practice=practice)
    return await coach.conversation(id)


def _known_practice(name: str) -> None:
    import difflib

    from coach.prompts import FOLDER

    names = sorted(file.stem for file in (FOLDER / "practices").glob("*.md"))
    if name not in names:
        near = difflib.get_close_matches(name, names, 1)
        hint = f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(names) or 'none yet'}."
        raise CoachError(f"There is no practice {name!r}. {hint}")


async def _answered(talk: "Conversation", said: str, show: "_Plain | None" = None) -> "list[Event]":
    """The events of one turn, notices already on stderr. Raises CoachError where the turn failed."""
    from contextlib import aclosing

    from coach.events import Done, Notice

    events: list[Event] = []
    async with aclosing(talk.reply(said)) as reply:
        async for event in reply:
            events.append(event)
            if show is not None:
                show(event)
            if isinstance(event, Notice):
                _note(event.text)
    done = events[-1]
    if isinstance(done, Done) and done.status == "failed":
        raise CoachError("The coach could not answer. The line above says why; what you said is kept.")
    if show is not None:
        show.end()
    return events


async def _acknowledge(talk: "Conversation", events: "list[Event]") -> None:
    """What stands on stdout has been heard."""
    from coach.events import Said

    said = [event for event in events if isinstance(event, Said)]
    if said:
        await talk.heard(said[-1].turn, len(said))


async def _stdin() -> "AsyncIterator[str]":
    from coach.lines import lines

    async for line in lines():
        if line.strip():
            yield line.strip()


def _print_json(events: "list[Event]", conversation: str, indent: int | None = None) -> None:
    from coach.answer import answer

    separators = None if indent else (",", ":")
    print(
        json.dumps(answer(events, conversation), ensure_ascii=False, indent=indent, separators=separators), flush=True
    )


class _Plain:
    """The answer as text, with its sources below."""

    def __init__(self) -> None:
        from ui.terminal import Sources

        self._sources = Sources()
        self._begun = False

    def __call__(self, event: "Event") -> None:
        from coach.events import Artefact, Said

        if isinstance(event, Artefact):
            print(f"\n\n{event.markdown}", end="", flush=True)
        if isinstance(event, Said):
            print(" " * self._begun + self._sources.marked(event.sentence), end="", flush=True)
            self._begun = True

    def end(self) -> None:
        print()
        for line in self._sources.listed():
            print(line)


def main() -> None:
    """The entry point: one clear line and exit 1 for what a person can act on, 2 for usage, 130 for Ctrl-C."""
    # Numpy's products here are small: a second thread would spin beside them and take half of a search's CPU.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    sys.exit(run(sys.argv[1:]))


def run(args: list[str]) -> int:
    """The exit code of a command line."""
    import logging

    debug = os.environ.get("COACH_DEBUG", "").lower() not in ("", "0", "false")
    if debug:
        logging.basicConfig(level=logging.INFO)
    else:
        # Libraries' warnings are no answer to a person; what concerns them comes as notices.
        logging.getLogger().addHandler(logging.NullHandler())
    try:
        code = app(args, prog_name="coach", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except typer.Abort:
        return 130
    except KeyboardInterrupt:
        return 130
    except typer.exceptions.TyperException as exc:
        exc.show() if hasattr(exc, "show") else _note(str(exc))
        return exc.exit_code
    except CoachError as exc:
        if debug:
            raise
        _note(f"coach: {exc}")
        return 1
    except Exception as exc:
        if debug:
            raise
        what = f"{type(exc).__name__}: {' '.join(str(exc).split())}"
        _note(f"coach: Something broke inside ({what}). Run it again with COACH_DEBUG=1 and report it.")
        return 1
