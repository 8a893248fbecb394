"""Words looked at for blame while they are written: the text with its marks, why each is one, and another wording.

The text stays in the browser and in the memory of one request; nothing of it is stored.
"""

import asyncio
import json
from collections.abc import Callable, Sequence
from html import escape
from typing import TYPE_CHECKING

from coach.config import Settings
from coach.errors import CoachError
from coach.values import Mark

if TYPE_CHECKING:
    from fastapi import FastAPI

    from coach.language.language import Language

LONGEST = 200_000
"""Characters that are looked at in one go, about 30,000 words."""

Analyse = Callable[[str], list[Mark]]


def opener(settings: Settings) -> Callable[[], Analyse]:
    """Makes the language analysis at the first use and keeps it. Making it may raise KnowledgeError."""
    made: list[Language] = []

    def analyse() -> Analyse:
        if not made:
            from coach.app import open_language

            made.append(open_language(settings, utterances=False))
        return made[0].analyse

    return analyse


def mount(app: "FastAPI", analyse: Callable[[], Analyse]) -> None:
    """Adds the one route that the panel asks."""
    from fastapi import Request, Response

    async def marks(request: Request) -> Response:
        text = (await request.body()).decode("utf-8", "replace")[:LONGEST]
        try:
            found = await asyncio.to_thread(lambda: analyse()(text))
        except CoachError as exc:
            return Response(json.dumps({"trouble": str(exc)}), 503, media_type="application/json")
        body = json.dumps({"html": marked(text, found), "count": len(found)})
        return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})

    app.add_api_route("/words", marks, methods=["POST"], response_model=None)


def marked(text: str, marks: Sequence[Mark]) -> str:
    """The text with its marks, and below it what each means. Every mark has a number that leads to its line."""
    if not text.strip():
        return ""
    if not marks:
        return '<p class="none">Nothing in it reads as blame or hindsight.</p>'
    items = "".join(_item(n, mark) for n, mark in enumerate(marks, 1))
    return f'<div class="words-text">{_text(text, marks)}</div><ol class="words-marks">{items}</ol>'


def _text(text: str, marks: Sequence[Mark]) -> str:
    lines = []
    for number, line in enumerate(text.replace("\r", " ").split("\n"), 1):
        here = [(n, mark) for n, mark in enumerate(marks, 1) if mark.line == number]
        out, at = [], 0
        for n, mark in sorted(here, key=lambda one: one[1].col):
            start = max(at, mark.col - 1)
            end = max(start, mark.end - 1)
            out.append(escape(line[at:start], quote=False))
            out.append(f'<mark title="{escape(mark.why)}">{escape(line[start:end], quote=False)}<sup>{n}</sup></mark>')
            at = end
        lines.append("".join(out) + escape(line[at:], quote=False))
    return "<br>".join(lines)


def _item(n: int, mark: Mark) -> str:
    offer = ""
    if mark.suggestion:
        offer = (
            f'<p class="offer">Instead: <q>{escape(mark.suggestion)}</q> <button type="button" class="tool" '
            f'data-words="copy" data-text="{escape(mark.suggestion)}">Copy</button></p>'
        )
    kind = mark.kind.replace("-", " ")
    return (
        f'<li value="{n}"><p><b>{escape(mark.text)}</b> <small>{escape(kind)}, line {mark.line}</small></p>'
        f"<p>{escape(mark.why)}</p>{offer}</li>"
    )
