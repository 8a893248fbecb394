"""Watches what a child process reaches for on the network.

Two witnesses. An audit hook inside every Python process of the child sees each name that is looked up and each
address that is connected or sent to, before it happens. Where the system has ``/proc``, the kernel's own list of the
child's sockets is read beside it, which also shows what native libraries do past Python. Nothing is blocked: what
would leave the machine on a normal day leaves it here, and is told. Knows nothing of what the child does.
"""

import ipaddress
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from coach.errors import CoachError

# A connection that is refused at once is still in the kernel's list for a moment; audit hooks see it in any case.
LOOK_EVERY_S = 0.01
# Longest that first-run work, a page and one turn may take on a slow machine.
CHILD_S = 300

LOG = "COACH_EGRESS_LOG"

HOOK = """
import json, os, sys

def _hook(event, args, _log=os.open(os.environ["COACH_EGRESS_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        target = args[1]
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        target = (args[0], args[1] if len(args) > 1 else None)
    else:
        return
    if isinstance(target, tuple) and target:
        host = target[0].decode() if isinstance(target[0], bytes) else str(target[0] or "")
        os.write(_log, (json.dumps([event, host, str(target[1])]) + "\\n").encode())

sys.addaudithook(_hook)
"""
"""Imported by every Python process that finds it on its path under the name ``sitecustomize``."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """Something that reached for another machine."""

    what: str
    """The audit event, or ``kernel`` for a socket that only the kernel's list showed."""
    where: str
    """Host or address with port."""


@dataclass(frozen=True, slots=True)
class Report:
    attempts: tuple[Attempt, ...]
    """Everything that was not this machine itself; empty is the proof."""
    seen: int
    """Connections and look-ups within this machine."""
    kernel: bool
    """Whether the kernel's list could be read as well."""
    reply: str
    """What the coach answered meanwhile."""


def watch(cache: Path, *, command: Sequence[str]) -> Report:
    """Runs a command whose output is the coach's reply, with a folder of its own. Raises CoachError."""
    with tempfile.TemporaryDirectory(prefix="coach-egress-") as scratch:
        folder = Path(scratch)
        (folder / "hook").mkdir()
        (folder / "hook" / "sitecustomize.py").write_text(HOOK, encoding="utf-8")
        log = folder / "log"
        log.touch()
        paths = [str(folder / "hook"), *(path for path in sys.path if path)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), LOG: str(log)}
        # Only the guided coach is on trial: an endpoint that was set up is meant to be reached.
        environment |= {"COACH_HOME": str(folder / "home"), "COACH_CACHE": str(cache), "COACH_WRITER": "guided"}
        with (folder / "out").open("w+b") as out, (folder / "err").open("w+b") as err:
            child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment)
            try:
                sockets = _follow(child)
            finally:
                if child.poll() is None:
                    child.kill()
                child.wait()
            out.seek(0)
            err.seek(0)
            reply, trouble = out.read().decode().strip(), err.read().decode().strip()
        if child.returncode:
            last = (trouble.splitlines() or [f"exit {child.returncode}"])[-1]
            raise CoachError(f"The turn that was to be watched did not come about ({last}). Run: coach doctor")
        told = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    away = [Attempt(event, f"{host}:{port}") for event, host, port in told if not own(host)]
    away += [Attempt("kernel", where) for where in sorted(sockets or ())]
    return Report(tuple(dict.fromkeys(away)), len(told) - sum(not own(host) for _, host, _ in told),
                  sockets is not None, reply)  # fmt: skip


def own(host: str) -> bool:
    """Whether a host name or address is this machine's own."""
    if host in ("", "localhost"):
        return True
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return address.is_loopback or address.is_unspecified


def _follow(child: "subprocess.Popen[bytes]") -> set[str] | None:
    """Addresses elsewhere that sockets of the child and its children had; None where the kernel shows no list."""
    found: set[str] = set()
    readable = Path("/proc/net/tcp").exists()
    ends = time.monotonic() + CHILD_S
    while child.poll() is None:
        if time.monotonic() > ends:
            raise CoachError(f"The turn that was to be watched took more than {CHILD_S} s. Run: coach doctor")
        if readable:
            found |= set(_sockets(child.pid))
        time.sleep(LOOK_EVERY_S)
    return found if readable else None


def _sockets(pid: int) -> Iterator[str]:
    """Remote addresses elsewhere of all sockets that a process and its descendants have open."""
    remote = {}
    for name in ("tcp", "tcp6", "udp", "udp6"):
        try:
            lines = Path(f"/proc/{pid}/net/{name}").read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            address, port = _address(fields[2])
            if not own(address):
                remote[f"socket:[{fields[9]}]"] = f"{address}:{port}"
    if not remote:
        return
    for process in _family(pid):
        try:
            for entry in os.scandir(f"/proc/{process}/fd"):
                if (inode := os.readlink(entry.path)) in remote:
                    yield remote[inode]
        except OSError:
            continue


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        for thread in os.scandir(f"/proc/{pid}/task"):
            for child in Path(thread.path, "children").read_text().split():
                yield from _family(int(child))
    except OSError:
        return


def _address(field: str) -> tuple[str, int]:
    """The kernel's hexadecimal ``address:port``, whose words are in the machine's byte order."""
    packed, port = field.split(":")
    words = [int(packed[at : at + 8], 16).to_bytes(4, sys.byteorder) for at in range(0, len(packed), 8)]
    return str(ipaddress.ip_address(b"".join(words))), int(port, 16)
