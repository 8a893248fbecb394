"""A whole room on this machine: a hundred people who each say something every twenty seconds, some of them aloud.

The workshop runs in a process of its own (or several, behind one database), the crowd in another. With several workers
one is killed in the middle, and what had been answered is looked for afterwards.
"""

import asyncio
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from coach.config import Settings
from coach.errors import CoachError
from coach.workshop.rooms import Rooms
from evals.bench.crowd import JOINED
from evals.bench.text import messages, p, processor_s
from knowledge.bookcase import open_bookcase
from ui.workshop.serving import Choice, open_room, own_settings

Note = Callable[[str], None]

AIMS = {"first_sentence_p95_ms": 1000.0, "errors": 0.0, "lost_turns": 0.0, "peak_rss_mb": 1536.0}
"""Figures at or below which a room is served well."""

START_S = 120

COLLECTION = "bench"

DIFFERENT = 1200
"""Messages, so that next to nothing is said twice: what is said again is answered from memory in a third of the time,
and nobody in a room repeats what others said."""


def measure(
    settings: Settings,
    *,
    people: int = 100,
    speakers: int = 8,
    seconds: float = 300,
    every_s: float = 20,
    workers: int = 1,
    documents: Path | None = None,
    on_progress: Note,
) -> dict[str, Any]:
    """Every figure, its unit in its name. Raises CoachError. More than one worker needs COACH_DATABASE_URL.

    ``documents``: a file or folder that the room's collection is made of, so that every turn searches it too.
    """
    if workers > 1 and not settings.database_url:
        raise CoachError("Several workers share a database. Set COACH_DATABASE_URL, or use --workers 1.")
    before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="coach-bench-") as scratch:
        own = own_settings(settings.model_copy(update={"home": Path(scratch), "writer": "guided"}))
        room, code = asyncio.run(_room(own, documents))
        ports = [_free() for _ in range(workers)]
        served = [_serve(own, port) for port in ports]
        try:
            on_progress(f"Starting {workers} worker{'s' * (workers > 1)} …")
            for port, one in zip(ports, served, strict=True):
                _wait(port, one)
            watch = _Watch([one.pid for one in served])
            on_progress(f"{people} people, {speakers} of them aloud, {seconds:g} s …")
            orders = {
                "addresses": [f"http://127.0.0.1:{port}" for port in ports], "code": code, "people": people,
                "speakers": speakers, "every_s": every_s, "seconds": seconds, "messages": messages(DIFFERENT),
            }  # fmt: skip
            found = _crowd(orders, seconds, served[0].pid if workers > 1 else None)
            peak, cpu_s = watch.stop()
        finally:
            for one in served:
                with suppress(ProcessLookupError):
                    one.terminate()
                with suppress(subprocess.TimeoutExpired):
                    one.wait(10)
                one.kill()
            if settings.database_url:
                asyncio.run(_ended(own, room))
    return _report(found, people, speakers, seconds, workers, peak, cpu_s, before)


def _report(
    found: dict[str, Any],
    people: int,
    speakers: int,
    seconds: float,
    workers: int,
    peak: float,
    cpu_s: float,
    before: float,
) -> dict[str, Any]:
    typed, spoken = found["typed_ms"], found["spoken_ms"]
    everybody = [*typed, *spoken]
    if not typed:
        raise CoachError(f"Nobody was answered ({(found['errors'] or ['no line'])[0]}). Run: coach doctor")
    report: dict[str, Any] = {
        "bench": "load", "people": people, "speakers": speakers, "seconds": seconds, "workers": workers,
        "load_1min_before": round(before, 2), "load_1min": round(os.getloadavg()[0], 2), "turns": len(everybody),
        "first_sentence_p50_ms": p(everybody, 50), "first_sentence_p95_ms": p(everybody, 95),
        "first_sentence_max_ms": p(everybody, 100), "typed_first_sentence_p95_ms": p(typed, 95),
    }  # fmt: skip
    if spoken:
        report |= {"spoken_turns": len(spoken), "spoken_first_sentence_p50_ms": p(spoken, 50)}
        report |= {"spoken_first_sentence_p95_ms": p(spoken, 95)}
    report |= {"errors": len(found["errors"]), "what": sorted(set(found["errors"]))[:5]}
    # Beside other work on the machine the waiting says little; this says what a turn takes.
    report |= {"cpu_per_turn_ms": round(1000 * cpu_s / report["turns"], 1)}
    report |= {"sent_again": found["again"], "lost_turns": found["lost"], "peak_rss_mb": round(peak, 1)}
    return report | {"aims": AIMS}


