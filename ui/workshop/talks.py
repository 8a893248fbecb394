"""Push-to-talk on a phone in a room: what is held down is heard, and the answer is read, or spoken into headphones.

Nothing that is said is kept as sound.
"""

import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from coach.errors import CoachError
from coach.protocols import TextToSpeech
from coach.workshop.rooms import Seat
from ui.workshop.hub import Hub
from ui.workshop.phone import careful
from voice.parts import Parts
from voice.talk import Send, Talk

if TYPE_CHECKING:
    import numpy as np
    from starlette.websockets import WebSocket

logger = logging.getLogger(__name__)

ALOUD = "aloud"
"""Asked for by those who wear headphones; a room full of speaking phones helps nobody."""


class Silent:
    """A voice for those who read: no sound is made, and none is paid for."""

    name = "silent"

    def __init__(self, sample_rate: int) -> None:
        self.sample_rate = sample_rate

    async def speak(self, text: str, *, voice: str | None = None, speed: float = 1.0) -> AsyncIterator["np.ndarray"]:
        nothing: tuple[np.ndarray, ...] = ()
        for samples in nothing:
            yield samples


async def serve(websocket: "WebSocket", hub: Hub, seat: Seat, parts: Parts) -> None:
    """Talks with one phone until it goes away."""
    from voice.session import run

    try:
        await websocket.send_json({"kind": "loading"})
        await parts.ready()
        conversation = careful(await hub.coach.conversation(seat.conversation), hub, seat)
    except CoachError as exc:
        await _refuse(websocket, str(exc))
        return
    except Exception:
        logger.exception("the voice does not start")
        await _refuse(websocket, "The voice does not start on the coach's machine. Type instead.")
        return
    speaks = websocket.query_params.get("conversation") == ALOUD
    voice: TextToSpeech = parts.voice if speaks else Silent(parts.voice.sample_rate)

    def begin(send: Send) -> Talk:
        talk = Talk(conversation, voice, partial(parts.ear, captions=False, ahead=False), send)
        talk.choices.push = True
        return talk

    await run(websocket, begin)


async def _refuse(websocket: "WebSocket", line: str) -> None:
    from starlette.websockets import WebSocketDisconnect

    with suppress(WebSocketDisconnect, RuntimeError):  # gone already
        await websocket.send_json({"kind": "refused", "text": line})
        await websocket.close()
