"""Speed and manners of a spoken conversation on this machine, beside the loop that one would otherwise write.

The app is driven over its own socket by a page without a browser, in real time. The peer records until a second of
silence, transcribes with faster-whisper as it comes, answers, synthesises the whole answer and then plays it.
"""

import asyncio
import gc
import os
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coach.app import Coach, weights_of
from coach.config import Settings
from coach.errors import CoachError
from coach.store import new_id
from evals.bench.hearing import curve, peer, spread, word_errors
from evals.bench.page import Page
from evals.bench.sound import Clip, clips, noises, own_clips
from evals.bench.voices import side_by_side
from voice.ear import EarEvent, TurnEnded
from voice.models.gate import RATE
from voice.parts import Parts
from voice.patience import NORMAL

if TYPE_CHECKING:
    import numpy as np

    from voice.models.whisper import Whisper

Note = Callable[[str], None]

AIMS = {
    "ours.first_audio_p50_ms": 1300.0,
    "ours.cut_offs_percent": 5.0,
    "phantom.messages": 0.0,
    "echo.messages": 0.0,
    "barge_in.silent_p95_ms": 300.0,
    "pyttsx3.lost": 0.0,
    "four_at_once.first_audio_p95_ms": 2000.0,
}
"""Figures at or below which talking is as it should be."""

UTTERANCES = 100
TURNS_EACH = 6
"""Of four people at once: with fewer, the 95th of a hundred is the slowest of them."""
ECHOES = ((0.316, 0.08), (0.316, 0.25), (0.1, 0.08), (0.1, 0.25))
"""−10 and −20 dB, each 80 and 250 ms late."""


def measure(
    settings: Settings, *, speech: Path | None = None, runs: int = 5, minutes: float = 10, on_progress: Note
) -> dict[str, Any]:
    """Every figure, its unit in its name. Blocks for about ten minutes. Raises CoachError."""
    with tempfile.TemporaryDirectory(prefix="coach-bench-") as scratch:
        own = settings.model_copy(update={"home": Path(scratch), "database_url": None, "writer": "guided"})
        return asyncio.run(_measure(own, speech, runs, minutes, on_progress))


async def _measure(settings: Settings, speech: Path | None, runs: int, minutes: float, note: Note) -> dict[str, Any]:
    note("Waking ears, voice and coach …")
    parts = Parts(settings, weights_of(settings))
    await parts.ready()
    found = clips(speech) if speech else await own_clips()
    short = [clip for clip in found if len(clip.samples) < 12 * RATE]
    report: dict[str, Any] = {"bench": "voice", "voice": parts.voice.name, "ears": settings.ears, "clips": len(found)}
    report["load_1min"] = round(os.getloadavg()[0], 2)
    async with _served(settings, parts) as address:
        note(f"{runs} runs over {len(short)} clips …")
        report["ours"], alone = await _latency(address, short, runs, note)
        note("Interrupting …")
        report["barge_in"] = await _barge_in(address, short)
        note("Its own echo …")
        report["echo"] = await _echo(address, short)
        note("Four at once …")
        report["four_at_once"] = await _at_once(address, alone, 4)
    ears = parts._ears
    if hasattr(ears, "hear"):
        note("Pauses, words and the peer …")
        whisper: Whisper = ears  # type: ignore[assignment]
        report["words"] = word_errors(whisper, found)
        report["peer"] = await peer(settings, whisper, parts.voice, short)
        assert parts._sense is not None
        report |= await curve(whisper, parts._sense, short, report)
    note("Every voice that is installed …")
    report["voices"] = await side_by_side(settings, ears if hasattr(ears, "hear") else None)  # type: ignore[arg-type]
    note(f"{minutes:g} minutes of noise …")
    report["phantom"] = await _phantom(parts, minutes)
    note(f"{UTTERANCES} sentences through pyttsx3 …")
    report["pyttsx3"] = await _utterances()
    report["aims"] = {name: aim for name, aim in AIMS.items() if _has(report, name)}
    return report


def _has(report: dict[str, Any], name: str) -> bool:
    first, _, rest = name.partition(".")
    return rest in report.get(first, {})


@asynccontextmanager
async def _served(settings: Settings, parts: Parts) -> AsyncIterator[str]:
    """The app on a port of its own."""
    import socket

    import uvicorn

    from ui.live import Live
    from ui.server import make_app

    coach = Coach(settings)
    await coach.ready()
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    app = make_app(Live(coach), parts=parts)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:  # noqa: ASYNC110 (uvicorn has no event for it)
        await asyncio.sleep(0.05)
    try:
        yield f"ws://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving


# Latency


async def _latency(
    address: str, spoken: list[Clip], runs: int, note: Note
) -> tuple[dict[str, Any], list[tuple[Clip, float]]]:
    """Each clip as the first message of a conversation of its own; moments after the end of speech.

    Beside it the clips that sound finished, with the median to their first sound: after one that breaks off in
    mid-sentence, waiting is right.
    """
    moments: dict[str, list[float]] = {"turn_decided": [], "transcript": [], "first_audio": []}
    finished: list[tuple[Clip, float]] = []
    for clip in spoken:
        taken: list[dict[str, float]] = []
        for _ in range(runs):
            if (times := await _once(address, clip)) is None:
                note(f"{clip.name} was not heard")
                continue
            taken.append(times)
            for name, ms in times.items():
                moments[name].append(ms)
        # One hearing as broken off is enough: among many at once such a turn would pass for a slow machine.
        if taken and max(times["turn_decided"] for times in taken) < NORMAL.open_ms:
            finished.append((clip, statistics.median(times["first_audio"] for times in taken)))
    return spread(moments), finished


