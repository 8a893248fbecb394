"""The page in a real Chromium: what a person sees and does, by mouse, by keyboard and on a phone."""

import asyncio
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from page_served import Served, listen, turns_in
from page_stand_in import PageCoach
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from stand_ins import PASSAGE, Setup

from coach.config import Settings
from coach.errors import CoachError, WriterError
from coach.values import Sentence, Turn
from ui.door import is_loopback

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
if not Path(CHROMIUM).exists():
    pytest.skip(f"no Chromium at {CHROMIUM}; set CHROMIUM to one", allow_module_level=True)

pytestmark = pytest.mark.chromium

FIRST = Sentence("You could ask her first.", "insight")
LATER = Sentence("What would she say?", "question")


class Server:
    """The page with stand-ins behind it."""

    def __init__(self, home: Path, port: int = 0) -> None:
        from ui.web import build

        self.setup = Setup(home)
        listening, self.port = listen(port)
        self._served = Served(build(PageCoach(self.setup, Settings(home=home))), listening)  # type: ignore[arg-type]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def history(self) -> list[Turn]:
        return turns_in(self.setup)

    def stop(self) -> None:
        self._served.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path)
    yield server
    server.stop()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    context.set_default_timeout(20_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, server: Server) -> Page:
    return opened(context, server)


def opened(context: BrowserContext, server: Server) -> Page:
    page = context.new_page()
    page.goto(server.address)
    page.wait_for_selector("#transcript[data-conversation]")
    return page


def say(page: Page, text: str) -> None:
    page.fill("#said textarea", text)
    page.press("#said textarea", "Enter")


def answered(page: Page, text: str) -> None:
    """Waits until the message has its whole answer."""
    turn = page.locator(".turn", has_text=text)
    expect(turn).to_have_attribute("data-answering", "false")


def test_three_turns_with_sources_that_open(page: Page, server: Server) -> None:
    texts = ("Her tone shuts juniors down", "She asked did anyone test this", "How do I start")
    for text in texts:
        server.setup.writer.enqueue(("One moment is easier to take [1]. ", "What would she say?"))
        say(page, text)
        answered(page, text)
    assert page.locator(".bubble").all_inner_texts() == list(texts)
    assert page.input_value("#said textarea") == ""
    last = page.locator(".turn").last
    expect(last.locator(".question")).to_have_text("What would she say?")

    last.get_by_role("button", name="Source 1: Practice card: tone").click()
    card = last.locator(".card")
    expect(card).to_be_visible()
    expect(card).to_contain_text(PASSAGE.text)
    expect(card).to_contain_text("practice advice, not tested in a study")
    expect(card).to_contain_text("Licence: Apache-2.0")
    page.wait_for_function(
        "card => card.getBoundingClientRect().bottom <= document.querySelector('#bottom').getBoundingClientRect().top",
        arg=card.element_handle(),
    )

    card.get_by_text("Open the passage").click()
    viewer = page.get_by_role("dialog", name=PASSAGE.heading)
    expect(viewer).to_contain_text(PASSAGE.source)
    page.keyboard.press("Escape")
    expect(viewer).to_be_hidden()
    expect(card).to_be_visible()
    card.focus()
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    expect(last.locator(".cite")).to_be_focused()

    # All that was shown counts as heard.
    deadline = time.monotonic() + 5
    while [turn.heard for turn in server.history()] != [2, 2, 2]:
        assert time.monotonic() < deadline, server.history()
        time.sleep(0.05)


def test_sentences_show_as_they_come_and_escape_stops(page: Page, server: Server) -> None:
    server.setup.writer.enqueue((FIRST, 30.0, LATER))
    say(page, "Her tone")
    expect(page.locator(".reply")).to_contain_text(FIRST.text)
    expect(page.locator(".reply .status")).to_have_text("The coach is answering")
    expect(page.locator("#stop")).to_be_enabled()
    page.keyboard.press("Escape")
    expect(page.locator(".reply .status")).to_have_text("Stopped here; what stands above is all that was said.")
    expect(page.locator("#stop")).to_be_disabled()
    assert [(turn.status, turn.spoken) for turn in server.history()] == [("interrupted", (FIRST,))]


def test_the_stop_button_stops(page: Page, server: Server) -> None:
    server.setup.writer.enqueue((30.0, LATER))
    say(page, "Her tone")
    page.click("#stop")
    expect(page.locator(".reply .status")).to_have_text("Stopped before the coach said anything.")


