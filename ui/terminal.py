"""The coach in the terminal: ``coach chat``. Works on a terminal and piped."""

import asyncio
import shutil
import signal
import sys
import unicodedata
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import TextIO

from coach.app import Coach
from coach.conversation import Conversation
from coach.events import Artefact, Done, Event, Notice, Said
from coach.lines import lines
from coach.values import Citation, Sentence, Turn

HELP = "/sources lists what was cited, /quit leaves. Ctrl-C stops an answer."

# Wider lines are hard to read.
WIDEST = 100


class Sources:
    """The numbers of what was cited, in the order in which it first came up."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._cited: list[Citation] = []

    def marked(self, sentence: Sentence) -> str:
        """The sentence with the numbers of its citations."""
        return printable(sentence.text) + "".join(f" [{self._number(cited)}]" for cited in sentence.citations)

    def listed(self) -> list[str]:
        """One line a source: number, where it is from, how sure, under which licence, and the words themselves."""
        return [
            f"[{number}] "
            + printable(
                ". ".join(
                    part
                    for part in (
                        cited.source,
                        cited.heading if cited.heading not in cited.source else "",
                        f"grade {cited.grade}",
                        cited.licence,
                        f"“{cited.quote}”" if cited.quote else "",
                    )
                    if part
                )
            )
            for number, cited in enumerate(self._cited, 1)
        ]

    def _number(self, cited: Citation) -> int:
        if cited.id not in self._numbers:
            self._cited.append(cited)
            self._numbers[cited.id] = len(self._cited)
        return self._numbers[cited.id]


def printable(text: str) -> str:
    """Text without the control characters by which a document could steer a terminal."""
    return "".join(char if char in "\n\t" or unicodedata.category(char) != "Cc" else "�" for char in text)


class Page:
    """Where the talk is written: paragraphs wrapped at the width of the terminal, sentence by sentence."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self.interactive = out.isatty()
        self._column = 0

    def add(self, text: str) -> None:
        """Goes on with the paragraph, wrapping before a word that does not fit."""
        width = min(shutil.get_terminal_size().columns, WIDEST) if self.interactive else sys.maxsize
        for number, line in enumerate(text.split("\n")):
            if number:
                self.end()
            for word in line.split():
                if self._column and self._column + 1 + len(word) > width:
                    self.end()
                self._write((" " if self._column else "") + word)
        self._out.flush()

    def line(self, text: str = "") -> None:
        """A paragraph of its own."""
        if self._column:
            self.end()
        self.add(text)
        self.end()

    def end(self) -> None:
        self._out.write("\n")
        self._out.flush()
        self._column = 0

    def prompt(self) -> None:
        if self.interactive:
            self._out.write("\n> ")
            self._out.flush()

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._column += len(text)


async def chat(
    coach: Coach, id: str | None = None, *, typed: AsyncIterator[str] | None = None, out: TextIO | None = None
) -> None:
    """Talks until the person leaves. ``typed`` (default: stdin) holds one message an item."""
    page = Page(out or sys.stdout)
    conversation = await coach.conversation(id)
    sources = Sources()
    earlier = await conversation.history()
    if earlier:
        _show_earlier(earlier, sources, page)
    else:
        page.line(await coach.welcome())
        page.line(HELP)
    async with aclosing(typed or lines(pasted=sys.stdin.isatty())) as messages:  # type: ignore[type-var]
        page.prompt()
        async for message in messages:
            said = message.strip()
            if said == "/quit":
                break
            if said == "/sources":
                for line in sources.listed() or ["Nothing was cited so far."]:
                    page.line(line)
            elif said.startswith("/") and " " not in said:
                page.line(HELP)
            elif said:
                if not page.interactive:
                    page.line(f"> {printable(said)}")
                await _answer(conversation, said, sources, page)
            page.prompt()
    if page.interactive:
        page.end()
    if await conversation.history():
        page.line(f"To go on another time: coach chat --conversation {conversation.id}")


async def _answer(conversation: Conversation, said: str, sources: Sources, page: Page) -> None:
    """Shows one answer as it comes. Ctrl-C stops the answer and not the program."""
    task = asyncio.create_task(_show(conversation, said, sources, page))
    loop = asyncio.get_running_loop()
    if page.interactive:
        loop.add_signal_handler(signal.SIGINT, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        if not task.cancelled():
            task.cancel()
            await asyncio.wait([task])
            raise
        page.line("(stopped)")
    finally:
        if page.interactive:
            loop.remove_signal_handler(signal.SIGINT)


async def _show(conversation: Conversation, said: str, sources: Sources, page: Page) -> None:
    async with aclosing(conversation.reply(said)) as reply:
        async for event in reply:
            _show_event(event, sources, page)
            if isinstance(event, Said):
                await conversation.heard(event.turn, event.index + 1)


def _show_event(event: Event, sources: Sources, page: Page) -> None:
    match event:
        case Said(sentence=sentence):
            page.add(sources.marked(sentence))
        case Notice(text=text):
            page.line(f"({printable(text)})")
        case Artefact(title=title, markdown=markdown):
            page.line(f"{printable(title)}\n\n{printable(markdown)}")
        case Done(status=status):
            page.end()
            if status == "interrupted":
                page.line("(stopped)")


def _show_earlier(turns: tuple[Turn, ...], sources: Sources, page: Page) -> None:
    for turn in turns:
        page.line(f"> {printable(turn.said)}")
        for sentence in turn.spoken[: turn.heard]:
            page.add(sources.marked(sentence))
        page.end()
