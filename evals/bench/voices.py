"""The voices that are installed, side by side: how soon a first clause is there, how fast the rest, how well heard."""

import statistics
import time
from typing import TYPE_CHECKING, Any

from coach.app import weights_of
from coach.config import Settings
from coach.errors import CoachError
from coach.protocols import TextToSpeech
from evals.bench.hearing import edits, words_of
from evals.bench.sound import OWN
from evals.bench.text import p
from voice.models.choose import voice
from voice.models.gate import RATE
from voice.speakable import first_clause

if TYPE_CHECKING:
    import numpy as np

    from voice.models.whisper import Whisper

VOICES = ("pyttsx3", "piper", "kokoro")

REPLIES = (
    "It sounds as if the juniors have gone quiet, and you would like them back in the review.",
    "You could tell her one moment that you saw, and ask how it looked from where she sat.",
    "People speak up where they have seen that it is safe to, so the next review matters more than the last one.",
    "What would you like to be different a month from now?",
    "You might begin like this: I noticed that the room went quiet, and I would like to understand why.",
    *OWN,
)
"""What a coach says, for measuring: first clauses of many lengths."""


async def side_by_side(settings: Settings, whisper: "Whisper | None") -> dict[str, Any]:
    """A row for each voice that is installed, in one run."""
    rows: dict[str, Any] = {}
    for name in VOICES:
        try:
            engine = voice(name, settings, weights_of(settings))
        except CoachError:
            continue
        rows[name] = await figures(engine, whisper)
        close = getattr(engine, "close", None)
        if close is not None:
            await close()
    return rows


async def figures(engine: TextToSpeech, whisper: "Whisper | None") -> dict[str, Any]:
    """Milliseconds to a first clause, seconds of work for each second of sound, words heard wrong by our own ears."""
    await _said(engine, "Ready.")
    clauses: list[float] = []
    work = sound = 0.0
    wanted = wrong = 0
    for text in REPLIES:
        began = time.perf_counter()
        await _said(engine, first_clause(text)[0])
        clauses.append((time.perf_counter() - began) * 1000)
        began = time.perf_counter()
        samples = await _said(engine, text)
        work += time.perf_counter() - began
        sound += len(samples) / engine.sample_rate
        if whisper is not None:
            heard = words_of(whisper.hear(_as_heard(samples, engine.sample_rate)))
            wanted += len(words_of(text))
            wrong += edits(words_of(text), heard)
    row = {
        "first_clause_p50_ms": round(statistics.median(clauses)),
        "first_clause_p95_ms": round(p(clauses, 95)),
        "real_time_factor": round(work / sound, 3),
    }
    return row if whisper is None else row | {"round_trip_wer_percent": round(100 * wrong / wanted, 1)}


async def _said(engine: TextToSpeech, text: str) -> "np.ndarray":
    import numpy as np

    return np.concatenate([part async for part in engine.speak(text)])


def _as_heard(samples: "np.ndarray", rate: int) -> "np.ndarray":
    import numpy as np
    import soxr

    sound = soxr.resample(samples.astype(np.float32) / 32768, rate, RATE)
    return np.pad(sound, RATE // 2)
