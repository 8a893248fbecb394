"""Talking on the page, in a real Chromium with a fake microphone. Speech detection is real, ears and voice stand in."""

from collections.abc import Callable

import numpy as np
import pytest
import spoken_page
from playwright.sync_api import Page, expect
from spoken_page import RATE, REPLY, Server, happened, need_chromium, quiet, wait_for

need_chromium()
pytestmark = pytest.mark.chromium
serve, speech, talk = spoken_page.serve, spoken_page.speech, spoken_page.talk


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
