"""Small plots as SVG, drawn from plain values: how a rehearsal went, and what the talks were about week by week."""

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

WIDTH, HEIGHT = 320, 150
LEFT, RIGHT, TOP, BOTTOM = 28, 8, 10, 40
SHADES = ("#2b5f63", "#b08a3e", "#7a9e87", "#9a6b5f", "#6c7fa3", "#a6a29a")
"""One for each theme; told apart by the legend's order as well."""


def timeline(moments: Sequence[Mapping[str, Any]]) -> str:
    """Both speakers' shares line by line, with the counterpart's openness over them.

    ``moments`` as in a feedback page's data: ``said``, ``reply``, ``openness`` 0 to 1, ``cues``.
    """
    if not moments:
        return ""
    inner = WIDTH - LEFT - RIGHT
    step = inner / len(moments)
    most = max(len(text.split()) for one in moments for text in (one["said"], one["reply"])) or 1
    bars, dots = [], []
    for n, one in enumerate(moments):
        x = LEFT + n * step
        for side, (name, text) in enumerate((("you", one["said"]), ("they", one["reply"]))):
            tall = max(2.0, 26 * len(text.split()) / most)
            bars.append(
                f'<rect class="{name}" x="{x + side * step * 0.42 + 2:.1f}" y="{HEIGHT - 6 - tall:.1f}" '
                f'width="{step * 0.36:.1f}" height="{tall:.1f}"><title>{escape(name)}: {escape(text)}</title></rect>'
            )
        dots.append((x + step / 2, _y(one["openness"])))
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in dots)
    marks = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3"><title>{escape(one["said"])}: openness '
        f"{round(100 * one['openness'])}</title></circle>"
        for (x, y), one in zip(dots, moments, strict=True)
    )
    told = ", ".join(str(round(100 * one["openness"])) for one in moments)
    return (
        f'<svg class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="Openness line by line: {told}">'
        f'<text x="2" y="{_y(1) + 4}">open</text><text x="2" y="{_y(0)}">closed</text>'
        f'<line class="axis" x1="{LEFT}" y1="{_y(0)}" x2="{WIDTH - RIGHT}" y2="{_y(0)}"/>'
        f'{"".join(bars)}<polyline class="openness" points="{path}"/>{marks}</svg>'
        '<p class="legend"><span class="key you"></span>your words <span class="key they"></span>their words '
        '<span class="key openness"></span>how open they were</p>'
    )


def _y(share: float) -> float:
    return round(TOP + (1 - share) * (HEIGHT - TOP - BOTTOM - 4), 1)


def themes(weeks: Mapping[date, Mapping[str, int]]) -> str:
    """Stacked bars: how many turns of each theme in each week (by its Monday). Empty where there is nothing."""
    totals: dict[str, int] = {}
    for counts in weeks.values():
        for theme, count in counts.items():
            totals[theme] = totals.get(theme, 0) + count
    if not totals:
        return ""
    named = sorted(totals, key=lambda theme: (-totals[theme], theme))[: len(SHADES)]
    days = sorted(weeks)[-12:]
    most = max(sum(weeks[day].get(theme, 0) for theme in named) for day in days) or 1
    step = (WIDTH - LEFT - RIGHT) / len(days)
    base = HEIGHT - 24
    bars = []
    for n, day in enumerate(days):
        y = float(base)
        for theme in named:
            count = weeks[day].get(theme, 0)
            if not count:
                continue
            tall = count / most * (base - TOP)
            y -= tall
            bars.append(
                f'<rect x="{LEFT + n * step + 2:.1f}" y="{y:.1f}" width="{max(4.0, min(step - 4, 40)):.1f}" '
                f'height="{tall:.1f}" fill="{SHADES[named.index(theme)]}"><title>{escape(theme)}, week of '
                f"{day.day} {day:%B}: {count}</title></rect>"
            )
        bars.append(f'<text x="{LEFT + n * step + 2:.1f}" y="{HEIGHT - 8}">{day.day} {day:%b}</text>')
    legend = "".join(
        f'<li><span class="key" style="background:{SHADES[n]}"></span>{escape(theme)} ({totals[theme]})</li>'
        for n, theme in enumerate(named)
    )
    told = "; ".join(f"{theme} {totals[theme]}" for theme in named)
    return (
        f'<svg class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="Turns by theme: {escape(told)}">'
        f'<line class="axis" x1="{LEFT}" y1="{base}" x2="{WIDTH - RIGHT}" y2="{base}"/>'
        f'<text x="2" y="{TOP + 4}">{most}</text>{"".join(bars)}</svg><ul class="legend">{legend}</ul>'
    )
