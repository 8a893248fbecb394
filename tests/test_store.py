"""The store on real SQLite files."""

import asyncio
import errno
import os
import sqlite3
import stat
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from coach.errors import NotFoundError, StoreError
from coach.store import Entry, Receipt, Store
from coach.store.opening import MIGRATIONS
from coach.store.tables import HEAD, metadata
from coach.values import Citation, Gated, Plan, Question, Sentence, Turn

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
BOOK = Citation("doc:1", "handbook.md", "Reviews", "Review the work, never the person.", "D", "own")


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'home' / 'coach.sqlite'}"


@pytest.fixture
def store(url: str, clock: Clock) -> Store:
    return Store(url, cite={"doc:1": BOOK}.get, clock=clock)


async def test_a_turn_comes_back_whole(store: Store, url: str, clock: Clock) -> None:
    plan = Plan(
        stage="reality",
        move="reflect_ask",
        card="tone",
        idea="one-moment",
        words=1,
        claims=("edmondson-1999",),
        passages=("doc:1",),
        question=Question("goal.after", "goal", "What should be different afterwards?"),
        reflect="contrast",
        notes={"offer": "words to open with"},
    )
    spoken = (Sentence("One sentence on Tuesday.", "reflection"), Sentence("Review the work.", "insight", (BOOK,)))
    turn = await store.begin("c1", "Her tone shuts people down.")
    await store.gate(turn.id, Gated("legal", "asks for a ruling", ("Ask HR.",), "asked"))
    await store.plan(turn.id, plan, ["doc:1"], title="Her tone")
    for sentence in spoken:
        await store.say(turn.id, sentence)
    await store.heard(turn.id, 1)
    await store.finish(turn.id, "complete", writer="guided")

    again = Store(url, cite={"doc:1": BOOK}.get)
    assert await again.history("c1") == (
        Turn(
            id=turn.id,
            conversation="c1",
            said="Her tone shuts people down.",
            status="complete",
            spoken=spoken,
            heard=1,
            plan=plan,
            passage_ids=("doc:1",),
            gated=Gated("legal", "asks for a ruling", ("Ask HR.",), "asked"),
            writer="guided",
            started=NOW,
        ),
    )
    assert await again.entries() == (Entry("c1", "Her tone", None, NOW, NOW, {}),)


async def test_conversations_are_listed_renamed_and_set(store: Store, clock: Clock) -> None:
    await store.create("old", title="Old")
    clock.now += timedelta(hours=1)
    await store.create("new", collection="team", settings={"region": "DE"})
    await store.create("old", title="ignored: it exists")
    await store.rename("old", "  Payments debrief ")
    await store.settle("new", practice="debrief")
    assert await store.entries() == (
        Entry("new", "", "team", clock.now, clock.now, {"region": "DE", "practice": "debrief"}),
        Entry("old", "Payments debrief", None, NOW, NOW, {}),
    )
    assert await store.entry("nobody") is None
    with pytest.raises(NotFoundError, match="no conversation 'nobody'"):
        await store.rename("nobody", "x")


async def test_only_what_was_heard_counts_and_it_never_goes_back(store: Store) -> None:
    turn = await store.begin("c", "Hello")
    for text in ("One.", "Two.", "Three."):
        await store.say(turn.id, Sentence(text))
    await store.heard(turn.id, 2)
    await store.heard(turn.id, 1)
    await store.heard(turn.id, 99)
    assert (await store.turn(turn.id)).heard == 3
    await store.finish(turn.id, "complete")
    await store.heard(turn.id, 2, stopped=True)
    stopped = await store.turn(turn.id)
    assert (stopped.heard_text, stopped.status) == ("One. Two.", "interrupted")


async def test_a_sentence_that_never_left_is_taken_back(store: Store) -> None:
    turn = await store.begin("c", "Hello")
    await store.say(turn.id, Sentence("One."))
    await store.say(turn.id, Sentence("Two."))
    await store.finish(turn.id, "interrupted", left=1)
    assert (await store.turn(turn.id)).spoken == (Sentence("One."),)


async def test_an_edit_hides_the_turn_and_what_came_after(store: Store) -> None:
    one = await store.begin("c", "one")
    two = await store.begin("c", "two")
    await store.begin("c", "three")
    two_again = await store.begin("c", "two again", two.id)
    assert [t.said for t in await store.history("c")] == ["one", "two again"]
    await store.begin("c", "four")
    assert [t.said for t in await store.history("c")] == ["one", "two again", "four"]
    # A page that still shows the old branch edits the old turn once more.
    await store.begin("c", "two at last", two.id)
    assert [t.said for t in await store.history("c")] == ["one", "two at last"]
    await store.begin("c", "one anew", one.id)
    assert [t.said for t in await store.history("c")] == ["one anew"]
    assert [t.said for t in await store.history("c", until=two_again.id)] == ["one", "two again"]
    assert await store.history("unknown") == ()


async def test_a_turn_left_open_by_a_crash_was_interrupted(store: Store, url: str) -> None:
    crashed = await store.begin("c", "one")
    await Store(url).begin("c", "two")
    assert (await store.turn(crashed.id)).status == "interrupted"


async def test_a_removed_source_takes_its_quotes_along(store: Store, url: str) -> None:
    turn = await store.begin("c", "Hello")
    await store.say(turn.id, Sentence("Your handbook says “Review the work, never the person.”", "insight", (BOOK,)))
    later = Store(url)
    assert (await later.turn(turn.id)).spoken == (
        Sentence(
            "Your handbook says [removed source]",
            "insight",
            (Citation("doc:1", "removed source", "", "", "E", ""),),
        ),
    )


