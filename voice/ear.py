"""The ear: a microphone's sound in, the turns of whoever speaks out.

At each pause the whole turn is transcribed and its sound judged, both while the silence goes on; how long the silence
must last follows from what they say. Time is counted in received samples. Knows nothing of the coach: what to do
about speech is for whoever listens to its events.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coach.errors import CoachError
from coach.protocols import SpeechToText
from voice.models.detector import WINDOW
from voice.models.gate import RATE
from voice.patience import NORMAL, Patience

if TYPE_CHECKING:
    import numpy as np

logger = logging.getLogger(__name__)

WINDOW_MS = WINDOW * 1000 // RATE

SPEAKS = 0.5
"""Probability from which a window is speech."""
STILL_SPEAKS = 0.35
"""Once somebody speaks, a window this likely still is."""

BEGIN_WINDOWS = 3
"""96 ms of speech: a click is shorter, and whoever interrupts is noticed well within a third of a second."""
PAUSE_WINDOWS = 6
"""192 ms of silence: longer than the gaps inside words, early enough to have the text before the turn can be over."""

# Kept from before speech was noticed, so that its first sound is not lost.
BEFORE_MS = 400

CAPTION_FIRST_MS = 600
"""Of speech, before its words are first shown: a syllable is no caption."""
CAPTION_EVERY_MS = 1200
# A caption that is being made delays the words after a pause, so on a busy machine there are fewer.
CAPTION_SHARE = 5
# Longer turns are transcribed in pieces, cut at a pause.
PIECE_S = 18


@dataclass(frozen=True, slots=True)
class SpeechBegan:
    """Somebody speaks, or goes on after a pause. What it is is not known yet."""


@dataclass(frozen=True, slots=True)
class Caption:
    """The words so far, while somebody still speaks; none where it does not sound like words."""

    text: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Somebody stopped for a moment; the turn is over once the silence has lasted ``wait_ms``."""

    text: str
    wait_ms: int
    finished: float


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """All that was said; empty where nothing was. The moments are those of ``time.perf_counter``."""

    text: str
    speech_ended: float
    decided: float
    transcribed: float


@dataclass(frozen=True, slots=True)
class EarTrouble:
    """What could not be heard, as a line for the person."""

    text: str


EarEvent = SpeechBegan | Caption | Pause | TurnEnded | EarTrouble
Listener = Callable[[EarEvent], Awaitable[None]]


