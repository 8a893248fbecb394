"""The store: every turn as it happens. Knows nothing of how a turn comes about or is shown.

Calls are async; each is one transaction in a worker thread, and a cancelled caller stops only after its
transaction is whole. Every call may raise StoreError.
"""

import asyncio
import secrets
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from coach.errors import NotFoundError, StoreError
from coach.store.kept import Kept
from coach.store.opening import is_sqlite, open_engine, translated
from coach.store.rows import Cite, aware, dated, gated_row, path_to, plain, plan_row, sentence_row, turn_of
from coach.store.tables import artefacts, commitments, conversations, turns
from coach.unbroken import unbroken
from coach.values import Gated, Plan, Sentence, Status, Turn

T = TypeVar("T")


def new_id() -> str:
    """An id that nobody guesses: 96 bits."""
    return secrets.token_urlsafe(12)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the list of conversations."""

    id: str
    title: str
    """Empty until the first coached turn names it."""
    collection: str | None
    created: datetime
    updated: datetime
    settings: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a deletion took away."""

    conversations: int
    turns: int
    sentences: int
    pages: int = 0
    commitments: int = 0


class Store:
    """Conversations in one database, opened at the first call."""

    def __init__(
        self, url: str, *, cite: Cite = lambda id: None, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.url = url
        self.cite = cite
        """Looks up what a stored sentence cites, each time it is read."""
        self._clock = clock
        self._engine: sa.Engine | None = None
        self._opening = threading.Lock()  # protects _engine: opened once, however many threads call first
        # One thread keeps the writes of this process in order and SQLite free of quarrels; a server takes several.
        self._threads = ThreadPoolExecutor(1 if is_sqlite(url) else 4, thread_name_prefix="store")
        self.kept = Kept(self._write, self._read, clock)
        """Pages and commitments."""

    # Conversations

    async def create(
        self,
        id: str | None = None,
        *,
        title: str = "",
        collection: str | None = None,
        settings: dict[str, Any] | None = None,
    ) -> Entry:
        """A conversation; the one that has this id already, where there is one."""
        id = id or new_id()

        def work(db: sa.Connection) -> Entry:
            _ensure(db, id, self._clock(), title=title, collection=collection, settings=settings or {})
            return _entry(db, id)

        return await self._write(work)

    async def entries(self) -> tuple[Entry, ...]:
        """All conversations, the one last used first."""

        def work(db: sa.Connection) -> tuple[Entry, ...]:
            rows = db.execute(sa.select(conversations).order_by(conversations.c.updated.desc(), conversations.c.id))
            return tuple(_entry_of(row) for row in rows)

        return await self._read(work)

    async def entry(self, id: str) -> Entry | None:
        def work(db: sa.Connection) -> Entry | None:
            row = db.execute(sa.select(conversations).where(conversations.c.id == id)).first()
            return _entry_of(row) if row else None

        return await self._read(work)

    async def rename(self, id: str, title: str) -> None:
        """Raises NotFoundError."""
        await self._write(lambda db: _change(db, id, title=title.strip()))

    async def settle(self, id: str, **settings: Any) -> None:
        """Sets some of a conversation's settings and leaves the others. Raises NotFoundError."""

        def work(db: sa.Connection) -> None:
            _change(db, id, settings={**_entry(db, id).settings, **settings})

        await self._write(work)

    async def look_in(self, id: str, collection: str) -> None:
        """Sets the documents that a conversation looks in; one that was never used begins with it."""

        def work(db: sa.Connection) -> None:
            _ensure(db, id, self._clock())
            _change(db, id, collection=collection)

        await self._write(work)

    async def delete(self, *ids: str) -> Receipt:
        """Removes conversations and overwrites their bytes. Raises NotFoundError before anything is removed."""

        def work(db: sa.Connection) -> Receipt:
            for id in ids:
                _entry(db, id)
            return _delete(db, conversations.c.id.in_(ids))

        receipt = await self._write(work)
        await self._compact()
        return receipt

    async def delete_all(self) -> Receipt:
        receipt = await self._write(lambda db: _delete(db, sa.true()))
        await self._compact()
        return receipt

    # Turns

    async def begin(self, conversation: str, said: str, replaces: str | None = None, *, id: str | None = None) -> Turn:
        """A new open turn. Whatever was still open in the conversation was cut short, and is marked so."""
        id = id or new_id()

        def work(db: sa.Connection) -> Turn:
            now = self._clock()
            _ensure(db, conversation, now)
            here = turns.c.conversation == conversation
            db.execute(turns.update().where(here, turns.c.status == "open").values(status="interrupted"))
            last = db.execute(sa.select(sa.func.max(turns.c.number)).where(here)).scalar()
            db.execute(
                turns.insert().values(
                    id=id,
                    conversation=conversation,
                    number=0 if last is None else last + 1,
                    replaces=replaces,
                    said=said,
                    status="open",
                    spoken=[],
                    heard=0,
                    passage_ids=[],
                    writer="",
                    started=now,
                )
            )
            _change(db, conversation, updated=now)
            return turn_of(_turn_row(db, id), self.cite)

        return await self._write(work)

    async def plan(self, turn: str, plan: Plan, passage_ids: Sequence[str], *, title: str | None = None) -> None:
        """What the turn will do and stand on. ``title`` names a conversation that has no name yet."""

        def work(db: sa.Connection) -> None:
            row = _turn_row(db, turn)
            db.execute(
                turns.update().where(turns.c.id == turn).values(plan=plan_row(plan), passage_ids=list(passage_ids))
            )
            if title and not _entry(db, row.conversation).title:
                _change(db, row.conversation, title=title)

        await self._write(work)

    async def gate(self, turn: str, gated: Gated) -> None:
        await self._write(lambda db: _change_turn(db, turn, gated=gated_row(gated)))

    async def say(self, turn: str, sentence: Sentence) -> None:
        """Adds a sentence to what the turn has said."""

        def work(db: sa.Connection) -> None:
            row = _turn_row(db, turn)
            _change_turn(db, turn, spoken=[*row.spoken, sentence_row(sentence)])

        await self._write(work)

    async def redirect(self, turn: str, gated: Gated, sentences: Sequence[Sentence]) -> None:
        """The gate's finding and all its authored text in one stroke, so that no crash leaves half of it."""
        await self._write(
            lambda db: _change_turn(
                db,
                turn,
                gated=gated_row(gated),
                spoken=[sentence_row(sentence) for sentence in sentences],
                status="redirected",
            )
        )

    async def heard(self, turn: str, n: int, *, stopped: bool = False) -> None:
        """The person has heard or seen the first ``n`` sentences. Never goes back, never exceeds what was said.

        ``stopped``: playing was cut off there, so a turn that had all left counts as interrupted; ``n`` then holds
        even where more had been acknowledged. Authored redirects stay redirected.
        """

        def work(db: sa.Connection) -> None:
            row = _turn_row(db, turn)
            known = 0 if stopped else row.heard
            changes: dict[str, Any] = {"heard": min(max(known, n, 0), len(row.spoken))}
            if stopped and row.status in ("open", "complete") and changes["heard"] < len(row.spoken):
                changes["status"] = "interrupted"
            _change_turn(db, turn, **changes)

        await self._write(work)

    async def finish(self, turn: str, status: Status, *, writer: str = "", left: int | None = None) -> None:
        """The turn's end. ``left`` is how many sentences really left; one stored but cut off before is taken back."""

        def work(db: sa.Connection) -> None:
            row = _turn_row(db, turn)
            spoken = row.spoken if left is None else row.spoken[:left]
            _change_turn(db, turn, status=status, writer=writer, spoken=list(spoken), heard=min(row.heard, len(spoken)))
            _change(db, row.conversation, updated=self._clock())

        await self._write(work)

    async def turn(self, id: str) -> Turn:
        """Raises NotFoundError."""
        return await self._read(lambda db: turn_of(_turn_row(db, id), self.cite))

    async def history(self, conversation: str, *, until: str | None = None) -> tuple[Turn, ...]:
        """The turns that show, oldest first, up to and including ``until`` (default: the newest).

        A turn that was replaced, and what came after it on that branch, does not show. Empty for an unknown id.
        """

        def work(db: sa.Connection) -> tuple[Turn, ...]:
            query = sa.select(turns).where(turns.c.conversation == conversation).order_by(turns.c.number)
            return tuple(turn_of(row, self.cite) for row in path_to(db.execute(query).all(), until))

        return await self._read(work)

    # The whole

    async def dump(self, *ids: str) -> list[dict[str, Any]]:
        """Conversations (default: all) with every turn, replaced ones too, as plain data. Raises NotFoundError."""

        def work(db: sa.Connection) -> list[dict[str, Any]]:
            for id in ids:
                _entry(db, id)
            chosen = conversations.c.id.in_(ids) if ids else sa.true()
            found = db.execute(sa.select(conversations).where(chosen).order_by(conversations.c.created)).all()
            return [
                {
                    **plain(row),
                    "turns": [
                        plain(turn)
                        for turn in db.execute(
                            sa.select(turns).where(turns.c.conversation == row.id).order_by(turns.c.number)
                        )
                    ],
                    "artefacts": [plain(one) for one in _of(db, artefacts, row.id)],
                    "commitments": [plain(one) for one in _of(db, commitments, row.id)],
                }
                for row in found
            ]

        return await self._read(work)

    async def load(self, dumped: Sequence[dict[str, Any]]) -> int:
        """Adds dumped conversations; those whose id is here already are left as they are. Returns how many came."""

        def work(db: sa.Connection) -> int:
            try:
                return sum(_load(db, one) for one in dumped)
            except (KeyError, TypeError, ValueError, AttributeError, sa.exc.StatementError) as exc:
                raise StoreError(
                    "This is not an export of Trust Coach. Choose a file made by: coach data export"
                ) from exc

        return await self._write(work)

    async def check(self) -> None:
        """Opens the database and reads from it. Raises StoreError."""
        await self._read(lambda db: db.execute(sa.select(sa.func.count()).select_from(conversations)).scalar())

    async def close(self) -> None:
        await unbroken(asyncio.to_thread(self._close))

    def _close(self) -> None:
        self._threads.shutdown()
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    # Transactions

    async def transact(self, work: Callable[[sa.Connection], T], *, writes: bool) -> T:
        """One transaction of another owner of tables in this database."""
        return await self._run(work, writes=writes)

    async def _write(self, work: Callable[[sa.Connection], T]) -> T:
        return await self._run(work, writes=True)

    async def _read(self, work: Callable[[sa.Connection], T]) -> T:
        return await self._run(work, writes=False)

    async def _run(self, work: Callable[[sa.Connection], T], *, writes: bool) -> T:
        def transaction() -> T:
            engine = self._open()
            with translated(self.url), engine.connect().execution_options(writes=writes) as db, db.begin():
                return work(db)

        return await unbroken(asyncio.get_running_loop().run_in_executor(self._threads, transaction))

    async def _compact(self) -> None:
        """Deleted words also leave SQLite's journal."""
        if not is_sqlite(self.url):
            return

        def work() -> None:
            with translated(self.url), self._open().connect() as db:
                driver = db.connection.driver_connection
                assert driver is not None
                driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")

        await unbroken(asyncio.get_running_loop().run_in_executor(self._threads, work))

    def _open(self) -> sa.Engine:
        with self._opening:
            if self._engine is None:
                self._engine = open_engine(self.url)
            return self._engine


def _ensure(
    db: sa.Connection,
    id: str,
    now: datetime,
    *,
    title: str = "",
    collection: str | None = None,
    settings: dict[str, Any] | None = None,
) -> None:
    if db.execute(sa.select(conversations.c.id).where(conversations.c.id == id)).first() is None:
        db.execute(
            conversations.insert().values(
                id=id, title=title.strip(), collection=collection, created=now, updated=now, settings=settings or {}
            )
        )


def _entry(db: sa.Connection, id: str) -> Entry:
    row = db.execute(sa.select(conversations).where(conversations.c.id == id)).first()
    if row is None:
        raise NotFoundError(f"There is no conversation {id!r}. To see them, run: coach data where")
    return _entry_of(row)


def _entry_of(row: Any) -> Entry:
    return Entry(row.id, row.title, row.collection, aware(row.created), aware(row.updated), dict(row.settings))


def _change(db: sa.Connection, id: str, **values: Any) -> None:
    _entry(db, id)
    db.execute(conversations.update().where(conversations.c.id == id).values(**values))


def _turn_row(db: sa.Connection, id: str) -> Any:
    query = sa.select(turns).where(turns.c.id == id)
    # On a server two workers may hold one turn; SQLite's write transactions exclude each other anyway.
    row = db.execute(query.with_for_update() if db.get_execution_options().get("writes") else query).first()
    if row is None:
        raise NotFoundError(f"There is no turn {id!r}; its conversation may have been deleted.")
    return row


def _change_turn(db: sa.Connection, id: str, **values: Any) -> None:
    _turn_row(db, id)
    db.execute(turns.update().where(turns.c.id == id).values(**values))


def _delete(db: sa.Connection, which: Any) -> Receipt:
    ids = db.execute(sa.select(conversations.c.id).where(which)).scalars().all()
    spoken = db.execute(sa.select(turns.c.spoken).where(turns.c.conversation.in_(ids))).scalars().all()
    pages = db.execute(artefacts.delete().where(artefacts.c.conversation.in_(ids))).rowcount
    promises = db.execute(commitments.delete().where(commitments.c.conversation.in_(ids))).rowcount
    db.execute(turns.delete().where(turns.c.conversation.in_(ids)))
    db.execute(conversations.delete().where(conversations.c.id.in_(ids)))
    return Receipt(len(ids), len(spoken), sum(len(one) for one in spoken), pages, promises)


def _of(db: sa.Connection, table: sa.Table, conversation: str) -> Any:
    query = sa.select(table).where(table.c.conversation == conversation)
    return db.execute(query.order_by(table.c.created, table.c.id))


def _load(db: sa.Connection, dumped: dict[str, Any]) -> bool:
    """Whether the conversation came in; False where it is here already."""
    if db.execute(sa.select(conversations.c.id).where(conversations.c.id == dumped["id"])).first():
        return False
    parts = {"turns": turns, "artefacts": artefacts, "commitments": commitments}
    db.execute(conversations.insert().values(dated({k: v for k, v in dumped.items() if k not in parts})))
    for name, table in parts.items():
        for one in dumped[name] if name == "turns" else dumped.get(name, ()):
            db.execute(table.insert().values(dated(one)))
    return True
