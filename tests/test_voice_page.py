"""Talking on the page, in a real Chromium with a fake microphone. Speech detection is real, ears and voice stand in."""

import asyncio
import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from page_stand_in import PageCoach
from playwright.sync_api import Browser, Page, expect, sync_playwright
from stand_ins import Setup

from coach.config import Settings
from voice.ear import Ear
from voice.models.fake import FakeEars, FakeVoice

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
if not Path(CHROMIUM).exists():
    pytest.skip(f"no Chromium at {CHROMIUM}; set CHROMIUM to one", allow_module_level=True)

pytestmark = pytest.mark.chromium

RATE = 16_000
REPLY = ("You could ask her first. ", "What would she say?")


class Parts:
    """Voice parts with real speech detection and stand-ins for the rest."""

    def __init__(self, texts: list[str]) -> None:
        self.ears = FakeEars(texts)
        self.voice = FakeVoice()
        self.finished = 0.9

    async def ready(self) -> None:
        await asyncio.sleep(0)

    def ear(self, listener: Any, *, captions: bool = True) -> Ear:
        from voice.models.detector import Detector

        async def sense(samples: np.ndarray) -> float:
            return self.finished

        return Ear(self.ears, sense, Detector(), listener, captions=captions)


class Server:
    """The app on a port of its own, in a thread of its own."""

    def __init__(self, home: Path, texts: list[str]) -> None:
        import uvicorn

        from ui.web import build

        self.setup = Setup(home)
        self.parts = Parts(texts)
        app = build(PageCoach(self.setup, Settings(home=home)), voice_parts=self.parts)  # type: ignore[arg-type]
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}/"
        self._server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.02)

    def history(self) -> list[tuple[str, str, str]]:
        async def read() -> list[tuple[str, str, str]]:
            store = self.setup.open_store()
            try:
                entries = await store.entries()
                turns = await store.history(entries[0].id) if entries else ()
                return [(turn.said, turn.heard_text, turn.status) for turn in turns]
            finally:
                await store.close()

        # Playwright keeps a loop running in this thread.
        found: list[tuple[str, str, str]] = []
        thread = threading.Thread(target=lambda: found.extend(asyncio.run(read())))
        thread.start()
        thread.join()
        return found

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()


@pytest.fixture(scope="module")
def speech() -> np.ndarray:
    """A sentence as a microphone gives it, spoken by our own voice."""
    import soxr

    from voice.models.pyttsx import Pyttsx3Voice

    async def speak() -> np.ndarray:
        voice = Pyttsx3Voice()
        parts = [samples async for samples in voice.speak("I need to talk with her about her tone.")]
        await voice.close()
        return soxr.resample(np.concatenate(parts).astype(np.float32) / 32768, voice.sample_rate, RATE) * 0.5

    return asyncio.run(speak())


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    running: list[Server] = []

    def start(*texts: str) -> Server:
        running.append(Server(tmp_path, list(texts)))
        return running[-1]

    yield start
    for server in running:
        server.stop()


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """Opens the page with a microphone that gives the sound, or is refused where there is none, and presses Talk."""
    with sync_playwright() as playwright:
        browsers: list[Browser] = []

        def open_page(server: Server, sound: np.ndarray | None, *, set: str = "", press: bool = True) -> Page:
            soundfile.write(tmp_path / "microphone.wav", quiet(1) if sound is None else sound, RATE, subtype="PCM_16")
            flags = [
                "--no-sandbox", "--autoplay-policy=no-user-gesture-required", "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-audio-capture={tmp_path / 'microphone.wav'}%noloop",
            ]  # fmt: skip
            if sound is not None:
                flags.append("--use-fake-ui-for-media-stream")  # says yes for the person
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
            browsers.append(browser)
            page = browser.new_page()
            page.set_default_timeout(20_000)
            if set:
                page.add_init_script(f"localStorage.setItem('coach-voice', '{set}')")
            page.goto(server.address)
            page.wait_for_selector("#transcript[data-conversation]")
            page.wait_for_function("window.coachVoice")
            if press:
                page.click("#talk-button")
            return page

        yield open_page
        for browser in browsers:
            browser.close()


