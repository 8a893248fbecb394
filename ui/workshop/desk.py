"""The facilitator's desk: what they can do with the room. There is no way from here to any conversation."""

from dataclasses import replace
from typing import Any

from coach.errors import CoachError, NotFoundError
from coach.workshop import room as change
from coach.workshop.agenda import arranged, named, ready
from coach.workshop.ending import end
from coach.workshop.room import Room, RoomError
from ui.workshop.hub import Hub

NOTHING_YET = (
    "Nothing can show yet: cards show from five people up, and what waits below that is told to nobody, not even here."
)


async def take(hub: Hub, room: str, message: dict[str, Any]) -> str:
    """Something that the facilitator did; a line to show, often empty. Raises CoachError."""
    match message.get("kind"):
        case "end":
            await end(hub.rooms, room)
        case "show":
            step = str(message.get("step", ""))
            if not await hub.walls.show(room, step):
                return NOTHING_YET
        case "close_pulse":
            await hub.walls.close_pulse(room, str(message.get("step", "")))
        case "hide":
            await hub.walls.hide(room, str(message.get("card", "")), bool(message.get("hidden")))
        case "lower_hands":
            await hub.rooms.lower_hands(room)
        case "next" | "go" | "start":
            await _move(hub, room, message)
        case _:
            await hub.rooms.change(room, lambda here: _changed(hub, here, message))
    hub.changed(room)
    return ""


async def _move(hub: Hub, room: str, message: dict[str, Any]) -> None:
    """Another step. What was waiting in the one before goes to the wall, and its pulse is closed."""
    before = await hub.rooms.room(room)
    now = hub.rooms.now()
    if message["kind"] == "start":
        await hub.rooms.change(room, lambda here: change.begun(here, now))
        return
    at = before.at + 1 if message["kind"] == "next" else int(message.get("at", 0))
    if before.step is not None and before.at != at and 0 <= at < len(before.agenda):
        if before.step.kind == "pulse":
            await hub.walls.close_pulse(room, before.step.id)
        if before.step.prompt and not before.frozen:
            await hub.walls.show(room, before.step.id)
    await hub.rooms.change(room, lambda here: change.at_step(here, at, now))


def _changed(hub: Hub, room: Room, message: dict[str, Any]) -> Room:
    now = hub.rooms.now()
    match message.get("kind"):
        case "hold":
            return change.held(room, now)
        case "extend":
            return change.extended(room, float(message.get("minutes", 0)))
        case "broadcast":
            return change.announced(room, str(message.get("text", "")))
        case "freeze":
            return replace(room, frozen=bool(message.get("on")))
        case "panic":
            return replace(change.held(room, now) if message.get("on") else room, paused=bool(message.get("on")))
        case "doors":
            return replace(room, doors=bool(message.get("open")))
        case "spotlight":
            card = message.get("card")
            return replace(room, spotlight=str(card) if card else None)
        case "agenda":
            wanted = message.get("steps")
            return change.rearranged(room, arranged(room.agenda, wanted if isinstance(wanted, list) else []))
        case "use":
            return _other(room, str(message.get("agenda", "")))
        case "close":
            return change.begins_to_end(room, now)
        case "reopen":
            return change.goes_on(room)
    raise CoachError("The desk cannot do that. Open it again.")


def _other(room: Room, name: str) -> Room:
    """Another ready agenda, before the first exercise."""
    if room.step is not None:
        raise RoomError("The workshop has begun. Change its exercises one by one.")
    if name not in ready():
        raise NotFoundError(f"There is no agenda {name!r}.")
    other = named(name)
    return change.rearranged(change.titled(room, other.title), other.steps)
