"""What the person has set for talking, and one answer on its way from thought to sound."""

import asyncio
from dataclasses import dataclass, field
from typing import Any, Literal

from coach.values import Sentence
from voice.patience import MODES, Mode

Message = dict[str, Any]
"""What page and server tell each other, as JSON; ``kind`` says what it is."""


@dataclass
class Choices:
    """What the person has set."""

    sound: Literal["speakers", "headphones"] = "speakers"
    """With headphones words interrupt the coach; on speakers it would hear itself, so a tap does."""
    push: bool = False
    """Whether a button is held while speaking."""
    patience: Mode = "auto"
    speed: float = 1.0

    def take(self, message: Message) -> None:
        """Takes over what a message sets; anything it does not know is left as it was."""
        if message.get("sound") in ("speakers", "headphones"):
            self.sound = message["sound"]
        if isinstance(message.get("push"), bool):
            self.push = message["push"]
        if message.get("patience") in MODES:
            self.patience = message["patience"]
        if isinstance(message.get("speed"), int | float):
            self.speed = min(2.0, max(0.5, float(message["speed"])))


@dataclass
class Answer:
    """A turn of the coach that is being thought, spoken or played."""

    said: str
    replaces: str | None = None
    id: str | None = None
    spoken: list[Sentence] = field(default_factory=list)
    played: int = 0
    audible: bool = False
    """Whether any of it has been heard; before that, whoever goes on speaking only adds to the message."""
    held: bool = False
    protected: bool = False
    voice: str | None = None
    """Of the counterpart in a rehearsal; None is the coach's own."""
    over: bool = False
    """All of it has been sent to be played."""
    thinking: asyncio.Task[None] | None = None
    speaking: asyncio.Task[None] | None = None
    sentences: asyncio.Queue[Sentence | None] = field(default_factory=asyncio.Queue)
    moments: dict[str, float] = field(default_factory=dict)
    """Of ``time.perf_counter``: speech_ended, decided, transcribed, first_audio, total."""

    @property
    def ms(self) -> dict[str, int]:
        """Milliseconds after the end of speech."""
        names = {"decided": "turn_decided", "transcribed": "transcript", "first_audio": "first_audio", "total": "total"}
        start = self.moments.get("speech_ended", 0.0)
        return {names[name]: round((at - start) * 1000) for name, at in self.moments.items() if name in names}
