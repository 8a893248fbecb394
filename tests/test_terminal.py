"""The coach in the terminal: typed by a test, written to a text."""

import asyncio
import fcntl
import io
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from stand_ins import CITED, Setup

from coach.app import Coach, load_settings
from coach.errors import WriterError
from coach.lines import lines
from coach.values import Sentence
from ui.terminal import HELP, Page, Sources, chat, printable


@pytest.fixture
def setup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Setup:
    made = Setup(tmp_path)
    monkeypatch.setattr("coach.app._Parts", lambda *_: made)
    return made


async def typed(*messages: str) -> AsyncIterator[str]:
    for message in messages:
        yield message


async def talk(*messages: str, id: str | None = None) -> list[str]:
    out = io.StringIO()
    coach = Coach(load_settings())
    await chat(coach, id, typed=typed(*messages), out=out)
    await coach.close()
    return out.getvalue().splitlines()


async def test_a_talk_with_numbered_sources(setup: Setup) -> None:
    setup.guided.enqueue(
        [Sentence("One moment helps.", "insight", (CITED,)), Sentence("What did you see?", "question")]
    )
    setup.guided.enqueue([Sentence("The same again.", "insight", (CITED,))])
    shown = await talk("/sources", "Hello", "And?", "/sources", "/what", "  ", "/quit", "never sent", id="c")
    assert shown[0].startswith("You are talking with a guided coach: it is not a language model")
    assert shown[1:] == [
        HELP,
        "Nothing was cited so far.",
        "> Hello",
        "One moment helps. [1] What did you see?",
        "> And?",
        "The same again. [1]",
        "[1] Practice card: tone. Her tone shuts people down. grade D. Apache-2.0. "
        "“One moment and its effect is easier to take than a verdict.”",
        HELP,
        "To go on another time: coach chat --conversation c",
    ]
    assert setup.policy.histories[1] == (("Hello", "One moment helps. What did you see?"),)


async def test_it_goes_on_where_it_was(setup: Setup) -> None:
    await talk("Hello", id="c")
    assert await talk("And?", id="c") == [
        "> Hello",
        "Tell me more.",
        "> And?",
        "Tell me more.",
        "To go on another time: coach chat --conversation c",
    ]


async def test_nothing_said_leaves_nothing_behind(setup: Setup) -> None:
    assert len(await talk("/quit")) == 2
    coach = Coach(load_settings())
    assert await coach.store.entries() == ()


async def test_notices_and_failures_are_seen(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    setup.guided.enqueue([WriterError("The guided writer lost its phrases. Restore prompts.")])
    assert (await talk("Hello", id="c"))[2:4] == ["> Hello", "I have nothing on that which I can stand behind."]


def test_a_document_cannot_steer_the_terminal() -> None:
    assert printable("a\x1b[2Jb\x07\x9bc\n\td") == "a�[2Jb��c\n\td"
    assert Sources().marked(Sentence("\x1b]0;x\x07")) == "�]0;x�"


def test_paragraphs_are_wrapped_at_words(monkeypatch: pytest.MonkeyPatch) -> None:
    class Screen(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("ui.terminal.shutil.get_terminal_size", lambda: os.terminal_size((20, 5)))
    screen = Screen()
    page = Page(screen)
    page.add("You could ask her first.")
    page.add("What would she say?")
    page.end()
    assert screen.getvalue() == "You could ask her\nfirst. What would\nshe say?\n"


async def test_lines_of_a_pipe_come_one_by_one() -> None:
    read, write = os.pipe()
    os.write(write, "eins\r\nzwei — ü\n\nd".encode())
    os.write(write, b"rei")
    os.close(write)
    assert [line async for line in lines(read)] == ["eins", "zwei — ü", "", "drei"]


async def test_lines_pasted_together_are_one_message() -> None:
    read, write = os.pipe()
    os.write(write, b"first\nsecond\n")
    reading = lines(read, pasted=True)
    assert await anext(reading) == "first\nsecond"
    os.write(write, b"third\n")
    assert await anext(reading) == "third"
    os.close(write)
    with pytest.raises(StopAsyncIteration):
        await anext(reading)


SCRIPT = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
import coach.app
from stand_ins import Setup
setup = Setup(Path({home!r}))
setup.guided.enqueue(["One. ", "Two. ", 60.0])
coach.app._Parts = lambda *_: setup
from coach.cli import main
sys.argv = ["coach", "chat", "--conversation", "c"]
main()
"""


class Terminal:
    """A program on a terminal of its own."""

    def __init__(self, *args: str) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 200, 0, 0))

        def own_terminal() -> None:
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(
            args, stdin=slave, stdout=slave, stderr=slave, preexec_fn=own_terminal, close_fds=True
        )
        os.close(slave)
        self.seen = ""

    def wait_for(self, text: str, seconds: float = 60) -> None:
        while text not in self.seen:
            ready, _, _ = select.select([self._master], [], [], seconds)
            assert ready, f"{text!r} not in {self.seen!r}"
            self.seen += os.read(self._master, 4096).decode()
        self.seen = self.seen.split(text, 1)[1]

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        os.close(self._master)


async def test_ctrl_c_stops_the_answer_and_then_the_program(tmp_path: Path) -> None:
    script = SCRIPT.format(tests=str(Path(__file__).parent), home=str(tmp_path))
    terminal = Terminal(sys.executable, "-c", script)

    def use() -> Any:
        terminal.wait_for("\n> ")
        terminal.type("Hello\n")
        terminal.wait_for("One.")
        terminal.type("\x03")
        terminal.wait_for("(stopped)")
        terminal.wait_for("\n> ")
        terminal.type("And now?\n")
        terminal.wait_for("Tell me more.")
        terminal.wait_for("\n> ")
        terminal.type("\x03")
        return terminal.process.wait(20)

    try:
        assert await asyncio.to_thread(use) == 130
    finally:
        terminal.close()
    from coach.store import Store

    turns = await Store(load_settings().database).history("c")
    assert [(turn.said, turn.status, turn.heard) for turn in turns] == [
        ("Hello", "interrupted", 1),
        ("And now?", "complete", 1),
    ]
