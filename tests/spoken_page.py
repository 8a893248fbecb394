"""The page with a voice whose speech detection is real and whose ears and voice stand in, in a real Chromium.

A test module that talks takes over the fixtures ``serve``, ``speech`` and ``talk``.
"""

import asyncio
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from page_served import Served, listen, turns_in
from page_stand_in import PageCoach
from playwright.sync_api import Browser, Page, sync_playwright
from stand_ins import Setup

from coach.config import Settings
from voice.ear import Ear
from voice.models.fake import FakeEars, FakeVoice

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"


def need_chromium() -> None:
    """Skips the module that calls it where there is none."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"no Chromium at {CHROMIUM}; set CHROMIUM to one", allow_module_level=True)


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
    """The page with a voice and stand-ins behind it."""

    def __init__(self, home: Path, texts: list[str]) -> None:
        from ui.web import build

        self.setup = Setup(home)
        self.parts = Parts(texts)
        app = build(PageCoach(self.setup, Settings(home=home)), voice_parts=self.parts)  # type: ignore[arg-type]
        listening, port = listen()
        self.address = f"http://127.0.0.1:{port}/"
        self._served = Served(app, listening)

    def history(self) -> list[tuple[str, str, str]]:
        """What was said, what of the answer was heard, and how each turn ended."""
        return [(turn.said, turn.heard_text, turn.status) for turn in turns_in(self.setup)]

    def stop(self) -> None:
        self._served.stop()


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

        def open_page(
            server: Server, sound: np.ndarray | None, *, set: str = "", press: bool = True, script: str = ""
        ) -> Page:
            soundfile.write(tmp_path / "microphone.wav", quiet(1) if sound is None else sound, RATE, subtype="PCM_16")
            flags = [
                "--no-sandbox", "--autoplay-policy=no-user-gesture-required", "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-audio-capture={tmp_path / 'microphone.wav'}%noloop",
            ]  # fmt: skip
            if sound is not None:
                flags.append("--use-fake-ui-for-media-stream")  # says yes for the person
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
            browsers.append(browser)
            page = browser.new_context().new_page()
            page.set_default_timeout(20_000)
            if set:
                page.add_init_script(f"localStorage.setItem('coach-voice', '{set}')")
            if script:
                page.context.add_init_script(script)
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
