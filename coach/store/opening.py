"""Opens the database: folder, connection settings, migrations, and one clear line where any of it fails."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc as sql

from coach.errors import StoreError
from coach.store.tables import HEAD

MIGRATIONS = Path(__file__).parent / "migrations"

# How long a write waits for another process, for example a `coach ask` beside the page, to finish its own.
BUSY_TIMEOUT_MS = 5_000

# Any number: it names, inside PostgreSQL, the lock that lets one process migrate at a time.
MIGRATION_LOCK = 7_417_001


def open_engine(url: str) -> sa.Engine:
    """An engine on an up-to-date database. Makes the folder and the tables where missing. Raises StoreError."""
    with translated(url):
        engine = _engine(url)
        try:
            _migrate(engine)
        except BaseException:
            engine.dispose()
            raise
        return engine


def is_sqlite(url: str) -> bool:
    return url.startswith("sqlite")


def file_of(url: str) -> Path | None:
    """The database file; None for a server or a database in memory."""
    database = sa.make_url(url).database if is_sqlite(url) else None
    return Path(database) if database and database != ":memory:" else None


def _engine(url: str) -> sa.Engine:
    if not is_sqlite(url):
        return sa.create_engine(_with_driver(url), pool_pre_ping=True)
    file = file_of(url)
    if file is not None:
        # What is said here is nobody else's business: folder and file belong to the person alone.
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    engine = sa.create_engine(url)

    @sa.event.listens_for(engine, "connect")
    def settle(connection: Any, _record: Any) -> None:
        # The driver's own transaction handling starts write transactions late; `begin` below starts them itself.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA journal_mode = WAL")
        # With WAL this survives a killed process; only a power cut may lose the last instants.
        cursor.execute("PRAGMA synchronous = NORMAL")
        cursor.execute("PRAGMA foreign_keys = ON")
        # Deleted words are overwritten, not just unlinked.
        cursor.execute("PRAGMA secure_delete = ON")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        # A transaction that reads first and writes later cannot wait for another writer, it can only fail; so
        # writers take their place in the queue at once.
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _with_driver(url: str) -> sa.URL:
    """``postgresql://…`` as people write it, with the driver that is installed."""
    made = sa.make_url(url)
    plain = made.drivername in ("postgresql", "postgres")
    return made.set(drivername="postgresql+psycopg") if plain else made


def _migrate(engine: sa.Engine) -> None:
    if _version(engine) == HEAD:
        return
    from filelock import FileLock

    url = engine.url.render_as_string(hide_password=False)
    file = file_of(url)
    with FileLock(f"{file}.lock") if file else nullcontext():
        from alembic import command
        from alembic.config import Config
        from alembic.util.exc import CommandError

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        with engine.connect().execution_options(writes=True) as connection, connection.begin():
            if engine.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATION_LOCK)))
            config.attributes["connection"] = connection
            try:
                command.upgrade(config, "head")
            except CommandError as exc:
                raise StoreError(
                    f"The conversations in {file or 'the database'} were written by a newer Trust Coach. "
                    "Update this one, or set COACH_HOME to another folder."
                ) from exc


def _version(engine: sa.Engine) -> str | None:
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


@contextmanager
def translated(url: str) -> Iterator[None]:
    """Turns what databases and disks raise into a StoreError that says what happened and what to do."""
    try:
        yield
    except OSError as exc:
        raise StoreError(_disk_line(exc, url)) from exc
    except ModuleNotFoundError as exc:
        raise StoreError(f"The database driver {exc.name!r} is missing. Run: uv pip install {exc.name}") from exc
    except sql.ArgumentError as exc:
        raise StoreError("COACH_DATABASE_URL is not a database URL. Example: sqlite:////home/me/coach.sqlite") from exc
    except (sql.DBAPIError, sql.NoSuchModuleError) as exc:
        raise StoreError(_database_line(exc, url)) from exc


def _where(url: str) -> str:
    return str(file_of(url) or sa.make_url(url).render_as_string())


def _disk_line(exc: OSError, url: str) -> str:
    where = _where(url)
    if exc.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full, so {where} cannot be written. Free some space."
    if exc.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"No permission to write {where}. Make it writable, or set COACH_HOME to a folder of yours."
    return f"{where} cannot be opened ({exc.strerror or exc}). Set COACH_HOME to a folder of yours."


def _database_line(exc: sql.SQLAlchemyError, url: str) -> str:
    where = _where(url)
    said = str(exc.orig if isinstance(exc, sql.DBAPIError) else exc).strip().split("\n")[0]
    if "disk is full" in said or "disk I/O error" in said:
        return f"The disk is full or failing ({said}), so {where} cannot be written. Free some space."
    if "readonly" in said:
        return f"{where} is read-only. Make it writable, or set COACH_HOME to a folder of yours."
    if "unable to open" in said:
        return f"{where} cannot be opened. Check its permissions, or set COACH_HOME to a folder of yours."
    if "locked" in said:
        return f"{where} is in use by another process. Close the other Trust Coach, then try again."
    if "malformed" in said or "not a database" in said:
        return f"{where} is damaged ({said}). Move it away to start afresh, and keep it for repair."
    return f"The database answered: {said}. Check COACH_DATABASE_URL, or run: coach doctor"
