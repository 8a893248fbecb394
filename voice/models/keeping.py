"""A better voice as long as it keeps up, and a quicker one from the moment on that it does not."""

import logging
import time
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

from coach.protocols import TextToSpeech

if TYPE_CHECKING:
    import numpy as np

logger = logging.getLogger(__name__)

LATE_IN_A_ROW = 2
"""One late clause is something else on the machine; two are how it is."""


class KeepingUp:
    """Speaks with ``better`` until two pieces in a row took longer to make than they take to hear.

    From then on ``quicker()`` speaks: a voice that changes once is easier to listen to than one that stops after
    each clause.
    """

    def __init__(self, better: TextToSpeech, quicker: Callable[[], TextToSpeech]) -> None:
        self.name = better.name
        self.sample_rate = better.sample_rate
        self._voice = better
        self._quicker: Callable[[], TextToSpeech] | None = quicker
        self._late = 0

    async def speak(self, text: str, *, voice: str | None = None, speed: float = 1.0) -> AsyncIterator["np.ndarray"]:
        """Raises SpeechError."""
        began, length = time.perf_counter(), 0
        engine = self._voice
        async for samples in engine.speak(text, voice=voice, speed=speed):
            if engine.sample_rate != self.sample_rate:
                import soxr

                samples = soxr.resample(samples, engine.sample_rate, self.sample_rate)
            length += len(samples)
            took_s = time.perf_counter() - began
            yield samples
        if length and self._quicker is not None:
            self._late = self._late + 1 if took_s > length / self.sample_rate else 0
            if self._late >= LATE_IN_A_ROW:
                self._step_down(self._quicker)

    def _step_down(self, quicker: Callable[[], TextToSpeech]) -> None:
        self._voice, self._quicker = quicker(), None
        logger.warning("%s does not keep up with this machine; %s speaks instead.", self.name, self._voice.name)
        self.name = self._voice.name
