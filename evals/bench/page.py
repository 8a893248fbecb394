"""A page without a browser: speaks into the voice socket in real time, plays what comes back, and reports it."""

import asyncio
import json
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from voice.models.detector import WINDOW
from voice.models.gate import RATE

if TYPE_CHECKING:
    import numpy as np

WINDOW_S = WINDOW / RATE


class Page:
    """One open talk. Use as an async context."""

    def __init__(
        self, address: str, conversation: str, *, sound: str = "speakers", echo: tuple[float, float] | None = None
    ) -> None:
        self.messages: list[tuple[float, dict[str, Any]]] = []
        """When each came, by ``time.perf_counter``, and what it says."""
        self.first_sound: list[float] = []
        """When the first sound of each answer came."""
        self.speech_ended = 0.0
        self._address = f"{address}/talk?conversation={conversation}"
        self._settings = {"sound": sound}
        self._echo = echo  # how loud of 1, and how late in seconds, the loudspeaker comes back
        self._waiting: list[np.ndarray] = []
        self._queue: list[Any] = []
        self._room: list[tuple[float, np.ndarray]] = []
        self._held = False
        self._sounding: str | None = None
        self._rate = 22050
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "Page":
        import websockets

        self._socket = await websockets.connect(self._address, max_size=None)
        self._tasks = [asyncio.create_task(work()) for work in (self._receive, self._speak, self._play)]
        await self.gets("ready", 120)
        await self._tell("settings", **self._settings)
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError, Exception):
                await task
        await self._socket.close()

    def say(self, samples: "np.ndarray") -> None:
        """Puts speech in front of the microphone; ``speech_ended`` is set when its last sample has left."""
        import numpy as np

        rest = -len(samples) % WINDOW
        self._waiting = list(np.concatenate([samples, np.zeros(rest, np.float32)]).reshape(-1, WINDOW))

    def count(self, kind: str, **what: Any) -> int:
        return sum(one["kind"] == kind and what.items() <= one.items() for _, one in self.messages)

    async def gets(self, kind: str, seconds: float, *, after: float = 0.0) -> float | None:
        """When the first message of a kind comes; None where it does not."""
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            if (at := next((at for at, one in self.messages if one["kind"] == kind and at >= after), None)) is not None:
                return at
            await asyncio.sleep(0.01)
        return None

    async def sounds(self, seconds: float) -> bool:
        """Whether an answer begins to be heard."""
        end = time.perf_counter() + seconds
        while self._sounding is None and time.perf_counter() < end:  # noqa: ASYNC110 (the page's own clock)
            await asyncio.sleep(0.01)
        return self._sounding is not None

    async def _tell(self, kind: str, **more: Any) -> None:
        await self._socket.send(json.dumps({"kind": kind, **more}))

    async def _speak(self) -> None:
        """The microphone: a window every 32 ms, of speech, room, and what the loudspeaker gives back."""
        import numpy as np

        random = np.random.default_rng(0)
        due = time.perf_counter()
        while True:
            window: Any = (random.standard_normal(WINDOW) * 0.0005).astype(np.float32)
            if self._waiting:
                window = window + self._waiting.pop(0)
                if not self._waiting:
                    self.speech_ended = time.perf_counter()
            if self._echo:
                window = window + self._echoed(time.perf_counter())
            await self._socket.send((np.clip(window, -1, 1) * 32767).astype("<i2").tobytes())
            due += WINDOW_S
            await asyncio.sleep(max(0.0, due - time.perf_counter()))

    def _echoed(self, now: float) -> "np.ndarray":
        import numpy as np

        assert self._echo is not None
        loud, late = self._echo
        back: Any = np.zeros(WINDOW, np.float32)
        while self._room and self._room[0][0] + late <= now:
            back = back + self._room.pop(0)[1] * loud
        return back

    async def _play(self) -> None:
        """The loudspeaker: plays in real time, and reports each sentence when it is reached."""
        due = time.perf_counter()
        while True:
            if not self._held:
                await self._play_window()
            due += WINDOW_S
            await asyncio.sleep(max(0.0, due - time.perf_counter()))

    async def _play_window(self) -> None:
        import numpy as np

        need = int(self._rate * WINDOW_S)
        played: list[np.ndarray] = []
        while self._queue and need > 0:
            first = self._queue[0]
            if isinstance(first, dict):
                self._queue.pop(0)
                await self._reached(first)
                continue
            played.append(first[:need])
            need -= len(played[-1])
            if len(first) > len(played[-1]):
                self._queue[0] = first[len(played[-1]) :]
            else:
                self._queue.pop(0)
        if played and self._current and self._sounding != self._current["turn"]:
            self._sounding = self._current["turn"]
            await self._tell("playing", turn=self._sounding)
        if played and self._echo:
            import soxr

            heard = soxr.resample(np.concatenate(played).astype(np.float32) / 32768, self._rate, RATE)
            self._room.append((time.perf_counter(), np.resize(np.pad(heard, (0, WINDOW)), WINDOW)))

    _current: dict[str, Any] | None = None

    async def _reached(self, mark: dict[str, Any]) -> None:
        if self._current is not None:
            await self._tell("played", turn=self._current["turn"], n=self._current["n"] + 1)
        self._current = mark if mark["kind"] == "sentence" else None
        if self._current is not None:
            await self._tell("began", turn=mark["turn"], n=mark["n"])
        else:
            await self._tell("drained", turn=mark["turn"])
            self.messages.append((time.perf_counter(), {"kind": "drained", "turn": mark["turn"]}))

    async def _receive(self) -> None:
        import numpy as np

        fresh = False
        async for data in self._socket:
            now = time.perf_counter()
            if isinstance(data, bytes):
                if fresh:
                    self.first_sound.append(now)
                    fresh = False
                self._queue.append(np.frombuffer(data, "<i2"))
                continue
            message = json.loads(data)
            self.messages.append((now, message))
            match message["kind"]:
                case "ready":
                    self._rate = message["rate"]
                case "sentence":
                    fresh = fresh or message["n"] == 0
                    self._queue.append(message)
                case "end":
                    self._queue.append(message)
                case "hold":
                    self._held = True
                case "go_on":
                    self._held = False
                case "flush":
                    self._held = False
                    self._queue.clear()
                    if self._current is not None:
                        await self._tell("flushed", turn=self._current["turn"], n=self._current["n"])
                    self._current = None
