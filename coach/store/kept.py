"""What practices leave behind, on disk: pages and commitments, each belonging to its conversation.

They go when their conversation goes. Every call may raise StoreError.
"""

import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa

from coach.commitments import Artefact, Commitment, Leaves, Page, Promise, State
from coach.errors import NotFoundError
from coach.store.rows import aware
from coach.store.tables import artefacts, commitments, conversations

T = TypeVar("T")


class Transaction(Protocol):
    def __call__(self, work: Callable[[sa.Connection], T]) -> Awaitable[T]: ...


class Kept:
    """Pages and commitments of all conversations."""

    def __init__(self, write: Transaction, read: Transaction, clock: Callable[[], datetime]) -> None:
        self._write = write
        self._read = read
        self._clock = clock

    async def keep(self, conversation: str, turn: str, leaves: Leaves) -> None:
        """Everything that a turn leaves behind, in one stroke."""

        def work(db: sa.Connection) -> None:
            for page in leaves.pages:
                _keep_page(db, conversation, turn, page, self._clock())
            for promise in leaves.promises:
                _keep_promise(db, conversation, promise, self._clock())

        await self._write(work)

    async def artefacts(self, *conversation: str) -> tuple[Artefact, ...]:
        """Pages (default: of all conversations), the newest first."""

        def work(db: sa.Connection) -> tuple[Artefact, ...]:
            where = artefacts.c.conversation.in_(conversation) if conversation else sa.true()
            rows = db.execute(sa.select(artefacts).where(where).order_by(artefacts.c.created.desc(), artefacts.c.id))
            return tuple(_artefact(row) for row in rows)

        return await self._read(work)

    async def artefact(self, id: str) -> Artefact:
        """Raises NotFoundError."""

        def work(db: sa.Connection) -> Artefact:
            row = db.execute(sa.select(artefacts).where(artefacts.c.id == id)).first()
            if row is None:
                raise NotFoundError(f"There is no page {id!r}. To see them, run: coach practice list")
            return _artefact(row)

        return await self._read(work)

    async def commitments(self, *conversation: str) -> tuple[Commitment, ...]:
        """Commitments (default: of all conversations): open ones first, by day; those without one last."""

        def work(db: sa.Connection) -> tuple[Commitment, ...]:
            where = commitments.c.conversation.in_(conversation) if conversation else sa.true()
            rows = db.execute(sa.select(commitments).where(where))
            return tuple(sorted((_commitment(row) for row in rows), key=_order))

        return await self._read(work)

    async def settle(self, id: str, state: State) -> None:
        """Raises NotFoundError."""

        def work(db: sa.Connection) -> None:
            row = db.execute(
                commitments.update().where(commitments.c.id == id).values(state=state, changed=self._clock())
            )
            if row.rowcount == 0:
                raise NotFoundError("This commitment is gone; its conversation may have been deleted.")

        await self._write(work)

    async def delete(self, id: str) -> None:
        """Removes a page or a commitment for good. Raises NotFoundError."""

        def work(db: sa.Connection) -> None:
            gone = sum(db.execute(t.delete().where(t.c.id == id)).rowcount for t in (artefacts, commitments))
            if gone == 0:
                raise NotFoundError(f"There is no page or commitment {id!r}.")

        await self._write(work)


def _order(one: Commitment) -> tuple[bool, bool, str, str]:
    return one.state != "open", one.due is None, str(one.due), one.id


def _keep_page(db: sa.Connection, conversation: str, turn: str, page: Page, now: datetime) -> None:
    values: dict[str, Any] = {
        "turn": turn, "kind": page.kind, "title": page.title, "markdown": page.markdown, "data": page.data,
        "created": now,
    }  # fmt: skip
    here = sa.and_(artefacts.c.conversation == conversation, artefacts.c.about == page.about)
    if db.execute(artefacts.update().where(here).values(**values)).rowcount == 0:
        db.execute(artefacts.insert().values(id=_id(), conversation=conversation, about=page.about, **values))


def _keep_promise(db: sa.Connection, conversation: str, promise: Promise, now: datetime) -> None:
    values: dict[str, Any] = {"state": promise.state, "changed": now}
    values |= {"text": promise.text} if promise.text else {}
    values |= {"due": promise.due} if promise.due else {}
    here = sa.and_(commitments.c.conversation == conversation, commitments.c.about == promise.about)
    if db.execute(commitments.update().where(here).values(**values)).rowcount == 0 and promise.text:
        if db.execute(sa.select(conversations.c.id).where(conversations.c.id == conversation)).first() is None:
            return
        db.execute(
            commitments.insert().values(
                id=_id(), conversation=conversation, about=promise.about, owner=promise.owner, text=promise.text,
                due=promise.due, state=promise.state, created=now, changed=now,
            )
        )  # fmt: skip


def _id() -> str:
    """Short enough to type after ``coach practice export``; 48 bits."""
    return secrets.token_hex(6)


def _artefact(row: Any) -> Artefact:
    return Artefact(
        row.id, row.conversation, row.turn, row.about, row.kind, row.title, row.markdown, dict(row.data),
        aware(row.created),
    )  # fmt: skip


def _commitment(row: Any) -> Commitment:
    return Commitment(
        row.id, row.conversation, row.about, row.owner, row.text, row.due, row.state, aware(row.created),
        aware(row.changed),
    )  # fmt: skip
