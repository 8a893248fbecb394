"""The neural voice on a CPU: Piper. An extra, because piper-tts is GPL-3; first clause in about a tenth of a second."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voice.errors import SpeechError

if TYPE_CHECKING:
    import numpy as np


class PiperVoice:
    """``piper`` (the voice of the weights package) or ``piper:FILE.onnx``."""

    def __init__(self, model: Path) -> None:
        try:
            from piper import PiperVoice as Engine
            from piper.config import SynthesisConfig
        except ImportError as exc:
            raise SpeechError("Piper is not installed. Run: uv sync --extra piper") from exc
        if not model.is_file():
            raise SpeechError(f"There is no voice at {model}. Name a Piper .onnx file, with its .onnx.json beside it.")
        try:
            self._engine: Any = Engine.load(model)
        except Exception as exc:
            raise SpeechError(f"{model.name} is no Piper voice that can be loaded ({exc}). Name another.") from exc
        self._config = SynthesisConfig
        self.name = f"piper:{model.stem}"
        self.sample_rate = int(self._engine.config.sample_rate)
        # One sentence at a time: two at once on one machine make both late.
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="piper")

    async def speak(self, text: str, *, voice: str | None = None, speed: float = 1.0) -> AsyncIterator["np.ndarray"]:
        """One array a sentence. A voice file holds one speaker, so ``voice`` changes nothing. Raises SpeechError."""
        loop = asyncio.get_running_loop()
        chunks = iter(self._engine.synthesize(text, self._config(length_scale=1.0 / speed)))
        while True:
            try:
                chunk = await loop.run_in_executor(self._pool, next, chunks, None)
            except Exception as exc:
                raise SpeechError(
                    f"Piper gave up on a sentence ({exc}). The text is on the page; see: coach doctor"
                ) from exc
            if chunk is None:
                return
            yield chunk.audio_int16_array