def quiet(seconds: float) -> np.ndarray:
    return np.zeros(int(seconds * RATE), np.float32)


def happened(page: Page, kind: str) -> list[dict[str, Any]]:
    return [one for one in page.evaluate("window.coachVoice.client.log") if one["type"] == kind]


def wait_for(page: Page, kind: str, n: int = 1) -> None:
    page.wait_for_function(f"window.coachVoice.client.log.filter(one => one.type === '{kind}').length >= {n}")


def test_a_spoken_turn_is_answered_aloud_and_shown(
    serve: Callable[..., Server], talk: Callable[..., Page], speech: np.ndarray
) -> None:
    server = serve("I need to talk with her.")
    server.setup.writer.enqueue(REPLY)
    page = talk(server, np.concatenate([quiet(1), speech, quiet(8)]))
    expect(page.locator(".microphone-open")).to_be_visible()
    wait_for(page, "drained")
    expect(page.locator(".bubble")).to_have_text(["I need to talk with her."])
    expect(page.locator(".turn .sentence")).to_have_text(["You could ask her first.", "What would she say?"])
    expect(page.locator(".caption.you")).to_have_text("I need to talk with her.")
    expect(page.locator(".caption.coach")).to_have_text("What would she say?")
    expect(page.locator("#voice-state")).to_have_text("Take your time")
    page.wait_for_timeout(200)
    assert server.history() == [
        ("I need to talk with her.", "You could ask her first. What would she say?", "complete")
    ]
    page.click("[data-voice=end]")
    expect(page.locator("#talk-button .label")).to_have_text("Talk")
    expect(page.locator(".microphone-open")).to_be_hidden()


def test_the_page_shows_of_the_answer_what_has_begun_to_be_heard(
    serve: Callable[..., Server], talk: Callable[..., Page], speech: np.ndarray
) -> None:
    server = serve("I need to talk with her.")
    server.setup.writer.enqueue(("One " * 29 + "end. ", "What would she say?"))
    page = talk(server, np.concatenate([quiet(1), speech, quiet(9)]))
    wait_for(page, "end")
    expect(page.locator(".turn .sentence")).to_have_count(1)
    page.click("#talk-button")  # a tap interrupts
    expect(page.locator(".turn .status")).to_contain_text("Stopped")
    page.wait_for_timeout(300)
    ((_, heard, status),) = server.history()
    assert (heard, status) == ("", "interrupted")


def test_with_headphones_words_silence_the_coach_at_once(
    serve: Callable[..., Server], talk: Callable[..., Page], speech: np.ndarray
) -> None:
    server = serve("I need to talk with her.", "wait that is", "Wait, that is not it.")
    server.setup.writer.enqueue(("One " * 79 + "end. ", "What would she say?"))
    server.setup.writer.enqueue(REPLY)
    server.parts.ears.idle = False  # no captions before the first pause
    lead = len(speech) / RATE + 1 + 4
    page = talk(server, np.concatenate([quiet(1), speech, quiet(4), speech, quiet(8)]), set='{"sound":"headphones"}')
    wait_for(page, "flush")
    page.wait_for_timeout(300)
    levels = [(one["at"], one["level"]) for one in happened(page, "level")]
    begun = levels[0][0]
    second = next(at for at, level in levels if level > 0.02 and at - begun > (lead - 1) * 1000)
    silent = next(one["at"] for one in happened(page, "sounding") if not one["sounding"] and one["at"] > second)
    assert silent - second < 300
    page.wait_for_function("document.querySelectorAll('.turn').length === 2")
    wait_for(page, "drained")
    page.wait_for_timeout(200)
    assert [turn[2] for turn in server.history()] == ["interrupted", "complete"]


