"""Files read in a process of their own, so that one that hangs, crashes or eats memory costs itself alone.

Run as ``python -m knowledge.readers.apart`` it is that process: a JSON line with a path in, a JSON line out.
"""

import base64
import json
import os
import queue
import subprocess
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any

from knowledge.readers.reading import Block, Reading, Unreadable

MEMORY = 1 << 30
"""Bytes that one document may take to read."""
BASE_S = 4.5
S_PER_MB = 12.0
"""A plain document takes milliseconds; the slowest PDF met took four seconds a megabyte on a busy machine."""


class Apart:
    """A reader next door, started when it is first needed and again after it had to be ended. One caller at a time."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._answers: queue.Queue[str] = queue.Queue()

    def __enter__(self) -> "Apart":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def read(self, name: str, data: bytes) -> Reading:
        """The document's text. Raises Unreadable."""
        process = self._running()
        assert process.stdin is not None
        try:
            process.stdin.write(json.dumps({"name": name, "data": base64.b64encode(data).decode()}) + "\n")
            process.stdin.flush()
            line = self._answers.get(timeout=BASE_S + S_PER_MB * len(data) / (1 << 20))
        except queue.Empty:
            self.close()
            raise Unreadable("takes too long", "Reading it takes longer than a document should.") from None
        except (OSError, ValueError):
            line = ""
        if not line:
            self.close()
            raise Unreadable("damaged", "Reading it breaks the reader or takes too much memory.")
        answer = json.loads(line)
        if "reason" in answer:
            raise Unreadable(answer["reason"], answer["text"])
        answer["blocks"] = tuple(Block(*block) for block in answer["blocks"])
        return Reading(**{**answer, "notes": tuple(answer["notes"])})

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    pipe.close()
            self._process = None

    def _running(self) -> "subprocess.Popen[str]":
        if self._process is None or self._process.poll() is not None:
            self.close()
            environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
            self._process = subprocess.Popen(
                [sys.executable, "-m", "knowledge.readers.apart"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8",
                env=environment,
            )  # fmt: skip
            self._answers = queue.Queue()
            threading.Thread(target=_pump, args=(self._process, self._answers), daemon=True).start()
            self._answers.get()  # its imports are no document's fault
        return self._process


def _pump(process: "subprocess.Popen[str]", answers: "queue.Queue[str]") -> None:
    assert process.stdout is not None
    try:
        for line in process.stdout:
            answers.put(line)
    except ValueError:  # closed while it was read
        pass
    answers.put("")


def _serve() -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    except (ImportError, ValueError, OSError):  # not on this system
        pass
    from knowledge.readers import dispatch, html, markdown  # noqa: F401

    # Libraries print now and then; only answers may reach the pipe.
    out, sys.stdout = sys.stdout, sys.stderr
    print("ready", file=out, flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            answer: dict[str, Any] = asdict(dispatch.read(asked["name"], base64.b64decode(asked["data"])))
            answer["blocks"] = [[b["kind"], b["text"], b["level"], b["page"]] for b in answer["blocks"]]
        except Unreadable as exc:
            answer = {"reason": exc.reason, "text": exc.text}
        except MemoryError:
            answer = {"reason": "too large", "text": "Reading it takes more memory than a document should."}
        print(json.dumps(answer), file=out, flush=True)


def read_file(path: Path) -> bytes:
    """A file's bytes. Raises Unreadable where the disk or its rights refuse."""
    try:
        return path.read_bytes()
    except OSError as exc:
        raise Unreadable("not readable", f"It cannot be opened ({exc.strerror or exc}).") from exc


if __name__ == "__main__":
    _serve()
