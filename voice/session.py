"""One browser's spoken conversation as a pipecat pipeline over one WebSocket.

On the wire, binary is sound (mono PCM16: 16 kHz up, the voice's own rate down) and text is JSON with a ``kind``.
Everything down leaves by one way and so in order: a sentence's words come before its sound, and after a flush there
is nothing of the answer that was cut off.
"""

import asyncio
import json
import logging
from typing import TYPE_CHECKING, Any

from voice.answer import Message
from voice.models import quieten
from voice.models.gate import RATE
from voice.talk import Send, Talk

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import WebSocket

logger = logging.getLogger(__name__)

# A phone that sleeps closes its socket; this is for one whose network is gone without a word.
SILENT_S = 900


def prepare() -> None:
    """Imports what every session needs. It takes a second, in which nobody else should have to wait."""
    quieten()
    import pipecat.pipeline.worker
    import pipecat.processors.frame_processor
    import pipecat.serializers.base_serializer
    import pipecat.transports.websocket.fastapi
    import pipecat.workers.runner  # noqa: F401


async def run(
    websocket: "WebSocket", begin: "Callable[[Send], Talk]", *, over: "asyncio.Future[None] | None" = None
) -> None:
    """Runs a spoken conversation until the browser goes away. ``begin`` makes it, once sound can be sent.

    ``over``: resolved where somebody else ends it.
    """
    quieten()
    from pipecat.pipeline.pipeline import Pipeline
    from pipecat.pipeline.worker import PipelineParams, PipelineWorker
    from pipecat.transports.websocket.fastapi import FastAPIWebsocketParams, FastAPIWebsocketTransport
    from pipecat.workers.runner import WorkerRunner

    transport = FastAPIWebsocketTransport(
        websocket,
        FastAPIWebsocketParams(
            serializer=_wire(),
            audio_in_enabled=True,
            audio_in_sample_rate=RATE,
            audio_out_enabled=False,
            allowed_origins=[],
        ),
    )
    talker = _talker(begin)
    worker = PipelineWorker(
        Pipeline([transport.input(), talker, transport.output()]),
        params=PipelineParams(audio_in_sample_rate=RATE),
        enable_rtvi=False,
        enable_turn_tracking=False,
        check_dangling_tasks=False,
        idle_timeout_secs=None,
    )

    async def gone(*_: Any) -> None:
        await worker.cancel()

    transport.add_event_handler("on_client_disconnected", gone)

    # Without a collection at the end each session leaves 30 MB behind.
    runner = WorkerRunner(handle_sigint=False, force_gc=True)
    await runner.add_workers(worker)
    ending = asyncio.create_task(_end(worker, over)) if over is not None else None
    try:
        await runner.run()
    finally:
        if ending is not None:
            ending.cancel()
        await talker.close()


async def _end(worker: Any, over: "asyncio.Future[None]") -> None:
    await over
    await worker.cancel()


def _wire() -> Any:
    from pipecat.frames.frames import Frame, InputAudioRawFrame, InputTransportMessageFrame
    from pipecat.frames.frames import OutputTransportMessageUrgentFrame as Out
    from pipecat.serializers.base_serializer import FrameSerializer

    class Wire(FrameSerializer):
        """Sound as bytes, messages as JSON."""

        async def serialize(self, frame: Frame) -> str | bytes | None:
            if not isinstance(frame, Out):
                return None
            return frame.message if isinstance(frame.message, bytes) else json.dumps(frame.message)

        async def deserialize(self, data: str | bytes) -> Frame | None:
            if isinstance(data, bytes):
                return InputAudioRawFrame(audio=data, sample_rate=RATE, num_channels=1)
            try:
                message = json.loads(data)
            except ValueError:
                return None  # not from a page of ours
            return InputTransportMessageFrame(message=message) if isinstance(message, dict) else None

        def should_ignore_frame(self, frame: Frame) -> bool:
            return False

    return Wire()


def _talker(begin: "Callable[[Send], Talk]") -> Any:
    from pipecat.frames.frames import Frame, InputAudioRawFrame, InputTransportMessageFrame, StartFrame
    from pipecat.frames.frames import OutputTransportMessageUrgentFrame as Out
    from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

    class Talker(FrameProcessor):
        """Hands the microphone and the page's messages to the talk, and what it sends to the socket."""

        def __init__(self) -> None:
            super().__init__(enable_direct_mode=True)
            self.talk: Talk | None = None

        async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
            await super().process_frame(frame, direction)
            if isinstance(frame, StartFrame):
                await self.push_frame(frame, direction)
                self.talk = begin(self.say)
            elif isinstance(frame, InputAudioRawFrame) and self.talk is not None:
                await self.talk.hear(frame.audio)  # goes no further
            elif isinstance(frame, InputTransportMessageFrame):
                if self.talk is not None and direction is FrameDirection.DOWNSTREAM:
                    await self.talk.take(frame.message)
            else:
                await self.push_frame(frame, direction)

        async def say(self, what: Message | bytes) -> None:
            await self.push_frame(Out(message=what))

        async def close(self) -> None:
            talk, self.talk = self.talk, None
            if talk is not None:
                await talk.close()

    return Talker()
