"""Spoken conversations with a page that plays: turns, barge-in, nods, merging, buttons, and what counts as heard."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from stand_ins import PLAN, Setup

from voice.ear import Caption, EarEvent, Pause, SpeechBegan, TurnEnded
from voice.models.fake import FakeVoice
from voice.patience import NORMAL, TAKE_YOUR_TIME, Patience
from voice.talk import Talk

REPLY = ("You could **ask** her first [1]. ", "What would she say?")


class StandInEar:
    """Tells what the test has it hear."""

    def __init__(self, listener: Any) -> None:
        self.listener = listener
        self.patience: Patience = NORMAL
        self.hotwords: tuple[str, ...] = ()
        self.deaf = False
        self.held_open = False
        self.in_turn = False
        self.text = ""
        self.done: list[str] = []

    async def hear(self, pcm: bytes) -> None:
        self.done.append("hear")

    async def finish(self) -> None:
        self.done.append("finish")

    def drop(self) -> None:
        self.done.append("drop")

    async def close(self) -> None:
        self.in_turn = False


@dataclass
class Page:
    """Plays what it is sent, as far as the test lets it, and reports it."""

    setup: Setup
    voice: FakeVoice = field(default_factory=FakeVoice)
    before: str = ""
    messages: list[dict[str, Any]] = field(default_factory=list)
    sound: int = 0
    played: list[tuple[str, int]] = field(default_factory=list)

    def open(self) -> None:
        self.conversation = self.setup.conversation()

        def make_ear(listener: Any) -> Any:
            self.ear = StandInEar(listener)
            return self.ear

        self.talk = Talk(
            self.conversation, self.voice, make_ear, self.receive,
            on_played=self.shows, before=self.before,
        )  # fmt: skip

    async def receive(self, what: dict[str, Any] | bytes) -> None:
        if isinstance(what, bytes):
            self.sound += len(what) // 2
        else:
            self.messages.append(what)

    async def shows(self, turn: str, n: int) -> None:
        self.played.append((turn, n))

    def kinds(self, *kinds: str) -> list[dict[str, Any]]:
        return [message for message in self.messages if message["kind"] in kinds]

    @property
    def turn(self) -> str:
        return str([one["turn"] for one in self.kinds("you") if one["final"]][-1])

    async def until(self, kind: str, n: int = 1) -> None:
        async with asyncio.timeout(5):
            while len(self.kinds(kind)) < n:  # noqa: ASYNC110 (messages are what is waited for)
                await asyncio.sleep(0.005)

    async def settled(self) -> None:
        """Until everything that was told has been dealt with."""
        async with asyncio.timeout(5):
            while self.talk._handling or not self.talk._inbox.empty():  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        await asyncio.sleep(0.02)

    async def tell(self, kind: str, **more: Any) -> None:
        await self.talk.take({"kind": kind, **more})
        await self.settled()

    async def ear_tells(self, *events: EarEvent) -> None:
        for event in events:
            await self.ear.listener(event)
        await self.settled()

    async def say(self, text: str) -> None:
        """Somebody says it, and the coach's answer has been sent."""
        answers = len(self.kinds("end"))
        await self.ear_tells(SpeechBegan(), Pause(text, 700, 0.9), ended(text))
        if text:
            await self.until("end", answers + 1)

    async def play(self, n: int) -> None:
        """The first ``n`` sentences are heard."""
        await self.tell("playing", turn=self.turn)
        for index in range(n):
            await self.tell("began", turn=self.turn, n=index)
            await self.tell("played", turn=self.turn, n=index + 1)

    async def history(self) -> list[tuple[str, str, str]]:
        """What was said, what was heard of the answer, and how the turn ended."""
        return [(turn.said, turn.heard_text, turn.status) for turn in await self.conversation.history()]


def ended(text: str) -> TurnEnded:
    now = time.perf_counter()
    return TurnEnded(text, now - 0.7, now, now - 0.3)


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[Page]:
    setup = Setup(tmp_path)
    page = Page(setup)
    page.open()
    await page.settled()
    yield page
    await page.talk.close()
    await setup.store.close()