def test_crisis_text_stands_apart_and_nothing_stops_it(page: Page, server: Server) -> None:
    finish = server.setup.store.finish

    async def slowly(*args: Any, **options: Any) -> None:
        await asyncio.sleep(1.5)
        await finish(*args, **options)

    server.setup.store.finish = slowly  # type: ignore[method-assign]
    say(page, "I want to die")
    care = page.locator(".reply.care")
    expect(care).to_contain_text("Are you having thoughts of killing yourself?")
    assert page.locator(".turn").get_attribute("data-answering") == "true"
    expect(page.locator("#stop")).to_be_disabled()
    page.keyboard.press("Escape")
    answered(page, "I want to die")
    expect(care.get_by_role("link", name="112")).to_have_attribute("href", "tel:112")
    assert care.locator(".sentence").count() == 3
    assert [turn.status for turn in server.history()] == ["redirected"]


def test_a_second_tab_shows_the_same_conversation_live(page: Page, context: BrowserContext, server: Server) -> None:
    other = opened(context, server)
    server.setup.writer.enqueue((FIRST, 1.0, LATER))
    say(page, "Her tone")
    expect(other.locator(".reply")).to_contain_text(FIRST.text)
    expect(other.locator("#stop")).to_be_enabled()
    answered(other, "Her tone")
    assert other.locator("#transcript").inner_html() == page.locator("#transcript").inner_html()


def test_edit_and_try_again(page: Page, server: Server) -> None:
    for text in ("Her tone", "Her silence"):
        say(page, text)
        answered(page, text)
    page.locator(".turn").first.get_by_role("button", name="Edit").click()
    expect(page.locator(".editing")).to_contain_text("what came after goes")
    page.fill("#editing", "His tone")
    page.press("#editing", "Enter")
    expect(page.locator(".bubble")).to_have_text(["His tone"])
    answered(page, "His tone")
    server.setup.writer.enqueue((Sentence("Another answer."),))
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".reply")).to_contain_text("Another answer.")
    assert [turn.said for turn in server.history()] == ["His tone"]


def test_conversations_are_named_renamed_resumed_and_deleted(page: Page, server: Server) -> None:
    say(page, "Her tone in reviews")
    answered(page, "Her tone in reviews")
    expect(page.locator("#list .title")).to_have_text(["Her tone in reviews"])
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".starter")).to_have_count(3)
    page.locator(".starter").first.click()
    expect(page.locator("#said textarea")).to_have_value("I have a hard conversation coming up.")
    expect(page.locator("#said textarea")).to_be_focused()
    page.keyboard.press("Enter")
    answered(page, "I have a hard conversation coming up.")

    page.get_by_role("button", name="Rename: Her tone in reviews").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("Marta")
    page.keyboard.press("Enter")
    titles = page.locator("#list .title")
    expect(titles).to_have_text(["I have a hard conversation coming up.", "Marta"])
    titles.filter(has_text="Marta").click()
    expect(page.locator(".bubble")).to_have_text(["Her tone in reviews"])
    page.reload()
    expect(page.locator(".bubble")).to_have_text(["Her tone in reviews"])

    page.get_by_role("button", name="Delete: Marta").click()
    page.get_by_role("button", name="Keep").click()
    expect(titles.filter(has_text="Marta")).to_have_count(1)
    page.get_by_role("button", name="Delete: Marta").click()
    page.locator("#list form").get_by_role("button", name="Delete").click()
    expect(titles).to_have_text(["I have a hard conversation coming up."])
    expect(page.locator(".starter")).to_have_count(3)


def test_why_this_advice(page: Page, server: Server) -> None:
    server.setup.writer.enqueue((Sentence("It helps in 40 %."), LATER))
    say(page, "Her tone")
    answered(page, "Her tone")
    page.get_by_role("button", name="Why this advice?").click()
    reasons = page.get_by_role("complementary", name="Why this advice?")
    for line in ("Goal: where you want to be", "a figure without a source", "The whole turn", "The model fake"):
        expect(reasons).to_contain_text(line)
    page.keyboard.press("Escape")
    expect(reasons).to_be_hidden()
    expect(page.locator(".reply").get_by_role("button", name="Why this advice?")).to_be_focused()


def test_what_went_wrong_is_seen(page: Page, server: Server) -> None:
    server.setup.writer.enqueue((WriterError("The model at box:8000 can't be reached."),))
    say(page, "Her tone")
    expect(page.locator(".notice")).to_have_text(
        "The model at box:8000 can't be reached. The guided coach answers this time."
    )
    server.setup.policy.failure = CoachError("The index is missing. Run: coach doctor")
    say(page, "Her silence")
    failed = page.locator(".turn", has_text="Her silence")
    expect(failed.locator(".notice")).to_have_text("The index is missing. Run: coach doctor")
    expect(failed.locator(".status")).to_contain_text("What you wrote is kept; try again.")


