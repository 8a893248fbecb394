"""What happens to a talk around it, in a real Chromium: locked phones, two windows, no loudspeaker, odd rates."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
import spoken_page
from playwright.sync_api import Page, expect
from spoken_page import REPLY, Server, happened, need_chromium, quiet, wait_for

from coach.errors import CoachError
from voice.models.fake import FakeEars

need_chromium()
pytestmark = pytest.mark.chromium
serve, speech, talk = spoken_page.serve, spoken_page.speech, spoken_page.talk

SAID = "I need to talk with her."
SPOKEN = "You could ask her first. What would she say?"

KEEPS_LOCKS = """
window.locks = [];
const request = navigator.wakeLock.request.bind(navigator.wakeLock);
navigator.wakeLock.request = async (what) => {
  const lock = await request(what);
  window.locks.push(lock);
  return lock;
};
"""

# What a phone does as its screen goes dark, and what the page sees when it comes back.
LOCKS = """async () => {
  Object.defineProperty(document, "hidden", { value: true, configurable: true });
  for (const lock of window.locks) await lock.release();
  document.dispatchEvent(new Event("visibilitychange"));
  window.coachVoice.client.socket.close();
}"""
UNLOCKS = """() => {
  Object.defineProperty(document, "hidden", { value: false, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""

Serve = Callable[..., Server]
Talk = Callable[..., Page]


def locks(page: Page) -> list[bool]:
    """Whether each wake lock that was taken is still held."""
    return [not released for released in page.evaluate("window.locks.map((lock) => lock.released)")]


def line(page: Page) -> str:
    return page.locator(".voice-trouble").inner_text()


def answered(page: Page, n: int = 1) -> None:
    wait_for(page, "drained", n)
    page.wait_for_timeout(200)


# The phone is locked


def test_the_screen_stays_on_and_after_a_lock_the_talk_goes_on_in_mid_sentence(
    serve: Serve, talk: Talk, speech: np.ndarray
) -> None:
    server = serve("And then she")
    server.parts.finished = 0.1
    server.setup.writer.enqueue(REPLY)
    page = talk(server, np.concatenate([quiet(1), speech, quiet(5), speech, quiet(9)]), script=KEEPS_LOCKS)
    wait_for(page, "ready")
    page.wait_for_function("window.locks.length === 1")
    assert locks(page) == [True]
    expect(page.locator(".caption.you")).to_have_text("And then she")

    page.evaluate(LOCKS)
    wait_for(page, "disconnected")
    assert locks(page) == [False]
    server.parts.ears.texts = ["left the room."]
    server.parts.finished = 0.9
    page.evaluate(UNLOCKS)
    wait_for(page, "you_were_saying")
    expect(page.locator(".caption.you")).to_have_text("You were saying: “And then she” Go on.")
    assert locks(page) == [False, True]

    answered(page)
    assert server.history() == [("And then she left the room.", SPOKEN, "complete")]
    page.click("[data-voice=end]")
    page.wait_for_function("window.locks[1].released")


def test_a_socket_that_died_in_the_dark_is_replaced(serve: Serve, talk: Talk, speech: np.ndarray) -> None:
    server = serve(SAID)
    server.setup.writer.enqueue(REPLY)
    page = talk(server, np.concatenate([quiet(4), speech, quiet(9)]))
    wait_for(page, "ready")
    page.evaluate(UNLOCKS)  # a living one answers and stays
    wait_for(page, "here")
    assert happened(page, "disconnected") == []
    page.evaluate("window.coachVoice.client.socket.onmessage = null")
    page.evaluate(UNLOCKS)
    wait_for(page, "ready", 2)
    answered(page)
    assert server.history() == [(SAID, SPOKEN, "complete")]


def test_a_paused_talk_is_paused_after_a_lost_connection(serve: Serve, talk: Talk, speech: np.ndarray) -> None:
    server = serve(SAID)
    page = talk(server, np.concatenate([quiet(1), speech, quiet(9)]))
    wait_for(page, "ready")
    page.get_by_role("button", name="Pause").click()
    page.evaluate("window.coachVoice.client.socket.close()")
    wait_for(page, "ready", 2)
    expect(page.locator("#voice-state")).to_have_text("Paused")


# Two windows


def second(page: Page) -> Page:
    """Another window of the same browser, on the same conversation."""
    other = page.context.new_page()
    other.set_default_timeout(20_000)
    other.goto(page.url)
    other.wait_for_selector("#transcript[data-conversation]")
    other.wait_for_function("window.coachVoice")
    return other


MOVED = "The talk goes on in another window. Press Talk to bring it back here."


def test_the_talk_moves_to_the_window_where_talk_was_pressed_last(serve: Serve, talk: Talk, speech: np.ndarray) -> None:
    server = serve(SAID)
    server.setup.writer.enqueue(REPLY)
    server.setup.writer.enqueue(REPLY)
    page = talk(server, np.concatenate([quiet(1), speech, quiet(6), speech, quiet(9), speech, quiet(9)]))
    answered(page)
    other = second(page)
    expect(other.locator(".bubble")).to_have_text([SAID])
    other.click("#talk-button")
    wait_for(other, "ready")
    expect(page.locator(".voice-trouble")).to_have_text(MOVED)
    expect(page.locator("#talk-button .label")).to_have_text("Talk")
    expect(page.locator(".microphone-open")).to_be_hidden()
    answered(other)
    assert server.history() == [(SAID, SPOKEN, "complete")] * 2
    for window in (page, other):
        expect(window.locator(".bubble")).to_have_text([SAID, SAID])
    assert line(other) == ""


def test_what_one_window_heard_goes_along_to_the_other(serve: Serve, talk: Talk, speech: np.ndarray) -> None:
    server = serve("And then she")
    server.parts.finished = 0.1
    page = talk(server, np.concatenate([quiet(1), speech, quiet(9)]))
    expect(page.locator(".caption.you")).to_have_text("And then she")
    other = page.context.new_page()
    other.goto(page.url)
    other.wait_for_function("window.coachVoice")
    other.click("#talk-button")
    expect(other.locator(".caption.you")).to_have_text("You were saying: “And then she” Go on.")
    assert server.history() == []


# No loudspeaker

NONE_LISTED = """
const list = navigator.mediaDevices.enumerateDevices.bind(navigator.mediaDevices);
navigator.mediaDevices.enumerateDevices = async () => (await list()).filter(({ kind }) => kind !== "audiooutput");
"""
# Contexts tied to a loudspeaker never start; the microphone's own is tied to none.
NEVER_STARTS = """
const Real = window.AudioContext;
window.AudioContext = class extends Real {
  constructor(options) {
    super(options);
    if (options?.sinkId) return;
    this.suspend();
    this.resume = () => Promise.reject(new DOMException("no device", "InvalidStateError"));
  }
};
"""
NOT_MADE = """
const Real = window.AudioContext;
window.AudioContext = class extends Real {
  constructor(options) {
    if (!options?.sinkId) throw new DOMException("no device", "NotSupportedError");
    super(options);
  }
};
"""
NO_SOUND = "No sound comes out of this machine, so the coach's words stand here to read. Go on talking."


@pytest.mark.parametrize(
    "script", [NONE_LISTED, NEVER_STARTS, NOT_MADE], ids=["none listed", "never starts", "refused"]
)
def test_without_a_loudspeaker_the_talk_goes_on_in_captions(
    serve: Serve, talk: Talk, speech: np.ndarray, script: str
) -> None:
    server = serve(SAID)
    server.setup.writer.enqueue(REPLY)
    server.setup.writer.enqueue(("One " * 79 + "end. ", "What would she say?"))
    server.setup.writer.enqueue(REPLY)
    sound = np.concatenate([quiet(1), speech, quiet(7), speech, quiet(5), speech, quiet(9)])
    page = talk(server, sound, script=script)
    answered(page)
    expect(page.locator(".voice-trouble")).to_have_text(NO_SOUND)
    assert [one["text"] for one in happened(page, "saying")] == list(map(str.strip, REPLY))
    expect(page.locator(".turn .sentence")).to_have_text(list(map(str.strip, REPLY)))
    assert server.history() == [(SAID, SPOKEN, "complete")]
    answered(page, 2)  # with nothing to echo, words interrupt the second answer
    assert [turn[2] for turn in server.history()] == ["complete", "interrupted", "complete"]


# Rates


@dataclass
class Keeping(FakeEars):
    """Keeps the sound that it is given."""

    sounds: list[np.ndarray] = field(default_factory=list)

    async def transcribe(self, samples: np.ndarray, *, hotwords: Sequence[str] = ()) -> str:
        self.sounds.append(samples)
        return await super().transcribe(samples, hotwords=hotwords)


def likeness(heard: np.ndarray, said: np.ndarray) -> float:
    """Largest correlation, 0 to 1: near 1 only where pitch and pace are those that were said."""
    n = 1 << int(np.ceil(np.log2(len(heard) + len(said))))
    both = np.fft.irfft(np.fft.rfft(heard, n) * np.conj(np.fft.rfft(said, n)))
    return float(np.abs(both).max() / np.sqrt((heard**2).sum() * (said**2).sum()))


def at_rate(rate: int) -> str:
    return f"""
const Real = window.AudioContext;
window.AudioContext = class extends Real {{
  constructor(options) {{
    super({{ ...options, sampleRate: {rate} }});
  }}
}};
"""


# As Firefox does: a microphone at another rate than the context's is refused.
OWN_RATE_ONLY = """
const Real = window.AudioContext;
window.AudioContext = class extends Real {
  constructor(options) {
    if (options?.sampleRate === 16000) throw new DOMException("out of range", "NotSupportedError");
    super({ sampleRate: 44100, ...options });
  }
  createMediaStreamSource(stream) {
    const { sampleRate } = stream.getAudioTracks()[0].getSettings();
    if (sampleRate !== this.sampleRate) throw new DOMException("different sample-rate", "NotSupportedError");
    return super.createMediaStreamSource(stream);
  }
};
"""


@pytest.mark.parametrize(
    "script", [at_rate(44_100), at_rate(48_000), OWN_RATE_ONLY], ids=["44.1 kHz", "48 kHz", "its own rate only"]
)
def test_at_any_rate_the_coach_hears_what_was_said(serve: Serve, talk: Talk, speech: np.ndarray, script: str) -> None:
    server = serve(SAID)
    ears = server.parts.ears = Keeping([SAID])
    server.setup.writer.enqueue(REPLY)
    page = talk(server, np.concatenate([quiet(1), speech, quiet(9)]), script=script)
    answered(page)
    assert server.history() == [(SAID, SPOKEN, "complete")]
    # One rate taken for the other gives 0.1. A busy machine loses a piece of sound now and then, so 0.8 is not certain.
    mistaken = np.interp(np.arange(0, len(speech), 48_000 / 44_100), np.arange(len(speech)), speech)
    assert likeness(ears.sounds[-1], speech) > 2 * likeness(ears.sounds[-1], mistaken)
    assert line(page) == ""


# What keeps the voice from starting


def test_a_voice_that_cannot_start_says_why_on_the_page(serve: Serve, talk: Talk) -> None:
    server = serve("")

    async def missing() -> None:
        raise CoachError("The weights are not installed. Run: uv sync")

    server.parts.ready = missing  # type: ignore[method-assign]
    page = talk(server, quiet(1))
    expect(page.locator(".voice-trouble")).to_have_text("The weights are not installed. Run: uv sync")
    expect(page.locator("#talk-button .label")).to_have_text("Talk")
