"""The line, driven through `reply` with stand-ins around it and a real store."""

import asyncio
import gc
import sqlite3
import time
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest
import yaml
from stand_ins import CITED, CLINICAL, CRISIS, PASSAGE, PLAN, Setup

from coach.conversation import NOTHING, Conversation
from coach.errors import KnowledgeError, StoreError, WriterError
from coach.events import Began, Done, Dropped, Event, Notice, Redirect, Said, Sources
from coach.values import Sentence, Status

SCENARIOS = {
    file.stem: yaml.safe_load(file.read_text()) for file in sorted((Path(__file__).parent / "scenarios").glob("*.yaml"))
}


@pytest.fixture
def setup(tmp_path: Path) -> Setup:
    return Setup(tmp_path)


async def read(conversation: Conversation, said: str, **options: Any) -> list[Event]:
    return [event async for event in conversation.reply(said, **options)]


async def read_until(conversation: Conversation, said: str, stop_after: int) -> list[Event]:
    """Reads some events and is then cancelled in the middle of whatever it does next."""
    events: list[Event] = []
    enough = asyncio.Event()

    async def reader() -> None:
        async with aclosing(conversation.reply(said)) as reply:
            async for event in reply:
                events.append(event)
                if len(events) == stop_after:
                    enough.set()
                    await asyncio.sleep(60)

    task = asyncio.create_task(reader())
    await enough.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    return events


async def start(conversation: Conversation, said: str) -> asyncio.Task[list[Event]]:
    """A front end that reads on its own, once the first sentence has left."""
    with conversation.subscribe() as everyone:
        reading = asyncio.create_task(read(conversation, said))
        async for event in everyone:
            if isinstance(event, Said):
                break
    return reading


def shown(event: Event) -> str:
    match event:
        case Began():
            return "began"
        case Sources():
            return "sources"
        case Redirect(protected=True):
            return "redirect protected"
        case Redirect():
            return "redirect"
        case Said(sentence=sentence):
            return " ".join([sentence.text, *(f"[{cited.id}]" for cited in sentence.citations)])
        case Dropped(text=text, reason=reason):
            return f"dropped: {text} ({reason})"
        case Notice(text=text):
            return f"notice: {text}"
        case Done(status=status):
            return f"done {status}"
    raise AssertionError(event)


async def stored(setup: Setup, id: str = "c") -> list[list[Any]]:
    """What a fresh process finds."""
    turns = await setup.open_store().history(id)
    return [[turn.said, turn.status, [one.text for one in turn.spoken], turn.heard] for turn in turns]


async def status_of(setup: Setup) -> Status:
    return (await setup.open_store().history("c"))[-1].status


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
async def test_scenario(setup: Setup, scenario: dict[str, Any]) -> None:
    conversation = setup.conversation()
    ids: list[str] = []
    for turn in scenario["turns"]:
        if "writer" in turn:
            setup.writer.enqueue(turn["writer"])
        with conversation.subscribe() as everyone:
            if "stop_after" in turn:
                events = await read_until(conversation, turn["said"], turn["stop_after"])
            else:
                replaces = ids[turn["replaces"]] if "replaces" in turn else None
                events = await read(conversation, turn["said"], replaces=replaces)
        ids.append(events[0].turn)
        assert [shown(event) for event in events] == turn["events"]
        assert [shown(event) async for event in everyone] == turn.get("everyone", turn["events"])
        await conversation.heard(ids[-1], turn.get("heard", 0))
    assert await stored(setup) == scenario["stored"]
    if "before_last" in scenario:
        assert [list(pair) for pair in setup.policy.histories[-1]] == scenario["before_last"]
    if "gate_saw" in scenario:
        assert [list(saw) for saw in setup.gate.saw] == scenario["gate_saw"]


async def test_a_turn_in_full(setup: Setup) -> None:
    setup.writer.enqueue(["One moment is easier to ", "take [1][9]. ", "What did you see?"])
    events = await read(setup.conversation(), "Her tone shuts people down.")
    turn = events[0].turn
    assert events[:-1] == [
        Began(turn, "Her tone shuts people down."),
        Sources(turn, PLAN, (PASSAGE,)),
        Said(turn, 0, Sentence("One moment is easier to take.", "evidence", (CITED,))),
        Said(turn, 1, Sentence("What did you see?", "question")),
    ]
    done = events[-1]
    assert isinstance(done, Done)
    assert (done.turn, done.status, done.writer) == (turn, "complete", "fake")
    assert set(done.ms) == {"gate", "retrieve", "plan", "first_sentence", "total"}
    (kept,) = await setup.open_store().history("c")
    assert (kept.plan, kept.passage_ids, kept.writer) == (PLAN, (PASSAGE.id,), "fake")
    assert (await setup.open_store().entries())[0].title == "Her tone shuts people down."


