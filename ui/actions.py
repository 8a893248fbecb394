"""What a person can do on the page, each as one request with one answer.

A request is a JSON object; an answer is one too. What went wrong comes back as ``{"trouble": line}``.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import wraps
from typing import Any

from coach.errors import CoachError
from coach.practice.policy import PracticePolicy
from coach.practice.practice import practices
from coach.rehearsal.persona import personas
from coach.rehearsal.scene import scene_in
from ui import board as boards
from ui import mine, panel, render
from ui.handing import opened_at
from ui.live import Live
from ui.practice import Beside
from ui.practice import panel as practice_panel

Request = dict[str, Any]
Answer = dict[str, Any]


async def say(live: Live, request: Request) -> Answer:
    """Answers ``said``, in place of the turn ``replaces`` where given; without ``said``, that turn once more."""
    thread = await live.thread(request["conversation"])
    replaces = request.get("replaces")
    said = request["said"] if "said" in request else (await thread.turn(replaces or "")).turn.said
    if said.strip():
        thread.say(said.strip(), replaces)
    return {}


async def stop(live: Live, request: Request) -> Answer:
    """Interrupts the answer; crisis text is finished first."""
    thread = await live.thread(request["conversation"])
    await thread.conversation.stop()
    return {}


async def listed(live: Live, request: Request) -> Answer:
    """The list of conversations, as seen from one of them, and who answers."""
    entries = await live.coach.store.entries()
    writer = await live.coach.writer()
    settings = live.coach.settings
    now = datetime.now().astimezone()
    wanted = settings.writer == "auto" and bool(settings.base_url or settings.api_key)
    return {
        "html": render.conversations(entries, request["conversation"], now),
        "due": len(mine.due(await live.coach.store.kept.commitments(), now.date())),
        "status": panel.privacy(writer.name, settings.base_url, wanted=wanted),
    }


async def rename(live: Live, request: Request) -> Answer:
    if request["title"].strip():
        await live.coach.store.rename(request["conversation"], request["title"])
        live.tell_all({"kind": "list"})
    return {}


async def delete(live: Live, request: Request) -> Answer:
    """Deletes for good. The page has asked before."""
    await live.delete(request["conversation"])
    return {}


async def why(live: Live, request: Request) -> Answer:
    """How a turn came about."""
    thread = await live.thread(request["conversation"])
    shown = await thread.turn(request["turn"])
    return {"html": panel.why(shown, await live.material(shown))}


async def passage(live: Live, request: Request) -> Answer:
    """A cited passage with everything that is known of where it comes from."""
    id = request["id"]
    if id.startswith("doc:"):
        opened = await asyncio.to_thread(opened_at, live.coach.settings.home, id)
        return {"html": opened or render.passage(None)}
    return {"html": render.passage(await live.passage(id))}


async def practice(live: Live, request: Request) -> Answer:
    """What stands beside the chat: the practice in use, the scene, the pages of this conversation."""
    thread = await live.thread(request["conversation"])
    history = await thread.conversation.history()
    policy = thread.conversation.policy
    underway = policy.underway(history) if isinstance(policy, PracticePolicy) else None
    pages = await live.coach.store.kept.artefacts(request["conversation"])
    known = list(practices().values())
    return {"html": practice_panel(Beside(underway, scene_in(history, personas()), known, pages))}


async def begin(live: Live, request: Request) -> Answer:
    """Begins a practice by name, in the words by which a person would ask for it."""
    thread = await live.thread(request["conversation"])
    title = practices()[request["name"]].title
    thread.say(f"Let's begin: {title}")
    return {}


async def own_page(live: Live, request: Request) -> Answer:
    """The leader's own page."""
    return {"html": mine.mine(await mine.gather(live.coach, datetime.now().astimezone()))}


async def settle(live: Live, request: Request) -> Answer:
    """Marks a commitment as done, let go, or open again."""
    await live.coach.store.kept.settle(request["id"], request["state"])
    live.tell_all({"kind": "list"})
    return {}


async def remove(live: Live, request: Request) -> Answer:
    """Deletes a page or a commitment for good."""
    await live.coach.store.kept.delete(request["id"])
    live.tell_all({"kind": "list"})
    return {}


async def board(live: Live, request: Request) -> Answer:
    """The eval board of the last run."""
    return {"html": boards.board(live.coach.settings.home)}


async def sound(live: Live, request: Request) -> Answer:
    """Every check of this conversation."""
    thread = await live.thread(request["conversation"])
    return {"html": boards.sound(await thread.turns())}


def served(live: Live) -> list[Callable[[Request], Awaitable[Answer]]]:
    """The actions as the page's script calls them."""
    return [_served(live, action) for action in (
        say, listed, rename, delete, why, passage, practice, begin, own_page, settle, remove,
        board, sound,
    )]  # fmt: skip


def _served(live: Live, action: Callable[[Live, Request], Awaitable[Answer]]) -> Callable[[Request], Awaitable[Answer]]:
    @wraps(action)
    async def answer(request: Request) -> Answer:
        try:
            return await action(live, request)
        except CoachError as exc:
            return {"trouble": str(exc)}

    # The page's script is told of one argument, not of the two that the action takes.
    del answer.__wrapped__
    answer.__annotations__ = {}
    return answer