async def headphones(page: Page) -> None:
    await page.tell("settings", sound="headphones")


async def test_what_is_said_is_answered_aloud_sentence_by_sentence(page: Page) -> None:
    page.setup.writer.enqueue(REPLY)
    await page.say("She is quiet.")
    texts = ["You could **ask** her first.", "What would she say?"]
    assert [message["text"] for message in page.kinds("sentence")] == texts
    assert page.voice.said == [("You could ask her first.", None), ("What would she say?", None)]
    assert page.sound == 9 * 2205
    assert set(page.kinds("end")[0]["ms"]) == {"turn_decided", "transcript", "first_audio", "total"}
    await page.play(2)
    await page.tell("drained", turn=page.turn)
    assert await page.history() == [("She is quiet.", " ".join(texts), "complete")]
    assert page.ear.patience is TAKE_YOUR_TIME
    assert page.kinds("state")[-1] == {"kind": "state", "state": "listening", "patience": "think"}
    assert page.played == [(page.turn, n) for n in (0, 1, 2)]


async def test_in_a_rehearsal_the_counterpart_has_a_voice_of_its_own(page: Page) -> None:
    page.setup.policy.plan = replace(PLAN, notes={"speaker": "counterpart"})
    page.setup.writer.enqueue(["(looks away) I never said that."])
    await page.say("Yesterday you said it was done.")
    assert page.voice.said == [("I never said that.", "counterpart")]


async def test_nobody_spoke_so_nobody_is_answered(page: Page) -> None:
    await page.say("")
    assert await page.history() == []
    assert page.kinds("state")[-1]["state"] == "listening"


async def test_words_interrupt_and_exactly_what_was_played_counts_as_heard(page: Page) -> None:
    await headphones(page)
    page.setup.writer.enqueue(REPLY)
    await page.say("She is quiet.")
    await page.play(1)
    await page.ear_tells(SpeechBegan())
    assert page.messages[-2]["kind"] == "hold"  # silent at once, before any word is known
    await page.ear_tells(Caption("Wait, that's"))
    assert page.kinds("flush") == [{"kind": "flush", "turn": page.turn}]
    await page.tell("flushed", turn=page.turn, n=1)
    page.setup.writer.enqueue(["Go on."])
    await page.ear_tells(Pause("Wait, that's not it.", 700, 0.9), ended("Wait, that's not it."))
    await page.until("end", 2)
    first, second = await page.history()
    assert first == ("She is quiet.", "You could **ask** her first.", "interrupted")
    assert second[0] == "Wait, that's not it."


async def test_noise_without_end_does_not_keep_the_coach_waiting(page: Page) -> None:
    await headphones(page)
    page.setup.writer.enqueue(REPLY)
    await page.say("She is quiet.")
    await page.play(1)
    await page.ear_tells(SpeechBegan(), Caption(""))
    assert [message["kind"] for message in page.kinds("hold", "go_on")] == ["hold", "go_on"]
    await page.ear_tells(Caption("Wait, please"))
    assert len(page.kinds("flush")) == 1


@pytest.mark.parametrize("nothing", ["Mm-hmm.", "Yeah.", "", "ask her first what would she say"])
async def test_a_nod_a_cough_and_an_echo_interrupt_nobody(page: Page, nothing: str) -> None:
    await headphones(page)
    page.setup.writer.enqueue(REPLY)
    await page.say("She is quiet.")
    await page.play(1)
    await page.ear_tells(SpeechBegan(), Pause(nothing, 700, 0.9), ended(nothing))
    assert page.kinds("flush") == []
    assert [message["kind"] for message in page.kinds("hold", "go_on")] == ["hold", "go_on", "go_on"]
    await page.play(2)
    assert (await page.history())[0][2] == "complete"


async def test_who_goes_on_before_the_answer_is_heard_adds_to_the_message(page: Page) -> None:
    page.setup.writer.enqueue(REPLY)
    await page.say("She is quiet.")
    page.setup.writer.enqueue(REPLY)
    await page.say("In meetings, I mean.")
    assert await page.history() == [("She is quiet. In meetings, I mean.", "", "complete")]
    assert len(page.kinds("flush")) == 1