async def test_what_was_said_is_on_disk_before_anything_is_thought(setup: Setup) -> None:
    setup.policy.failure = RuntimeError("a mistake in the policy")
    with setup.conversation().subscribe() as everyone:
        pass
    conversation = setup.conversation()
    with conversation.subscribe() as everyone, pytest.raises(RuntimeError, match="a mistake in the policy"):
        await read(conversation, "Hello")
    assert [shown(event) async for event in everyone] == [
        "began",
        "notice: Something broke inside the coach. Try again, or run: coach doctor",
        "done failed",
    ]
    assert await stored(setup) == [["Hello", "failed", [], 0]]


async def test_each_sentence_is_stored_before_it_leaves(setup: Setup) -> None:
    async for event in setup.conversation().reply("Hello"):
        if isinstance(event, Said):
            (turn,) = await setup.open_store().history("c")
            assert turn.spoken[event.index] == event.sentence
            assert turn.status == "open"
        if isinstance(event, Done):
            assert await status_of(setup) == "complete"


@pytest.mark.parametrize("stop_after", [1, 2, 3, 4])
async def test_cancelled_anywhere_it_is_interrupted_and_never_failed(setup: Setup, stop_after: int) -> None:
    conversation = setup.conversation()
    with conversation.subscribe() as everyone:
        await read_until(conversation, "Hello", stop_after)
    assert [shown(event) async for event in everyone][-1] == "done interrupted"
    said = ["You could ask her first.", "What would she say?"][: max(0, stop_after - 2)]
    assert await stored(setup) == [["Hello", "interrupted", said, 0]]
    assert setup.writer.closed == len(setup.writer.briefs)


@pytest.mark.parametrize("delay_ms", range(0, 40, 2))
async def test_cancelled_at_any_moment_store_and_events_agree(setup: Setup, delay_ms: int) -> None:
    conversation = setup.conversation()
    with conversation.subscribe() as everyone:
        task = asyncio.create_task(read(conversation, "Hello"))
        await asyncio.sleep(delay_ms / 1000)
        task.cancel()
        await asyncio.wait([task])
    events = [event async for event in everyone]
    if not events:
        return  # cancelled before it began
    (turn,) = await setup.open_store().history("c")
    assert list(turn.spoken) == [event.sentence for event in events if isinstance(event, Said)]
    assert isinstance(events[-1], Done)
    assert turn.status == events[-1].status != "failed"


async def test_a_slow_writer_is_stopped_where_it_waits(setup: Setup) -> None:
    setup.writer.enqueue(["One. ", "Two. ", 60.0])
    conversation = setup.conversation()
    reading = await start(conversation, "Hello")
    reading.cancel()
    await asyncio.wait([reading], timeout=5)
    assert await stored(setup) == [["Hello", "interrupted", ["One."], 0]]
    assert setup.writer.closed == 1


async def test_a_new_message_interrupts_the_running_turn(setup: Setup) -> None:
    setup.writer.enqueue(["One. ", "Two. ", 60.0])
    conversation = setup.conversation()
    reading = await start(conversation, "first")
    await read(conversation, "second")
    assert [shown(event) for event in await reading] == ["began", "sources", "One.", "done interrupted"]
    assert [row[:2] for row in await stored(setup)] == [["first", "interrupted"], ["second", "complete"]]


async def test_messages_at_once_are_answered_one_after_the_other(setup: Setup) -> None:
    conversation = setup.conversation()
    await asyncio.gather(*(read(conversation, f"message {n}") for n in range(5)))
    statuses = [row[1] for row in await stored(setup)]
    assert len(statuses) == 5
    assert set(statuses) <= {"interrupted", "complete"}
    assert statuses[-1] == "complete"


async def test_another_front_end_can_stop_the_turn(setup: Setup) -> None:
    setup.writer.enqueue(["One. ", "Two. ", 60.0])
    conversation = setup.conversation()
    reading = await start(conversation, "Hello")
    await conversation.stop()
    assert shown((await reading)[-1]) == "done interrupted"


async def test_an_abandoned_reader_does_not_block_the_next_message(setup: Setup) -> None:
    conversation = setup.conversation()
    reply = conversation.reply("first")
    await anext(reply)
    await anext(reply)
    await asyncio.wait_for(read(conversation, "second"), 5)
    assert [row[:2] for row in await stored(setup)] == [["first", "interrupted"], ["second", "complete"]]
    await reply.aclose()


