"""What all spoken conversations of a process share: ears, sense of turns, voices. Loaded at the first talk."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from coach.config import Settings
from coach.protocols import SpeechToText, TextToSpeech
from voice.ear import Ear, EarEvent
from voice.models.choose import Weights

if TYPE_CHECKING:
    from voice.models.turn import SmartTurn


class Parts:
    """Ears, voices and sense of turns as set."""

    def __init__(self, settings: Settings, weights: Weights) -> None:
        self._settings = settings
        self._weights = weights
        # Protects the parts: loaded once, however many people begin to talk at the same time.
        self._loading = asyncio.Lock()
        self._ears: SpeechToText | None = None
        self._voice: TextToSpeech | None = None
        self._sense: SmartTurn | None = None

    async def ready(self) -> None:
        """Loads everything that the first words would otherwise wait for. Raises CoachError."""
        async with self._loading:
            if self._sense is None:
                await asyncio.to_thread(self._load)
                await self._warm()

    @property
    def voice(self) -> TextToSpeech:
        assert self._voice is not None, "ready() comes first"
        return self._voice

    def ear(
        self,
        listener: Callable[[EarEvent], Awaitable[None]],
        *,
        captions: bool | Callable[[], bool] = True,
        ahead: bool = True,
    ) -> Ear:
        """An ear for one microphone, its arguments as an ``Ear`` takes them."""
        from voice.models.detector import Detector

        assert self._ears is not None, "ready() comes first"
        assert self._sense is not None
        return Ear(self._ears, self._sense, Detector(), listener, captions=captions, ahead=ahead)

    def _load(self) -> None:
        from voice.models.choose import cast, ears
        from voice.models.detector import Detector
        from voice.models.turn import SmartTurn
        from voice.session import prepare

        prepare()
        Detector()
        self._ears = ears(self._settings, self._weights)
        self._voice = cast(self._settings, self._weights)
        self._sense = SmartTurn()

    async def _warm(self) -> None:
        """The first question to each engine takes several times as long as the next."""
        import numpy as np

        assert self._ears is not None
        assert self._sense is not None
        await self._sense(np.zeros(16_000, np.float32))
        hear = getattr(self._ears, "warm", None)
        if hear is not None:
            await asyncio.to_thread(hear)
        async for _ in self.voice.speak("Ready."):
            pass