async def test_on_speakers_the_ear_is_closed_while_the_coach_is_heard_and_a_tap_interrupts(page: Page) -> None:
    page.setup.writer.enqueue(REPLY)
    await page.say("She is quiet.")
    await page.play(1)
    assert page.ear.deaf
    await page.tell("tap")
    assert page.kinds("flush") == [{"kind": "flush", "turn": page.turn}]
    assert page.ear.deaf  # the room still sounds
    await asyncio.sleep(0.45)
    assert not page.ear.deaf
    assert (await page.history())[0][1:] == ("You could **ask** her first.", "interrupted")


async def test_who_begins_to_speak_as_the_coach_does_is_heard_out(page: Page) -> None:
    page.setup.writer.enqueue(REPLY)
    await page.say("She is quiet.")
    await page.ear_tells(SpeechBegan())
    await page.tell("playing", turn=page.turn)
    assert not page.ear.deaf
    await page.ear_tells(Pause("", 0, 0.9), ended(""))
    assert page.ear.deaf
    assert page.kinds("state")[-1]["state"] == "speaking"


async def test_the_ear_opens_again_after_the_last_sound(page: Page) -> None:
    page.setup.writer.enqueue(REPLY)
    await page.say("She is quiet.")
    await page.play(2)
    await page.tell("drained", turn=page.turn)
    await asyncio.sleep(0.45)
    assert not page.ear.deaf


async def test_crisis_text_is_said_whole_whatever_is_said_meanwhile(page: Page) -> None:
    await headphones(page)
    await page.say("I want to die.")
    crisis = page.turn
    await page.play(1)
    await page.ear_tells(SpeechBegan(), Caption("no no wait"))
    await page.tell("tap")
    assert page.kinds("hold", "flush") == []
    page.setup.writer.enqueue(["I am here."])
    await page.ear_tells(Pause("No, wait.", 700, 0.9), ended("No, wait."))
    await page.until("end", 2)
    assert [one["text"] for one in page.kinds("sentence") if one["turn"] == crisis] == [
        "That is a lot, and I'm glad you said it.", "Call 112 now.", "Are you having thoughts of killing yourself?",
    ]  # fmt: skip
    assert ("Call 1 1 2 now.", None) in page.voice.said
    await page.tell("played", turn=crisis, n=3)
    assert (await page.history())[0][2] == "redirected"


async def test_push_to_talk(page: Page) -> None:
    await page.tell("settings", push=True)
    await page.talk.hear(bytes(1024))
    assert page.ear.done == []  # closed until the button is pressed
    await page.tell("press")
    await page.talk.hear(bytes(1024))
    assert page.ear.held_open
    await page.tell("release")
    assert page.ear.done == ["drop", "hear", "finish"]


async def test_pressing_interrupts_the_coach(page: Page) -> None:
    await page.tell("settings", push=True)
    page.setup.writer.enqueue(REPLY)
    await page.say("She is quiet.")
    await page.play(1)
    await page.tell("press")
    assert len(page.kinds("flush")) == 1
    assert (await page.history())[0][2] == "interrupted"


async def test_paused_nothing_is_heard(page: Page) -> None:
    await page.tell("pause")
    await page.talk.hear(bytes(1024))
    assert "hear" not in page.ear.done
    assert page.kinds("state")[-1]["state"] == "paused"
    await page.tell("resume")
    await page.talk.hear(bytes(1024))
    assert "hear" in page.ear.done


async def test_a_message_typed_or_corrected_is_answered_aloud(page: Page) -> None:
    page.setup.writer.enqueue(REPLY)
    await page.say("Cheese quiet.")
    wrong = page.turn
    page.setup.writer.enqueue(REPLY)
    await page.tell("say", text="She's quiet.", replaces=wrong)
    await page.until("end", 2)
    assert await page.history() == [("She's quiet.", "", "complete")]