async def _room(settings: Settings, documents: Path | None) -> tuple[str, str]:
    """Id and code of a new room."""
    from coach.app import Coach

    coach = Coach(settings)
    try:
        if documents is not None:
            await asyncio.to_thread(lambda: open_bookcase(settings).add([documents], COLLECTION))
        choice = Choice(agenda="trust-hour", fresh=True, collection=COLLECTION if documents else None)
        opened = await open_room(Rooms(coach.store), choice)
    finally:
        await coach.close()
    assert opened.room.code is not None
    return opened.room.id, opened.room.code


async def _ended(settings: Settings, room: str) -> None:
    """Shared servers are left as they were: only what was opened here ends."""
    from coach.app import Coach
    from coach.workshop.ending import end

    coach = Coach(settings)
    try:
        await end(Rooms(coach.store), room)
        if settings.chroma_url:
            await asyncio.to_thread(lambda: open_bookcase(settings).forget(COLLECTION))
    finally:
        await coach.close()


def _serve(settings: Settings, port: int) -> subprocess.Popen[bytes]:
    environment = os.environ | {
        "COACH_HOME": str(settings.home), "COACH_CACHE": str(settings.cache), "COACH_WRITER": "guided",
        "COACH_DATABASE_URL": settings.database, "COACH_WORKSHOP_KEY": "shared by the workers of this measurement",
    }  # fmt: skip
    if settings.chroma_url:
        environment["COACH_CHROMA_URL"] = settings.chroma_url
    command: Sequence[str] = [
        sys.executable, "-m", "coach", "workshop", "--only", "serve", "--http", "--no-open", "--host", "127.0.0.1",
        "--port", str(port),
    ]  # fmt: skip
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        if process.poll() is not None:
            assert process.stderr is not None
            last = (process.stderr.read().decode().strip().splitlines() or ["no line"])[-1]
            raise CoachError(f"The workshop did not come up ({last}). Run: coach doctor")
        if _ready(port):
            return
        time.sleep(0.2)
    raise CoachError("The workshop did not come up in two minutes. Run: coach doctor")


def _ready(port: int) -> bool:
    """Whether a worker has loaded its models."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _crowd(orders: dict[str, Any], seconds: float, victim: int | None) -> dict[str, Any]:
    """Runs the crowd. ``victim``: a worker that is killed in the middle."""
    crowd = subprocess.Popen(
        [sys.executable, "-m", "evals.bench.crowd"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert crowd.stdin is not None
    assert crowd.stdout is not None
    assert crowd.stderr is not None
    with crowd.stdin:
        json.dump(orders, crowd.stdin)
    lines = [crowd.stderr.readline()]
    if lines[0].strip() == JOINED and victim is not None:
        threading.Timer(seconds / 2, lambda: os.kill(victim, signal.SIGKILL)).start()
    said: list[str] = []
    reading = threading.Thread(target=lambda: said.append(crowd.stdout.read()))  # type: ignore[union-attr]
    reading.start()
    lines += crowd.stderr.readlines()
    reading.join()
    if crowd.wait() != 0:
        raise CoachError(f"The crowd broke ({lines[-1].strip() or 'no line'}).")
    found: dict[str, Any] = json.loads(said[0])
    return found


class _Watch:
    """The largest memory that the workers take together, asked twice a second."""

    def __init__(self, pids: Sequence[int]) -> None:
        self._pids = pids
        self._over = threading.Event()
        self._peak_kb = 0
        self._began = [processor_s(pid) for pid in pids]
        self._used = [0.0] * len(pids)
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> tuple[float, float]:
        """Megabytes of the largest worker, and seconds of processor time of all."""
        self._over.set()
        self._thread.join()
        return self._peak_kb / 1024, sum(self._used)

    def _look(self) -> None:
        while not self._over.wait(0.5):
            for n, pid in enumerate(self._pids):
                with suppress(OSError):  # killed
                    self._used[n] = processor_s(pid) - self._began[n]
                self._peak_kb = max(self._peak_kb, _rss_kb(pid))


def _rss_kb(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0  # gone
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:")), 0)


def _free() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
