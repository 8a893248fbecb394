"""Puts the coach together from settings: the one place in ``coach`` that reaches for the other packages.

Everything is made when it is first needed, so that making a ``Coach`` costs nothing.
"""

import asyncio
import threading
import weakref
from collections.abc import Callable, Sequence
from contextlib import aclosing
from datetime import datetime
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from coach.config import Settings
from coach.errors import CoachError
from coach.private import keep_private
from coach.values import Citation

if TYPE_CHECKING:
    from pathlib import Path

    from coach.conversation import Conversation
    from coach.language.language import Language
    from coach.practice.policy import PracticePolicy
    from coach.protocols import Gate, Grounding, Keeper, Library, Policy, Writer
    from coach.store import Entry, Store

OnProgress = Callable[[int, int, str], None]
"""How much of what is done: done, of how many, of what."""


def load_settings(**flags: Any) -> Settings:
    """Settings with the flags that were given (not None). Raises CoachError that names the wrong value."""
    from pydantic import ValidationError

    try:
        return Settings(**{name: value for name, value in flags.items() if value is not None})
    except ValidationError as exc:
        first = exc.errors()[0]
        name = "_".join(str(part) for part in first["loc"])
        raise CoachError(
            f"The setting {name} is {first['input']!r}: {first['msg']}. Correct it and try again."
        ) from exc
    except (OSError, ValueError) as exc:
        raise CoachError(f"coach.toml cannot be read ({exc}). Correct it, or move it away.") from exc


def weights_of(settings: Settings) -> Callable[[str], "Path"]:
    """Finds the folder of a set of weights by name. It raises KnowledgeError that says how to install them."""
    from knowledge.weights import weights_folder

    return lambda name: weights_folder(name, settings.cache)


def open_language(
    settings: Settings, *, utterances: bool = True, on_notice: Callable[[str], None] = lambda text: None
) -> "Language":
    """The language analysis alone, with as much as is installed. Raises KnowledgeError."""
    from coach.language.language import Language
    from coach.parse import Parser
    from knowledge.embedding import load_embedder
    from knowledge.weights import missing, spacy_model_path

    if line := missing("parser"):
        on_notice(f"{line}. Until then fewer kinds are marked.")
    parser = Parser(None if missing("parser") else spacy_model_path(settings.cache))
    return Language(parser, load_embedder(settings.cache) if utterances else None)


def local_now() -> datetime:
    """The time where this machine stands; the days that people name are meant so."""
    return datetime.now().astimezone()


