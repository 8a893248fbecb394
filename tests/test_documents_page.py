"""Documents in the page, in a real Chromium: dropped, chosen, read, listed, cited, opened and forgotten."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import paper
import pytest
from playwright.sync_api import Page, expect
from stand_ins import PLAN
from test_intake import MEETINGS, SHIFTS
from test_library import CLAIM, LATE, QUIET
from test_web import Server, answered, browser, context, opened, say  # noqa: F401

from coach.errors import KnowledgeError
from knowledge.bookcase import Bookcase
from knowledge.documents import Documents
from knowledge.handed import Handed
from knowledge.library import KnowledgeLibrary

pytestmark = pytest.mark.chromium

NOISE = "1% ORRNLQJ DW WKH QHZ JRYHUQPHQW FRPSHWHQF IUDPHZRUN WKRXJKWV DUH " * 4
DROP = """([files, kind]) => {
  const data = new DataTransfer();
  for (const [name, text] of files) data.items.add(new File([text], name, { lastModified: 1700000000000 }));
  for (const type of ["dragover", "drop"]) {
    const event = new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true });
    document.querySelector("#talk").dispatchEvent(event);
  }
}"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path)
    bookcase = Bookcase(Documents(tmp_path), None, tmp_path / "cache")
    cards = {card.id: card for card in (LATE, QUIET)}
    library = KnowledgeLibrary(cards, {"K01": CLAIM}, embedder=None, cache=tmp_path / "cache", bookcase=bookcase)
    server.setup.library = library  # type: ignore[assignment]
    yield server
    server.stop()


@pytest.fixture
def page(context: Any, server: Server) -> Page:  # noqa: F811
    return opened(context, server)


def drop(page: Page, *files: tuple[str, str]) -> None:
    page.evaluate(DROP, [list(map(list, files)), ""])


def read(page: Page, summary: str) -> None:
    expect(page.locator("#told .report")).to_contain_text(summary)


def titles(page: Page) -> list[str]:
    return page.locator(".documents .title").all_inner_texts()


def left(server: Server, sentence: bytes) -> list[str]:
    home = server.setup.home
    return [str(path) for path in home.rglob("*") if path.is_file() and sentence in path.read_bytes()]


def test_dropped_documents_are_read_and_what_was_left_out_says_why(page: Page, server: Server) -> None:
    drop(page, ("meetings.md", MEETINGS), ("copy.md", MEETINGS), ("noise.txt", NOISE), ("picture.png", "x"))
    dialog = page.get_by_role("dialog", name="Your documents")
    expect(dialog).to_be_visible()
    read(page, "Read 1 document (1 passage).")
    report = page.locator("#told")
    expect(report).to_contain_text("Left out 3")
    expect(report).to_contain_text("meetings.md: The same text stands in copy.md.")
    expect(report).to_contain_text("noise.txt: Its text layer is noise.")
    expect(report).to_contain_text("picture.png: .png cannot be read.")
    expect(report).to_be_focused()
    assert titles(page) == ["copy"]
    expect(page.locator(".documents small")).to_contain_text("read cleanly")
    # Nothing is kept of what was not read, and of what was read one copy.
    kept = [p.name for p in (server.setup.home / "knowledge" / "handed").rglob("*") if p.is_file()]
    assert kept == ["copy.md"]
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.locator("#documents-here")).to_have_text("Your documents: 1")