async def _once(address: str, clip: Clip) -> dict[str, float] | None:
    async with Page(address, new_id()) as page:
        page.say(clip.samples)
        if await page.gets("end", 20) is None:
            return None
        times = next(one["ms"] for _, one in page.messages if one["kind"] == "end")
        # Nothing but this machine's own loop lies between the server's clock and the page's.
        return {name: float(times.get(name, times["total"])) for name in ("turn_decided", "transcript", "first_audio")}


async def _at_once(address: str, alone: list[tuple[Clip, float]], n: int) -> dict[str, Any]:
    """``n`` people who talk at the same time, turns of their own each; how much later than alone they hear sound."""
    ms: list[float] = []
    later: list[float] = []

    async def one(k: int) -> None:
        await asyncio.sleep(k * 0.7)
        for turn in range(TURNS_EACH):
            clip, alone_ms = alone[(k + turn * n) % len(alone)]
            times = await _once(address, clip)
            if times is not None:
                ms.append(times["first_audio"])
                later.append(times["first_audio"] - alone_ms)

    await asyncio.gather(*(one(k) for k in range(n)))
    return spread({"first_audio": ms, "later_than_alone": later})


# Manners


async def _barge_in(address: str, spoken: list[Clip]) -> dict[str, Any]:
    """From the first sound of an interruption to the page's silence."""
    silent: list[float] = []
    interrupted = 0
    for first, second in zip(spoken, spoken[1:] + spoken[:1], strict=True):
        async with Page(address, new_id(), sound="headphones") as page:
            page.say(first.samples)
            if not await page.sounds(20):
                continue
            await asyncio.sleep(0.3)
            began = time.perf_counter()
            onset_s = _onset_s(second.samples)
            page.say(second.samples)
            if (held := await page.gets("hold", 3, after=began)) is not None:
                silent.append((held - began - onset_s) * 1000)
            interrupted += await page.gets("flush", 8) is not None
    return spread({"silent": silent}) | {"interrupted": interrupted}


def _onset_s(samples: "np.ndarray") -> float:
    """When the first word of a recording begins: a fifth of its loudest, which a breath before it is not."""
    import numpy as np

    energy = np.sqrt(np.convolve(samples**2, np.ones(320) / 320, "same"))
    return float(np.argmax(energy > 0.2 * energy.max())) / RATE


async def _echo(address: str, spoken: list[Clip]) -> dict[str, Any]:
    """On speakers, the coach's voice comes back into the microphone: nothing may come of it."""
    messages = interruptions = 0
    for echo, clip in zip(ECHOES, spoken, strict=False):
        async with Page(address, new_id(), echo=echo) as page:
            page.say(clip.samples)
            await page.gets("drained", 40)
            await asyncio.sleep(3)
            messages += max(0, page.count("you", final=True) - 1)
            interruptions += page.count("flush")
    return {"messages": messages, "interruptions": interruptions, "tries": min(len(ECHOES), len(spoken))}


async def _phantom(parts: Parts, minutes: float) -> dict[str, Any]:
    """Noise through the ear, as fast as it can hear."""
    import numpy as np

    texts: list[str] = []
    kinds: dict[str, int] = {}
    for kind, sound in noises(minutes):
        said: list[str] = []

        async def listener(event: EarEvent, said: list[str] = said) -> None:
            if isinstance(event, TurnEnded) and event.text:
                said.append(event.text)

        ear = parts.ear(listener, captions=False)
        pcm = (np.clip(sound, -1, 1) * 32767).astype("<i2")
        for start in range(0, len(pcm), RATE // 10):
            await ear.hear(pcm[start : start + RATE // 10].tobytes())
            if ear._judging is not None:
                await asyncio.wait([ear._judging])
        await ear.close()
        kinds[kind] = len(said)
        texts += said
    return {"minutes": minutes, "messages": len(texts), "by_kind": kinds}


async def _utterances() -> dict[str, Any]:
    """Sentences in a row: how many are lost, and what the two processes grow by."""
    import psutil

    from voice.models.pyttsx import Pyttsx3Voice

    voice = Pyttsx3Voice()
    lost, times, sizes = 0, [], []
    for n in range(UTTERANCES):
        began = time.perf_counter()
        try:
            samples = [
                part async for part in voice.speak(f"Step {n}: what is one small thing you could try this week?")
            ]
            lost += not samples or len(samples[0]) < RATE
        except CoachError:
            lost += 1
        times.append((time.perf_counter() - began) * 1000)
        gc.collect()
        child = voice._process.pid if voice._process else os.getpid()
        sizes.append((psutil.Process().memory_info().rss + psutil.Process(child).memory_info().rss) / 1e6)
    await voice.close()
    return {
        "lost": lost,
        "restarts": voice.restarts,
        "sentence_p50_ms": round(statistics.median(times), 1),
        "grown_mb": round(statistics.median(sizes[-10:]) - statistics.median(sizes[10:20]), 2),
    }
