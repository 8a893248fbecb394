"""A coach for pages: real conversations and a real store, with stand-ins around them."""

import asyncio
import weakref
from dataclasses import dataclass, field
from typing import Any

from stand_ins import Setup

from coach.config import Settings
from coach.conversation import Conversation
from coach.errors import CoachError


@dataclass
class PageCoach:
    setup: Setup
    settings: Settings = field(default_factory=Settings)
    trouble: CoachError | None = None
    open: "weakref.WeakValueDictionary[str, Conversation]" = field(default_factory=weakref.WeakValueDictionary)

    @property
    def store(self) -> Any:
        return self.setup.store

    @property
    def library(self) -> Any:
        return self.setup.library

    async def ready(self) -> None:
        await asyncio.sleep(0)

    async def warm(self, messages: Any) -> None:
        await asyncio.sleep(0)

    async def writer(self) -> Any:
        return self.setup.writer

    async def welcome(self) -> str:
        return "I am a set of rules."

    async def conversation(self, id: str) -> Conversation:
        if self.trouble is not None:
            raise self.trouble
        conversation = self.open.get(id)
        if conversation is None:
            conversation = self.open[id] = self.setup.conversation(id)
        return conversation

    async def close(self) -> None:
        await self.setup.store.close()
