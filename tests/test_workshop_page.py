"""A facilitator and six phones in a real Chromium through a whole agenda, with the clock moved."""

import asyncio
import os
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from page_served import Served, listen
from page_stand_in import PageCoach
from playwright.sync_api import Browser, Page, expect, sync_playwright
from stand_ins import Setup
from workshop_stand_ins import Clock, agenda

from coach.config import Settings
from coach.workshop.rooms import Opened

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
if not Path(CHROMIUM).exists():
    pytest.skip(f"no Chromium at {CHROMIUM}; set CHROMIUM to one", allow_module_level=True)

pytestmark = pytest.mark.chromium

PHONES = 6
THOUGHTS = (
    "Meetings where only the loud ones speak",
    "Shorter meetings with an agenda",
    "Meetings start late and nobody says so",
    "Feedback only once a year",
    "Feedback that comes by e-mail",
    "Honest feedback from my manager",
)
WAIT_MS = 20_000


class Server:
    """The workshop on a port of its own, in a thread of its own."""

    def __init__(self, home: Path, *names: str) -> None:
        from ui.workshop.app import Workshop, make_app

        self.clock = Clock()
        self.setup = Setup(home)
        listening, port = listen()
        self.address = f"http://127.0.0.1:{port}"
        coach: Any = PageCoach(self.setup, Settings(home=home))
        self.workshop = Workshop(coach, address=self.address, clock=self.clock)
        found: list[Opened] = []
        # Playwright keeps a loop running in this thread.
        opening = threading.Thread(target=lambda: found.append(asyncio.run(self.workshop.rooms.open(agenda(*names)))))
        opening.start()
        opening.join()
        [self.opened] = found
        self._served = Served(make_app(self.workshop), listening)

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
    server = Server(tmp_path, "check-in", "hard-conversation", "in-pairs", "team-pulse", "trust-wall", "check-out")
    yield server
    server.stop()


