"""The ear with stand-ins for its engines: sound in, events out, time counted in samples."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from coach.errors import CoachError
from voice.ear import Caption, Ear, EarEvent, EarTrouble, Pause, SpeechBegan, TurnEnded
from voice.models.fake import FakeEars
from voice.patience import NORMAL, Patience

LOUD = np.full(512, 8000, "<i2").tobytes()
QUIET = bytes(1024)
MS = 32


@dataclass
class Room:
    """An ear, and what it told."""

    ears: FakeEars
    finished: float = 0.9
    captions: bool | Callable[[], bool] = False
    ahead: bool = True
    events: list[EarEvent] = field(default_factory=list)

    def __post_init__(self) -> None:
        async def listener(event: EarEvent) -> None:
            self.events.append(event)

        async def sense(samples: np.ndarray) -> float:
            return self.finished

        self.ear = Ear(
            self.ears,
            sense,
            lambda w: float(np.abs(w).mean() > 0.1),
            listener,
            captions=self.captions,
            ahead=self.ahead,
        )

    async def hear(self, speech_ms: int = 0, silence_ms: int = 0) -> None:
        for sound, ms in ((LOUD, speech_ms), (QUIET, silence_ms)):
            for _ in range(ms // MS):
                await self.ear.hear(sound)
                for _ in range(6):  # the engines get their moment
                    await asyncio.sleep(0)

    @property
    def told(self) -> list[str]:
        return [type(event).__name__ for event in self.events]

    @property
    def ended(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, TurnEnded)]


async def test_a_turn_ends_once_the_silence_is_as_long_as_voice_and_words_call_for() -> None:
    room = Room(FakeEars(["She left early."]))
    await room.hear(1000, NORMAL.finished_ms - 2 * MS)
    assert room.events == [SpeechBegan(), Pause("She left early.", NORMAL.finished_ms, 0.9)]
    await room.hear(0, 3 * MS)
    assert room.ended == ["She left early."]
    assert not room.ear.in_turn


async def test_whoever_goes_on_is_not_cut_off_and_the_whole_turn_is_heard_again() -> None:
    room = Room(FakeEars(["I told her that", "I told her that she left early."]), finished=0.1)
    await room.hear(1000, 1500)
    await room.hear(1000, 1600)
    assert room.ended == ["I told her that she left early."]
    assert room.told == ["SpeechBegan", "Pause", "SpeechBegan", "Pause", "TurnEnded"]
    first, second = (seconds for seconds, _ in room.ears.heard)
    assert second - first == pytest.approx(2.5, abs=0.2)


async def test_a_click_is_nothing_and_a_cough_ends_at_once_as_nothing() -> None:
    room = Room(FakeEars([""]))
    await room.hear(2 * MS, 500)
    assert room.events == []
    await room.hear(300, 300)
    assert room.told == ["SpeechBegan", "Pause", "TurnEnded"]
    assert room.ended == [""]


async def test_the_first_sound_is_kept_from_before_it_was_noticed() -> None:
    room = Room(FakeEars(["No."]))
    await room.hear(0, 2000)
    await room.hear(320, 1000)
    ((seconds, _),) = room.ears.heard
    assert seconds == pytest.approx(0.4 + 0.32 + 0.192, abs=0.05)


async def test_while_deaf_nothing_is_heard() -> None:
    room = Room(FakeEars(["my own voice"]))
    await room.hear(500)
    room.ear.deaf = True
    await room.hear(1000, 2000)
    room.ear.deaf = False
    await room.hear(0, 2000)
    assert room.told == ["SpeechBegan"]


async def test_captions_come_while_somebody_speaks() -> None:
    room = Room(FakeEars(["I", "I told", "I told her."]), captions=True)
    await room.hear(2000, 1000)
    assert [event for event in room.events if isinstance(event, Caption)] == [Caption("I"), Caption("I told")]
    assert room.ended == ["I told her."]


async def test_captions_stop_when_many_talk() -> None:
    few = [True]
    room = Room(FakeEars(["I", "I told her."]), captions=lambda: few[0])
    await room.hear(700)
    few[0] = False
    await room.hear(2000, 1000)
    assert [event for event in room.events if isinstance(event, Caption)] == [Caption("I")]
    assert room.ended == ["I told her."]


async def test_no_captions_while_the_ears_are_busy_for_somebody_else() -> None:
    room = Room(FakeEars(["I told her."], idle=False), captions=True)
    await room.hear(2000, 1000)
    assert "Caption" not in room.told


async def test_a_button_holds_the_turn_open_and_ends_it_when_let_go() -> None:
    room = Room(FakeEars(["First.", "First. Second."]))
    room.ear.held_open = True
    await room.hear(500, 4000)
    await room.hear(500)
    assert room.ended == []
    await room.ear.finish()
    for _ in range(10):
        await asyncio.sleep(0)
    assert room.ended == ["First. Second."]


async def test_where_many_talk_only_what_the_button_ends_is_transcribed() -> None:
    ears = FakeEars(["First. Second."])
    room = Room(ears, ahead=False)
    room.ear.held_open = True
    await room.hear(500, 1000)
    await room.hear(500)
    assert ears.heard == []
    await room.ear.finish()
    for _ in range(10):
        await asyncio.sleep(0)
    assert (len(ears.heard), room.ended) == (1, ["First. Second."])


async def test_letting_go_after_a_pause_ends_at_once() -> None:
    room = Room(FakeEars(["First."]))
    room.ear.held_open = True
    await room.hear(500, 1000)
    await room.ear.finish()
    assert room.ended == ["First."]


async def test_a_long_turn_is_heard_in_pieces_cut_at_a_pause() -> None:
    room = Room(FakeEars(["One,", "two,", "three."]), finished=0.1)
    await room.hear(19_000, 1000)
    await room.hear(1000, 1000)
    await room.hear(1000, 2600)
    assert room.ended == ["One, three."]
    assert [round(seconds) for seconds, _ in room.ears.heard] == [19, 2, 4]


async def test_the_names_of_the_conversation_go_along() -> None:
    room = Room(FakeEars(["Priya left."]))
    room.ear.hotwords = ("Priya",)
    await room.hear(500, 500)
    assert [names for _, names in room.ears.heard] == [("Priya",)]


async def test_ears_that_fail_are_one_line_and_no_message() -> None:
    class Broken(FakeEars):
        async def transcribe(self, samples: np.ndarray, *, hotwords: Sequence[str] = ()) -> str:
            raise CoachError("The endpoint is gone.")

    room = Room(Broken())
    await room.hear(500, 500)
    assert room.events[1] == EarTrouble("The endpoint is gone.")
    assert room.ended == [""]


async def test_another_patience_waits_longer() -> None:
    room = Room(FakeEars(["She left early."]))
    room.ear.patience = Patience("slow", 3000, 3000, 3000, 3000)
    await room.hear(500, 2900)
    assert room.ended == []
    await room.hear(0, 200)
    assert room.ended == ["She left early."]


async def test_an_engine_that_breaks_leaves_no_turn_open() -> None:
    class Broken(FakeEars):
        async def transcribe(self, samples: np.ndarray, *, hotwords: Sequence[str] = ()) -> str:
            raise RuntimeError("broken")

    room = Room(Broken())
    await room.hear(500, 500)
    assert room.told == ["SpeechBegan", "EarTrouble", "Pause", "TurnEnded"]
