"""What each page of a workshop is told of the room, as JSON. Pure functions from values to plain data.

What a phone or the wall is told is the same for everyone: nothing here depends on who asks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from coach.pulse import pulse
from coach.workshop.agenda import Step, ready
from coach.workshop.exercise import exercises
from coach.workshop.key import shown_code
from coach.workshop.room import Room
from coach.workshop.summary import Shown, pulse_lines, pulse_of
from coach.workshop.themes import Theme
from coach.workshop.wall import Card
from ui import render
from ui.paper import paper
from ui.shown import Shown as ShownTurn

Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Look:
    """Everything about a room that any page shows, taken at one version of it."""

    room: Room
    shown: tuple[Shown, ...] = ()
    """The questions of the wall that have cards, in the order of the agenda."""
    everything: tuple[Card, ...] = ()
    """Cards that were hidden too; for the desk alone."""
    people: int = 0
    hands: tuple[str, ...] = ()
    care: int = 0
    places: Mapping[str, int] = field(default_factory=dict)


def gone(room: Room | None) -> Message:
    """The workshop is over, with its receipt where it can still be shown."""
    return {"kind": "gone", "receipt": room.receipt if room is not None else None}


def common(room: Room) -> Message:
    """Where the room stands."""
    step = room.step
    return {
        "title": room.title,
        "step": _step(step, room) if step is not None else None,
        "ends": _moment(room.ends),
        "left_s": None if room.running or step is None else round(room.left_s),
        "frozen": room.frozen,
        "paused": room.paused,
        "broadcast": room.broadcast,
        "closing": _moment(room.closing),
    }


def phone(look: Look) -> Message:
    room = look.room
    pulses = room.pulses or {}
    step = room.step
    return {
        "kind": "room",
        **common(room),
        "takes_cards": room.takes_cards(),
        "pulse": _pulse(step, pulses) if step is not None and step.kind == "pulse" else None,
    }


def _pulse(step: Step, pulses: Mapping[str, Any]) -> Message:
    statements = [{"id": one.id, "text": one.text} for one in pulse.questions()]
    closed = step.id in pulses
    return {
        "statements": statements,
        "scale": list(pulse.scale()),
        "closed": closed,
        "html": paper(pulse_lines(pulses[step.id])) if closed else "",
    }


def _step(step: Step, room: Room) -> Message:
    return {
        "id": step.id, "kind": step.kind, "title": step.title, "gist": step.gist, "html": paper(step.body),
        "prompt": step.prompt, "votes": step.votes, "starters": list(step.starters), "n": room.at + 1,
        "of": len(room.agenda),
    }  # fmt: skip


def cards(look: Look) -> Message:
    """The wall as phones and the projected page show it: the question that is on, or the last one with cards."""
    room = look.room
    # Whichever exercise it was written in: the facilitator may come back to it.
    large = next((one.text for shown in look.shown for one in shown.cards if one.id == room.spotlight), None)
    here = next((one for one in look.shown if room.step is not None and one.step.id == room.step.id), None)
    if here is None and room.step is not None and room.step.prompt:
        here = Shown(room.step, ())
    if here is None and room.closing is not None and look.shown:
        here = look.shown[-1]
    if here is None:
        return {"kind": "wall", "prompt": "", "step": None, "votes": 0, "cards": [], "themes": [], "spotlight": large}
    return {
        "kind": "wall",
        "prompt": here.step.prompt,
        "step": here.step.id,
        "votes": here.step.votes if not room.frozen else 0,
        "cards": [{"id": one.id, "text": one.text, "votes": one.votes} for one in here.cards],
        "themes": [_theme(one, here.cards) for one in here.themes],
        "spotlight": large,
    }


def _theme(theme: Theme, found: Sequence[Card]) -> Message:
    votes = sum(one.votes for one in found if one.id in theme.cards)
    return {"name": theme.name, "cards": list(theme.cards), "votes": votes}


def wall(look: Look, address: str) -> Message:
    """What is projected besides the cards: how to join, and what a closed pulse showed."""
    room = look.room
    step = room.step
    found = (room.pulses or {}).get(step.id) if step is not None else None
    shown = pulse_of(found)
    return {
        "kind": "room",
        **common(room),
        "code": shown_code(room.code) if room.code and room.doors else "",
        "address": address,
        "people": look.people,
        "pulse": [
            {
                "title": one.title,
                "mean": one.mean,
                "told": f"{one.mean:.1f}",
                "low": one.low,
                "high": one.high,
                "n": one.n,
            }
            for one in (shown.themes if shown else ())
        ],
        "highest": pulse.HIGHEST,
        "pulse_html": paper(pulse_lines(found)) if step is not None and step.id in (room.pulses or {}) else "",
    }


def desk(look: Look, address: str, wall_key: str) -> Message:
    """The facilitator's view: counts, cards, what is held still. No conversation, and no name but of a raised hand."""
    room = look.room
    return {
        "kind": "room",
        **common(room),
        "code": shown_code(room.code) if room.code else "",
        "address": address,
        "wall": f"/wall#{wall_key}",
        "doors": room.doors,
        "spotlight": room.spotlight,
        "people": look.people,
        "hands": list(look.hands),
        "care": look.care,
        "places": dict(look.places),
        "say": list(room.step.say) if room.step is not None else [],
        "at": room.at,
        "agenda": [
            {"id": one.id, "title": one.title, "minutes": one.minutes, "kind": one.kind, "gist": one.gist}
            for one in room.agenda
        ],
        "ready": [{"name": n, "title": one.title, "minutes": one.minutes} for n, one in exercises().items()],
        "agendas": [{"name": n, "title": one.title, "minutes": one.minutes} for n, one in ready().items()],
        "cards": [
            {"id": one.id, "text": one.text, "step": one.step, "hidden": one.hidden, "votes": one.votes}
            for one in look.everything
        ],
        "prompts": {one.id: one.prompt for one in room.agenda if one.prompt},
        "themes": [{"name": one.name, "cards": len(one.cards)} for shown in look.shown for one in shown.themes],
        "pulse_open": room.step is not None and room.step.kind == "pulse" and room.step.id not in (room.pulses or {}),
    }


def _moment(when: datetime | None) -> float | None:
    """Seconds since 1970."""
    return when.timestamp() if when is not None else None


def turn(shown: ShownTurn) -> Message:
    """One message and its answer, for the phone it belongs to."""
    sources = render.cited_in(shown.visible)
    numbers = {one.id: n for n, one in enumerate(sources, 1)}
    plan = shown.turn.plan
    return {
        "id": shown.turn.id,
        "said": shown.turn.said,
        "sentences": [
            {"text": one.text, "kind": one.kind, "cites": [numbers[cited.id] for cited in one.citations]}
            for one in shown.visible
        ],
        "sources": [
            {"n": numbers[one.id], "source": one.source, "quote": one.quote, "grade": one.grade,
             "means": render.GRADES[one.grade]}
            for one in sources
        ],
        "who": plan.notes["who"] if plan and plan.notes.get("speaker") == "counterpart" else "",
        "answering": shown.answering,
        "care": shown.protected,
        "status": shown.turn.status,
        "notices": list(shown.notices),
        "pages": [{"title": one.title, "html": paper(one.markdown)} for one in shown.artefacts],
    }  # fmt: skip