def test_push_to_talk_by_the_space_bar(
    serve: Callable[..., Server], talk: Callable[..., Page], speech: np.ndarray
) -> None:
    server = serve("I need to talk with her.")
    server.setup.writer.enqueue(REPLY)
    sound = np.concatenate([speech, quiet(0.3)] * 6)
    page = talk(server, sound, set='{"push":true}')
    wait_for(page, "ready")
    expect(page.locator("#talk-button .label")).to_have_text("Hold to talk")
    page.evaluate("document.activeElement.blur()")
    page.wait_for_timeout(1500)
    assert happened(page, "you") == []
    page.keyboard.down("Space")
    expect(page.locator("#talk-button .label")).to_have_text("Let go when done")
    page.wait_for_timeout(2500)
    page.keyboard.up("Space")
    wait_for(page, "drained")
    assert [turn[0] for turn in server.history()] == ["I need to talk with her."]
    page.focus("#said textarea")
    page.keyboard.type("a b")
    assert page.input_value("#said textarea") == "a b"


def test_mute_closes_the_microphone_and_pause_holds_everything(
    serve: Callable[..., Server], talk: Callable[..., Page], speech: np.ndarray
) -> None:
    server = serve("I need to talk with her.")
    page = talk(server, np.concatenate([quiet(2), speech, quiet(3)] * 2))
    wait_for(page, "ready")
    mute = page.get_by_role("button", name="Mute", exact=True)
    mute.click()
    expect(page.locator(".microphone-open")).to_be_hidden()
    expect(page.get_by_role("button", name="Unmute")).to_have_attribute("aria-pressed", "true")
    page.wait_for_timeout(4500)
    assert server.history() == []
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("#voice-state")).to_have_text("Paused")
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("#voice-state")).to_have_text("Listening")


def test_a_refused_microphone_is_said_plainly(serve: Callable[..., Server], talk: Callable[..., Page]) -> None:
    page = talk(serve(""), None)
    expect(page.locator(".voice-trouble")).to_contain_text("allow the microphone")
    expect(page.locator("#talk-button .label")).to_have_text("Talk")


def test_without_https_the_page_says_what_to_do(serve: Callable[..., Server], talk: Callable[..., Page]) -> None:
    page = talk(serve(""), None, press=False)
    page.evaluate("Object.defineProperty(window, 'isSecureContext', { value: false })")
    page.click("#talk-button")
    expect(page.locator(".voice-trouble")).to_contain_text("coach ui --https")


def test_a_lost_connection_comes_back_to_the_same_conversation(
    serve: Callable[..., Server], talk: Callable[..., Page], speech: np.ndarray
) -> None:
    server = serve("I need to talk with her.")
    server.setup.writer.enqueue(REPLY)
    page = talk(server, np.concatenate([quiet(1), speech, quiet(9)]))
    wait_for(page, "drained")
    page.evaluate("window.coachVoice.client.socket.close()")
    wait_for(page, "ready", 2)
    expect(page.locator("#voice-state")).to_have_text("Take your time")
    assert len(server.history()) == 1


def test_a_corrected_message_is_answered_aloud(
    serve: Callable[..., Server], talk: Callable[..., Page], speech: np.ndarray
) -> None:
    server = serve("I knead to talk with her.")
    server.setup.writer.enqueue(REPLY)
    server.setup.writer.enqueue(REPLY)
    page = talk(server, np.concatenate([quiet(1), speech, quiet(20)]))
    wait_for(page, "drained")
    page.click("[data-do=edit]")
    page.fill("#editing", "I need to talk with her.")
    page.get_by_role("button", name="Answer again").click()
    wait_for(page, "drained", 2)
    expect(page.locator(".bubble")).to_have_text(["I need to talk with her."])
    assert [turn[0] for turn in server.history()] == ["I need to talk with her."]
