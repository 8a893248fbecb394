"""The eval board and the checks of one conversation, in plain words. Pure functions from values to markup.

The board is read from the file that ``coach eval`` leaves in the user's folder; what wrote it is not known here.
"""

import json
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from coach.citing import own_question
from ui.panel import GATES
from ui.render import grade
from ui.shown import Shown

LAST = Path("evals") / "last.json"

NEVER_RUN = (
    '<h2 id="viewer-title">How good is this coach?</h2><p>It has not been measured on this machine yet. Run '
    "<code>coach eval</code> in a terminal: it takes some minutes, needs no network, and the figures show here.</p>"
)


def board(home: Path) -> str:
    """The last run's figures as markup, or how to make a run."""
    try:
        run: Mapping[str, Any] = json.loads((home / LAST).read_text(encoding="utf-8"))
        return _board(run)
    except (OSError, ValueError, KeyError, TypeError):
        return NEVER_RUN


def _board(run: Mapping[str, Any]) -> str:
    aimed = [row for row in run["rows"] if row["holds"] is not None]
    held = sum(bool(row["holds"]) for row in aimed)
    parts = [
        '<h2 id="viewer-title">How good is this coach?</h2>'
        f"<p>{held} of {len(aimed)} aims hold. Open a row for its figures; in brackets stands the range in which the "
        "true figure lies with 95 % confidence.</p>"
        f"<p class='about'>Measured {escape(run['when'][:16].replace('T', ' '))}, writer {escape(run['writer'])}, on "
        f"{escape(run['machine'])}.</p>"
    ]
    for measure in run["measures"]:
        rows = [row for row in run["rows"] if row["id"] == measure["id"]]
        if rows:
            parts.append(_measure(measure, rows))
    return "".join(parts)


def _measure(measure: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> str:
    beside = f"<p class='about'>Beside it: {escape(measure['beside'])}.</p>" if measure["beside"] else ""
    must = " <small>(must hold)</small>" if measure["must"] else ""
    body = "".join(_figure(row) for row in rows)
    return (
        f"<details class='measure'><summary><h3>{measure['id']}. {escape(measure['title'])}{must}</h3>{_state(rows)}"
        f"<p>{escape(measure['plain'])}</p></summary>{beside}<table class='figures'><thead><tr>"
        "<th scope='col'>What</th><th scope='col'>Figure</th><th scope='col'>Aim</th></tr></thead>"
        f"<tbody>{body}</tbody></table></details>"
    )


def _state(rows: Sequence[Mapping[str, Any]]) -> str:
    """How many of a row's aims hold."""
    aimed = [row for row in rows if row["holds"] is not None]
    held = sum(bool(row["holds"]) for row in aimed)
    if not aimed:
        return "<span class='state'>only told</span>"
    if held == len(aimed):
        return f"<span class='state held'>{'its aim holds' if held == 1 else f'all {held} aims hold'}</span>"
    return f"<span class='state missed'>{held} of {len(aimed)} aims hold</span>"


def _figure(row: Mapping[str, Any]) -> str:
    state = {True: ("held", "holds"), False: ("missed", "missed"), None: ("", "")}[row["holds"]]
    spread = f" <small>[{row['low']:.3g}–{row['high']:.3g}]</small>" if row["low"] is not None else ""
    aim = f"{escape(row['aim'])} {state[1]}" if row["aim"] else "–"
    return (
        f"<tr class='{state[0]}'><th scope='row'>{escape(row['metric'])}<br><small>{escape(row['data'])}, "
        f"{row['n']} cases</small></th><td>{row['value']:.3g}{spread}</td><td>{aim}</td></tr>"
    )


# One conversation


def sound(turns: Sequence[Shown]) -> str:
    """Every check of a conversation, turn by turn: what the gate found, what each answer stands on, what was held
    back, and whether it asked more than one thing."""
    if not turns:
        return '<h2 id="viewer-title">Was this advice sound?</h2><p>Nothing has been said yet.</p>'
    cited = sum(bool(sentence.citations) for shown in turns for sentence in shown.visible)
    told = sum(sentence.kind in ("insight", "evidence") for shown in turns for sentence in shown.visible)
    stopped = sum(len(shown.dropped) for shown in turns)
    redirected = sum(shown.turn.gated is not None for shown in turns)
    counts = [
        (len(turns), "answer", "."),
        (told, "sentence", " with an idea or a fact,"),
        (cited, "sentence", " with a source."),
        (redirected, "answer", " written in advance."),
        (stopped, "sentence", " held back."),
    ]
    summary = " ".join(
        f"{n} {what}{'' if n == 1 else 's'}{rest}" for n, what, rest in counts if n or what == "sentence"
    )
    return (
        f'<h2 id="viewer-title">Was this advice sound?</h2><p>{summary}</p>'
        f'<ol class="checks">{"".join(_checks(shown) for shown in turns)}</ol>'
        "<p>A check can be wrong. What matters is whether it helps you: say so to the coach, and it will go on "
        'differently. How the checks do in general: <button type="button" class="link" data-do="board">the board'
        "</button>.</p>"
    )


def _checks(shown: Shown) -> str:
    said = shown.turn.said if len(shown.turn.said) <= 70 else shown.turn.said[:70].rsplit(" ", 1)[0] + " …"
    lines = [_gate(shown), _sources(shown), _asked(shown), _dropped(shown)]
    return f"<li><p>On “{escape(said)}”</p><ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul></li>"


def _gate(shown: Shown) -> str:
    gated = shown.turn.gated
    if gated is None:
        return "Safety gate: nothing that calls for somebody else."
    return f"Safety gate: {escape(gated.kind)}. {GATES[gated.kind]}"


def _sources(shown: Shown) -> str:
    found = {cited.id: cited for sentence in shown.visible for cited in sentence.citations}
    if not found:
        return "Sources: it stands on what you said."
    return "Sources: " + "; ".join(f"{escape(cited.source)} ({grade(cited.grade)})" for cited in found.values()) + "."


def _asked(shown: Shown) -> str:
    asked = sum(own_question(sentence.text) for sentence in shown.visible)
    return f"Questions of its own: {asked}{', which is one too many' if asked > 1 else ''}."


def _dropped(shown: Shown) -> str:
    if not shown.seen:
        return "Held back: not kept, since the page was restarted."
    if not shown.dropped:
        return "Held back: nothing."
    return "Held back: " + "; ".join(f"<q>{escape(one.text)}</q> ({escape(one.reason)})" for one in shown.dropped) + "."
