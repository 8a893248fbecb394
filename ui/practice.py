"""What stands beside the chat of a practice: what is known, what is open, and the pages that were made.

Pure functions from values to markup. A field that is edited here is said in the chat like any other correction, so
that every front end sees it and it can be taken back.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from coach.commitments import Artefact
from coach.export import FORMATS
from coach.practice.practice import Field, Practice
from coach.practice.steps import Underway
from coach.rehearsal.scene import Scene
from ui.paper import paper
from ui.plots import bars, course, timeline

STANCES = {
    "closed": "closed: nothing gets through",
    "guarded": "on their guard",
    "thawing": "thawing",
    "open": "open",
}
FORMAT_NAMES = {"md": "Markdown", "docx": "Word", "ics": "Calendar", "json": "JSON"}

PLOTS: dict[str, Callable[[Any], str]] = {"timeline": timeline, "course": course, "bars": bars}
"""What is drawn above a page, by the key of its data."""


@dataclass(frozen=True, slots=True)
class Beside:
    """Everything that the panel shows of one conversation."""

    underway: Underway | None
    scene: Scene | None
    known: Sequence[Practice]
    pages: Sequence[Artefact]


def panel(beside: Beside) -> str:
    """The whole panel."""
    parts = [_scene(beside.scene) if beside.scene else "", _underway(beside.underway) if beside.underway else ""]
    written = beside.underway is not None and beside.underway.form.made
    # Once it is written, the page is what one wants to see.
    parts.insert(1 if written and beside.scene is None else len(parts), _pages(beside.pages))
    if beside.underway is None or beside.underway.form.made:
        parts.append(_start(beside.known))
    return "".join(parts)


def _scene(scene: Scene) -> str:
    state = scene.state
    bars = "".join(
        f'<div><dt>{name}</dt><dd><meter min="0" max="1" value="{value}">{round(100 * value)}</meter></dd></div>'
        for name, value in (("Openness", state.openness), ("Threat", state.threat), ("Trust", state.trust))
    )
    buttons = "".join(
        f'<button type="button" class="tool" data-do="say-this" data-say="{said}">{label}</button>'
        for said, label in (
            ("go on" if scene.phase == "paused" else "pause", "Go on" if scene.phase == "paused" else "Pause"),
            ("take that back", "Take it back"), ("swap", "Swap chairs"), ("stop", "Stop"),
        )
    )  # fmt: skip
    return (
        f"<section><h3>Rehearsal, try {scene.attempt}</h3><p>{escape(scene.who)}, {escape(scene.persona.title)}: "
        f'{STANCES[state.stance]}</p><dl class="meters">{bars}</dl><p class="tools">{buttons}</p></section>'
    )


def _underway(now: Underway) -> str:
    practice, form = now.practice, now.form
    fields = [one for one in practice.fields if form.wanted(one)]
    rows = "".join(_field(one, form.values.get(one.id, ""), asked=one.id == now.asked) for one in fields)
    return (
        f'<section class="practice"><h3>{escape(practice.title)}</h3><p class="hint">Change anything here; it is said '
        f'in the chat.</p>{rows}<p class="tools"><button type="button" class="tool strong" data-do="say-this" '
        'data-say="write it">Write the page</button><button type="button" class="tool" data-do="say-this" '
        'data-say="stop the practice">Put it aside</button></p></section>'
    )


def _field(field: Field, value: str, *, asked: bool) -> str:
    if field.paste and len(value.splitlines()) > PASTE_LINES:
        return _pasted(field, value)
    id = f"field-{escape(field.id)}"
    state = "asked" if asked else "known" if value else "open" if field.need == "must" else "may"
    words = {"asked": "asked now", "known": "", "open": "still open", "may": "if you like"}[state]
    return (
        f'<form class="field {state}" data-field="{escape(field.title)}"><label for="{id}">{escape(field.title)} '
        f'<small>{words}</small></label><textarea id="{id}" rows="{2 if len(value) > 40 else 1}">{escape(value)}'
        '</textarea><button class="tool">Set</button></form>'
    )


PASTE_LINES = 3
"""Longer notes are not shown for editing, only that they are there."""


def _pasted(field: Field, value: str) -> str:
    return (
        f'<div class="field known"><p><b>{escape(field.title)}</b> <small>your notes, {len(value.splitlines())} lines; '
        'paste more, and they are added</small></p><button type="button" class="tool" data-do="say-this" '
        f'data-say="Remove the {escape(field.also[0] if field.also else field.title)}">Remove</button></div>'
    )


def _pages(pages: Sequence[Artefact]) -> str:
    if not pages:
        return ""
    return f"<section><h3>Pages</h3>{''.join(page(one, opened=n == 0) for n, one in enumerate(pages))}</section>"


def page(made: Artefact, *, opened: bool = False) -> str:
    """One page with its downloads; feedback with its timeline above."""
    plot = "".join(draw(made.data[key]) for key, draw in PLOTS.items() if key in made.data)
    days = made.data.get("day") or made.data.get("look_back") or any(one["day"] for one in made.data.get("steps", ()))
    links = "".join(
        f'<a class="tool" href="/export/{escape(made.id)}.{format}" download>{FORMAT_NAMES[format]}</a>'
        for format in FORMATS
        if format != "ics" or days
    )
    return (
        f'<details class="made paper"{" open" if opened else ""}><summary>{escape(made.title)}</summary>{plot}'
        f'{paper(made.markdown)}<p class="tools"><button type="button" class="tool strong" '
        f'data-do="read-made">Read it large</button>{links}<button type="button" class="tool" '
        f'data-do="remove-made" data-id="{escape(made.id)}">Delete</button></p></details>'
    )


def _start(known: Sequence[Practice]) -> str:
    items = "".join(
        f'<li><button type="button" class="starter" data-do="begin-practice" data-name="{escape(one.name)}">'
        f"{escape(one.title)}</button><small>{escape(one.gist)}</small></li>"
        for one in known
    )
    return f'<section><h3>Begin a practice</h3><ul class="starters">{items}</ul></section>'
