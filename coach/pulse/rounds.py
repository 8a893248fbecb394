"""Rounds of the pulse on disk: open by link, closed for good, with nothing kept of a single answer after that.

While a round is open its answers lie without time, order, address or name, each under a random key. Closing works out
the summary and deletes the answers in the same stroke; with fewer than the floor they are deleted unread.
"""

import json
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from coach.errors import NotFoundError, StoreError
from coach.pulse.pulse import FLOOR, Answer, Figure, Summary, summary

# 128 bits: nobody finds a round by trying.
_KEY_BYTES = 16

_TABLES = """
CREATE TABLE IF NOT EXISTS rounds (
    id TEXT PRIMARY KEY, link TEXT UNIQUE NOT NULL, team TEXT NOT NULL, opened TEXT NOT NULL, closed TEXT,
    summary TEXT
);
-- Without row numbers, so that the order in which people answered is written down nowhere.
CREATE TABLE IF NOT EXISTS answers (
    key BLOB PRIMARY KEY, round TEXT NOT NULL REFERENCES rounds (id) ON DELETE CASCADE, given TEXT NOT NULL
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Round:
    """One round of the pulse in one team."""

    id: str
    link: str
    """The secret part of the address by which people answer."""
    team: str
    opened: datetime
    closed: datetime | None = None
    summary: Summary | None = None
    """None while it is open, and for good where fewer than the floor answered."""
    enough: bool = False
    """Whether an open round has reached the floor; how many answered is not told before it is closed."""


def open_rounds(home: Path) -> "Rounds":
    """The rounds of a home folder. Raises StoreError."""
    return Rounds(home / "pulse.sqlite")


class Rounds:
    """All rounds in one file of the person's own. Each call opens and closes it, and may raise StoreError."""

    def __init__(self, file: Path, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._file = file
        self._clock = clock

    def begin(self, team: str) -> Round:
        """Opens a round."""
        made = Round(secrets.token_hex(6), secrets.token_urlsafe(_KEY_BYTES), team.strip(), self._clock())
        with self._db() as db:
            db.execute(
                "INSERT INTO rounds (id, link, team, opened) VALUES (?, ?, ?, ?)",
                (made.id, made.link, made.team, made.opened.isoformat()),
            )
        return made

    def by_link(self, link: str) -> Round:
        """Raises NotFoundError."""
        return self._one("link", link)

    def round(self, id: str) -> Round:
        """Raises NotFoundError."""
        return self._one("id", id)

    def all(self) -> tuple[Round, ...]:
        """Every round, the newest first."""
        with self._db() as db:
            rows = db.execute("SELECT * FROM rounds ORDER BY opened DESC, id").fetchall()
            return tuple(self._round(db, row) for row in rows)

    def give(self, link: str, given: Answer) -> None:
        """Takes an answer. Raises NotFoundError for an unknown link, and where the round is closed."""
        with self._db() as db:
            row = db.execute("SELECT id, closed FROM rounds WHERE link = ?", (link,)).fetchone()
            if row is None or row["closed"]:
                raise NotFoundError("This round is over, so no answer was taken. Ask for the link of the next one.")
            db.execute(
                "INSERT INTO answers (key, round, given) VALUES (?, ?, ?)",
                (secrets.token_bytes(_KEY_BYTES), row["id"], json.dumps(dict(sorted(given.items())))),
            )

    def close(self, id: str) -> Round:
        """Closes a round: what it shows is kept, its answers are deleted. Raises NotFoundError."""
        with self._db() as db:
            row = db.execute("SELECT closed FROM rounds WHERE id = ?", (id,)).fetchone()
            if row is None:
                raise NotFoundError("This round is gone.")
            if not row["closed"]:
                rows = db.execute("SELECT given FROM answers WHERE round = ?", (id,)).fetchall()
                found = summary([json.loads(one["given"]) for one in rows])
                db.execute(
                    "UPDATE rounds SET closed = ?, summary = ? WHERE id = ?",
                    (self._clock().isoformat(), json.dumps(asdict(found)) if found else None, id),
                )
                db.execute("DELETE FROM answers WHERE round = ?", (id,))
        return self.round(id)

    def delete(self, id: str) -> None:
        """Removes a round with all that was kept of it. Raises NotFoundError."""
        with self._db() as db:
            if db.execute("DELETE FROM rounds WHERE id = ?", (id,)).rowcount == 0:
                raise NotFoundError("This round is gone.")

    def delete_all(self) -> int:
        """Deletes every round with its answers, and the file itself; how many there were."""
        if not self._file.exists():
            return 0
        number = len(self.all())
        for ending in ("", "-wal", "-shm", "-journal"):
            self._file.with_name(self._file.name + ending).unlink(missing_ok=True)
        return number

    def dump(self) -> list[dict[str, Any]]:
        """Every round as plain data: what it showed, without answers, and without the link to an open one."""
        if not self._file.exists():
            return []
        return [
            {
                "id": one.id, "team": one.team, "opened": one.opened.isoformat(),
                "closed": one.closed.isoformat() if one.closed else None,
                "summary": asdict(one.summary) if one.summary else None,
            }
            for one in self.all()
        ]  # fmt: skip

    def load(self, dumped: Sequence[Mapping[str, Any]]) -> int:
        """Takes in closed rounds of a dump that are not here; how many. Raises StoreError for what is no dump."""
        came = 0
        try:
            with self._db() as db:
                for one in dumped:
                    if not one["closed"]:
                        continue
                    _summary(json.dumps(one["summary"]) if one["summary"] else None)
                    row = (
                        one["id"], secrets.token_urlsafe(_KEY_BYTES), one["team"], one["opened"], one["closed"],
                        json.dumps(one["summary"]) if one["summary"] else None,
                    )  # fmt: skip
                    came += db.execute(
                        "INSERT OR IGNORE INTO rounds (id, link, team, opened, closed, summary) "
                        "VALUES (?, ?, ?, ?, ?, ?)",
                        row,
                    ).rowcount
        except (KeyError, TypeError) as exc:
            raise StoreError("The rounds of the team pulse in this file cannot be read. Export them again.") from exc
        return came

    def _one(self, column: str, value: str) -> Round:
        with self._db() as db:
            row = db.execute(f"SELECT * FROM rounds WHERE {column} = ?", (value,)).fetchone()
            if row is None:
                raise NotFoundError("There is no such round of the pulse. Ask for the link again.")
            return self._round(db, row)

    def _round(self, db: sqlite3.Connection, row: sqlite3.Row) -> Round:
        count = db.execute("SELECT count(*) FROM answers WHERE round = ?", (row["id"],)).fetchone()[0]
        return Round(
            row["id"],
            row["link"],
            row["team"],
            datetime.fromisoformat(row["opened"]),
            datetime.fromisoformat(row["closed"]) if row["closed"] else None,
            _summary(row["summary"]),
            count >= FLOOR,
        )

    @contextmanager
    def _db(self) -> Iterator[sqlite3.Connection]:
        """One transaction: everything in it is kept, or nothing."""
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600))
            db = sqlite3.connect(self._file, timeout=5)
            try:
                db.row_factory = sqlite3.Row
                # Deleted answers are overwritten, and no log of writes beside the file tells their order.
                db.execute("PRAGMA secure_delete = ON")
                db.execute("PRAGMA foreign_keys = ON")
                db.executescript(_TABLES)
                with db:
                    db.execute("BEGIN IMMEDIATE")
                    yield db
            finally:
                db.close()
        except (OSError, sqlite3.Error) as exc:
            raise StoreError(f"{self._file} cannot be used ({exc}). Check the disk and its permissions.") from exc


def _summary(text: str | None) -> Summary | None:
    if text is None:
        return None
    data = json.loads(text)
    return Summary(
        data["n"], tuple(Figure(**one) for one in data["themes"]), tuple(Figure(**one) for one in data["questions"])
    )