class Ear:
    """One microphone. Call ``hear`` with its sound; events come to ``listener``, in order.

    ``captions``: the words are shown while somebody still speaks; asked each time where that may change. ``ahead``:
    while a button is held, each pause is transcribed too, so that the text is there as the button is let go; where
    many talk at once, it would be late for others.
    """

    def __init__(
        self,
        ears: SpeechToText,
        sense: Callable[["np.ndarray"], Awaitable[float]],
        detector: Callable[["np.ndarray"], float],
        listener: Listener,
        *,
        captions: bool | Callable[[], bool] = True,
        ahead: bool = True,
    ) -> None:
        self.patience: Patience = NORMAL
        self.hotwords: Sequence[str] = ()
        self.deaf = False
        """While set, nothing is heard: what comes in is the coach's own voice."""
        self.held_open = False
        """While set, no silence ends the turn: a button is pressed, or more of a file is to come."""
        self._ears = ears
        self._sense = sense
        self._detector = detector
        self._listener = listener
        self._captions = captions
        self._ahead = ahead
        self._rest = b""
        self._sound: list[np.ndarray] = []
        self._in_turn = False
        self._speaking = False
        self._judging: asyncio.Task[None] | None = None
        self._captioning: asyncio.Task[None] | None = None
        self._verdict: Pause | None = None
        self._loud = self._quiet = 0  # windows in a row
        self._reset()

    @property
    def in_turn(self) -> bool:
        return self._in_turn

    @property
    def text(self) -> str:
        """The words of the unfinished turn, as far as they are known."""
        return self._verdict.text if self._verdict else self._caption or self._done

    async def hear(self, pcm: bytes) -> None:
        """Mono PCM16 at 16 kHz, in pieces of any length."""
        import numpy as np

        data = self._rest + pcm
        whole = len(data) // (2 * WINDOW) * 2 * WINDOW
        self._rest = data[whole:]
        for window in np.frombuffer(data[:whole], np.int16).reshape(-1, WINDOW):
            await self._window(window.astype(np.float32) / 32768.0)

    async def finish(self) -> None:
        """The turn is over now: the button was let go."""
        self.held_open = False
        self._finishing = self._in_turn
        if self._speaking or (self._in_turn and self._judging is None and self._verdict is None):
            await self._pause()
        if self._in_turn:
            await self._end_if_over()

    def drop(self) -> None:
        """Forgets the turn in progress."""
        self._stop_tasks()
        self._in_turn = self._speaking = False
        self._reset()

    async def close(self) -> None:
        tasks = [task for task in (self._judging, self._captioning) if task is not None]
        self.drop()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task

    # Sound

    async def _window(self, window: "np.ndarray") -> None:
        if self.deaf:
            if self._in_turn:
                self.drop()
            self._sound.clear()
            return
        speech = self._detector(window)
        self._sound.append(window)
        if not self._in_turn:
            del self._sound[: -(BEFORE_MS // WINDOW_MS + BEGIN_WINDOWS)]
        if speech >= (STILL_SPEAKS if self._speaking else SPEAKS):
            self._loud += 1
            if self._speaking or self._loud >= BEGIN_WINDOWS:
                self._quiet = 0
                self._speech_ended = time.perf_counter()
                if not self._speaking:
                    await self._begin()
        else:
            self._loud = 0
            self._quiet += 1
        if self._speaking and self._quiet >= PAUSE_WINDOWS:
            await self._pause()
        elif self._speaking:
            self._caption_if_due()
        elif self._in_turn:
            await self._end_if_over()

    async def _begin(self) -> None:
        self._speaking = True
        if self._verdict is not None and self._heard_s() > PIECE_S:
            self._done = self._verdict.text
            del self._sound[: self._verdict_windows]
        self._stop_tasks()
        self._verdict = None
        self._finishing = False
        self._next_caption = len(self._sound) + (CAPTION_FIRST_MS - BEGIN_WINDOWS * WINDOW_MS) // WINDOW_MS
        self._in_turn = True
        await self._listener(SpeechBegan())

    async def _pause(self) -> None:
        self._speaking = False
        if self.held_open and not self._ahead and self._heard_s() < PIECE_S:
            return  # the button will tell
        self._stop_tasks()
        self._judging = asyncio.create_task(self._judge(self._samples(), len(self._sound)))

    # Words

    async def _judge(self, samples: "np.ndarray", windows: int) -> None:
        """Transcribes the turn so far and asks how its voice sounds, in the silence."""
        # Whoever let the button go has said so; nobody has to guess by their voice.
        sense = asyncio.ensure_future(_certain() if self._finishing else self._sense(samples))
        try:
            text = await self._ears.transcribe(samples, hotwords=self.hotwords)
            finished = await sense
        except CoachError as exc:
            await self._listener(EarTrouble(str(exc)))
            text, finished = "", 1.0
        except Exception:
            # A turn that is never judged would never end.
            logger.exception("the ear broke")
            await self._listener(EarTrouble("Something broke while listening. Say it again, or type it."))
            text, finished = "", 1.0
        finally:
            sense.cancel()
        whole = f"{self._done} {text}".strip()
        # Nothing was said: nothing more is waited for.
        wait_ms = self.patience.wait_ms(finished, whole) if whole else 0
        self._verdict = Pause(whole, wait_ms, finished)
        self._verdict_windows = windows
        self._transcribed = time.perf_counter()
        await self._listener(self._verdict)
        if self._finishing:
            await self._end_if_over()

    async def _end_if_over(self) -> None:
        verdict = self._verdict
        if verdict is None or self.held_open or not self._in_turn:
            return
        if not self._finishing and self._quiet * WINDOW_MS < verdict.wait_ms:
            return
        ended = TurnEnded(verdict.text, self._speech_ended, time.perf_counter(), self._transcribed)
        self._judging = None  # may be the task that runs this
        self.drop()
        self._sound.clear()
        await self._listener(ended)

    def _caption_if_due(self) -> None:
        if len(self._sound) < self._next_caption or not self._shows():
            return
        busy = self._captioning is not None and not self._captioning.done()
        if busy or not getattr(self._ears, "idle", True):
            return
        self._next_caption = len(self._sound) + CAPTION_EVERY_MS // WINDOW_MS
        self._captioning = asyncio.create_task(self._show(self._samples()))

    def _shows(self) -> bool:
        return self._captions() if callable(self._captions) else self._captions

    async def _show(self, samples: "np.ndarray") -> None:
        began = time.perf_counter()
        try:
            text = await self._ears.transcribe(samples, hotwords=self.hotwords)
        except Exception:
            return  # the pause will tell
        took_ms = (time.perf_counter() - began) * 1000
        self._next_caption += round(max(0.0, CAPTION_SHARE * took_ms - CAPTION_EVERY_MS)) // WINDOW_MS
        self._caption = f"{self._done} {text}".strip()
        await self._listener(Caption(self._caption))

    # Bookkeeping

    def _samples(self) -> "np.ndarray":
        import numpy as np

        return np.concatenate(self._sound)

    def _heard_s(self) -> float:
        return len(self._sound) * WINDOW / RATE

    def _stop_tasks(self) -> None:
        for task in (self._judging, self._captioning):
            if task is not None and task is not asyncio.current_task():
                task.cancel()
        self._judging = self._captioning = None

    def _reset(self) -> None:
        self._judging = self._captioning = None
        self._verdict = None
        self._verdict_windows = 0
        self._finishing = False
        self._done = ""
        self._caption = ""
        self._next_caption = 0
        self._loud = self._quiet = 0
        self._speech_ended = self._transcribed = time.perf_counter()


async def _certain() -> float:
    return 1.0
