"""What of a recording is speech. Everything that is transcribed passes here first, so that noise is never words.

The figures were measured on 17 clips of noise and 22 of speech: with them no phantom text and no speech lost.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

RATE = 16_000
"""Samples a second of everything that is heard."""

THRESHOLD = 0.5
LEAST_SPEECH_MS = 250
"""Shorter than the shortest answer ("no" takes 280 ms), longer than a cough or a click."""
PAUSE_MS = 500
PAD_MS = 200
LONGEST_S = 27.0
"""The model hears 30 s at once; a little is kept for padding."""


def speech_parts(samples: "np.ndarray") -> list["np.ndarray"]:
    """The stretches of mono 16 kHz float32 ``samples`` in which somebody speaks, joined up to ``LONGEST_S`` each."""
    import numpy as np
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    if len(samples) < RATE * LEAST_SPEECH_MS // 1000:
        return []
    options = VadOptions(
        threshold=THRESHOLD,
        min_speech_duration_ms=LEAST_SPEECH_MS,
        max_speech_duration_s=LONGEST_S,
        min_silence_duration_ms=PAUSE_MS,
        speech_pad_ms=PAD_MS,
    )
    parts: list[list[np.ndarray]] = []
    for found in get_speech_timestamps(samples, options):
        piece = samples[found["start"] : found["end"]]
        if not parts or sum(map(len, parts[-1])) + len(piece) > LONGEST_S * RATE:
            parts.append([])
        parts[-1].append(piece)
    return [np.concatenate(part) for part in parts]


def speech_in(samples: "np.ndarray") -> "np.ndarray":
    """All speech of a recording in one piece; empty where there is none."""
    import numpy as np

    parts = speech_parts(samples)
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)
