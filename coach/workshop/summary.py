"""What the facilitator and each participant take home, as Markdown.

The facilitator's page has no person in it: what the wall showed, themes, votes and the pulse. The participant's page
has their own talk with the coach and nobody else's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from coach.commitments import Artefact, Commitment
from coach.pulse.pulse import FLOOR, Figure, Summary, caution, said
from coach.values import Turn
from coach.workshop.agenda import Step
from coach.workshop.room import Room
from coach.workshop.themes import Theme
from coach.workshop.wall import Card


@dataclass(frozen=True, slots=True)
class Shown:
    """One question of the wall with what came of it."""

    step: Step
    cards: tuple[Card, ...]
    themes: tuple[Theme, ...] = ()
    """Empty where too few people wrote."""


def wall(room: Room, shown: Sequence[Shown]) -> str:
    """The whole wall, theme by theme."""
    parts = [f"# {room.title}: the wall", *[_question(one) for one in shown if one.cards]]
    if len(parts) == 1:
        parts.append(f"Nothing is on the wall. Cards show from {FLOOR} people up.")
    return "\n\n".join(parts) + "\n"


def _question(shown: Shown) -> str:
    by_id = {one.id: one for one in shown.cards}
    grouped = {id for theme in shown.themes for id in theme.cards}
    blocks = [f"## {shown.step.prompt}"]
    for theme in shown.themes:
        blocks.append(f"### {theme.name} ({len(theme.cards)})\n\n{_list([by_id[id] for id in theme.cards])}")
    rest = [one for one in shown.cards if one.id not in grouped]
    if rest:
        blocks.append(("### Others\n\n" if grouped else "") + _list(rest))
    return "\n\n".join(blocks)


def _list(found: Sequence[Card]) -> str:
    ordered = sorted(found, key=lambda one: (-one.votes, one.text))
    return "\n".join(f"- {one.text}{_votes(one.votes)}" for one in ordered)


def _votes(n: int) -> str:
    return f" ({n} vote{'s' * (n != 1)})" if n else ""


def facilitator(room: Room, people: int, shown: Sequence[Shown], now: datetime) -> str:
    """The facilitator's summary: no names, no conversation, no hint of who was where."""
    lines = [f"# {room.title}", f"{now:%Y-%m-%d} · {people} joined · {_done(room)} of {len(room.agenda)} exercises"]
    lines.append("## What we did\n\n" + "\n".join(f"{n}. {one.title}" for n, one in enumerate(room.agenda, 1)))
    for one in shown:
        if one.themes:
            top = sorted(one.cards, key=lambda card: (-card.votes, card.text))[:3]
            voted = [card for card in top if card.votes]
            themes = "\n".join(f"- {theme.name}: {len(theme.cards)} cards" for theme in one.themes)
            most = "\n\nMost votes:\n\n" + _list(voted) if voted else ""
            lines.append(f"## {one.step.prompt}\n\n{themes}{most}")
    for step in room.agenda:
        if step.id in (room.pulses or {}):
            lines.append(f"## {step.title}\n\n{pulse_lines((room.pulses or {})[step.id])}")
    lines.append("Conversations with the coach are in nobody's summary. They are deleted when the workshop ends.")
    return "\n\n".join(lines) + "\n"


def _done(room: Room) -> int:
    return len(set(room.done) | ({room.step.id} if room.step is not None else set()))


def pulse_of(found: Mapping[str, Any] | None) -> Summary | None:
    """What a closed pulse showed, from the room's state."""
    if found is None:
        return None
    themes, questions = (tuple(Figure(**one) for one in found[part]) for part in ("themes", "questions"))
    return Summary(found["n"], themes, questions)


def pulse_lines(found: Mapping[str, Any] | None) -> str:
    shown = pulse_of(found)
    if shown is None:
        return f"Fewer than {FLOOR} answered, so the answers were deleted unread."
    return "\n".join(f"- {line}" for line in said(shown)[:-1]) + f"\n\n{caution(shown.n)}"


def take_home(
    title: str,
    turns: Sequence[Turn],
    pages: Sequence[Artefact],
    promises: Sequence[Commitment],
    now: datetime,
) -> str:
    """A participant's own notes."""
    parts = [f"# My notes: {title}", f"*{now:%Y-%m-%d} · yours alone*"]
    kept = [one for one in promises if one.state == "open"]
    if kept:
        days = [f"- [ ] {one.text}{f' (by {one.due:%d %B})' if one.due else ''}" for one in kept]
        parts.append("## What I said I would do\n\n" + "\n".join(days))
    for page in pages:
        parts.append(f"## {page.title}\n\n{_below(page.markdown)}")
    if turns:
        parts.append("## My talk with the coach\n\n" + "\n\n".join(_turn(one) for one in turns))
    if len(parts) == 2:
        parts.append("Nothing was written.")
    return "\n\n".join(parts) + "\n"


def _below(markdown: str) -> str:
    """A page under a heading of this file: its title goes, its headings step down."""
    lines = [line for line in markdown.splitlines() if not line.startswith("# ")]
    return "\n".join(f"#{line}" if line.startswith("##") else line for line in lines).strip()


def _turn(turn: Turn) -> str:
    quoted = "\n".join(f"> {line}" for line in turn.said.splitlines())
    return f"{quoted}\n\n{' '.join(one.text for one in turn.spoken)}".strip()
