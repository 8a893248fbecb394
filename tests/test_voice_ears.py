"""What is taken for speech, and what becomes of it. The voice that speaks here is our own pyttsx3."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from coach.config import Settings
from knowledge.weights import missing, weights_folder
from voice.models.gate import RATE, speech_parts
from voice.models.pyttsx import Pyttsx3Voice
from voice.models.whisper import Decoded, Whisper

SAID = "I need to talk with a colleague about the report that came late."


async def spoken(text: str) -> np.ndarray:
    """Speech as it is heard: 16 kHz float32."""
    import soxr

    voice = Pyttsx3Voice()
    parts = [samples async for samples in voice.speak(text)]
    await voice.close()
    return soxr.resample(np.concatenate(parts).astype(np.float32) / 32768, voice.sample_rate, RATE)


def noises() -> dict[str, np.ndarray]:
    """Four seconds each of what is no speech."""
    n, random = 4 * RATE, np.random.default_rng(0)
    clicks = np.zeros(n)
    for at in range(3000, n - 400, 4100):
        clicks[at : at + 300] += random.standard_normal(300) * np.exp(-np.arange(300) / 40) * 0.4
    time = np.arange(n) / RATE
    chord = sum(np.sin(2 * np.pi * tone * time) for tone in (220.0, 277.2, 329.6)) * 0.1
    breath = random.standard_normal(n) * 0.05 * np.clip(np.sin(2 * np.pi * time / 4), 0, None)
    return {
        "silence": np.zeros(n),
        "white noise": random.standard_normal(n) * 0.1,
        "keyboard": clicks,
        "music": chord,
        "breath": np.convolve(breath, np.ones(8) / 8, "same"),
    }


@pytest.mark.parametrize("name", list(noises()))
def test_noise_is_no_speech(name: str) -> None:
    assert speech_parts(noises()[name].astype(np.float32)) == []


async def test_speech_is_kept_whole_and_long_speech_is_cut() -> None:
    speech = await spoken(SAID)
    padded = np.concatenate([np.zeros(RATE, np.float32), speech, np.zeros(RATE, np.float32)])
    (part,) = speech_parts(padded)
    assert 0.85 * len(speech) < len(part) < len(padded)
    assert max(map(len, speech_parts(np.concatenate([padded] * 9)))) <= 27.5 * RATE


@pytest.mark.parametrize(
    ("decoded", "phantom"),
    [
        (Decoded("Thank you.", 0.8, -0.7, 0.6), True),
        (Decoded("Thank you.", 0.8, -0.3, 0.6), False),
        (Decoded("and and and and and", 0.1, -0.2, 2.5), True),
        (Decoded("what", 0.1, -1.2, 0.6), True),
        (Decoded("I saw it.", 0.1, -0.4, 0.9), False),
    ],
)
def test_doubtful_text_is_no_message(decoded: Decoded, phantom: bool) -> None:
    assert decoded.phantom is phantom


needs_weights = pytest.mark.skipif(missing("whisper-base") is not None, reason="without the weights packages")


@pytest.fixture(scope="module")
def whisper() -> Whisper:
    return Whisper(weights_folder("whisper-base", Settings().cache))


@needs_weights
async def test_whisper_hears_what_was_said_and_nothing_in_noise(whisper: Whisper) -> None:
    heard = await whisper.transcribe(await spoken(SAID))
    assert {"talk", "colleague", "report", "late"} <= set(heard.lower().strip(".").split())
    assert [await whisper.transcribe(noise.astype(np.float32)) for noise in noises().values()] == [""] * 5
    assert whisper.idle


@needs_weights
async def test_a_cancelled_transcription_costs_nothing(whisper: Whisper) -> None:
    import asyncio

    first = asyncio.create_task(whisper.transcribe(await spoken(SAID)))
    second = asyncio.create_task(whisper.transcribe(np.zeros(RATE, np.float32)))
    await asyncio.sleep(0)
    assert not whisper.idle
    second.cancel()
    assert await first
    with pytest.raises(asyncio.CancelledError):
        await second
    assert whisper.idle


@needs_weights
async def test_what_nobody_waits_for_any_more_ends_at_the_next_step(whisper: Whisper) -> None:
    """A cancelled caption does not keep the words after the pause waiting."""
    import asyncio
    import threading

    model, encode, generated = whisper._model, whisper._model.encode, []
    begun, cancelled = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    class Watched:
        """The model, which encodes until the cancellation is there, and tells of each text it is asked for."""

        def __getattr__(self, name: str) -> Any:
            return getattr(model, name)

        def encode(self, features: np.ndarray) -> Any:
            loop.call_soon_threadsafe(begun.set)
            cancelled.wait(20)
            return encode(features)

        @property
        def model(self) -> Any:
            generated.append(True)
            return model.model

    whisper._model = Watched()
    try:
        task = asyncio.create_task(whisper.transcribe(await spoken(SAID)))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        cancelled.set()
        await loop.run_in_executor(whisper._pool, lambda: None)
        assert generated == []
    finally:
        whisper._model = model


def test_a_folder_without_a_model_is_one_clear_line(tmp_path: Path) -> None:
    from voice.errors import SpeechError

    with pytest.raises(SpeechError, match="holds no Whisper model"):
        Whisper(tmp_path)


def test_ears_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    from voice.models import choose

    asked: list[str] = []

    class Stand:
        def __init__(self, folder: Path, *, name: str) -> None:
            self.name = name

    monkeypatch.setattr("voice.models.whisper.Whisper", Stand)

    def weights(name: str) -> Path:
        asked.append(name)
        return Path()

    found: Any = choose.ears(Settings(ears="hub:Systran/faster-whisper-small"), weights)
    assert (found.name, asked) == ("hub:Systran/faster-whisper-small", ["hub:Systran/faster-whisper-small"])
    there = Settings(ears="openai:whisper-1", base_url="http://127.0.0.1:1/v1")
    assert choose.ears(there, weights).name == "openai:whisper-1"
