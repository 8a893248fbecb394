"""Hearing and speaking through an OpenAI-compatible endpoint."""

import io
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any

from voice.errors import SpeechError
from voice.models.gate import RATE, speech_in

if TYPE_CHECKING:
    import numpy as np

TIMEOUT_S = 20.0

PCM_RATE = 24_000
"""What the interface's ``pcm`` format is sampled at."""

CHUNK_BYTES = 9_600
"""A fifth of a second: soon enough to begin with, long enough not to be many."""


def client(base_url: str | None, api_key: str | None) -> Any:
    """Raises SpeechError where OpenAI itself is meant and there is no key."""
    if base_url is None and not api_key:
        raise SpeechError("No key for the speech endpoint. Set OPENAI_API_KEY, or COACH_SPEECH_URL for another.")
    import openai

    return openai.AsyncOpenAI(base_url=base_url, api_key=api_key or "none", timeout=TIMEOUT_S, max_retries=1)


class EndpointEars:
    """``openai:MODEL`` for transcription. Only what a detector takes for speech is sent."""

    def __init__(self, model: str, *, base_url: str | None, api_key: str | None, language: str = "en") -> None:
        self.name = f"openai:{model}"
        self.idle = True
        self._model = model
        self._language = language
        self._where = base_url or "OpenAI"
        self._client = client(base_url, api_key)

    async def transcribe(self, samples: "np.ndarray", *, hotwords: Sequence[str] = ()) -> str:
        """Raises SpeechError."""
        import asyncio

        import soundfile

        speech = await asyncio.to_thread(speech_in, samples)
        if not len(speech):
            return ""
        wav = io.BytesIO()
        soundfile.write(wav, speech, RATE, format="WAV", subtype="PCM_16")
        try:
            answer = await self._client.audio.transcriptions.create(
                model=self._model, file=("speech.wav", wav.getvalue()), language=self._language,
                prompt=", ".join(hotwords),
            )  # fmt: skip
        except Exception as exc:
            raise _translated(self._where, exc, "transcribe") from exc
        return str(answer.text).strip()


class EndpointVoice:
    """``openai:MODEL`` or ``openai:MODEL/VOICE`` for speech."""

    sample_rate = PCM_RATE

    # Names that OpenAI's speech models know; other servers map or refuse them.
    VOICES = {"coach": "alloy", "counterpart": "onyx"}  # noqa: RUF012 (never changed)

    def __init__(self, model: str, *, base_url: str | None, api_key: str | None) -> None:
        self.name = f"openai:{model}"
        self._model, _, self._voice = model.partition("/")
        self._where = base_url or "OpenAI"
        self._client = client(base_url, api_key)

    async def speak(self, text: str, *, voice: str | None = None, speed: float = 1.0) -> AsyncIterator["np.ndarray"]:
        """Raises SpeechError."""
        import numpy as np

        role = voice or "coach"
        name = self._voice if role == "coach" and self._voice else self.VOICES.get(role, role)
        odd = b""
        try:
            async with self._client.audio.speech.with_streaming_response.create(
                model=self._model, voice=name, input=text, response_format="pcm", speed=speed
            ) as answer:
                async for chunk in answer.iter_bytes(CHUNK_BYTES):
                    data = odd + chunk
                    odd = data[len(data) & ~1 :]
                    if data[:4] in (b"RIFF", b"ID3\x03", b"ID3\x04", b"fLaC", b"OggS"):
                        raise SpeechError(f"{self._where} does not speak as pcm. Choose another voice.")
                    if len(data) > 1:
                        yield np.frombuffer(data[: len(data) & ~1], np.int16)
        except SpeechError:
            raise
        except Exception as exc:
            raise _translated(self._where, exc, "speak") from exc


def _translated(where: str, exc: Exception, what: str) -> SpeechError:
    status = getattr(exc, "status_code", None)
    if status in (401, 403):
        return SpeechError(f"{where} refused the key. Set OPENAI_API_KEY to one that may {what}.")
    if status == 404:
        return SpeechError(f"{where} has no such model, or cannot {what}. Name another.")
    return SpeechError(f"{where} could not {what} ({type(exc).__name__}). Is it running?")
