"""What open pages are told, and which requests are let in."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from page_stand_in import PageCoach
from stand_ins import Setup

from coach.config import Settings
from coach.errors import CoachError, KnowledgeError, WriterError
from coach.values import Sentence
from ui import actions
from ui.door import allowed, is_loopback
from ui.live import Listener, Live
from ui.server import COOKIE, conversation_of, make_app
from ui.web import launch

FIRST = Sentence("You could ask her first.")
SLOW = (FIRST, 0.05, Sentence("What would she say?", "question"))


@pytest.fixture
def setup(tmp_path: Path) -> Setup:
    return Setup(tmp_path)


@pytest.fixture
async def live(setup: Setup) -> AsyncIterator[Live]:
    live = Live(PageCoach(setup))  # type: ignore[arg-type]
    yield live
    await live.close()
    await setup.store.close()


async def listen(live: Live, id: str = "c") -> Listener:
    listener = Listener()
    await live.listen(listener, id)
    return listener


async def until(listener: Listener, **wanted: Any) -> list[dict[str, Any]]:
    """The messages up to one that has all of these."""
    messages = []
    while True:
        message = await asyncio.wait_for(listener.messages.get(), 5)
        messages.append(message)
        if all(message.get(name) == value for name, value in wanted.items()):
            return messages


async def test_all_pages_of_a_conversation_are_told_of_each_change(live: Live, setup: Setup) -> None:
    setup.writer.enqueue(SLOW)
    first, second, other = await listen(live), await listen(live), await listen(live, "d")
    await actions.say(live, {"conversation": "c", "said": " Her tone "})
    told = [await until(page, kind="turn", answering=False) for page in (first, second)]
    assert [(m["kind"], m.get("answering")) for m in told[0] if m["kind"] != "list"] == [
        ("opened", False),
        ("opened", True),
        ("turn", True),
        ("turn", True),
        ("turn", True),
        ("turn", False),
    ]
    assert [m for m in told[0] if m["kind"] != "list"] == [m for m in told[1] if m["kind"] != "list"]
    assert "You could ask her first." in told[0][-1]["html"]
    assert [m["kind"] for m in await until(other, kind="list")] == ["opened", "list"]


async def test_a_page_that_comes_late_sees_the_turn_as_it_stands(live: Live, setup: Setup) -> None:
    setup.writer.enqueue((FIRST, 5.0))
    early = await listen(live)
    await actions.say(live, {"conversation": "c", "said": "Her tone"})
    while "You could ask" not in (await until(early, kind="turn"))[-1]["html"]:
        pass
    message = await (await live.thread("c")).opened()
    assert (message["answering"], message["protected"], message["empty"]) == (True, False, False)
    assert "You could ask her first." in message["html"]
    assert message["html"].count('class="introduction"') == 1


async def test_an_answer_goes_on_when_its_page_is_closed(live: Live, setup: Setup) -> None:
    setup.writer.enqueue(SLOW)
    page, other = await listen(live), await listen(live)
    await actions.say(live, {"conversation": "c", "said": "Her tone"})
    await until(page, kind="opened", answering=True)
    live.leave(page)
    await until(other, kind="turn", answering=False)
    assert [turn.status for turn in await setup.store.history("c")] == ["complete"]


async def test_stop_ends_the_turn_with_what_was_said(live: Live, setup: Setup) -> None:
    setup.writer.enqueue((FIRST, 5.0, Sentence("Never said.")))
    page = await listen(live)
    await actions.say(live, {"conversation": "c", "said": "Her tone"})
    while "You could ask" not in (await until(page, kind="turn"))[-1]["html"]:
        pass
    await actions.stop(live, {"conversation": "c"})
    last = (await until(page, kind="turn", answering=False))[-1]
    assert "Stopped here; what stands above is all that was said." in last["html"]
    assert "Never said" not in last["html"]
    assert [turn.status for turn in await setup.store.history("c")] == ["interrupted"]


async def test_crisis_text_is_told_whole_and_marked_as_protected(live: Live, setup: Setup) -> None:
    page = await listen(live)
    await actions.say(live, {"conversation": "c", "said": "I want to die"})
    await actions.stop(live, {"conversation": "c"})
    told = [message for message in await until(page, kind="turn", answering=False) if message["kind"] == "turn"]
    assert {"answering": True, "protected": True}.items() <= told[-2].items()
    assert "Are you having thoughts of killing yourself?" in told[-1]["html"]
    assert [turn.status for turn in await setup.store.history("c")] == ["redirected"]


async def test_an_edited_message_takes_the_place_of_the_old_one(live: Live, setup: Setup) -> None:
    page = await listen(live)
    for said in ("Her tone", "Her silence"):
        await actions.say(live, {"conversation": "c", "said": said})
        await until(page, kind="turn", answering=False)
    first = (await setup.store.history("c"))[0]
    await actions.say(live, {"conversation": "c", "said": "His tone", "replaces": first.id})
    opened = next(m for m in await until(page, kind="turn", answering=False) if m["kind"] == "opened")
    assert "His tone" in opened["html"]
    assert "Her tone" not in opened["html"]
    assert "Her silence" not in opened["html"]


async def test_trying_again_asks_the_same_once_more(live: Live, setup: Setup) -> None:
    page = await listen(live)
    await actions.say(live, {"conversation": "c", "said": "Her tone"})
    await until(page, kind="turn", answering=False)
    first = (await setup.store.history("c"))[0]
    await actions.say(live, {"conversation": "c", "replaces": first.id})
    await until(page, kind="turn", answering=False)
    again = await setup.store.history("c")
    assert [(turn.said, turn.replaces) for turn in again] == [("Her tone", first.id)]


async def test_a_model_that_is_gone_is_told_and_the_guided_coach_answers(live: Live, setup: Setup) -> None:
    setup.writer.enqueue((WriterError("The model at box:8000 can't be reached."),))
    page = await listen(live)
    await actions.say(live, {"conversation": "c", "said": "Her tone"})
    html = (await until(page, kind="turn", answering=False))[-1]["html"]
    assert "The model at box:8000 can&#x27;t be reached. The guided coach answers this time." in html
    assert "Tell me more." in html


async def test_a_turn_that_could_not_be_saved_still_shows(live: Live, setup: Setup, tmp_path: Path) -> None:
    page = await listen(live)
    await until(page, kind="opened")
    setup.store.begin = _full  # type: ignore[assignment, method-assign]
    await actions.say(live, {"conversation": "c", "said": "Her tone"})
    html = (await until(page, kind="turn", answering=False))[-1]["html"]
    assert "This is not being saved. The disk is full." in html
    assert "Her tone" in (await (await live.thread("c")).opened())["html"]


async def _full(*_: Any, **__: Any) -> None:
    from coach.errors import StoreError

    raise StoreError("The disk is full.")


async def test_delete_removes_for_good_and_tells_the_pages(live: Live, setup: Setup, tmp_path: Path) -> None:
    page, other = await listen(live), await listen(live, "d")
    await actions.say(live, {"conversation": "c", "said": "The quail incident"})
    await until(page, kind="turn", answering=False)
    await actions.delete(live, {"conversation": "c"})
    assert (await until(page, kind="gone"))[-1] == {"kind": "gone", "conversation": "c"}
    assert (await until(other, kind="list"))[-1] == {"kind": "list"}
    assert await setup.store.entries() == ()
    await live.close()
    await setup.store.close()
    assert _files_with(b"quail", tmp_path) == []


def _files_with(text: bytes, folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file() and text in file.read_bytes()]


async def test_the_list_and_a_new_name(live: Live, setup: Setup) -> None:
    page = await listen(live)
    await actions.say(live, {"conversation": "c", "said": "Her tone"})
    await until(page, kind="turn", answering=False)
    await actions.rename(live, {"conversation": "c", "title": " Marta "})
    await actions.rename(live, {"conversation": "c", "title": "  "})
    answer = await actions.listed(live, {"conversation": "c"})
    assert 'data-title="Marta" aria-current="true"' in answer["html"]
    assert answer["status"] == "fake, on this machine. Nothing leaves it."


async def test_why_and_passage_are_looked_up_when_asked_for(live: Live, setup: Setup) -> None:
    page = await listen(live)
    setup.writer.enqueue((Sentence("It is 40 %."), "What would she say?"))
    await actions.say(live, {"conversation": "c", "said": "Her tone"})
    await until(page, kind="turn", answering=False)
    turn = (await setup.store.history("c"))[0]
    answer = await actions.why(live, {"conversation": "c", "turn": turn.id})
    assert "a figure without a source" in answer["html"]
    assert "The whole turn" in answer["html"]
    passage = setup.library.passages.popitem()[1]
    assert "Removed source" in (await actions.passage(live, {"id": passage.id}))["html"]


async def test_what_went_wrong_comes_back_as_a_line(live: Live) -> None:
    live.coach.trouble = KnowledgeError("The index is missing. Run: coach knowledge rebuild")  # type: ignore[attr-defined]
    why = next(action for action in actions.served(live) if action.__name__ == "why")
    assert await why({"conversation": "c", "turn": "t"}) == {
        "trouble": "The index is missing. Run: coach knowledge rebuild"
    }


# Who is let in


@pytest.mark.parametrize(
    ("headers", "inside"),
    [
        ({"host": "127.0.0.1:7860"}, True),
        ({"host": "localhost:7860", "origin": "http://localhost:7860"}, True),
        ({"host": "[::1]:7860"}, True),
        ({"host": "evil.example:7860"}, False),
        ({"host": "192.168.1.5:7860"}, False),
        ({"host": "localhost:7860", "origin": "https://evil.example"}, False),
        ({"host": "localhost:7860", "origin": "http://localhost:3000"}, False),
        ({"host": "localhost:7860", "origin": "null"}, False),
        ({}, False),
    ],
)
def test_only_pages_of_this_machine_are_answered(headers: dict[str, str], inside: bool) -> None:
    assert allowed(headers) is inside


def test_names_of_this_machine() -> None:
    hosts = ("localhost", "127.0.0.1", "::1", "127.8.8.8", "0.0.0.0", "example.org", "")
    assert [is_loopback(host) for host in hosts] == [True, True, True, True, False, False, False]


def test_a_cookie_names_the_conversation() -> None:
    assert conversation_of({"cookie": f"a=b; {COOKIE}=xyz"}) == "xyz"
    assert conversation_of({"cookie": "a=b"}) is None
    assert conversation_of({}) is None


async def test_the_browser_keeps_its_conversation_until_it_moves(live: Live) -> None:
    import httpx

    transport = httpx.ASGITransport(app=make_app(live))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as browser:

        async def here(**body: Any) -> str:
            return (await browser.post("/here", content=json.dumps(body))).json()["conversation"]

        first = await here()
        assert [await here(), await here(conversation="c"), await here()] == [first, "c", "c"]
        fresh = await here(new=True)
        assert fresh not in (first, "c")
        cookie = (await browser.post("/here", content="{}")).headers["set-cookie"]
        assert cookie == f"{COOKIE}={fresh}; HttpOnly; Max-Age=2592000; Path=/; SameSite=strict"
        foreign = await browser.post("/here", content="{}", headers={"origin": "https://evil.example"})
        assert (foreign.status_code, foreign.text) == (403, "The coach answers pages of this machine only.")


# Where it listens


def test_a_taken_port_is_told_before_anything_is_loaded(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CoachError, match=rf"Port {port} of 127.0.0.1 cannot be had \(.+\)\. Stop what uses it"):
            launch(Settings(home=tmp_path), "127.0.0.1", port, open_page=False)


def test_other_machines_are_not_served(tmp_path: Path) -> None:
    with pytest.raises(CoachError, match=r"0\.0\.0\.0 is reachable from other machines"):
        launch(Settings(home=tmp_path), "0.0.0.0", 0, open_page=False)