# Crisis text

CRISIS_TEXT = list(CRISIS.text)


@pytest.mark.parametrize("stop_after", [2, 3, 4])
async def test_crisis_text_survives_a_reader_that_is_cancelled(setup: Setup, stop_after: int) -> None:
    conversation = setup.conversation()
    with conversation.subscribe() as everyone:
        await read_until(conversation, "I want to die", stop_after)
    assert [shown(event) async for event in everyone] == [
        "began",
        "redirect protected",
        *CRISIS_TEXT,
        "done redirected",
    ]
    assert await stored(setup) == [["I want to die", "redirected", CRISIS_TEXT, 0]]
    (turn,) = await setup.open_store().history("c")
    assert (turn.gated, turn.writer, turn.plan) == (CRISIS, "authored", None)
    assert (await setup.open_store().entries())[0].title == ""


async def test_a_crisis_is_answered_even_where_the_reader_left_before_it_was_known(
    setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = setup.gate.check

    def slow_check(said: str, history: Any) -> Any:
        time.sleep(0.2)
        return check(said, history)

    monkeypatch.setattr(setup.gate, "check", slow_check)
    conversation = setup.conversation()
    with conversation.subscribe() as everyone:
        await read_until(conversation, "I want to die", 1)
    assert [shown(event) async for event in everyone][1:] == ["redirect protected", *CRISIS_TEXT, "done redirected"]
    assert await stored(setup) == [["I want to die", "redirected", CRISIS_TEXT, 0]]


async def test_crisis_text_is_finished_before_the_next_message(setup: Setup) -> None:
    conversation = setup.conversation()
    reply = conversation.reply("I want to die")
    assert [shown(await anext(reply)) for _ in range(2)] == ["began", "redirect protected"]
    await asyncio.wait_for(read(conversation, "forget it"), 5)
    assert [shown(event) async for event in reply] == [*CRISIS_TEXT, "done redirected"]
    assert (await stored(setup))[0] == ["I want to die", "redirected", CRISIS_TEXT, 0]


async def test_crisis_text_is_said_on_a_full_disk(setup: Setup) -> None:
    await read(setup.conversation(), "Hello")
    fill_disk(setup)
    events = await read(setup.conversation(), "I want to die" + " really" * 2000)
    assert [shown(event) for event in events if not isinstance(event, Notice)] == [
        "began",
        "redirect protected",
        *CRISIS_TEXT,
        "done redirected",
    ]
    assert len([event for event in events if isinstance(event, Notice)]) == 1


async def test_crisis_text_asks_no_check_and_no_writer(setup: Setup) -> None:
    setup.gate.never = "lot"
    await read(setup.conversation(), "I want to die")
    assert await stored(setup) == [["I want to die", "redirected", CRISIS_TEXT, 0]]
    assert setup.writer.briefs == []


async def test_a_clinical_ask_is_redirected(setup: Setup) -> None:
    events = await read(setup.conversation(), "Should I take pills?")
    turn = events[0].turn
    assert events[1] == Redirect(turn, CLINICAL, protected=False)
    assert await stored(setup) == [["Should I take pills?", "redirected", list(CLINICAL.text), 0]]


# Writers and stores that fail


async def test_the_guided_writer_stands_in_for_an_endpoint_that_is_gone(setup: Setup) -> None:
    setup.writer.enqueue([WriterError("No answer from http://localhost:1. Start it, or choose --writer guided.")])
    events = await read(setup.conversation(), "Hello")
    assert [shown(event) for event in events] == [
        "began",
        "sources",
        "notice: No answer from http://localhost:1. Start it, or choose --writer guided. "
        "The guided coach answers this time.",
        "Tell me more.",
        "done complete",
    ]
    (turn,) = await setup.open_store().history("c")
    assert turn.writer == "guided"
    assert setup.guided.briefs == setup.writer.briefs


async def test_the_guided_writer_finishes_a_reply_that_broke_off(setup: Setup) -> None:
    setup.writer.enqueue(["One moment helps [1]. ", "Then ", WriterError("The model stopped.")])
    setup.guided.enqueue(
        [
            Sentence("Her standards, without the fear.", "reflection"),
            Sentence("A verdict is hard to take.", "insight", (CITED,)),
            Sentence("What did you see?", "question"),
        ]
    )
    events = await read(setup.conversation(), "Hello")
    assert [shown(event) for event in events][2:] == [
        "One moment helps. [card:tone/one-moment]",
        "notice: The model stopped. The guided coach answers this time.",
        "What did you see?",
        "done complete",
    ]


async def test_a_writer_that_breaks_is_named(setup: Setup) -> None:
    setup.writer.enqueue([KeyError("choices")])
    events = await read(setup.conversation(), "Hello")
    assert shown(events[2]) == "notice: fake broke (KeyError: 'choices'). The guided coach answers this time."
    assert shown(events[-1]) == "done complete"


async def test_when_nothing_may_be_said_it_says_so(setup: Setup) -> None:
    setup.writer.enqueue(["A diagnosis."])
    setup.guided.enqueue([Sentence("Another diagnosis.")])
    events = await read(setup.conversation(), "Hello")
    assert shown(events[-2]) == NOTHING.text
    assert await stored(setup) == [["Hello", "complete", [NOTHING.text], 0]]


async def test_a_writer_without_end_is_stopped(setup: Setup) -> None:
    setup.writer.enqueue(["Again and again. "] * 1000)
    assert len([event for event in await read(setup.conversation(), "Hello") if isinstance(event, Said)]) == 12


async def test_search_that_fails_is_one_line_and_the_talk_goes_on(setup: Setup) -> None:
    setup.library.failure = KnowledgeError("The index is damaged. Run: coach knowledge rebuild")
    events = await read(setup.conversation(), "Hello")
    assert [shown(event) for event in events][1:3] == [
        "notice: The index is damaged. Run: coach knowledge rebuild",
        "sources",
    ]
    assert shown(events[-1]) == "done complete"


def fill_disk(setup: Setup) -> None:
    with setup.store._open().connect() as db:
        pages = db.exec_driver_sql("PRAGMA page_count").scalar()
        db.exec_driver_sql(f"PRAGMA max_page_count = {pages}")


async def test_a_store_that_cannot_write_is_told_once_and_hides_nothing(setup: Setup) -> None:
    conversation = setup.conversation()
    await read(conversation, "Hello")
    fill_disk(setup)
    events = await read(conversation, "Long. " * 3000)
    lines = [shown(event) for event in events]
    assert lines[0] == "began"
    assert lines[1].startswith("notice: This is not being saved. The disk is full")
    assert lines[2:] == ["sources", "You could ask her first.", "What would she say?", "done complete"]


async def test_a_store_that_fails_in_the_middle_is_told_once(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_: object, **__: object) -> None:
        raise StoreError("The disk is full. Free some space.")

    conversation = setup.conversation()
    monkeypatch.setattr(setup.store, "say", refuse)
    monkeypatch.setattr(setup.store, "finish", refuse)
    lines = [shown(event) for event in await read(conversation, "Hello")]
    assert lines == [
        "began",
        "sources",
        "notice: This is not being saved. The disk is full. Free some space.",
        "You could ask her first.",
        "What would she say?",
        "done complete",
    ]


# Several front ends, and after a restart


async def test_every_front_end_sees_every_event(setup: Setup) -> None:
    conversation = setup.conversation()
    with conversation.subscribe() as page, conversation.subscribe() as phone:
        events = await read(conversation, "Hello")
    assert [event async for event in page] == events == [event async for event in phone]
    assert await read(conversation, "After they left") != []


async def test_a_forgotten_subscription_is_let_go(setup: Setup) -> None:
    conversation = setup.conversation()
    conversation.subscribe()
    gc.collect()
    assert len(conversation._subscriptions) == 0


async def test_after_a_restart_everything_comes_from_the_store(setup: Setup) -> None:
    conversation = setup.conversation()
    events = await read(conversation, "Hello")
    await conversation.heard(events[0].turn, 1)
    with sqlite3.connect(setup.home / "coach.sqlite") as db:
        db.execute("UPDATE turns SET status = 'open'")  # as a killed process leaves it
    again = setup.conversation(store=setup.open_store())
    await read(again, "And now?")
    assert setup.policy.histories[-1] == (("Hello", "You could ask her first."),)
    assert [row[1] for row in await stored(setup)] == ["interrupted", "complete"]


async def test_the_first_clause_leaves_early_aloud(setup: Setup) -> None:
    setup.writer.enqueue(["Her standards without the fear, those can be your words. "])
    events = await read(setup.conversation(), "Hello", aloud=True)
    assert [shown(event) for event in events if isinstance(event, Said)] == [
        "Her standards without the fear,",
        "those can be your words.",
    ]
    assert setup.writer.briefs[0].spoken_aloud