def test_each_file_shows_how_far_it_is(page: Page, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    go, add = threading.Event(), KnowledgeLibrary.add

    def slowly(self: Any, paths: Any, collection: str, *, on_file: Any) -> Any:
        on_file(1, 2, "a.md")
        go.wait(20)
        return add(self, paths, collection, on_file=on_file)

    monkeypatch.setattr(KnowledgeLibrary, "add", slowly)
    drop(page, ("a.md", MEETINGS), ("b.md", SHIFTS))
    expect(page.locator("#taking .now")).to_have_text("Reading 1 of 2: a.md")
    expect(page.locator("#taking progress")).to_have_attribute("max", "2")
    expect(page.locator(".taking li", has_text="a.md").locator("small")).to_have_text("reading")
    expect(page.locator(".taking li", has_text="b.md").locator("small")).to_have_text("waiting")
    page.reload()
    page.wait_for_selector("#transcript[data-conversation]")
    page.click("#documents-here")
    expect(page.locator("#taking .now")).to_have_text("Reading 1 of 2: a.md")
    go.set()
    read(page, "Read 2 documents")
    assert titles(page) == ["a", "b"]


def test_what_did_not_change_is_not_read_again(page: Page) -> None:
    drop(page, ("meetings.md", MEETINGS), ("shifts.md", SHIFTS))
    read(page, "Read 2 documents (2 passages).")
    drop(page, ("meetings.md", MEETINGS), ("shifts.md", SHIFTS + "\n\nNobody is fined for being late with us."))
    read(page, "Read 1 document (1 passage). 1 document did not change.")


def test_a_folder_and_an_archive_keep_their_names(page: Page, tmp_path: Path) -> None:
    folder = tmp_path / "handbook"
    (folder / "team").mkdir(parents=True)
    (folder / "team" / "meetings.md").write_text(MEETINGS)
    (folder / "LICENSE").write_text("MIT License. Permission is hereby granted, free of charge, to any person.")
    page.click("#documents-here")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose a folder").click()
    chooser.value.set_files(folder)
    read(page, "Read 1 document (1 passage).")
    expect(page.locator("#told")).to_contain_text("LICENSE: A licence file")
    expect(page.locator(".documents small")).to_have_text("team/meetings.md · read cleanly · MIT")

    archive = tmp_path / "all.zip"
    archive.write_bytes(paper.zipped({"in/shifts.md": SHIFTS.encode(), "more.zip": b"PK\x03\x04"}))
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose files").click()
    chooser.value.set_files(archive)
    read(page, "Read 1 document (1 passage).")
    expect(page.locator("#told")).to_contain_text("all.zip/more.zip: Unpack it first")
    assert sorted(titles(page)) == ["meetings", "shifts"]


def test_forgetting_asks_first_and_gives_a_receipt(page: Page, server: Server) -> None:
    drop(page, ("meetings.md", MEETINGS), ("shifts.md", SHIFTS))
    read(page, "Read 2 documents")
    assert left(server, b"look at the clock together")
    button = page.get_by_role("button", name="Forget: shifts")
    button.click()
    assert titles(page) == ["meetings", "shifts"]
    page.locator(".documents li", has_text="shifts").locator("[data-documents=forget]").click()
    receipt = page.locator("#told .receipt")
    expect(receipt).to_contain_text("Forgot shifts.md (1 passage).")
    expect(receipt).to_contain_text("Nothing of it is left.")
    assert receipt.locator("dd").all_inner_texts() == ["0", "0", "0", "0"]
    expect(page.locator("#told")).to_be_focused()
    assert titles(page) == ["meetings"]
    assert left(server, b"look at the clock together") == []
    assert left(server, b"speaks once in the meeting")


def test_each_conversation_looks_in_its_own_collection(page: Page, server: Server) -> None:
    drop(page, ("meetings.md", MEETINGS))
    read(page, "Read 1 document")
    page.fill("#new-collection", "team b")
    page.press("#new-collection", "Enter")
    expect(page.locator("[data-documents=choose]")).to_have_value("team-b")
    expect(page.locator("[data-documents=choose]")).to_be_focused()
    expect(page.locator(".none", has_text="Nothing in “team-b” yet.")).to_be_visible()
    drop(page, ("shifts.md", SHIFTS))
    read(page, "Read 1 document")
    page.keyboard.press("Escape")
    expect(page.locator("#documents-here")).to_have_text("Your documents: 1 in “team-b”")
    asked: list[str | None] = []
    search = server.setup.library.search

    async def heard(query: str, *, k: int = 8, collection: str | None = None) -> Any:
        asked.append(collection)
        return await search(query, k=k, collection=collection)

    server.setup.library.search = heard  # type: ignore[method-assign]
    say(page, "Late for the shift")
    answered(page, "Late for the shift")
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator("#documents-here")).to_have_text("Your documents: 1")
    say(page, "Silent in the meeting")
    answered(page, "Silent in the meeting")
    assert asked == ["team-b", None]
    page.locator(".conversations .open").nth(1).click()
    expect(page.locator("#documents-here")).to_have_text("Your documents: 1 in “team-b”")


def cited(page: Page, server: Server) -> Any:
    """A reply that cites the first passage of a long document."""
    before = [part for n in range(12) for part in (f"## Before {n}", "Words that stand before it. " * 10)]
    long = "\n\n".join(["# Our way", *before, MEETINGS.replace("# ", "## "), SHIFTS])
    drop(page, ("way.md", f"---\ndate: 2019-03-01\n---\n{long}\n\n## After\n\n" + "Words that come after it. " * 600))
    read(page, "Read 1 document")
    page.keyboard.press("Escape")
    library = server.setup.library
    found = library.search_documents("silent in the meeting")[1][0].passage  # type: ignore[attr-defined]
    from dataclasses import replace

    server.setup.policy.plan = replace(PLAN, passages=(found.id,))
    server.setup.writer.enqueue(("Your page asks the silent ones too [1]. ", "What would she say?"))
    say(page, "Silent in the meeting")
    answered(page, "Silent in the meeting")
    return found


