"""Sound to measure with: recordings, what is no speech, and pauses put into sentences. Mono float32 at 16 kHz."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coach.errors import CoachError
from voice.fromfile import read
from voice.models.gate import RATE

if TYPE_CHECKING:
    import numpy as np

OWN = (
    "I need to talk with a colleague about a report that came late.",
    "Two people on my team do not speak to each other any more, and the others take sides.",
    "She interrupts the juniors in every review, and last week one of them stopped asking questions.",
    "What should I say at the start of the meeting?",
    "My boss wants a date that we cannot keep, and I have not told her so.",
    "He promised to change it, and nothing happened.",
)
"""Spoken by our own voice where there are no recordings."""

# A room is never digitally silent.
ROOM = 0.0005


@dataclass(frozen=True, slots=True)
class Clip:
    """A recording with the words that are spoken in it."""

    name: str
    samples: "np.ndarray"
    words: str


def clips(folder: Path) -> list[Clip]:
    """Every recording that the folder's ``manifest.tsv`` (columns file and transcript) names. Raises CoachError."""
    try:
        with (folder / "manifest.tsv").open(encoding="utf-8", newline="") as table:
            rows = list(csv.DictReader(table, delimiter="\t"))
        return [Clip(row["file"], read(folder / row["file"]), row["transcript"]) for row in rows]
    except (OSError, KeyError) as exc:
        raise CoachError(f"{folder} holds no manifest.tsv with the columns file and transcript.") from exc


async def own_clips() -> list[Clip]:
    """``OWN``, spoken by pyttsx3."""
    import numpy as np
    import soxr

    from voice.models.pyttsx import Pyttsx3Voice

    voice = Pyttsx3Voice()
    found = []
    for n, text in enumerate(OWN):
        parts = [part async for part in voice.speak(text)]
        samples = soxr.resample(np.concatenate(parts).astype(np.float32) / 32768, voice.sample_rate, RATE)
        found.append(Clip(f"own {n + 1}", samples * 0.5, text))
    await voice.close()
    return found


def room(seconds: float, seed: int = 0) -> "np.ndarray":
    import numpy as np

    noise = np.random.default_rng(seed).standard_normal(int(seconds * RATE)) * ROOM
    return noise.astype(np.float32)


def noises(minutes: float) -> Iterator[tuple[str, "np.ndarray"]]:
    """What is no speech, by kind, ``minutes`` in all."""
    import numpy as np

    makers = (_silence, _white, _pink, _keyboard, _breath, _music, _fan, _claps)
    seconds = minutes * 60 / len(makers)
    for seed, make in enumerate(makers):
        n = int(seconds * RATE)
        yield make.__name__.strip("_"), make(n, np.random.default_rng(seed)).astype(np.float32)


def _silence(n: int, random: Any) -> "np.ndarray":
    return random.standard_normal(n) * 1e-5


def _white(n: int, random: Any) -> "np.ndarray":
    return random.standard_normal(n) * 0.08


def _pink(n: int, random: Any) -> "np.ndarray":
    import numpy as np

    spectrum = np.fft.rfft(random.standard_normal(n))
    spectrum /= np.sqrt(np.arange(1, len(spectrum) + 1))
    sound = np.fft.irfft(spectrum, n)
    return sound / np.abs(sound).max() * 0.4


def _keyboard(n: int, random: Any) -> "np.ndarray":
    import numpy as np

    sound = random.standard_normal(n) * ROOM
    at = 0
    while (at := at + int(random.uniform(0.06, 0.35) * RATE)) < n - 1000:
        length = int(random.uniform(200, 900))
        sound[at : at + length] += random.standard_normal(length) * np.exp(-np.arange(length) / 60) * 0.5
    return sound


def _breath(n: int, random: Any) -> "np.ndarray":
    import numpy as np

    time = np.arange(n) / RATE
    swell = np.clip(np.sin(2 * np.pi * time / 3.5), 0, None) ** 2
    return np.convolve(random.standard_normal(n), np.ones(6) / 6, "same") * swell * 0.15


def _music(n: int, random: Any) -> "np.ndarray":
    import numpy as np

    sound = np.zeros(n)
    beat = RATE // 2
    for start in range(0, n - beat, beat):
        time = np.arange(beat) / RATE
        for tone in random.choice([220, 247, 262, 294, 330, 349, 392, 440, 523], 3, replace=False):
            for harmonic in (1, 2, 3):
                sound[start : start + beat] += np.sin(2 * np.pi * tone * harmonic * time) * np.exp(-3 * time) / harmonic
    return sound / np.abs(sound).max() * 0.4


def _fan(n: int, random: Any) -> "np.ndarray":
    import numpy as np

    time = np.arange(n) / RATE
    hum = sum(np.sin(2 * np.pi * tone * time) / k for k, tone in enumerate((50, 100, 150, 300), 1))
    return hum * 0.05 + np.convolve(random.standard_normal(n), np.ones(12) / 12, "same") * 0.1


def _claps(n: int, random: Any) -> "np.ndarray":
    import numpy as np

    sound = random.standard_normal(n) * ROOM
    for at in range(RATE, n - RATE, int(1.7 * RATE)):
        length = RATE // 5
        sound[at : at + length] += random.standard_normal(length) * np.exp(-np.arange(length) / 500) * 0.7
    return sound
