"""Speed of a guided text turn, beside the loop that a tutorial on retrieval would give, and of starting up.

Both answer the same messages from the same cards on this machine, turn about, so that whatever else runs here slows
both alike. The peer is LangChain's Chroma store, searched by similarity with the same embedding in fp32, its finds
pasted into a template. Chroma's own default embedding is left out: it is fetched from the network when first used.
"""

import asyncio
import http.client
import json
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coach.config import Settings
from coach.errors import CoachError

if TYPE_CHECKING:
    from coach.app import Coach

SITUATIONS = Path(__file__).parent.parent / "data" / "situations.jsonl"

WARM_UP = 10
"""Turns before the clock counts: caches of patterns, database pages and memory fill in them."""
STARTS = 5
PAGE_S = 120
"""Longest that a page may take before the measurement gives up."""
# A process that used less than this much of one core for a second has finished starting.
IDLE_CPU_S = 0.05

AIMS = {
    "guided.turn_p50_ms": 60.0,
    "start.help_p50_ms": 400.0,
    "start.page_ready_ms": 8000.0,
}
"""Figures at or below which the product is as quick as it promises."""

Note = Callable[[str], None]


def measure(
    settings: Settings, *, turns: int = 100, start: bool = True, on_progress: Note = lambda line: None
) -> dict[str, Any]:
    """Every figure, its unit in its name. Blocks for about a minute. Raises CoachError."""
    report: dict[str, Any] = {"bench": "text", "when": datetime.now(UTC).isoformat(timespec="seconds")}
    report["machine"] = {
        "system": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "cores": os.cpu_count(),
        "load_1min": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
    }
    with tempfile.TemporaryDirectory(prefix="coach-bench-") as scratch:
        own = settings.model_copy(update={"home": Path(scratch), "database_url": None, "writer": "guided"})
        report |= asyncio.run(_turns(own, messages(turns), on_progress))
        if start:
            on_progress("Starting up …")
            report["start"] = starting(own)
    report["aims"] = {name: aim for name, aim in AIMS.items() if start or not name.startswith("start.")}
    return report


def messages(n: int) -> list[str]:
    """``n`` first messages of people with a situation: those kept for tuning, then the cards' own phrasings."""
    lines = SITUATIONS.read_text(encoding="utf-8").splitlines() if SITUATIONS.is_file() else []
    found = [row["text"] for row in map(json.loads, lines) if row["split"] == "tune"]
    if len(found) < n:
        from knowledge.cards import load_cards

        found += [situation for card in load_cards().values() for situation in card.situations]
    if len(found) < n:
        raise CoachError(f"There are only {len(found)} messages to answer. Ask for fewer: --turns {len(found)}")
    return found[:n]


async def _turns(settings: Settings, said: Sequence[str], on_progress: Note) -> dict[str, Any]:
    from coach.app import Coach

    on_progress("Making the coach and its peer …")
    coach = Coach(settings)
    try:
        await coach.ready()
        parts: dict[str, list[float]] = {}
        peer = tutorial(coach, settings)
        peer_failed = isinstance(peer, str)

        async def ours(message: str) -> None:
            for part, ms in (await guided(coach, message)).items():
                parts.setdefault(part, []).append(ms)

        async def theirs(message: str) -> None:
            if not isinstance(peer, str):
                await asyncio.to_thread(peer, message)

        for message in said[:WARM_UP]:
            await ours(message)
            await theirs(message)
        parts.clear()
        on_progress(f"{len(said)} turns each …")
        mine: list[tuple[float, float]] = []
        other: list[tuple[float, float]] = []
        for message in said:
            mine.append(await timed(ours, message))
            other.append(await timed(theirs, message))
    finally:
        await coach.close()
    result: dict[str, Any] = {"turns": len(said), "guided": summary(mine)}
    result["guided"] |= {f"{part}_p50_ms": p(values, 50) for part, values in parts.items() if part != "total"}
    if peer_failed:
        return result | {"peer": {"what": peer}}
    result["peer"] = {"what": "LangChain Chroma similarity_search, MiniLM fp32, string template"} | summary(other)
    ratio = result["guided"]["turn_p50_ms"] / result["peer"]["turn_p50_ms"]
    return result | {"guided_to_peer_p50_ratio": round(ratio, 2)}


async def guided(coach: "Coach", said: str) -> dict[str, float]:
    """One turn of a new conversation, with its durations by part."""
    from coach.events import Done

    ms: dict[str, float] = {}
    talk = await coach.conversation()
    async with aclosing(talk.reply(said)) as reply:
        async for event in reply:
            if isinstance(event, Done):
                ms = event.ms
                if event.status == "failed":
                    raise CoachError("The coach could not answer while it was measured. Run: coach doctor")
    return ms


