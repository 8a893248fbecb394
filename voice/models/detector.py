"""Tells window by window whether somebody speaks: Silero, as it comes with pipecat."""

from typing import TYPE_CHECKING, Any

from voice.models import quieten
from voice.models.gate import RATE

if TYPE_CHECKING:
    import numpy as np

WINDOW = 512
"""Samples that are judged at once: 32 ms."""

# The model carries state, and long noise or music makes it deaf to the speech that follows.
RESET_S = 2.0
# Only when it has been plainly quiet for a moment: a reset just before a word makes that word late.
QUIET_WINDOWS = 5
QUIET = 0.1


class Detector:
    """One microphone's speech detector."""

    def __init__(self) -> None:
        from importlib.resources import files

        quieten()
        from pipecat.audio.vad.silero import SileroOnnxModel

        self._model: Any = SileroOnnxModel(str(files("pipecat.audio.vad.data") / "silero_vad.onnx"))
        self._since_reset = 0
        self._quiet = 0

    def __call__(self, window: "np.ndarray") -> float:
        """Probability of speech, 0 to 1, in ``WINDOW`` float32 samples at 16 kHz."""
        self._since_reset += 1
        if self._quiet >= QUIET_WINDOWS and self._since_reset > RESET_S * RATE / WINDOW:
            self._model.reset_states()
            self._since_reset = 0
        speech = float(self._model(window, RATE)[0][0])
        self._quiet = self._quiet + 1 if speech < QUIET else 0
        return speech
