"""From a dreaded talk to its look back, with the whole coach in Chromium: plan, scene, feedback, files, follow-up."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO

import pytest
from docx import Document
from page_served import served
from playwright.sync_api import Page, expect, sync_playwright
from test_web import CHROMIUM, say

import coach.app

pytestmark = pytest.mark.chromium

WEDNESDAY = datetime(2026, 11, 25, 10).astimezone()
TO_THE_PLAN = (
    "I dread telling my deputy that the promotion went to somebody else",
    "Yes please. She's called Hanna, and the job went to an outside hire.",
    "The panel wanted someone who has run two sites, and Hanna has run one.",
    "In March I told her she was next in line, and that is mine.",
    "I can get her the second site from February",
    "I'll tell her on Thursday at 3 in my office. I'm afraid she'll cry.",
    "write it",
)
CARE = "Take the time you need. I'm not going anywhere."
THREAT = "If you walk out now, don't expect the second site."


class Days:
    """A clock that a test moves by whole days."""

    def __init__(self) -> None:
        self.passed = 0

    def __call__(self) -> datetime:
        return WEDNESDAY + timedelta(days=self.passed)


@pytest.fixture
def days(monkeypatch: pytest.MonkeyPatch) -> Days:
    days = Days()
    monkeypatch.setattr(coach.app, "local_now", days)
    return days


@pytest.fixture
def page(days: Days, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The coach as it ships, on a port of its own, in a window of a laptop's size."""
    with served(tmp_path_factory.mktemp("home")) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 860}, reduced_motion="reduce")
        page.set_default_timeout(60_000)
        expect.set_options(timeout=60_000)
        page.goto(address)
        page.wait_for_selector("#transcript[data-conversation]")
        yield page
        browser.close()


def tell(page: Page, *messages: str) -> str:
    """Says one after the other; the last answer."""
    for said in messages:
        before = page.locator(".turn").count()
        say(page, said)
        expect(page.locator(".turn")).to_have_count(before + 1)
        expect(page.locator(".turn").last).to_have_attribute("data-answering", "false")
    return page.locator(".turn").last.inner_text()


def file(page: Page, title: str, ending: str) -> bytes:
    """A page's file, by the link that My page has for it."""
    link = page.locator(".made", has_text=title).locator(f"a[href$='.{ending}']").last
    href = str(link.get_attribute("href"))
    return page.request.get(page.url.split("?")[0].rstrip("/") + "/" + href.lstrip("/")).body()


def test_a_dreaded_talk_is_planned_played_taken_along_and_looked_back_on(page: Page, days: Days) -> None:
    tell(page, *TO_THE_PLAN)
    plan = page.locator(".turn").last.locator("details", has_text="Plan for the talk with your deputy")
    plan.locator("summary").first.click()
    expect(plan).to_contain_text("and you have run one. I'll stop there.")
    expect(plan).to_contain_text("When: on Thursday at 3 in my office")

    # Reading back holds the page still; what is sent then is followed again.
    page.evaluate("document.querySelector('#talk').scrollTop = 0")
    expect(page.locator(".turn").first).to_be_in_viewport()
    assert "your deputy, someone who is close to tears" in tell(page, "Yes, let's rehearse")
    expect(page.locator(".turn").last).to_be_in_viewport()
    tell(page, CARE, THREAT, "I can't take that sentence back, and I want to.", "What would help you now?")
    expect(page.locator(".turn").last).to_contain_text("your deputy")
    ended = tell(page, "stop")
    assert "It was your second line." in ended
    feedback = page.locator(".turn").last.locator("details", has_text="Feedback on try 1, with your deputy")
    feedback.locator("summary").first.click()
    expect(feedback).to_contain_text(f"You said: “{THREAT}”")
    expect(feedback.locator("table tr")).to_have_count(5)
    # Whole words in every column, and nothing that has to be pushed sideways.
    widths = feedback.locator("tr").nth(1).locator("td").evaluate_all("all => all.map(one => one.clientWidth)")
    assert widths[0] > 150, widths
    assert widths[1] > 150, widths
    assert widths[2] > 30, widths
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    page.get_by_role("button", name="My page").click()
    word = Document(BytesIO(file(page, "Plan for the talk", "docx")))
    assert word.paragraphs[0].text == "Plan for the talk with your deputy"
    assert word.styles["Normal"].font.size.pt < 11
    days_named = re.findall(r"DTSTART[^:]*:(\d{8})", file(page, "Plan for the talk", "ics").decode())
    assert days_named == ["20261126", "20261127"]
    page.keyboard.press("Escape")

    days.passed = 8
    asked = tell(page, "Hello again")
    assert "your talk with your deputy" in asked
    tell(page, "I told her on Thursday, she cried, and I waited until she spoke.")
    tell(page, "She wants the second site.", "That the promise hurt more than the post.", "write it")
    back = page.locator(".turn").last.locator("details", has_text="Looking back on the talk with your deputy")
    back.locator("summary").first.click()
    expect(back).to_contain_text("she cried, and I waited until she spoke")
    expect(back).to_contain_text("the promise hurt more than the post")
    page.get_by_role("button", name="My page").click()
    # The plan's promise is kept once it was looked back on.
    expect(page.locator("body")).not_to_contain_text("have the talk with my deputy by")
