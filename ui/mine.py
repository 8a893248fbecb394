"""The leader's own page: plans that are open, what was promised, what the talks were about, practices that were tried.

Gathers from the store and turns it to markup; everything on it can be deleted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from html import escape
from typing import TYPE_CHECKING

from coach import dates
from coach.commitments import ME, Artefact, Commitment
from coach.errors import NotFoundError
from coach.practice.practice import practices
from ui.plots import themes
from ui.practice import page

if TYPE_CHECKING:
    from coach.app import Coach

NAMES = {"open": "open", "done": "done", "dropped": "let go"}


@dataclass(frozen=True, slots=True)
class Mine:
    """Everything that the page shows."""

    today: date
    commitments: Sequence[Commitment] = ()
    pages: Sequence[Artefact] = ()
    weeks: Mapping[date, Mapping[str, int]] = field(default_factory=dict)
    """Turns by theme, by the Monday of the week."""
    tried: Mapping[str, int] = field(default_factory=dict)
    """Pages made, by practice title; rehearsals by their own name."""


async def gather(coach: "Coach", now: datetime) -> Mine:
    """What the store holds. Turns of a crisis have no plan, so nothing of them comes up here. Raises StoreError."""
    kept = coach.store.kept
    weeks: dict[date, dict[str, int]] = {}
    for entry in await coach.store.entries():
        for turn in await coach.store.history(entry.id):
            if turn.plan is None or turn.plan.card is None or turn.started is None:
                continue
            try:
                topic = coach.library.card(turn.plan.card).topic
            except NotFoundError:
                continue
            day = turn.started.astimezone(now.tzinfo).date()
            week = weeks.setdefault(day - timedelta(days=day.weekday()), {})
            week[topic.replace("-", " ")] = week.get(topic.replace("-", " "), 0) + 1
    pages = await kept.artefacts()
    return Mine(now.date(), await kept.commitments(), pages, weeks, _tried(pages))


def _tried(pages: Sequence[Artefact]) -> dict[str, int]:
    known, tried = practices(), dict[str, int]()
    for one in pages:
        title = known[one.about].title if one.about in known else "Rehearsal" if one.kind == "feedback" else one.about
        tried[title] = tried.get(title, 0) + 1
    return tried


def due(commitments: Sequence[Commitment], today: date) -> list[Commitment]:
    """What should be asked after now."""
    return [one for one in commitments if one.is_due(today)]


def mine(found: Mine) -> str:
    """The whole page."""
    open_ones = [one for one in found.commitments if one.state == "open"]
    settled = [one for one in found.commitments if one.state != "open"]
    plot = themes(found.weeks)
    tried = "".join(f"<li>{escape(title)} <small>{count} ×</small></li>" for title, count in found.tried.items())
    return (
        '<h2 id="viewer-title">My page</h2><p class="hint">Kept on this machine alone. What you delete here is gone.'
        f"</p>{_section('What I said I would do', _list(open_ones, found.today), 'Nothing is open.')}"
        f"{_section('Pages', ''.join(page(one) for one in found.pages), 'None made yet.')}"
        f"{_section('What my talks were about', plot, 'Too little to show yet.')}"
        f"{_section('Practices tried', f'<ul>{tried}</ul>' if tried else '', 'None yet.')}"
        f"{_section('Behind me', _list(settled, found.today), '')}"
    )


def _section(title: str, body: str, empty: str) -> str:
    if not body and not empty:
        return ""
    return f"<section><h3>{title}</h3>{body or f'<p class=none>{empty}</p>'}</section>"


def _list(commitments: Sequence[Commitment], today: date) -> str:
    return f'<ul class="commitments">{"".join(_item(one, today) for one in commitments)}</ul>' if commitments else ""


def _item(one: Commitment, today: date) -> str:
    when = f"by {dates.spoken(one.due, today)}" if one.due else "no day named"
    state = "due" if one.is_due(today) else one.state
    told = "the day has come" if state == "due" else NAMES[one.state] if one.state != "open" else when
    who = "" if one.owner == ME else f"{escape(one.owner)}: "
    buttons = [("done", "Done"), ("dropped", "Let it go")] if one.state == "open" else [("open", "Open again")]
    tools = "".join(
        f'<button type="button" class="tool" data-do="settle" data-id="{escape(one.id)}" data-state="{state}">'
        f"{label}</button>"
        for state, label in buttons
    )
    return (
        f'<li class="{state}"><span>{who}{escape(one.text)}</span> <small>{told}</small><span class="tools">'
        f'<button type="button" class="tool" data-do="look-back" data-conversation="{escape(one.conversation)}">'
        f'Open the talk</button>{tools}<button type="button" class="tool" data-do="remove-made" '
        f'data-id="{escape(one.id)}">Delete</button></span></li>'
    )
