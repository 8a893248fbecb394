"""Tells by the sound of the last words whether a person has finished: Smart Turn, as it comes with pipecat."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from voice.models import quieten
from voice.models.gate import RATE

if TYPE_CHECKING:
    import numpy as np

HEARS_S = 8
"""The model looks at no more than this."""


class SmartTurn:
    """One model for all conversations; 51 ms a question on one core."""

    def __init__(self) -> None:
        quieten()
        from pipecat.audio.turn.smart_turn.local_smart_turn_v3 import LocalSmartTurnAnalyzerV3

        self._model: Any = LocalSmartTurnAnalyzerV3(sample_rate=RATE, cpu_count=1)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="smart-turn")

    async def __call__(self, samples: "np.ndarray") -> float:
        """Probability, 0 to 1, that whoever speaks in mono 16 kHz float32 ``samples`` has finished."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self.ask, samples)

    def ask(self, samples: "np.ndarray") -> float:
        return float(self._model._predict_endpoint(samples[-HEARS_S * RATE :])["probability"])