class Coach:
    """The coach of one person or one server: conversations that share a store, the knowledge and a writer."""

    def __init__(
        self,
        settings: Settings,
        *,
        on_progress: OnProgress | None = None,
        on_notice: Callable[[str], None] = lambda text: None,
    ) -> None:
        keep_private()
        self.settings = settings
        self._on_progress = on_progress
        self._on_notice = on_notice
        self._store: Store | None = None
        self._parts: _Parts | None = None
        self._writers: dict[str, Writer] = {}
        # Protect the parts and the writers: made once, however many conversations open at the same time.
        self._making = threading.Lock()
        self._choosing = asyncio.Lock()
        # One object for each conversation in use, so that all its front ends hear its events.
        self._conversations: weakref.WeakValueDictionary[str, Conversation] = weakref.WeakValueDictionary()

    @property
    def store(self) -> "Store":
        """Conversations on disk; opened at the first call."""
        if self._store is None:
            from coach.store import Store

            self._store = Store(self.settings.database, cite=self._cite)
        return self._store

    @property
    def library(self) -> "Library":
        """Cards, claims and documents. Blocks while it is made. Raises KnowledgeError."""
        return self._made().library

    async def ready(self) -> None:
        """Makes everything that the first message would otherwise wait for. Raises CoachError."""
        await asyncio.to_thread(self._made)
        await self.store.check()
        await self.writer()

    async def writer(self, name: str | None = None) -> "Writer":
        """The writer of that name (default: as set). Raises CoachError."""
        name = name or self.settings.writer
        async with self._choosing:
            if name not in self._writers:
                from coach.writers import choose

                guided = (await asyncio.to_thread(self._made)).guided
                writer, note = await asyncio.to_thread(choose, name, self.settings, guided)
                if note is not None:
                    self._on_notice(note)
                    return writer  # the endpoint may be there next time
                self._writers[name] = writer
            return self._writers[name]

    async def warm(self, messages: Sequence[str]) -> None:
        """Answers messages side by side and keeps nothing of it, so that the first people do not wait for what is read
        or compiled when it is first used. Raises CoachError."""
        from coach.store import Store

        parts = await asyncio.to_thread(self._made)
        with TemporaryDirectory(prefix="coach-warm-") as folder:
            store = Store(f"sqlite:///{folder}/warm.sqlite", cite=self._cite)

            async def answered(n: int, said: str) -> None:
                async with aclosing(self._begun(f"warm {n}", parts, store, parts.guided).reply(said)) as events:
                    async for _ in events:
                        pass

            try:
                await store.check()
                await asyncio.gather(*(answered(n, said) for n, said in enumerate(messages)))
            finally:
                await store.close()

    async def conversation(self, id: str | None = None, *, writer: str | None = None) -> "Conversation":
        """The conversation of that id, or a new one; an unknown id is a new one too. Raises CoachError.

        Nothing is stored before the first message. ``writer`` changes who words its next turns.
        """
        from coach.store import new_id

        parts = await asyncio.to_thread(self._made)
        chosen = await self.writer(writer)
        entry = await self.store.entry(id) if id else None
        id = id or new_id()
        conversation = self._conversations.get(id)
        if conversation is None:
            conversation = self._conversations[id] = self._begun(id, parts, self.store, chosen, entry)
        elif writer is not None:
            conversation.writer = chosen
        return conversation

    def _begun(
        self, id: str, parts: "_Parts", store: "Store", writer: "Writer", entry: "Entry | None" = None
    ) -> "Conversation":
        from coach.conversation import Conversation

        practice = entry.settings.get("practice") if entry else None
        return Conversation(
            id,
            store=store,
            library=parts.library,
            gate=parts.gate,
            grounding=parts.grounding,
            policy=parts.practising(practice) if practice else parts.policy,
            writer=writer,
            guided=parts.guided,
            collection=entry.collection if entry else None,
            keeper=parts.keeper,
        )

    async def welcome(self) -> str:
        """Said once, before the first turn: what is answering, and who can read this."""
        from coach.prompts import load

        writer = await self.writer()
        where = self.settings.database_url or str(self.settings.home)
        if not writer.name.startswith("openai:"):
            return load("welcome-guided").fill(where=where)
        reader = self.settings.base_url or "OpenAI"
        return load("welcome-model").fill(where=where, writer=writer.name.removeprefix("openai:"), reader=reader)

    async def close(self) -> None:
        if self._store is not None:
            await self._store.close()

    def _cite(self, id: str) -> Citation | None:
        from coach.citing import citation

        passage = self.library.passage(id)
        return citation(passage) if passage is not None else None

    def _made(self) -> "_Parts":
        with self._making:
            if self._parts is None:
                self._parts = _Parts(self.settings, self._on_progress, self._on_notice)
            return self._parts


class _Parts:
    """What all conversations share. Making it reads cards and models, and on the first run builds the index."""

    library: "Library"
    gate: "Gate"
    grounding: "Grounding"
    policy: "Policy"
    keeper: "Keeper | None"
    guided: "Writer"

    def __init__(self, settings: Settings, on_progress: OnProgress | None, on_notice: Callable[[str], None]) -> None:
        from coach.gate import SafetyGate
        from coach.grounding import GroundingCheck
        from coach.language.language import Language
        from coach.parse import Parser
        from coach.policy import CoachingPolicy
        from coach.practice.notes_gate import NotesGate
        from coach.practice.practice import practices
        from coach.rehearsal.landing import Ear
        from coach.rehearsal.persona import personas
        from coach.rehearsal.policy import Rehearsal
        from coach.writers.guided import GuidedWriter
        from knowledge.library import open_library
        from knowledge.matcher import ATTACK, EVERY_TURN
        from knowledge.weights import missing, spacy_model_path

        for name in ("embedding", "parser"):
            if line := missing(name):
                on_notice(f"{line}. Until then the coach understands less well.")
        library = open_library(settings, on_progress=on_progress, on_notice=on_notice)
        self.library = library
        names = [name for one in practices().values() for name in (one.title, one.name)]
        self.gate = NotesGate(SafetyGate(library.embedder, settings.region, library.reader(*EVERY_TURN)), names)
        self.grounding = GroundingCheck(library.claims)
        self._parser = Parser(None if missing("parser") else spacy_model_path(settings.cache))
        self._coaching = CoachingPolicy(library, self._parser)
        language = Language(self._parser, library.embedder)
        self._rehearsal = Rehearsal(personas(), Ear(language, library.embedder, library.reader(ATTACK)), language)
        self.policy = self.keeper = self.practising(None)
        self.guided = GuidedWriter()
        library.warm()

    def practising(self, start: str | None) -> "PracticePolicy":
        """A policy for a conversation whose first message belongs to the practice ``start``."""
        from coach.practice.policy import PracticePolicy
        from coach.practice.practice import practices

        return PracticePolicy(
            self._coaching, practices(), self._parser, clock=local_now, rehearsal=self._rehearsal, start=start
        )
