"""``coach talk``: one spoken turn from a file."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(add_completion=False, rich_markup_mode=None)


def note(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


@app.command()
def talk(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="What is said, as wav or flac.")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="OUT.wav", help="Where the answer goes.")] = None,
    conversation: Annotated[str | None, typer.Option(metavar="ID", help="Go on with this one, or begin it.")] = None,
    voices: Annotated[bool, typer.Option("--voices", help="List the voices of this system.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON alone on stdout.")] = False,
) -> None:
    """Say one turn to the coach from a file, and take the answer down as sound."""
    if voices:
        print("\n".join(asyncio.run(_voices())))
        return
    if file is None or out is None:
        raise typer.BadParameter("Name what is said and where the answer goes: coach talk FILE --out OUT.wav")
    answer = asyncio.run(_talk(file, out, conversation))
    if as_json:
        print(json.dumps(answer, ensure_ascii=False, indent=2))
    elif answer["reply"] is None:
        typer.echo("Nobody spoke, so there is no answer.")
    else:
        typer.echo(f"You: {answer['heard']}\nCoach: {answer['reply']}")


async def _talk(file: Path, out: Path, id: str | None) -> dict[str, object]:
    from coach.app import Coach, load_settings, weights_of
    from coach.progress import progress
    from voice.fromfile import read, talk, write
    from voice.parts import Parts

    samples = read(file)
    settings = load_settings()
    with progress() as on_progress:
        coach = Coach(settings, on_progress=on_progress, on_notice=note)
        await coach.ready()
        parts = Parts(settings, weights_of(settings))
        await parts.ready()
    try:
        spoken = await talk(await coach.conversation(id), parts, samples)
    finally:
        await coach.close()
    if spoken.reply is not None:
        write(out, spoken)
    return {"heard": spoken.heard, "reply": spoken.reply, "ms": spoken.ms}


async def _voices() -> list[str]:
    from voice.models.pyttsx import Pyttsx3Voice

    voice = Pyttsx3Voice()
    try:
        return await voice.voices()
    finally:
        await voice.close()