async def test_what_somebody_writes_meanwhile_silences_the_voice(page: Page) -> None:
    page.setup.writer.enqueue(REPLY)
    await page.say("She is quiet.")
    spoken = page.turn
    await page.play(1)
    page.setup.writer.enqueue(["Written."])
    async for _ in page.conversation.reply("I write instead."):
        pass
    await page.settled()
    assert page.kinds("flush") == [{"kind": "flush", "turn": spoken}]


async def test_a_closed_tab_leaves_what_was_played_and_what_was_being_said(page: Page) -> None:
    page.setup.writer.enqueue(REPLY)
    await page.say("She is quiet.")
    await page.play(1)
    page.ear.in_turn, page.ear.text = True, "And then she"
    await page.talk.close()
    assert (await page.history())[0][1:] == ("You could **ask** her first.", "interrupted")
    assert page.talk.unfinished == "And then she"


async def test_closed_from_two_sides_at_once_what_was_being_said_is_kept_once(page: Page) -> None:
    page.ear.in_turn, page.ear.text = True, "And then she"
    await asyncio.gather(page.talk.close(), page.talk.close())
    assert page.talk.unfinished == "And then she"


async def test_a_page_that_asks_whether_anybody_is_there_hears_so(page: Page) -> None:
    await page.tell("there")
    assert page.kinds("here") == [{"kind": "here"}]


async def test_what_a_lost_connection_cut_off_is_taken_up_again(tmp_path: Path) -> None:
    page = Page(Setup(tmp_path), before="And then she")
    page.open()
    await page.settled()
    assert page.kinds("you_were_saying") == [{"kind": "you_were_saying", "text": "And then she"}]
    page.setup.writer.enqueue(REPLY)
    await page.say("left the room.")
    assert (await page.history())[0][0] == "And then she left the room."
    await page.talk.close()


async def test_a_voice_that_breaks_leaves_the_words(page: Page) -> None:
    page.voice.broken = True
    page.setup.writer.enqueue(REPLY)
    await page.say("She is quiet.")
    assert len(page.kinds("sentence")) == 2
    assert page.kinds("trouble")[0]["text"] == "The voice gave up on a sentence."


async def test_settings_that_make_no_sense_change_nothing(page: Page) -> None:
    await page.tell("settings", sound="loud", push="yes", patience="endless", speed=9)
    assert page.talk.choices.speed == 2.0
    assert (page.talk.choices.sound, page.talk.choices.push, page.talk.choices.patience) == ("speakers", False, "auto")


async def test_a_file_is_one_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses inside it end nothing, and the answer is taken down whole."""
    from voice import fromfile
    from voice.ear import Ear
    from voice.models.fake import FakeEars

    setup = Setup(tmp_path)
    setup.writer.enqueue(REPLY)
    voice = FakeVoice()

    class Parts:
        def __init__(self, text: str) -> None:
            self.voice, self.text = voice, text

        def ear(self, listener: Any, *, captions: bool = True) -> Ear:
            async def sense(samples: np.ndarray) -> float:
                return 0.9

            return Ear(FakeEars([self.text]), sense, lambda w: float(np.abs(w).mean() > 0.1), listener, captions=False)

    tone, pause = np.full(8_000, 0.3, np.float32), np.zeros(32_000, np.float32)
    recording = np.concatenate([tone, pause, tone])
    monkeypatch.setattr("voice.fromfile._speech_ends", lambda samples: len(samples) if samples.any() else 0)
    spoken = await fromfile.talk(setup.conversation(), Parts("She is quiet."), recording)  # type: ignore[arg-type]
    assert (spoken.heard, spoken.reply) == ("She is quiet.", "You could **ask** her first. What would she say?")
    assert sum(map(len, spoken.sound)) == 9 * 2205
    assert spoken.ms is not None
    assert 600 < spoken.ms["turn_decided"] < 2000
    assert spoken.ms["turn_decided"] <= spoken.ms["first_audio"] <= spoken.ms["total"]
    nobody = await fromfile.talk(setup.conversation("d"), Parts(""), np.zeros(8_000, np.float32))  # type: ignore[arg-type]
    assert (nobody.heard, nobody.reply, nobody.ms) == ("", None, None)
    await setup.store.close()
