"""``coach doctor``: every part in one line, with its state and the fix.

Looks at each part by itself, so that one broken part hides no other. Like ``coach.app`` it reaches for the other
packages, inside functions.
"""

import asyncio
import contextlib
import importlib.util
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from coach.errors import CoachError, KnowledgeError, StoreError, WriterError

if TYPE_CHECKING:
    from coach.config import Settings

State = Literal["ok", "limited", "broken"]
"""``limited``: the coach answers, with less. ``broken``: something its main job needs does not work."""

DISTRIBUTION = "trust-coach"
PYTHONS = ((3, 11), (3, 14))
"""The first version that works, and the first one that is not tried (``requires-python`` in pyproject.toml)."""

# Conversations are small; index and prepared weights together take about 300 MB on the first run.
FREE_MB = 500
# Below this not even a conversation is safe.
LEAST_FREE_MB = 20

VOICE = ("faster_whisper", "pyttsx3", "espeakng_loader", "pipecat", "soundfile")
# Longest that importing the voice libraries may take on a slow, busy machine.
IMPORT_S = 120

WATCHED = "I need to tell a senior engineer that her tone shuts down juniors. How do I start?"
"""What is said in the turn that ``--egress`` watches."""

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report."""

    part: str
    state: State
    line: str
    fix: str = ""


Check = Callable[["Settings", bool], Iterator[Finding]]
"""Looks at one part; the flag says whether to repair what can be repaired."""


@app.command()
def doctor(
    egress: Annotated[
        bool, typer.Option("--egress", help="Run one guided turn and show all it reaches for on the network.")
    ] = False,
    repair: Annotated[bool, typer.Option("--repair", help="Build anew what can be built anew.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON alone on stdout.")] = False,
) -> None:
    """Check every part, one line each, with the fix. Exit 1 where the coach cannot do its main job."""
    from coach.app import load_settings

    settings = load_settings()
    findings: list[Finding] = []
    for finding in examine(settings, repair=repair, egress=egress):
        findings.append(finding)
        if not as_json:
            typer.echo(shown(finding))
    healthy = all(finding.state != "broken" for finding in findings)
    if as_json:
        print(json.dumps({"healthy": healthy, "parts": [asdict(one) for one in findings]}, indent=2))
    if not healthy:
        raise typer.Exit(1)


def shown(finding: Finding) -> str:
    fix = f" {finding.fix}" if finding.fix else ""
    return f"{finding.state:<8} {finding.part:<10} {finding.line}{fix}"


def examine(settings: "Settings", *, repair: bool = False, egress: bool = False) -> Iterator[Finding]:
    """The findings on every part, as they come."""
    for part, check in [*CHECKS, *([("Egress", check_egress)] if egress else [])]:
        try:
            yield from check(settings, repair)
        except CoachError as exc:
            yield Finding(part, "broken", str(exc))
        except Exception as exc:
            # A part that breaks the check itself is a finding too, and the other parts are still looked at.
            what = " ".join(str(exc).split())
            yield Finding(part, "broken", f"The check broke ({type(exc).__name__}: {what}).", "Please report it.")


def check_python(settings: "Settings", repair: bool) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    first, beyond = PYTHONS
    if first <= sys.version_info[:2] < beyond:
        yield Finding("Python", "ok", f"{version}.")
    else:
        wanted = f"{first[0]}.{first[1]} to {beyond[0]}.{beyond[1] - 1}"
        yield Finding("Python", "broken", f"{version}, and the coach needs {wanted}.", "Run: uv python install 3.12")


def check_packages(settings: "Settings", repair: bool) -> Iterator[Finding]:
    from packaging.requirements import Requirement

    try:
        wanted = [Requirement(line) for line in metadata.requires(DISTRIBUTION) or ()]
    except metadata.PackageNotFoundError:
        yield Finding(
            "Packages", "limited", "The coach itself is not installed, so versions are unknown.", "Run: uv sync"
        )
        return
    wanted = [one for one in wanted if one.marker is None or one.marker.evaluate({"extra": ""})]
    wrong = []
    for one in wanted:
        try:
            version = metadata.version(one.name)
        except metadata.PackageNotFoundError:
            wrong.append(f"{one.name} is missing")
            continue
        if not one.specifier.contains(version, prereleases=True):
            wrong.append(f"{one.name} is {version} and must be {one.specifier}")
    if wrong:
        yield Finding("Packages", "broken", "; ".join(wrong) + ".", "Run: uv sync")
    else:
        yield Finding("Packages", "ok", f"{len(wanted)} libraries, all in the range that was tried.")


def check_folders(settings: "Settings", repair: bool) -> Iterator[Finding]:
    for part, folder, name in (("Folder", settings.home, "COACH_HOME"), ("Cache", settings.cache, "COACH_CACHE")):
        probe = folder / f".doctor-{os.getpid()}"
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            probe.write_bytes(b"written")
            free_mb = shutil.disk_usage(folder).free // 1_000_000
        except OSError as exc:
            fix = f"Make it writable, or set {name} to a folder of yours."
            yield Finding(part, "broken", f"{folder} cannot be written ({exc.strerror}).", fix)
            continue
        finally:
            with contextlib.suppress(OSError):
                probe.unlink(missing_ok=True)
        line = f"{folder}, {free_mb:,} MB free."
        if free_mb >= FREE_MB:
            yield Finding(part, "ok", line)
        else:
            yield Finding(part, "broken" if free_mb < LEAST_FREE_MB else "limited", line, "Free some space.")


def check_database(settings: "Settings", repair: bool) -> Iterator[Finding]:
    import sqlalchemy

    from coach.store.opening import file_of, open_engine
    from coach.store.tables import HEAD, conversations

    file = file_of(settings.database)
    if file is not None and not file.exists():
        yield Finding("Database", "ok", f"{file} is made with the first message.")
        return
    if file is not None and (damage := _damage(file)):
        fix = "Move it away to start afresh, and keep it for repair."
        yield Finding("Database", "broken", f"{file} is damaged ({damage}).", fix)
        return
    try:
        engine = open_engine(settings.database)
        with engine.connect() as connection:
            count = connection.scalar(sqlalchemy.select(sqlalchemy.func.count()).select_from(conversations))
        engine.dispose()
    except StoreError as exc:
        yield Finding("Database", "broken", str(exc))
        return
    except sqlalchemy.exc.SQLAlchemyError as exc:
        yield Finding("Database", "broken", f"It cannot be read ({type(exc).__name__}).", "Run: coach data where")
        return
    yield Finding("Database", "ok", f"{count} conversations, tables at version {HEAD}.")


def _damage(file: Path) -> str | None:
    """What SQLite finds wrong with a file; None where it is sound or in use."""
    try:
        with contextlib.closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as exc:
        return None if "locked" in str(exc) or "unable to open" in str(exc) else str(exc)
    return None if found == "ok" else str(found)


def check_weights(settings: "Settings", repair: bool) -> Iterator[Finding]:
    from knowledge.weights import known, missing, sha256_of, weights_folder

    for part, name, without in (
        ("Embedding", "embedding", "The coach finds material by words alone."),
        ("Parser", "parser", "The coach understands sentences less well."),
        ("Ears", "whisper-base", "The coach cannot hear; typing works."),
    ):
        if line := missing(name):
            yield Finding(part, "limited", f"{line.partition(' Run:')[0]}. {without}".replace("..", "."),
                          f"Run: {known(name).install}")  # fmt: skip
            continue
        folder = weights_folder(name, settings.cache)
        changed = [one.name for one in known(name).files if sha256_of(folder / one.name, settings.cache) != one.sha256]
        if changed and repair and settings.cache in folder.parents:
            shutil.rmtree(folder)
            folder, changed = weights_folder(name, settings.cache), []
        if changed:
            fix = (
                "Run: coach doctor --repair"
                if settings.cache in folder.parents
                else f"Run: {known(name).install} --reinstall"
            )
            yield Finding(part, "broken", f"{changed[0]} in {folder} is not the file that was reviewed.", fix)
        else:
            yield Finding(part, "ok", f"{known(name).role}, {len(known(name).files)} files verified.")


def check_knowledge(settings: "Settings", repair: bool) -> Iterator[Finding]:
    from knowledge.cards import CARDS_DIR
    from knowledge.checking import find_problems
    from knowledge.claims import load_claims

    problems = find_problems()
    if not problems:
        yield Finding("Cards", "ok", f"{len(list(CARDS_DIR.glob('*.yaml')))} cards and {len(load_claims())} claims.")
        return
    try:
        load_claims()
        from knowledge.cards import load_cards

        load_cards()
        state: State = "limited"
    except KnowledgeError:
        state = "broken"
    yield Finding("Cards", state, f"{len(problems)} problems, the first: {problems[0]}", "Run: coach knowledge check")


def check_index(settings: "Settings", repair: bool) -> Iterator[Finding]:
    from knowledge.library import open_library
    from knowledge.weights import missing

    if missing("embedding"):
        yield Finding("Index", "limited", "None without the embedding.")
        return
    there = list((settings.cache / "index").glob("library-*/current.json"))
    if not there and not repair:
        yield Finding("Index", "ok", "It is built at the first start.")
        return
    notices: list[str] = []
    library = open_library(settings, on_notice=notices.append)
    if repair:
        library.rebuild()
    library.warm()
    unusable = next((line for line in notices if "cannot" in line), None)
    if unusable:
        yield Finding("Index", "limited", unusable, "" if "--repair" in unusable else "Run: coach doctor --repair")
        return
    said = " ".join(notices) or ("It was built anew." if repair else "It opens and answers.")
    yield Finding("Index", "ok", f"{len(library.passages)} passages. {said}")


def check_writer(settings: "Settings", repair: bool) -> Iterator[Finding]:
    from coach.writers import DEFAULT_MODEL, list_models

    kind, _, rest = settings.writer.partition(":")
    where = settings.base_url or "OpenAI"
    if kind == "local":
        yield _local(rest)
        return
    if kind not in ("auto", "openai", "guided", "fake"):
        yield Finding("Writer", "broken", f"There is no writer {settings.writer!r}.", "Set COACH_WRITER=auto.")
        return
    if kind in ("guided", "fake") or (kind == "auto" and not (settings.base_url or settings.api_key)):
        yield Finding("Writer", "ok", f"{'guided' if kind == 'auto' else kind}, on this machine, without a model.")
        return
    if kind == "openai" and not settings.api_key and settings.base_url is None:
        yield Finding("Writer", "limited", "No OpenAI key; the guided coach answers.", "Set OPENAI_API_KEY.")
        return
    try:
        models = list_models(settings)
    except WriterError as exc:
        yield Finding("Writer", "limited", f"{exc} Until then the guided coach answers.")
        return
    model = rest or (DEFAULT_MODEL if settings.base_url is None else "")
    if not models:
        yield Finding(
            "Writer", "limited", f"{where} has no model to talk to; the guided coach answers.", "Load one there."
        )
    elif model and model not in models:
        has = ", ".join(models[:5]) or "none"
        yield Finding("Writer", "limited", f"{where} has no model {model!r}. It has: {has}.",
                      "Name one: COACH_WRITER=openai:MODEL")  # fmt: skip
    else:
        yield Finding("Writer", "ok", f"openai:{model or models[0]} at {where}.")


def _local(path: str) -> Finding:
    if importlib.util.find_spec("xllamacpp") is None:
        return Finding("Writer", "limited", "The local model runtime is not installed; the guided coach answers.",
                       "Run: uv sync --extra local")  # fmt: skip
    file = Path(path).expanduser()
    try:
        with file.open("rb") as opened:
            magic = opened.read(4)
    except OSError:
        return Finding("Writer", "limited", f"There is no model file {file}; the guided coach answers.",
                       "Name a GGUF file: COACH_WRITER=local:PATH.gguf")  # fmt: skip
    if magic != b"GGUF":
        return Finding("Writer", "limited", f"{file} is no GGUF file; the guided coach answers.", "Name another.")
    return Finding("Writer", "ok", f"local:{path}, {file.stat().st_size // 1_000_000:,} MB.")


def check_local_model(settings: "Settings", repair: bool) -> Iterator[Finding]:
    """Only where its packages are installed: puts the model file together and says where it lies."""
    from knowledge.weights import known, missing, weights_folder

    if missing("qwen-1.5b"):
        return
    file = weights_folder("qwen-1.5b", settings.cache) / known("qwen-1.5b").files[0].name
    yield Finding("Model", "ok", f"To use it: --writer local:{file}")


def check_voice(settings: "Settings", repair: bool) -> Iterator[Finding]:
    absent = [name for name in VOICE if importlib.util.find_spec(name) is None]
    if absent:
        yield Finding("Voice", "limited", f"{', '.join(absent)} missing; typing works.", "Run: uv sync")
        return
    # In a process of its own: what native libraries do when they fail to load is not always an exception.
    command = [sys.executable, "-c", f"import {', '.join(VOICE)}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=IMPORT_S, check=False)
    except subprocess.TimeoutExpired:
        yield Finding("Voice", "limited", f"Its libraries took more than {IMPORT_S} s to load.", "Try again.")
        return
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"exit {done.returncode}"])[-1]
        yield Finding(
            "Voice", "limited", f"Its libraries do not load ({last}); typing works.", "Run: uv sync --reinstall"
        )
        return
    from knowledge.weights import missing

    named = not settings.ears.startswith(("openai:", "hub:")) and not Path(settings.ears).is_dir()
    if named and (line := missing(settings.ears)):
        yield Finding("Voice", "limited", f"It cannot hear: {line}; typing works.")
        return
    yield Finding("Voice", "ok", "Its libraries load. The browser asks for the microphone when you first talk.")
    yield from _kokoro(settings)


def _kokoro(settings: "Settings") -> Iterator[Finding]:
    """Only where the best voice's packages are installed, or its voices named: whether it has all it needs."""
    from voice.models.choose import has_kokoro
    from voice.models.kokoro import read_voices

    try:
        if not has_kokoro():
            if settings.kokoro_voices is not None:
                yield Finding("Voice", "limited", "Kokoro's voices are named, Kokoro is not installed; another speaks.",
                              "Run: uv sync --extra kokoro")  # fmt: skip
            return
        read_voices(settings.kokoro_voices)
    except CoachError as exc:
        yield Finding("Voice", "limited", f"Another voice speaks: {exc}")
        return
    yield Finding("Voice", "ok", "Kokoro speaks where it keeps up with the machine.")