def test_the_card_says_where_a_passage_stands_and_opens_the_document_there(page: Page, server: Server) -> None:
    found = cited(page, server)
    page.get_by_role("button", name="Source 1: way").click()
    card = page.locator(".card")
    facts = dict(zip(card.locator("dt").all_inner_texts(), card.locator("dd").all_inner_texts(), strict=True))
    assert facts["File"] == "way.md"
    assert facts["Heading"] == "Our way › Meetings"
    assert facts["Place"] == f"characters {found.span[0]:,} to {found.span[1]:,}"
    assert facts["Date"].startswith("2019-03-01, ")
    assert facts["Reading"] == "read cleanly"
    card.get_by_text("Open the passage").click()
    viewer = page.get_by_role("dialog", name="way")
    mark = viewer.locator("mark").first
    expect(mark).to_be_in_viewport()
    expect(mark).to_be_focused()
    expect(mark).to_contain_text("Everybody speaks once in the meeting")
    expect(viewer).to_contain_text("Words that come after it.")
    page.keyboard.press("Escape")
    expect(viewer).to_be_hidden()
    expect(card).to_be_visible()


def test_a_forgotten_document_leaves_its_citation_too(page: Page, server: Server) -> None:
    cited(page, server)
    page.click("#documents-here")
    page.get_by_role("button", name="Forget: way").click()
    page.get_by_role("button", name="Forget: way").click()
    expect(page.locator("#told .receipt")).to_contain_text("Nothing of it is left.")
    page.keyboard.press("Escape")
    page.locator(".cite").click()
    expect(page.locator(".card")).to_have_text("[1] This source was removed from the coach, and its words with it.")


def test_on_a_phone_and_by_keyboard(browser: Any, server: Server) -> None:  # noqa: F811
    phone = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, reduced_motion="reduce")
    phone.set_default_timeout(20_000)
    page = opened(phone, server)
    page.focus("#documents-here")
    page.keyboard.press("Enter")
    expect(page.locator("#viewer-title")).to_be_focused()
    names = []
    for _ in range(5):
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.innerText || document.activeElement.tagName").split("\n")[0])
    assert names == ["documents (0)", "INPUT", "Make", "Choose files", "Choose a folder"]
    drop(
        page,
        *(
            (f"{n}-averyveryverylongname-thatcannotbreakanywhere.md", f"{SHIFTS} {n} {m}")
            for n, m in ((1, MEETINGS), (2, "x"))
        ),
    )
    read(page, "Read 2 documents")
    assert page.evaluate("document.querySelector('#viewer').scrollWidth <= 390")
    box = page.locator("#viewer").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    page.get_by_role("button", name="Open: 1").first.press("Enter")
    expect(page.locator("#viewer .document")).to_contain_text("look at the clock together")
    page.get_by_role("button", name="All documents").press("Enter")
    expect(page.locator(".documents li")).to_have_count(2)
    page.keyboard.press("Escape")
    expect(page.locator("#viewer")).to_be_hidden()
    phone.close()


@pytest.mark.parametrize(
    "name", ["../up.md", "/etc/passwd", "a/../../b.md", ".hidden/a.md", "C:\\a.md", "a\x00.md", ""]
)
def test_no_name_leads_out_of_the_home(tmp_path: Path, name: str) -> None:
    with pytest.raises(KnowledgeError, match="cannot name a document"):
        Handed(Documents(tmp_path), "documents").arriving("batch-0001", name)


def test_another_site_and_odd_requests_get_nothing(server: Server) -> None:
    import urllib.error
    import urllib.request

    def status(path: str, method: str, data: bytes, **headers: str) -> int:
        request = urllib.request.Request(server.address + path, data, headers, method=method)
        try:
            return urllib.request.urlopen(request).status
        except urllib.error.HTTPError as exc:
            return exc.code

    put = "documents/files/documents/batch-0001/a.md"
    assert status(put, "PUT", b"x", Origin="http://evil.example") == 403
    assert status("documents/forget", "POST", b"[]") == 400
    assert status("documents/forget", "POST", b"not json") == 400
    assert not (server.setup.home / "knowledge").exists()
