"""One spoken turn from a sound file, through the same ear and the same talk as from a microphone."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coach.conversation import Conversation
from voice.answer import Message
from voice.errors import SpeechError
from voice.models.detector import WINDOW
from voice.models.gate import PAD_MS, RATE
from voice.parts import Parts
from voice.talk import Talk

if TYPE_CHECKING:
    import numpy as np

# Longest silence that can still belong to a turn, and the time to transcribe a long one on a slow machine.
GIVE_UP_S = 40.0


@dataclass
class Spoken:
    """What became of a spoken turn."""

    heard: str = ""
    reply: str | None = None
    ms: dict[str, int] | None = None
    sound: list["np.ndarray"] = field(default_factory=list)
    rate: int = 0


def read(file: Path) -> "np.ndarray":
    """Mono float32 samples at 16 kHz of a wav or flac file. Raises SpeechError."""
    import soundfile

    if not file.is_file():
        raise SpeechError(f"There is no file {file}. Name a wav or flac recording.")
    try:
        samples, rate = soundfile.read(file, dtype="float32", always_2d=True)
    except Exception as exc:
        raise SpeechError(f"{file} cannot be read as sound. Name a wav or flac recording.") from exc
    mono = samples.mean(axis=1)
    if rate != RATE:
        import soxr

        mono = soxr.resample(mono, rate, RATE)
    return mono


def write(file: Path, spoken: Spoken) -> None:
    """Raises SpeechError."""
    import numpy as np
    import soundfile

    try:
        soundfile.write(file, np.concatenate(spoken.sound), spoken.rate, format="WAV", subtype="PCM_16")
    except Exception as exc:
        raise SpeechError(f"{file} cannot be written ({exc}). Choose another place with --out.") from exc


async def talk(conversation: Conversation, parts: Parts, samples: "np.ndarray") -> Spoken:
    """Speaks ``samples`` to the coach in real time and takes down what comes back. Raises CoachError."""
    import numpy as np

    spoken = Spoken(rate=parts.voice.sample_rate)
    over = asyncio.Event()
    troubles: list[str] = []
    sentences: list[str] = []
    turns: list[str] = []

    async def send(message: Message | bytes) -> None:
        if isinstance(message, bytes):
            spoken.sound.append(np.frombuffer(message, "<i2"))
        elif message["kind"] == "you" and message["final"]:
            spoken.heard = message["text"]
            turns.append(message["turn"])
        elif message["kind"] == "sentence":
            sentences.append(message["text"])
        elif message["kind"] == "end":
            spoken.ms = message["ms"]
            over.set()
        elif message["kind"] == "trouble":
            troubles.append(message["text"])

    ear: list[Any] = []

    def make_ear(listener: Any) -> Any:
        made = parts.ear(listener, captions=False)
        made.held_open = True
        ear.append(made)
        return made

    speech_ends = await asyncio.to_thread(_speech_ends, samples)
    one = Talk(conversation, parts.voice, make_ear, send)
    try:
        at = 0
        async for window in _in_real_time(samples):
            at += WINDOW
            # The whole file is one turn: pauses inside it end nothing.
            ear[0].held_open = at < speech_ends
            await one.hear(window)
            if over.is_set() or (at > len(samples) + RATE and one.idle):
                break
        if turns and not over.is_set():
            raise SpeechError("No answer came. Run: coach doctor")
        if turns:
            spoken.reply = " ".join(sentences)
            await conversation.heard(turns[-1], len(sentences))
            one.answer = None  # written down whole, so nothing was cut off
    finally:
        await one.close()
    if troubles and not spoken.reply:
        raise SpeechError(troubles[0])
    return spoken


def _speech_ends(samples: "np.ndarray") -> int:
    """The sample at which the last speech of a recording ends; 0 where there is none."""
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    found = get_speech_timestamps(samples, VadOptions(speech_pad_ms=0, min_silence_duration_ms=PAD_MS))
    return int(found[-1]["end"]) if found else 0


async def _in_real_time(samples: "np.ndarray") -> AsyncIterator[bytes]:
    """Windows of PCM16 as a microphone would give them; silence without end after the last."""
    import numpy as np

    began, n = time.perf_counter(), 0
    while n * WINDOW < len(samples) + GIVE_UP_S * RATE:
        piece = samples[n * WINDOW : (n + 1) * WINDOW]
        window = np.zeros(WINDOW, np.float32)
        window[: len(piece)] = piece
        n += 1
        await asyncio.sleep(max(0.0, began + n * WINDOW / RATE - time.perf_counter()))
        yield (np.clip(window, -1, 1) * 32767).astype("<i2").tobytes()