def test_the_page_comes_back_when_the_server_does(page: Page, server: Server, tmp_path: Path) -> None:
    say(page, "Her tone")
    answered(page, "Her tone")
    port = server.port
    server.stop()
    expect(page.get_by_role("alert")).to_have_text("The connection to the coach is gone. Trying again …")
    again = Server(tmp_path, port)
    try:
        expect(page.get_by_role("alert")).to_be_hidden()
        say(page, "Her silence")
        answered(page, "Her silence")
        expect(page.locator(".bubble")).to_have_text(["Her tone", "Her silence"])
    finally:
        again.stop()


def test_by_keyboard_alone(page: Page) -> None:
    expect(page.locator("#said textarea")).to_be_focused()
    page.keyboard.type("Her tone")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("in reviews")
    page.keyboard.press("Enter")
    answered(page, "in reviews")
    assert page.locator(".bubble p").all_inner_texts() == ["Her tone\nin reviews"]
    expect(page.locator("#list .title")).to_have_count(1)
    page.focus(".skip")
    seen = []
    for _ in range(15):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.ariaLabel || document.activeElement.innerText.trim()"))
    assert [" ".join(name.split()).split(" today")[0] for name in seen] == [
        "New conversation", "Her tone in reviews", "Rename: Her tone in reviews", "Delete: Her tone in reviews",
        "How good is this coach?", "Was this sound?", "Practice", "My page", "Edit", "Why this advice?", "Try again",
        "Talk", "Voice settings", "", "Send",
    ]  # fmt: skip
    page.focus(".skip")
    page.keyboard.press("Enter")
    expect(page.locator("#said textarea")).to_be_focused()


def test_what_a_screen_reader_is_told(page: Page) -> None:
    expect(page.get_by_role("log", name="Conversation")).to_have_attribute("aria-live", "polite")
    expect(page.get_by_role("textbox", name="Your message")).to_be_visible()
    expect(page.get_by_role("navigation", name="Conversations")).to_be_visible()
    expect(page.locator("#status")).to_have_text("fake, on this machine. Nothing leaves it.")
    assert page.get_by_role("main").count() == 1


def test_on_a_phone(browser: Browser, server: Server) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, reduced_motion="reduce")
    page = opened(context, server)
    for n in range(4):
        text = f"Her tone {n}, with averyveryveryveryveryveryveryveryveryverylongwordthatcannotbreakanywhere"
        server.setup.writer.enqueue(("One moment is easier to take [1]. " * 5, "What would she say?"))
        say(page, text)
        answered(page, f"Her tone {n}")
    width = page.evaluate("Math.max(document.documentElement.scrollWidth, document.querySelector('#talk').scrollWidth)")
    assert width == 390
    box = page.locator("#said textarea").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 844
    expect(page.locator(".turn").last.get_by_role("button", name="Try again")).to_be_in_viewport()
    assert page.locator("#talk").evaluate("e => e.scrollHeight - e.scrollTop - e.clientHeight") < 2

    expect(page.get_by_role("navigation")).to_be_hidden()
    page.get_by_role("button", name="Conversations").click()
    expect(page.get_by_role("navigation")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("navigation")).to_be_hidden()
    expect(page.get_by_role("button", name="Conversations")).to_be_focused()
    context.close()


def test_no_request_leaves_the_machine(context: BrowserContext, server: Server) -> None:
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.on("websocket", lambda opened: asked.append(opened.url))
    page.goto(server.address)
    page.wait_for_selector("#transcript[data-conversation]")
    say(page, "Her tone")
    answered(page, "Her tone")
    page.get_by_role("button", name="Why this advice?").click()
    expect(page.get_by_role("complementary", name="Why this advice?")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert len(asked) > 10
    hosts = {urlsplit(url).hostname or "" for url in asked if not url.startswith(("data:", "blob:"))}
    assert [host for host in hosts if not is_loopback(host)] == []
    assert (
        page.evaluate("Object.keys(localStorage).filter(key => JSON.stringify(localStorage[key]).includes('tone'))")
        == []
    )


def test_the_practice_stands_beside_the_chat_and_my_page_opens(page: Page) -> None:
    page.get_by_role("button", name="Practice", exact=True).click()
    expect(page.locator("#why-title")).to_have_text("Practice")
    expect(page.locator("[data-do=begin-practice]").first).to_be_visible()
    page.get_by_role("button", name="My page").click()
    expect(page.locator("#viewer h2")).to_have_text("My page")
    expect(page.locator("#viewer")).to_contain_text("Nothing is open.")
