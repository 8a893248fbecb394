"""The voice that works everywhere: pyttsx3, in a process of its own that can be killed when it hangs."""

import asyncio
import contextlib
import json
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voice.errors import SpeechError

if TYPE_CHECKING:
    import numpy as np

CHILD = Path(__file__).with_name("pyttsx_child.py")

SAMPLE_RATE = 22050
"""What espeak-ng speaks at; other systems' voices are brought to it."""

# Words a minute at speed 1: the pace of calm speech.
RATE = 165

START_S = 20.0
# espeak-ng takes 11 ms a sentence; the rest is for a machine that is busy with something else.
LEAST_S = 4.0
S_PER_CHARACTER = 0.02
TRIES = 3


class Pyttsx3Voice:
    """``pyttsx3`` or ``pyttsx3:VOICE``. One sentence at a time; a sentence that hangs or comes out empty is retried."""

    sample_rate = SAMPLE_RATE

    def __init__(self, voice: str | None = None, *, child: tuple[str, ...] = ()) -> None:
        self.name = f"pyttsx3:{voice}" if voice else "pyttsx3"
        self.restarts = 0
        """How often the process had to be started anew."""
        self._voice = voice
        self._command = child or (sys.executable, "-P", str(CHILD))
        self._process: asyncio.subprocess.Process | None = None
        self._asked = 0
        # Protects the process: it takes one sentence at a time.
        self._speaking = asyncio.Lock()

    async def speak(self, text: str, *, voice: str | None = None, speed: float = 1.0) -> AsyncIterator["np.ndarray"]:
        """``voice`` is ``coach``, ``counterpart`` or a name the system knows. Raises SpeechError."""
        if not any(char.isalnum() for char in text):
            return
        async with self._speaking:
            yield await self._sentence(" ".join(text.split()), voice or self._voice or "coach", speed)

    async def close(self) -> None:
        await self._kill()

    async def _sentence(self, text: str, voice: str, speed: float) -> "np.ndarray":
        trouble = "it did not answer"
        for attempt in range(TRIES):
            if attempt:
                self.restarts += 1
            try:
                process = await self._running()
                with tempfile.TemporaryDirectory(prefix="coach-voice-", dir=_in_memory()) as folder:
                    path = f"{folder}/said.wav"
                    request = {"text": text, "voice": voice, "rate": round(RATE * speed), "path": path}
                    answer = await self._ask(process, request)
                    if answer.get("ok"):
                        return await asyncio.to_thread(_read, path)
            except (TimeoutError, OSError, ValueError) as exc:
                trouble = type(exc).__name__
            except asyncio.CancelledError:
                # Its answer would be taken for the next sentence's.
                await self._kill()
                raise
            else:
                if "unknown" in answer:
                    raise SpeechError(f"There is no voice {answer['unknown']!r}. Run: coach talk --voices")
                trouble = answer.get("why", "it wrote no sound")
            await self._kill()
        raise SpeechError(f"The voice gave up on a sentence ({trouble}). The text is on the page; see: coach doctor")

    async def voices(self) -> list[str]:
        """Every voice that the system has. Raises SpeechError."""
        async with self._speaking:
            try:
                await self._running()
            except (TimeoutError, OSError, ValueError) as exc:
                raise SpeechError("pyttsx3 does not start. See: coach doctor") from exc
            return list(self._voices)

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                limit=1 << 20,  # the list of voices is one long line
            )
            self._voices = (await _line(self._process, START_S)).get("voices", [])
        return self._process

    async def _ask(self, process: asyncio.subprocess.Process, request: dict[str, Any]) -> dict[str, Any]:
        assert process.stdin is not None
        self._asked += 1
        process.stdin.write(json.dumps({"id": self._asked, **request}).encode() + b"\n")
        await process.stdin.drain()
        answer = await _line(process, LEAST_S + S_PER_CHARACTER * len(request["text"]))
        if answer.get("id") != self._asked:
            raise ValueError(answer)
        return answer

    async def _kill(self) -> None:
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def _line(process: asyncio.subprocess.Process, seconds: float) -> dict[str, Any]:
    """The next answer. Raises TimeoutError, and ValueError where the process ended instead."""
    assert process.stdout is not None
    async with asyncio.timeout(seconds):
        line = await process.stdout.readline()
    answer = json.loads(line)
    return answer if isinstance(answer, dict) else {}


def _in_memory() -> str | None:
    """A folder that is no disk, where the system has one: speech does not belong on disks."""
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() else None


def _read(path: str) -> "np.ndarray":
    import soundfile

    samples, rate = soundfile.read(path, dtype="int16", always_2d=True)
    samples = samples[:, 0]
    if rate != SAMPLE_RATE:
        import soxr

        samples = soxr.resample(samples, rate, SAMPLE_RATE)
    return samples
