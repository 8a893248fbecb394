"""Pictures of a workshop as SVG: the way in as a QR code, and the wall for a report."""

import textwrap
from collections.abc import Sequence
from html import escape
from io import BytesIO

from coach.workshop.summary import Shown
from coach.workshop.wall import Card
from ui.plots import SHADES

WIDTH = 1200
CARD_WIDTH, GAP, MARGIN = 270, 18, 30
LINE, LETTERS = 20, 27
"""Height of a line of a card, and how many letters fit into one."""


def qr(text: str) -> bytes:
    """A QR code that a phone reads from across a room."""
    import segno

    out = BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", border=3, scale=8, omitsize=True, xmldecl=False, dark="#1d2b2a", light="#ffffff"
    )
    return out.getvalue()


def wall(title: str, shown: Sequence[Shown]) -> str:
    """Every question with its cards, theme by theme."""
    parts: list[str] = []
    y = 70
    for one in shown:
        y += 20
        parts.append(f'<text x="{MARGIN}" y="{y}" font-size="24" font-weight="600">{escape(one.step.prompt)}</text>')
        y += 20
        y = _groups(one, y, parts)
    body = "".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y + MARGIN}" '
        f'viewBox="0 0 {WIDTH} {y + MARGIN}" font-family="system-ui, sans-serif" fill="#23302f">'
        f'<rect width="100%" height="100%" fill="#fbf9f5"/>'
        f'<text x="{MARGIN}" y="48" font-size="30" font-weight="700">{escape(title)}</text>{body}</svg>'
    )


def _groups(shown: Shown, y: int, parts: list[str]) -> int:
    by_id = {one.id: one for one in shown.cards}
    grouped = {id for theme in shown.themes for id in theme.cards}
    groups = [(theme.name, [by_id[id] for id in theme.cards]) for theme in shown.themes]
    groups.append(("", [one for one in shown.cards if one.id not in grouped]))
    for n, (name, cards) in enumerate(groups):
        if not cards:
            continue
        shade = SHADES[n % len(SHADES)] if name else "#a6a29a"
        if name:
            y += 26
            parts.append(
                f'<text x="{MARGIN}" y="{y}" font-size="18" font-weight="600" fill="{shade}">{escape(name)}</text>'
            )
            y += 8
        y = _cards(cards, y + 8, shade, parts)
    return y


def _cards(cards: Sequence[Card], y: int, shade: str, parts: list[str]) -> int:
    """Cards in rows of four; the lowest point that they reach."""
    ordered = sorted(cards, key=lambda one: (-one.votes, one.text))
    per_row = (WIDTH - 2 * MARGIN + GAP) // (CARD_WIDTH + GAP)
    for start in range(0, len(ordered), per_row):
        row = [(one, textwrap.wrap(one.text, LETTERS) or [""]) for one in ordered[start : start + per_row]]
        tall = max(len(lines) for _, lines in row) * LINE + 28 + 18 * any(one.votes for one, _ in row)
        for n, (one, lines) in enumerate(row):
            parts.append(_card(MARGIN + n * (CARD_WIDTH + GAP), y, tall, one, lines, shade))
        y += tall + GAP
    return y


def _card(x: int, y: int, tall: int, card: Card, lines: Sequence[str], shade: str) -> str:
    text = "".join(f'<tspan x="{x + 16}" dy="{LINE}">{escape(line)}</tspan>' for line in lines)
    dots = "● " * min(card.votes, 12)
    votes = f'<text x="{x + 16}" y="{y + tall - 12}" font-size="13" fill="#586663">{dots}{card.votes}</text>'
    return (
        f'<rect x="{x}" y="{y}" width="{CARD_WIDTH}" height="{tall}" rx="6" fill="#ffffff" stroke="#ddd6c9"/>'
        f'<rect x="{x}" y="{y}" width="5" height="{tall}" rx="2" fill="{shade}"/>'
        f'<text x="{x + 16}" y="{y + 8}" font-size="15">{text}</text>{votes if card.votes else ""}'
    )
