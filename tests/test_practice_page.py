"""A debrief from pasted notes, words checked and a pulse answered, with the whole coach in a real Chromium."""

import re
from collections.abc import Iterator
from io import BytesIO

import pytest
from docx import Document
from page_served import served
from playwright.sync_api import Browser, Page, expect, sync_playwright
from test_practices import NOTES
from test_web import CHROMIUM, answered, say

from coach.pulse.pulse import FLOOR

pytestmark = pytest.mark.chromium


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The coach as it ships, on a port of its own."""
    with served(tmp_path_factory.mktemp("home")) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(60_000)
    expect.set_options(timeout=60_000)
    page.goto(address)
    page.wait_for_selector("#transcript[data-conversation]")
    yield page
    context.close()


def test_pasted_notes_become_a_pack_that_is_read_large_and_taken_along(page: Page, address: str) -> None:
    say(page, f"Write me a debrief pack for our payment outage, just write it\n\n{NOTES}")
    answered(page, "debrief pack")
    page.click("[data-do=practice]")
    made = page.locator("#reasons .made")
    expect(made).to_have_count(1)
    expect(made.locator(".plot.course .event")).to_have_count(5)
    expect(page.locator("#reasons .field", has_text="Course of things")).to_contain_text("your notes")
    made.locator("[data-do=read-made]").click()
    large = page.locator("#viewer .made")
    expect(large.locator("h2")).to_have_text("Debrief: Our payment outage")
    expect(large.locator("td", has_text="Ben did not check the host")).to_be_visible()
    page.click("[data-do=close-viewer]")
    word = page.request.get(address + str(made.locator("a", has_text="Word").get_attribute("href"))[1:])
    titles = [one.text for one in Document(BytesIO(word.body())).paragraphs if one.style.name.startswith("Heading")]
    assert titles[:6] == [
        "Invitation", "Ground rules, to be read aloud", "Roles", "Agenda", "Timeline", "Missing, or told in two ways",
    ]  # fmt: skip


@pytest.mark.parametrize("width", [1280, 390])
def test_a_finished_page_stands_open_in_the_chat_and_the_one_before_it_is_folded(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    say(page, "Help me write a delegation agreement: Tomas takes over my monthly report. Just write it")
    first = page.locator(".turn").nth(0)
    expect(first.locator(".made h4", has_text="What is handed over")).to_be_visible()
    expect(first.locator(".reply")).to_be_in_viewport()
    # It is read from its beginning, with what the coach says of it above.
    said, header = first.locator(".sentence").first.bounding_box(), page.locator(".top").bounding_box()
    assert said is not None
    assert header is not None
    assert said["y"] >= header["y"] + header["height"]
    expect(first.locator(".made summary")).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    say(page, "change the day to Friday")
    second = page.locator(".turn").nth(1)
    expect(second.locator(".made", has_text="Friday")).to_have_attribute("open", "")
    expect(second.locator(".made h4", has_text="What is handed over")).to_be_visible()
    expect(first.locator(".made")).not_to_have_attribute("open", "")


def test_words_are_marked_while_they_are_written(page: Page) -> None:
    page.click("[data-words=open]")
    page.fill("#words-in", "Tom should have asked first.\nWe meet on Friday.")
    expect(page.locator("#words-out mark")).to_have_text(re.compile("should have asked"))
    expect(page.locator("#words-count")).to_have_text("1 mark")
    page.fill("#words-in", "Tom did not ask first.")
    expect(page.locator("#words-out")).to_have_text("Nothing in it reads as blame or hindsight.")


def test_a_team_answers_by_link_and_the_leader_sees_figures_once_it_is_closed(
    page: Page, browser: Browser, address: str
) -> None:
    page.click("a[href='/pulse']")
    page.fill("input[name=team]", "Payments")
    page.click("button:has-text('Begin')")
    link = page.locator("input[readonly]").input_value()
    for _ in range(FLOOR):
        phone = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True).new_page()
        phone.goto(link)
        assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
        for statement in phone.locator("fieldset").all():
            statement.locator("input").nth(3).check()
        phone.click("button:has-text('Give my answer')")
        expect(phone.get_by_role("heading", name="Thank you")).to_be_visible()
        phone.context.close()
    page.reload()
    expect(page.locator("main")).not_to_contain_text("of 5, from")
    page.click("button:has-text('Close this round')")
    expect(page.locator("main")).to_contain_text("of 5, from 5 answers")
    expect(page.locator("svg.plot circle")).to_have_count(2)
