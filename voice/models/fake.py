"""Ears and voices for tests: they hear what they are told to, and speak in tones."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from voice.errors import SpeechError

if TYPE_CHECKING:
    import numpy as np


@dataclass
class FakeEars:
    """Hears the next text of ``texts``, and the last one from then on."""

    texts: list[str] = field(default_factory=lambda: [""])
    name: str = "fake"
    idle: bool = True
    delay_s: float = 0.0
    heard: list[tuple[float, tuple[str, ...]]] = field(default_factory=list)
    """Seconds of audio and hotwords of each call."""

    async def transcribe(self, samples: "np.ndarray", *, hotwords: Sequence[str] = ()) -> str:
        self.heard.append((len(samples) / 16_000, tuple(hotwords)))
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        return self.texts.pop(0) if len(self.texts) > 1 else self.texts[0]


@dataclass
class FakeVoice:
    """A tenth of a second of tone for each word."""

    name: str = "fake"
    sample_rate: int = 22_050
    said: list[tuple[str, str | None]] = field(default_factory=list)
    broken: bool = False

    async def speak(self, text: str, *, voice: str | None = None, speed: float = 1.0) -> AsyncIterator["np.ndarray"]:
        import numpy as np

        if self.broken:
            raise SpeechError("The voice gave up on a sentence.")
        self.said.append((text, voice))
        for _ in text.split():
            yield np.full(round(self.sample_rate / 10 / speed), 1000, np.int16)