async def test_deleted_words_leave_every_file(store: Store, tmp_path: Path) -> None:
    for number in range(40):
        turn = await store.begin("gone", f"My secret plum is number {number}" * 20)
        await store.say(turn.id, Sentence("A plum, then." * 20))
    kept = await store.begin("kept", "An apple stays")

    def everything() -> bytes:
        return b"".join(file.read_bytes() for file in (tmp_path / "home").iterdir())

    assert b"plum" in everything()
    assert await store.delete("gone") == Receipt(conversations=1, turns=40, sentences=40)
    assert b"plum" not in everything()
    assert [t.id for t in await store.history("kept")] == [kept.id]
    with pytest.raises(NotFoundError, match="no conversation 'gone'"):
        await store.delete("kept", "gone")
    assert len(await store.history("kept")) == 1
    assert await store.delete_all() == Receipt(conversations=1, turns=1, sentences=0)
    assert await store.entries() == ()


async def test_cancellation_does_not_split_a_write(store: Store, url: str) -> None:
    turn = await store.begin("c", "Hello")
    blocker = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False)
    blocker.execute("BEGIN IMMEDIATE")
    writing = asyncio.create_task(store.say(turn.id, Sentence("Whole.")))
    await asyncio.sleep(0.1)
    writing.cancel()
    await asyncio.sleep(0.1)
    assert not writing.done()  # the cancelled caller waits for its write
    blocker.execute("COMMIT")
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert (await store.turn(turn.id)).spoken == (Sentence("Whole."),)


async def test_two_processes_write_one_conversation(store: Store, url: str) -> None:
    await store.begin("c", "mine")
    code = (
        "import asyncio, sys\nfrom coach.store import Store\n"
        "async def go():\n    store = Store(sys.argv[1])\n"
        "    for n in range(20):\n        await store.begin('c', f'theirs {n}')\n"
        "asyncio.run(go())"
    )
    other = await asyncio.create_subprocess_exec(sys.executable, "-c", code, url)
    for n in range(20):
        await store.begin("c", f"mine {n}")
        await asyncio.sleep(0.01)
    assert await other.wait() == 0
    assert len(await store.history("c")) == 41


async def test_what_is_said_belongs_to_the_person_alone(store: Store, tmp_path: Path) -> None:
    await store.check()
    assert stat.S_IMODE((tmp_path / "home").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "home" / "coach.sqlite").stat().st_mode) == 0o600


async def test_a_full_disk_is_one_clear_line(store: Store, url: str) -> None:
    turn = await store.begin("c", "Hello")
    with store._open().connect() as db:
        pages = db.exec_driver_sql("PRAGMA page_count").scalar()
        db.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreError, match=r"^The disk is full .*coach.sqlite cannot be written\. Free some space\.$"):
        await store.say(turn.id, Sentence("Long. " * 10_000))
    assert (await store.turn(turn.id)).spoken == ()


@pytest.mark.parametrize(
    ("number", "line"),
    [
        (errno.EACCES, r"^No permission to write .*coach.sqlite\. Make it writable, or set COACH_HOME"),
        (errno.ENOSPC, r"^The disk is full, so .*coach.sqlite cannot be written\. Free some space\.$"),
    ],
)
async def test_a_home_that_cannot_be_written_is_one_clear_line(
    url: str, monkeypatch: pytest.MonkeyPatch, number: int, line: str
) -> None:
    def refuse(*_args: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("coach.store.opening.os.open", refuse)
    with pytest.raises(StoreError, match=line):
        await Store(url).check()


async def test_a_home_that_is_a_file_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("not a folder")
    with pytest.raises(StoreError, match=r"home/coach.sqlite cannot be opened .* Set COACH_HOME"):
        await Store(f"sqlite:///{tmp_path / 'home' / 'coach.sqlite'}").check()


async def test_a_read_only_database_is_one_clear_line(store: Store) -> None:
    turn = await store.begin("c", "Hello")
    with store._open().connect() as db:
        db.exec_driver_sql("PRAGMA query_only = ON")
    with pytest.raises(StoreError, match=r"coach.sqlite is read-only\. Make it writable"):
        await store.say(turn.id, Sentence("No."))


async def test_a_damaged_database_is_one_clear_line(url: str, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "coach.sqlite").write_bytes(b"nonsense " * 1000)
    with pytest.raises(StoreError, match=r"is damaged \(file is not a database\)\. Move it away"):
        await Store(url).check()


async def test_a_newer_database_is_one_clear_line(store: Store, url: str) -> None:
    await store.check()
    with sqlite3.connect(url.removeprefix("sqlite:///")) as db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="written by a newer Trust Coach"):
        await Store(url).check()


async def test_a_wrong_url_is_one_clear_line() -> None:
    with pytest.raises(StoreError, match="COACH_DATABASE_URL is not a database URL"):
        await Store("nonsense").check()


async def test_an_export_comes_back_the_same(store: Store, tmp_path: Path) -> None:
    turn = await store.begin("c", "one")
    await store.begin("c", "one again", turn.id)
    await store.create("d", title="Other")
    dumped = await store.dump()
    other = Store(f"sqlite:///{tmp_path / 'other.sqlite'}")
    assert await other.load(dumped) == 2
    assert await other.dump() == dumped
    assert await other.load(dumped) == 0
    assert await other.dump("d") == [one for one in dumped if one["id"] == "d"]
    with pytest.raises(StoreError, match="not an export of Trust Coach"):
        await other.load([{"id": "x", "turns": [{"said": "half a turn"}]}])
    assert await other.entry("x") is None


def test_the_newest_migration_makes_the_tables(store: Store) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.config import Config
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD
    with store._open().connect() as db:
        assert compare_metadata(MigrationContext.configure(db), metadata) == []