def check_port(settings: "Settings", repair: bool) -> Iterator[Finding]:
    host, port = settings.host, settings.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trying:
        trying.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trying.bind((host, port))
        except OSError as exc:
            fix = f"A coach may be running there: http://{host}:{port}. Else choose another: --port {port + 1}"
            yield Finding("Port", "limited", f"{port} of {host} cannot be had ({exc.strerror}).", fix)
            return
    yield Finding("Port", "ok", f"{port} of {host} is free.")


def check_egress(settings: "Settings", repair: bool) -> Iterator[Finding]:
    from coach.egress import watch

    report = watch(settings.cache, command=(sys.executable, "-m", "coach.doctor"))
    witnesses = "every Python process and the kernel's sockets" if report.kernel else "every Python process"
    for attempt in report.attempts:
        yield Finding("Egress", "broken", f"{attempt.what} {attempt.where}", "Please report it.")
    if not report.attempts:
        yield Finding("Egress", "ok", f"A page and a guided turn reached for nothing outside this machine "
                                      f"(watched: {witnesses}; {report.seen} calls within it).")  # fmt: skip


CHECKS: list[tuple[str, Check]] = [
    ("Python", check_python),
    ("Packages", check_packages),
    ("Folder", check_folders),
    ("Database", check_database),
    ("Weights", check_weights),
    ("Cards", check_knowledge),
    ("Index", check_index),
    ("Writer", check_writer),
    ("Model", check_local_model),
    ("Voice", check_voice),
    ("Port", check_port),
]


async def watched_turn() -> str:
    """The reply to one message; what is prepared on a first run, and the page, are made as well."""
    from coach.app import Coach, load_settings
    from coach.events import Said
    from ui.web import build

    coach = Coach(load_settings())
    build(coach)
    await coach.ready()
    talk = await coach.conversation()
    spoken = [event.sentence.text async for event in talk.reply(WATCHED) if isinstance(event, Said)]
    await coach.close()
    return " ".join(spoken)


# The child process in which `--egress` has a turn watched.
if __name__ == "__main__":
    print(asyncio.run(watched_turn()))
