"""``coach lint``: marks blame and hindsight in files or standard input, for people, editors and scripts."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from coach.errors import CoachError
from coach.values import Mark

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def lint(
    files: Annotated[list[str], typer.Argument(metavar="FILE…", help="Text files; - reads from stdin.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON alone on stdout.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 when anything is marked.")] = False,
) -> None:
    """Mark blame and hindsight in a text, say why, and offer another wording."""
    from coach.app import load_settings, open_language

    texts = [(name, read_text(name)) for name in files]
    language = open_language(load_settings(), utterances=False, on_notice=lambda line: typer.echo(line, err=True))
    found = [(name, language.analyse(text)) for name, text in texts]
    if as_json:
        # One file gives marks alone; of several, each mark says which it is in.
        one = len(found) == 1
        rows = [asdict(mark) if one else {"file": name, **asdict(mark)} for name, marks in found for mark in marks]
        sys.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2) + "\n")
    else:
        for name, marks in found:
            for mark in marks:
                typer.echo(line_of(name, mark))
    if strict and any(marks for _, marks in found):
        raise typer.Exit(1)


def line_of(name: str, mark: Mark) -> str:
    """One mark as editors read it: file:line:col first."""
    offer = f" → {mark.suggestion}" if mark.suggestion else ""
    return f"{'<stdin>' if name == '-' else name}:{mark.line}:{mark.col}: {mark.kind}: {mark.text} – {mark.why}{offer}"


def read_text(name: str) -> str:
    """The text of a file, or of standard input for ``-``. Raises CoachError for what is no text."""
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except FileNotFoundError as exc:
        raise CoachError(f"There is no file {name!r}. Check the path.") from exc
    except IsADirectoryError as exc:
        raise CoachError(f"{name!r} is a folder. Name the files in it.") from exc
    except OSError as exc:
        raise CoachError(f"{name!r} cannot be read ({exc.strerror}). Check its permissions.") from exc
    what = "Standard input" if name == "-" else repr(name)
    if b"\0" in data:
        raise CoachError(f"{what} is not text. Give a text or Markdown file.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise CoachError(f"{what} is not UTF-8 text. Save it as UTF-8 and try again.") from exc