def tutorial(coach: "Coach", settings: Settings) -> Callable[[str], str] | str:
    """The peer as a function from message to reply, or why there is none."""
    from knowledge.library import KnowledgeLibrary
    from knowledge.weights import missing

    if line := missing("embedding"):
        return line
    from langchain_chroma import Chroma
    from langchain_core.embeddings import Embeddings

    from knowledge.embedding import MiniLM

    model = MiniLM(settings.cache, int8=False)

    class SameModel(Embeddings):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return model.embed(texts).tolist()

        def embed_query(self, text: str) -> list[float]:
            return self.embed_documents([text])[0]

    library = coach.library
    assert isinstance(library, KnowledgeLibrary)
    cards = [passage for passage in library.passages.values() if passage.kind == "card"]
    store = Chroma.from_texts(
        [passage.text for passage in cards],
        SameModel(),
        metadatas=[{"source": passage.source} for passage in cards],
        persist_directory=str(settings.home / "tutorial"),
    )

    def answer(said: str) -> str:
        found = store.similarity_search(said, k=3)
        material = "\n".join(f"- {one.page_content} ({one.metadata['source']})" for one in found)
        return f"You said: {said}\nHere is what may help:\n{material}"

    return answer


async def timed(work: Callable[[str], Awaitable[None]], message: str) -> tuple[float, float]:
    """Milliseconds by the clock, and of processor time of this whole process."""
    clock, processor = time.perf_counter(), time.process_time()
    await work(message)
    return (time.perf_counter() - clock) * 1000, (time.process_time() - processor) * 1000


def summary(measured: Sequence[tuple[float, float]]) -> dict[str, float]:
    clock, processor = [one[0] for one in measured], [one[1] for one in measured]
    return {"turn_p50_ms": p(clock, 50), "turn_p95_ms": p(clock, 95), "turn_cpu_p50_ms": p(processor, 50)}


def p(values: Sequence[float], percent: int) -> float:
    """A percentile, by the nearest rank: a value that was really measured."""
    ordered = sorted(values)
    return round(ordered[max(0, -(-len(ordered) * percent // 100) - 1)], 2)


def starting(settings: Settings) -> dict[str, float]:
    """What a person waits for before the first word, and the memory that the page takes."""
    environment = os.environ | {"COACH_HOME": str(settings.home), "COACH_CACHE": str(settings.cache)}
    environment |= {"COACH_WRITER": "guided"}
    command = [sys.executable, "-m", "coach"]
    importing = "import time; t = time.perf_counter(); import coach.cli; print(time.perf_counter() - t)"
    helped, imported = [], []
    for _ in range(STARTS):
        began = time.perf_counter()
        subprocess.run([*command, "--help"], env=environment, check=True, capture_output=True)
        helped.append((time.perf_counter() - began) * 1000)
        done = subprocess.run([sys.executable, "-c", importing], env=environment, check=True, capture_output=True)
        imported.append(float(done.stdout) * 1000)
    return {
        "help_p50_ms": round(statistics.median(helped), 1),
        "import_p50_ms": round(statistics.median(imported), 1),
    } | page(command, environment)


def page(command: Sequence[str], environment: dict[str, str]) -> dict[str, float]:
    """Starts the page in a process of its own and waits for it to be served, then for the coach behind it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    began = time.perf_counter()
    with tempfile.TemporaryFile() as err:
        child = subprocess.Popen(
            [*command, "ui", "--no-open", "--port", str(port)], env=environment, stdout=subprocess.DEVNULL, stderr=err
        )
        try:
            while not _served(port):
                if child.poll() is not None or time.perf_counter() - began > PAGE_S:
                    err.seek(0)
                    last = (err.read().decode().strip().splitlines() or ["no line"])[-1]
                    raise CoachError(f"The page did not come up ({last}). Run: coach doctor")
                time.sleep(0.02)
            figures = {"page_ready_ms": round((time.perf_counter() - began) * 1000, 1)}
            return figures | _settled(child.pid, began)
        finally:
            child.terminate()
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def _served(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/")
        answer = connection.getresponse()
        return answer.status == 200 and bool(answer.read())
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _settled(pid: int, began: float) -> dict[str, float]:
    """Memory and time once a process has become quiet; nothing where the system does not tell."""
    if not Path(f"/proc/{pid}/stat").exists():
        return {}
    used = processor_s(pid)
    while time.perf_counter() - began < PAGE_S:
        time.sleep(1)
        before, used = used, processor_s(pid)
        if used - before < IDLE_CPU_S:
            break
    status = Path(f"/proc/{pid}/status").read_text()
    peak_kb = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))
    quiet_s = time.perf_counter() - began - 1
    return {"page_quiet_ms": round(quiet_s * 1000, 1), "page_peak_rss_mb": round(peak_kb / 1024, 1)}


def processor_s(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
