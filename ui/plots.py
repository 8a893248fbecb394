"""Small plots as SVG, drawn from plain values: rehearsals, themes, trends, bars, the course of an incident."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
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


def trend(
    points: Sequence[tuple[str, Mapping[str, tuple[float, float, float]]]],
    titles: Mapping[str, str],
    lowest: float,
    highest: float,
) -> str:
    """Means over rounds with their intervals as whiskers, one line a theme. ``points``: label, and by theme mean, low
    and high. Empty where there is nothing."""
    if not points:
        return ""
    step = (WIDTH - LEFT - RIGHT) / len(points)
    base = HEIGHT - 24

    def y(value: float) -> float:
        return round(base - (value - lowest) / (highest - lowest) * (base - TOP), 1)

    drawn, told = [], []
    for nth, (theme, title) in enumerate(titles.items()):
        dots = []
        for n, (label, values) in enumerate(points):
            if theme not in values:
                continue
            mean, low, high = values[theme]
            # Side by side, so that whiskers of one round do not hide each other.
            x = round(LEFT + (n + 0.5) * step + (nth - (len(titles) - 1) / 2) * 16, 1)
            dots.append((x, y(mean)))
            told.append(f"{title}, {label}: {mean:.1f}, between {low:.1f} and {high:.1f}")
            drawn.append(
                f'<line class="{escape(theme)}" x1="{x}" y1="{y(low)}" x2="{x}" y2="{y(high)}"/>'
                f'<circle class="{escape(theme)}" cx="{x}" cy="{y(mean)}" r="4"><title>{escape(told[-1])}</title>'
                "</circle>"
            )
        path = " ".join(f"{x},{at}" for x, at in dots)
        drawn.append(f'<polyline class="{escape(theme)}" points="{path}"/>' if len(dots) > 1 else "")
    grid = "".join(
        f'<line class="axis" x1="{LEFT}" y1="{y(value)}" x2="{WIDTH - RIGHT}" y2="{y(value)}"/>'
        f'<text x="10" y="{y(value) + 3}">{value}</text>'
        for value in range(int(lowest), int(highest) + 1)
    )
    labels = "".join(
        f'<text x="{LEFT + (n + 0.5) * step:.1f}" y="{HEIGHT - 8}" text-anchor="middle">{escape(label)}</text>'
        for n, (label, _) in enumerate(points)
    )
    legend = "".join(
        f'<li><span class="key {escape(theme)}"></span>{escape(title)}</li>' for theme, title in titles.items()
    )
    return (
        f'<svg class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape("; ".join(told))}">'
        f'{grid}{"".join(drawn)}{labels}</svg><ul class="legend">{legend}</ul>'
    )


def bars(results: Sequence[Mapping[str, Any]]) -> str:
    """How far each key result is, as bars; those without a figure are left out. ``share`` is 0 to 1."""
    known = [one for one in results if one["share"] is not None]
    if not known:
        return ""
    row, inner = 30, WIDTH - 2 * RIGHT - 36
    drawn = "".join(
        f'<text x="{RIGHT}" y="{n * row + 12}">{escape(_cut(one["text"]))}</text>'
        f'<rect class="rest" x="{RIGHT}" y="{n * row + 16}" width="{inner}" height="8" rx="4"/>'
        f'<rect class="done" x="{RIGHT}" y="{n * row + 16}" width="{max(2.0, inner * one["share"]):.1f}" '
        'height="8" rx="4"/>'
        f'<text x="{RIGHT + inner + 6}" y="{n * row + 24}">{round(100 * one["share"])} %</text>'
        for n, one in enumerate(known)
    )
    told = "; ".join(f"{one['text']} {round(100 * one['share'])} %" for one in known)
    return (
        f'<svg class="plot bars" viewBox="0 0 {WIDTH} {len(known) * row + 4}" role="img" '
        f'aria-label="Progress: {escape(told)}">{drawn}</svg>'
    )


def _cut(text: str, most: int = 48) -> str:
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0] + " …"


def course(found: Mapping[str, Any]) -> str:
    """The course of things along a line of time: a dot for each event, with the silences shaded.

    ``found`` as ``Timeline.as_json`` gives it. Empty with fewer than two times.
    """
    timed = [
        (n, datetime.fromisoformat(one["when"]), one)
        for n, one in enumerate(found["events"])
        if one["when"] is not None
    ]
    if len(timed) < 2 or timed[-1][1] == timed[0][1]:
        return ""
    first, whole = timed[0][1], (timed[-1][1] - timed[0][1]).total_seconds()
    tall, y = 62, 30

    def x(moment: datetime) -> float:
        return round(LEFT + (moment - first).total_seconds() / whole * (WIDTH - 2 * LEFT), 1)

    at = {n: x(moment) for n, moment, _ in timed}
    holes = "".join(
        f'<rect class="hole" x="{at[gap["after"]]}" y="{y - 12}" width="{at[gap["before"]] - at[gap["after"]]:.1f}" '
        f'height="24"><title>{round(gap["minutes"])} minutes without a note</title></rect>'
        for gap in found["gaps"]
    )
    dots = "".join(
        f'<circle class="event" cx="{at[n]}" cy="{y}" r="4"><title>{moment:%H:%M} '
        f"{escape(_cut(one['text'], 90))}</title>"
        "</circle>"
        for n, moment, one in timed
    )
    ends = (
        f'<text x="{LEFT}" y="{tall - 6}" text-anchor="middle">{first:%H:%M}</text>'
        f'<text x="{WIDTH - LEFT}" y="{tall - 6}" text-anchor="middle">{timed[-1][1]:%H:%M}</text>'
    )
    told = (
        f"{len(timed)} events from {first:%H:%M} to {timed[-1][1]:%H:%M}, {len(found['gaps'])} stretches without a note"
    )
    return (
        f'<svg class="plot course" viewBox="0 0 {WIDTH} {tall}" role="img" aria-label="{told}"><line class="axis" '
        f'x1="{LEFT}" y1="{y}" x2="{WIDTH - LEFT}" y2="{y}"/>{holes}{dots}{ends}</svg>'
        '<p class="legend"><span class="key hole"></span>nothing noted</p>'
    )
