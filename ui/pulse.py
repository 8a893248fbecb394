"""The team pulse in the browser: a page to answer by link, and the leader's page with rounds, figures and what to ask.

Both work without scripts. The page to answer is the only one of the coach that others on the network see without its
key: it asks, takes the answer, and shows nothing of anybody's.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from coach.errors import CoachError, NotFoundError
from coach.pulse import pulse
from coach.pulse.pulse import FLOOR, HIGHEST, LOWEST, Question, Summary
from coach.pulse.rounds import Round, Rounds
from ui.certificate import addresses
from ui.door import ANSWERS as ANSWER
from ui.plots import trend

if TYPE_CHECKING:
    from fastapi import FastAPI, Request

STYLE = Path(__file__).parent / "static" / "pulse.css"

ANSWERED_COOKIE = "pulse_answered"
"""Says on the device that it has answered a round, so that nobody answers twice by mistake. Holds no answer."""
COOKIE_SECONDS = 60 * 24 * 3600

LONGEST_BODY = 4_000
"""Bytes of a form; eight answers take less than two hundred."""


def mount(app: "FastAPI", rounds: Rounds) -> None:
    """Adds the pulse's pages to the app."""
    from fastapi import Request, Response
    from fastapi.responses import RedirectResponse

    def page(title: str, body: str, status: int = 200) -> Response:
        # With no referrer at all, a form's Origin would be "null", and the door takes that for another site's.
        headers = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin", "X-Frame-Options": "DENY"}
        return Response(whole(title, body), status, headers, "text/html")

    def told(work: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def answered(request: Request) -> Response:
            try:
                return await work(request)
            except NotFoundError as exc:
                return page("Team pulse", f"<h1>Team pulse</h1><p>{escape(str(exc))}</p>", 404)
            except CoachError as exc:
                return page("Team pulse", f"<h1>Team pulse</h1><p class='trouble'>{escape(str(exc))}</p>", 400)

        answered.__annotations__ = {"request": Request, "return": Response}
        return answered

    async def ask(request: Request) -> Response:
        """The statements to answer."""
        found = await asyncio.to_thread(rounds.by_link, request.path_params["link"])
        done = request.cookies.get(ANSWERED_COOKIE) == found.id
        return page("Team pulse", closed(found) if found.closed else answered_already() if done else form(found))

    async def take(request: Request) -> Response:
        """An answer."""
        link = request.path_params["link"]
        found = await asyncio.to_thread(rounds.by_link, link)
        try:
            given = pulse.answer(await _form(request))
        except CoachError as exc:
            return page("Team pulse", form(found, str(exc)), 400)
        await asyncio.to_thread(rounds.give, link, given)
        response = page("Thank you", thanks())
        response.set_cookie(
            ANSWERED_COOKIE, found.id, max_age=COOKIE_SECONDS, httponly=True, samesite="strict", path=ANSWER
        )
        return response

    async def overview(request: Request) -> Response:
        """The leader's page."""
        return page("Team pulse", leader(await asyncio.to_thread(rounds.all), base_of(request), str(request.base_url)))

    async def begin(request: Request) -> Response:
        team = (await _form(request)).get("team", "").strip()[:80]
        if not team:
            raise CoachError("The round has no name yet. Give the team's name, then begin.")
        await asyncio.to_thread(rounds.begin, team)
        return RedirectResponse("/pulse", 303)

    async def close(request: Request) -> Response:
        await asyncio.to_thread(rounds.close, request.path_params["id"])
        return RedirectResponse("/pulse", 303)

    async def delete(request: Request) -> Response:
        await asyncio.to_thread(rounds.delete, request.path_params["id"])
        return RedirectResponse("/pulse", 303)

    for path, work, method in (
        (f"{ANSWER}{{link}}", ask, "GET"), (f"{ANSWER}{{link}}", take, "POST"), ("/pulse", overview, "GET"),
        ("/pulse", begin, "POST"), ("/pulse/{id}/close", close, "POST"), ("/pulse/{id}/delete", delete, "POST"),
    ):  # fmt: skip
        app.add_api_route(path, told(work), methods=[method], response_model=None)


async def _form(request: "Request") -> dict[str, str]:
    body = await request.body()
    if len(body) > LONGEST_BODY:
        raise CoachError("That is more than the form holds. Open the link again.")
    return dict(parse_qsl(body.decode("utf-8", "replace")))


def base_of(request: "Request") -> str:
    """The address by which others reach this machine; empty where they cannot."""
    near = addresses() if request.url.scheme == "https" else []
    return f"https://{near[0]}:{request.url.port or 443}" if near else ""


def whole(title: str, body: str) -> str:
    return (
        f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>{escape(title)}</title>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<style>{STYLE.read_text(encoding='utf-8')}</style></head><body><main>{body}</main></body></html>"
    )


# For those who answer


def form(found: Round, trouble: str = "") -> str:
    """Every statement with its five answers."""
    line = f"<p class='trouble' role='alert'>{escape(trouble)}</p>" if trouble else ""
    asked = "".join(_statement(one) for one in pulse.questions())
    return (
        f"<h1>How is it here? <small>{escape(found.team)}</small></h1>"
        "<p>Eight statements, two minutes, no account. Leave out what you like.</p>"
        "<p class='soft'>Your answer is kept without name, time or address, and deleted when the round closes; only "
        f"averages stay. With fewer than {FLOOR} answers nothing is shown at all. Whoever runs the machine could still "
        "look while the round is open; they would see numbers, in no order.</p>"
        f"{line}<form method='post' action='{ANSWER}{escape(found.link)}'>{asked}<button>Give my answer</button></form>"
    )


def _statement(one: Question) -> str:
    choices = "".join(
        f"<label><input type='radio' name='{escape(one.id)}' value='{value}'>{escape(word)}</label>"
        for value, word in enumerate(pulse.scale(), LOWEST)
    )
    return f"<fieldset><legend>{escape(one.text)}</legend><div class='scale'>{choices}</div></fieldset>"


def thanks() -> str:
    return "<h1>Thank you</h1><p>Your answer is in. You can close this page.</p>"


def answered_already() -> str:
    return "<h1>Thank you</h1><p>This device has answered this round already.</p>"


def closed(found: Round) -> str:
    return f"<h1>{escape(found.team)}</h1><p>This round is over. The next one has a link of its own.</p>"


# For the leader


def leader(all_rounds: Sequence[Round], base: str, here: str = "") -> str:
    """Rounds by team, the newest first; figures only of those that are closed and were answered by enough."""
    teams = dict.fromkeys(one.team for one in all_rounds)
    parts = "".join(_team(team, [one for one in all_rounds if one.team == team], base, here) for team in teams)
    sources = "; ".join(escape(one) for one in pulse.sources())
    return (
        "<p><a href='/'>Back to the coach</a></p><h1>Team pulse</h1>"
        "<p>Eight statements on speaking up and on relying on each other, answered without names by link. "
        f"Figures appear once, when you close a round, and only from {FLOOR} answers up.</p>"
        "<section><h3>A new round</h3><form method='post' action='/pulse' class='row'><label>Team"
        "<input type='text' name='team' required maxlength='80' autocomplete='off'></label>"
        "<button>Begin</button></form>"
        f"</section>{parts}<h2>What it is, and what it is not</h2><p>{escape(pulse.NO_WATCH)}</p>"
        f"<p class='soft'>The statements are our own; the ideas behind them were studied by others: {sources}. So "
        "these figures cannot be set beside published ones, and mean most beside your own last round.</p>"
    )


def _team(team: str, mine: Sequence[Round], base: str, here: str) -> str:
    opened = [one for one in mine if not one.closed]
    shown = [one for one in mine if one.summary is not None]
    parts = [f"<h2>{escape(team)}</h2>", *(_open(one, base, here) for one in opened)]
    if shown and shown[0].summary is not None:
        before = shown[1].summary if len(shown) > 1 else None
        parts.append(_results(shown[0], shown[0].summary, before, list(reversed(shown))))
    parts += [_empty(one) for one in mine if one.closed and one.summary is None]
    return "".join(parts)


def _open(one: Round, base: str, here: str) -> str:
    link = f"{base or here.rstrip('/')}{ANSWER}{one.link}"
    reach = (
        "<p>Send this link to the team. It holds for everybody; nobody needs an account.</p>"
        if base
        else "<p class='trouble'>Only this machine reaches this link now. Start the coach with <code>coach ui --https"
        "</code>, and others in the same network can answer.</p>"
    )
    state = (
        f"{FLOOR} or more have answered, so closing it will show figures."
        if one.enough
        else f"Fewer than {FLOOR} have answered so far. How many exactly is not shown: whoever watches the count knows "
        "who was last."
    )
    return (
        f"<section><h3>Open since {_day(one.opened)}</h3>{reach}<label>Link"
        f"<input readonly value='{escape(link)}' aria-label='Link to answer'></label><p class='soft'>{state}</p>"
        f"<form method='post' action='/pulse/{escape(one.id)}/close'>"
        "<button class='quiet'>Close this round</button></form></section>"
    )


def _results(one: Round, found: Summary, before: Summary | None, rounds: Sequence[Round]) -> str:
    lines = "".join(f"<p>{escape(line)}</p>" for line in pulse.said(found, before))
    rows = "".join(
        f"<tr><td>{escape(figure.title)}</td><td class='figure'>{figure.mean:.1f}</td>"
        f"<td class='figure'>{figure.low:.1f} to {figure.high:.1f}</td></tr>"
        for figure in sorted(found.questions, key=lambda one: one.mean)
    )
    talk = "".join(f"<li>{escape(question.talk)}</li>" for question in pulse.talk_about(found))
    points = [
        (_day(past.closed or past.opened), {one.id: (one.mean, one.low, one.high) for one in past.summary.themes})
        for past in rounds
        if past.summary is not None
    ]
    return (
        f"<section><h3>Round closed on {_day(one.closed or one.opened)}</h3>"
        f"{trend(points, pulse.themes(), LOWEST, HIGHEST)}{lines}"
        f"<h3>What to talk about next</h3><ul>{talk}</ul><p class='soft'>Show the team these figures first, then ask. "
        "Ask about the thing, and never who it was.</p>"
        f"<details><summary>Statement by statement</summary><table><thead><tr><th>Lowest first</th>"
        f"<th>Mean of {HIGHEST}</th><th>The team may stand at</th></tr></thead><tbody>{rows}</tbody></table></details>"
        f"{_delete(one)}</section>"
    )


def _empty(one: Round) -> str:
    return (
        f"<section><h3>Round closed on {_day(one.closed or one.opened)}</h3><p>Fewer than {FLOOR} answered, so nothing "
        "is shown, and the answers are deleted. That few answer is worth a conversation of its own: "
        f"“What would make it easier to answer such a thing?”</p>{_delete(one)}</section>"
    )


def _delete(one: Round) -> str:
    return (
        f"<details><summary>Delete this round</summary><form method='post' action='/pulse/{escape(one.id)}/delete'>"
        "<button class='quiet'>Delete for good</button></form></details>"
    )


def _day(moment: datetime) -> str:
    local = moment.astimezone()
    return f"{local.day} {local:%B %Y}"