def seen(page: Page, name: str) -> None:
    """A picture for whoever wants to look: set SCREENSHOTS to a folder."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def opened(browser: Browser, width: int, height: int, address: str) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": height}, reduced_motion="reduce", accept_downloads=True
    )
    context.set_default_timeout(WAIT_MS)
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(address)
    return page


def joined(browser: Browser, server: Server, n: int) -> Page:
    phone = opened(browser, 390, 844, f"{server.address}/#{server.opened.room.code}")
    phone.fill("#nickname", f"Guest {n}" if n else "")
    if n == 0:
        seen(phone, "phone-join")
    phone.click("#join button")
    expect(phone.locator("#now")).to_contain_text("You are in")
    return phone


def write(phone: Page, text: str) -> None:
    phone.click("[data-place=wall]")
    phone.fill("#card", text)
    phone.click("#wall form button")
    expect(phone.locator("#card-note")).to_contain_text("waits, sealed")


def test_six_phones_through_an_agenda(browser: Browser, server: Server) -> None:
    desk = opened(browser, 1280, 800, f"{server.address}/desk#{server.opened.desk_key}")
    wall = opened(browser, 1920, 1080, f"{server.address}/wall#{server.opened.wall_key}")
    expect(wall.locator(".code")).to_be_visible()
    phones = [joined(browser, server, n) for n in range(PHONES)]
    expect(desk.locator("#places")).to_contain_text("6 joined")
    expect(wall.locator(".door")).to_contain_text("6 are in")
    seen(wall, "wall-door")
    desk.get_by_role("button", name="Start").click()

    # Check-in: nothing shows of four; all six show together when the facilitator goes on.
    for phone in phones:
        expect(phone.locator("#title")).to_have_text("1/6 Check-in")
    for n, phone in enumerate(phones[:4]):
        write(phone, f"Arriving with thought {n}")
    desk.get_by_role("button", name="Show what waits").click()
    expect(desk.locator("#trouble")).to_contain_text("Nothing can show yet")
    for n, phone in enumerate(phones[4:], 4):
        write(phone, f"Arriving with thought {n}")
    desk.get_by_role("button", name="Show what waits").click()
    expect(wall.locator(".card")).to_have_count(PHONES)
    seen(phones[0], "phone-check-in")

    # The time is moved on; it runs over and is extended.
    expect(desk.locator("#timer")).to_have_text(re.compile(r"^(8:00|7:[45]\d)$"))
    server.clock.move(minutes=9)
    desk.get_by_role("button", name="+1 min").click()
    expect(desk.locator("#timer")).to_have_text(re.compile(r"^(0:0\d|\+0:[0-4]\d)$"))
    desk.get_by_role("button", name="+5 min").click()
    expect(desk.locator("#timer")).to_have_text(re.compile(r"^(5:00|4:[1-5]\d)$"))

    # In private with the coach; a lost connection comes back to the same place.
    desk.get_by_role("button", name="Next exercise").click()
    phone = phones[0]
    expect(phone.locator("#title")).to_have_text("2/6 A hard conversation, in private")
    seen(phone, "phone-exercise")
    server.setup.writer.enqueue(("One moment is easier to take [1]. ", "What would she say?"))
    phone.click("[data-place=coach]")
    phone.fill("#said", "Her tone shuts juniors down")
    phone.click("#send")
    # Shown as it is sent, before the server says anything, and once afterwards.
    assert phone.evaluate("document.querySelectorAll('.bubble').length") == 1
    expect(phone.locator(".reply .question")).to_have_text("What would she say?")
    expect(phone.locator(".bubble")).to_have_count(1)
    phone.get_by_role("button", name="Source 1").click()
    expect(phone.locator(".source")).to_contain_text("practice advice, not tested in a study")
    seen(phone, "phone-coach")
    phone.reload()
    expect(phone.locator(".bubble")).to_have_text("Her tone shuts juniors down")
    expect(phone.locator("#title")).to_contain_text("2/6")
    expect(phone.locator("#coach")).to_be_visible()
    phone.context.set_offline(True)
    phone.context.set_offline(False)

    # Danger: the text on that phone only, the desk hears what was agreed to.
    phones[1].click("[data-place=coach]")
    phones[1].fill("#said", "I want to die")
    phones[1].click("#send")
    expect(phones[1].locator(".care")).to_contain_text("Are you having thoughts of killing yourself?")
    expect(phones[1].locator(".care a")).to_have_attribute("href", "tel:112")
    expect(desk.locator("#care")).to_be_hidden()
    phones[1].get_by_role("button", name="Yes, let them know").click()
    expect(desk.locator("#care")).to_contain_text("Someone may need a person (1)")
    seen(phones[1], "phone-care")
    desk.click("#panic")
    expect(phone.locator("#still")).to_contain_text("The coach is paused")
    expect(wall.locator("main")).to_contain_text("A pause")
    phone.fill("#said", "Are you there?")
    phone.click("#send")
    expect(phone.locator("#trouble")).to_contain_text("What you wrote is still here")
    expect(phone.locator("#said")).to_have_value("Are you there?")
    expect(phone.locator(".bubble")).to_have_count(1)
    desk.click("#panic")
    expect(phone.locator("#still")).to_be_hidden()
    expect(phone.locator("#trouble")).to_have_text("")
    desk.get_by_role("button", name="Go on").click()

    # In pairs, with one phone as the prompt.
    desk.get_by_role("button", name="Next exercise").click()
    phones[2].get_by_role("button", name="I play the other").click()
    expect(phones[2].locator("blockquote")).to_be_visible()
    phones[2].get_by_role("button", name="I was asked, openly").click()
    expect(phones[2].locator("#now")).to_contain_text("Right now: guarded")
    seen(phones[2], "phone-pairs")
    # A card of an exercise before shows large, too.
    large = desk.locator(".card").filter(has_text="thought 4").get_by_role("button", name="Spotlight")
    large.click()
    expect(wall.locator(".spot")).to_have_text("Arriving with thought 4")
    large.click()
    expect(wall.locator(".spot")).to_have_count(0)
    phones[3].click("#hand")
    expect(desk.locator("#hands")).to_contain_text("Hands up: 1 (Guest 3)")

    # The pulse shows once it is closed.
    desk.get_by_role("button", name="Next exercise").click()
    for n, one in enumerate(phones):
        one.locator(".statement").first.wait_for()
        for row in one.locator(".statement").all():
            row.locator("label").nth(2 + n % 2).click()
        if n == 0:
            seen(one, "phone-pulse")
        one.get_by_role("button", name="Send my answers").click()
        expect(one.locator("#now")).to_contain_text("wait, sealed")
    desk.get_by_role("button", name="Close the pulse").click()
    expect(wall.locator("svg circle").first).to_be_visible()
    seen(wall, "wall-pulse")
    expect(phones[0].locator("#now")).to_contain_text("from 6 answers")

    # The wall with themes and votes.
    desk.get_by_role("button", name="Next exercise").click()
    for text, one in zip(THOUGHTS, phones, strict=True):
        expect(one.locator("#title")).to_have_text("5/6 Trust wall")
        write(one, text)
    desk.get_by_role("button", name="Show what waits").click()
    expect(wall.locator(".theme h3")).to_have_count(2)
    for one in phones:
        one.locator(".card").filter(has_text="Shorter").get_by_role("button").click()
    expect(wall.locator(".card").filter(has_text="Shorter")).to_contain_text("6 votes")
    seen(wall, "wall-themes")
    seen(phones[4], "phone-wall")
    expect(phones[4].locator(".card [aria-pressed=true]")).to_have_count(1)
    desk.locator(".card").filter(has_text="Honest").get_by_role("button", name="Hide").click()
    expect(wall.locator(".card").filter(has_text="Honest")).to_have_count(0)
    desk.locator(".card").filter(has_text="Shorter").get_by_role("button", name="Spotlight").click()
    expect(wall.locator(".spot")).to_have_text("Shorter meetings with an agenda")
    desk.fill("#line", "Back at a quarter past")
    desk.get_by_role("button", name="Show", exact=True).click()
    expect(phones[5].locator("#broadcast")).to_have_text("Back at a quarter past")
    seen(desk, "desk")

    # The end: notes go home, then nothing is left.
    desk.get_by_role("button", name="Next exercise").click()
    desk.get_by_role("button", name="Begin to end").click()
    expect(phone.locator("#closing")).to_be_visible()
    seen(phone, "phone-closing")
    with phone.expect_download() as downloading:
        phone.locator("#closing").get_by_role("button", name="Take my notes home").click()
    notes = downloading.value.path().read_text()
    assert "> Her tone shuts juniors down" in notes
    assert "I want to die" not in notes
    with desk.expect_download() as downloading:
        desk.get_by_role("button", name="Wall as Markdown").click()
    assert "Shorter meetings with an agenda (6 votes)" in downloading.value.path().read_text()
    desk.get_by_role("button", name="End now").click()
    expect(desk.locator("#receipt")).to_contain_text("nothing is left")
    for one in phones:
        expect(one.locator("#receipt")).to_contain_text("nothing is left")
    expect(phone.get_by_role("button", name="Save my notes")).to_be_visible()
    expect(wall.locator("#broadcast")).to_be_hidden()
    seen(phone, "phone-over")
    seen(desk, "desk-over")
    for page in (desk, wall, *phones):
        with suppress(Exception):
            page.context.close()


def test_nothing_is_wider_than_a_phone_and_buttons_can_be_hit(browser: Browser, server: Server) -> None:
    desk = opened(browser, 1280, 800, f"{server.address}/desk#{server.opened.desk_key}")
    phone = joined(browser, server, 1)
    desk.get_by_role("button", name="Start").click()
    for place in ("now", "coach", "wall"):
        phone.click(f"[data-place={place}]")
        assert phone.evaluate("document.documentElement.scrollWidth") == 390
        low = phone.evaluate(
            "[...document.querySelectorAll('button')].filter(b => b.offsetParent && b.offsetHeight < 40)"
            ".map(b => b.textContent)"
        )
        assert low == [], place
    phone.click("#menu")
    phone.get_by_role("button", name="Leave, and delete my part now").click()
    expect(phone.locator("#over")).to_contain_text("You have left")
    # On a small laptop every button of the desk is within the window.
    beyond = desk.evaluate(
        "[...document.querySelectorAll('button, input, select')]"
        ".filter(b => b.offsetParent && b.getBoundingClientRect().right > innerWidth).map(b => b.textContent)"
    )
    assert beyond == []
    assert desk.evaluate("document.documentElement.scrollWidth") == 1280
    desk.context.close()
    phone.context.close()
