"""How well words are heard and where turns end, beside the loop that one would otherwise write."""

import asyncio
import itertools
import random
import re
import statistics
import time
from typing import TYPE_CHECKING, Any

from coach.app import Coach
from coach.config import Settings
from coach.protocols import TextToSpeech
from evals.bench.sound import Clip, room
from evals.bench.text import p
from voice.ear import PAUSE_WINDOWS, WINDOW_MS
from voice.models.gate import RATE
from voice.patience import NORMAL, Patience

if TYPE_CHECKING:
    import numpy as np

    from voice.models.turn import SmartTurn
    from voice.models.whisper import Whisper

PAUSES_S = (0.3, 0.6, 0.9, 1.2, 1.5)
PAUSES_EACH = 6
"""Places in each clip, between words, where a pause is put."""
CURVE_MS = (400, 500, 600, 700, 800, 850, 900, 1000, 1200, 1500)
PEER_SILENCE_S = 1.0


def spread(moments: dict[str, list[float]]) -> dict[str, Any]:
    found: dict[str, Any] = {"turns": max(map(len, moments.values()), default=0)}
    for name, values in moments.items():
        if values:
            found[f"{name}_p50_ms"] = round(statistics.median(values))
            found[f"{name}_p95_ms"] = round(p(values, 95))
    return found


def words_of(text: str) -> list[str]:
    return re.sub(r"[^a-z0-9' ]", " ", text.lower().replace("-", " ")).split()


def edits(wanted: list[str], heard: list[str]) -> int:
    """Words to change, leave out or put in."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(wanted, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (word != other))
    return row[-1]


def word_errors(whisper: "Whisper", spoken: list[Clip]) -> dict[str, Any]:
    """Word errors beside plain faster-whisper of the same size."""
    wanted = mine = plain = 0
    for clip in spoken:
        truth = words_of(clip.words)
        wanted += len(truth)
        mine += edits(truth, words_of(whisper.hear(clip.samples)))
        plain += edits(truth, words_of(_plain(whisper, clip.samples)))
    return {
        "words": wanted,
        "ours_wer_percent": round(100 * mine / wanted, 2),
        "plain_wer_percent": round(100 * plain / wanted, 2),
    }


def _plain(whisper: "Whisper", samples: "np.ndarray", **how: Any) -> str:
    """faster-whisper as its documentation calls it."""
    segments, _ = whisper._model.transcribe(samples, language="en", beam_size=1, **how)
    return " ".join(segment.text for segment in segments)


async def curve(whisper: "Whisper", sense: "SmartTurn", spoken: list[Clip], report: dict[str, Any]) -> dict[str, Any]:
    """How often people are cut off in mid-sentence, against how long they wait, for every patience.

    Voice and words are judged by the real engines at each pause; when sound would be heard follows from that and the
    measured time from decision to sound. Cut off is who goes on after sound was heard.
    """
    import numpy as np

    answer_ms = report["ours"]["first_audio_p50_ms"] - report["ours"]["turn_decided_p50_ms"]
    ready_ms = report["ours"]["transcript_p50_ms"]
    ends: list[tuple[float, str]] = []
    middles: list[tuple[float, str]] = []
    for clip in spoken:
        places = _between_words(whisper, clip)
        for place, kept in [*((place, middles) for place in places), (len(clip.samples), ends)]:
            quiet = room(PAUSE_WINDOWS * WINDOW_MS / 1000)
            sound = np.concatenate([room(0.4), clip.samples[:place], quiet])
            kept.append((await sense(sound), whisper.hear(sound)))

    def figures(patience: Patience) -> dict[str, Any]:
        waits = [max(ready_ms, patience.wait_ms(*end)) + answer_ms for end in ends]
        sounds = [max(ready_ms, patience.wait_ms(*middle)) + answer_ms for middle in middles if middle[1]]
        cut = sum(sound < pause * 1000 for sound in sounds for pause in PAUSES_S)
        return {
            "finished_ms": patience.finished_ms,
            "first_audio_p50_ms": round(statistics.median(waits)),
            "first_audio_p95_ms": round(p(waits, 95)),
            "cut_offs_percent": round(100 * cut / max(1, len(middles) * len(PAUSES_S)), 2),
        }

    def shifted(ms: int) -> Patience:
        by = ms - NORMAL.finished_ms
        return Patience("", ms, NORMAL.worded_ms + by, NORMAL.voiced_ms + by, NORMAL.open_ms + by)

    curve = [figures(shifted(ms)) for ms in CURVE_MS]
    now = figures(NORMAL)
    ours = report["ours"] | {
        "cut_offs_percent": now["cut_offs_percent"], "pauses": len(middles) * len(PAUSES_S),
    }  # fmt: skip
    peer_ms = report["peer"]["first_audio_p50_ms"]
    peer_cut = sum(peer_ms < pause * 1000 for pause in PAUSES_S) / len(PAUSES_S)
    return {
        "ours": ours,
        "curve": curve,
        "peer": report["peer"] | {"cut_offs_percent": round(100 * peer_cut, 2)},
    }


def _between_words(whisper: "Whisper", clip: Clip) -> list[int]:
    """Samples in the quietest moment between two words, some of them, the same each time."""
    import numpy as np

    segments, _ = whisper._model.transcribe(clip.samples, language="en", beam_size=1, word_timestamps=True)
    heard = [word for segment in segments for word in segment.words]
    places = []
    for left, right in itertools.pairwise(heard[1:-1]):
        middle = int((left.end + right.start) / 2 * RATE)
        start = max(0, middle - RATE // 16)
        energies = [float((clip.samples[at : at + 320] ** 2).sum()) for at in range(start, middle + RATE // 16, 80)]
        places.append(start + 80 * int(np.argmin(energies)) + 160)
    random.Random(clip.name).shuffle(places)
    return sorted(places[:PAUSES_EACH])


async def peer(settings: Settings, whisper: "Whisper", voice: TextToSpeech, spoken: list[Clip]) -> dict[str, Any]:
    """Record until a second of silence, transcribe, answer, synthesise all, play."""
    from coach.events import Said

    coach = Coach(settings)
    await coach.ready()
    times: list[float] = []
    for clip in spoken:
        began = time.perf_counter()
        text = await asyncio.to_thread(_plain, whisper, clip.samples)
        conversation = await coach.conversation()
        reply = [event.sentence.text async for event in conversation.reply(text) if isinstance(event, Said)]
        async for _ in voice.speak(" ".join(reply)):
            pass
        times.append((PEER_SILENCE_S + time.perf_counter() - began) * 1000)
    await coach.close()
    return {"what": "record until 1 s of silence, faster-whisper, whole answer, whole synthesis"} | spread(
        {"first_audio": times}
    )
