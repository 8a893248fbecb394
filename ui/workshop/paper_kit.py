"""What is printed before the day: the slip that explains the certificate, and the workshop on paper."""

from functools import cache
from html import escape

from coach.workshop.exercise import exercises
from ui.paper import paper

HEAD = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
    '<link rel="stylesheet" href="/static/print.css"><body>'
)

SLIP = (
    "Your phone will say that this page is not private. Here is why, and what to do.",
    "The coach runs on a laptop in this room, not on the internet. A laptop cannot have a certificate that your phone "
    "knows, so it signs its own. What you write is encrypted on its way all the same.",
    "iPhone: tap “Show Details”, then “visit this website”.",
    "Android: tap “Advanced”, then “Proceed to …”.",
    "Do this only for the address on the wall of this room, today. Anywhere else, turn back when a phone warns you.",
    "The microphone is yours to allow or not. Typing does everything that talking does.",
)
"""Line by line; the last four are the steps."""


def slip() -> str:
    """Four slips on a page, to cut apart."""
    one = f"<section class=slip><h2>{SLIP[0]}</h2><p>{SLIP[1]}</p><ul>" + "".join(
        f"<li>{escape(line)}</li>" for line in SLIP[2:]
    )
    return HEAD.format(title="Slips for the certificate") + f"{one}</ul></section>" * 4 + "</body></html>"


@cache
def kit() -> str:
    """Every ready exercise on a page of its own, with lines to write on."""
    pages = "".join(
        f"<section class=sheet><h1>{escape(one.title)}</h1><p class=gist>{escape(one.gist)}</p>{paper(one.body)}"
        + (f"<h2>{escape(one.prompt)}</h2><p class=hint>Write on a card, fold it, put it into the box. The facilitator "
           "mixes the box before anything is read.</p>" if one.prompt else "")
        + "<div class=lines></div>" * 8
        + "<footer>"
        + "".join(f"<p>Facilitator: {escape(line)}</p>" for line in one.say)
        + "</footer></section>"
        for one in exercises().values()
    )  # fmt: skip
    return HEAD.format(title="The workshop on paper") + pages + "</body></html>"
