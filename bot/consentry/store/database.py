"""A database of the store: SQLite in a file or PostgreSQL by URL; one thread talks to it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError, SQLAlchemyError

from consentry.errors import SetupError
from consentry.store.migrating import CONTENT, ForeignDatabase, Schema, migrate

T = TypeVar("T")

BUSY_SECONDS = 5.0
"""How long another process may hold the file."""

Work = Callable[[Connection], T]
"""What is done in one transaction; called in the thread."""


def sqlite_url(path: Path) -> str:
    """The URL of a database in the file at ``path``."""
    return f"sqlite:///{path}"


class Database:
    """Used as a context manager: entering opens it, and brings its tables up to date.

    SetupError, which names the database and says what to do, for whatever it refuses; a URL is
    shown without its password.
    """

    def __init__(
        self, url: str, schema: Schema = CONTENT, handed: Mapping[str, Any] | None = None
    ) -> None:
        """``handed`` is what the migrations of ``schema`` take besides a connection."""
        self._schema = schema
        self._handed = dict(handed or {})
        try:
            self._url = make_url(url)
        except ArgumentError:
            raise SetupError(
                "a database's URL looks like sqlite:////path/consentry.db or "
                "postgresql+psycopg://user@host/name"
            ) from None
        self._engine: Engine | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="consentry-store")

    @property
    def name(self) -> str:
        """How to call it in a message: its path, or its URL without the password."""
        if self._url.get_backend_name() == "sqlite":
            return self._url.database or "memory"
        return self._url.render_as_string(hide_password=True)

    async def __aenter__(self) -> Self:
        try:
            await self._in_thread(self.open)
        except SetupError:
            self._thread.shutdown()
            raise
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._in_thread(self.close)
        self._thread.shutdown()

    async def run(self, work: Work[T]) -> T:
        """Do ``work`` in one transaction: all of it is durable on return, or none on SetupError."""
        return await self._in_thread(lambda: self.transact(work))

    def open(self) -> None:
        """As entering, in the calling thread."""
        try:
            self._connect()
        except NoSuchModuleError:
            raise SetupError(
                f"{self.name}: no driver for this database; pip install 'consentry[postgres]'"
            ) from None
        except ForeignDatabase as exc:
            raise SetupError(f"{self.name}: {exc}") from None
        except (SQLAlchemyError, ImportError, OSError) as exc:
            raise self._error(exc) from None

    def _connect(self) -> None:
        engine = _engine(self._url.render_as_string(hide_password=False))
        try:
            with engine.begin() as connection:
                migrate(connection, self._schema, self._handed)
        except BaseException:
            engine.dispose()
            raise
        self._engine = engine

    def try_writing(self) -> None:
        """Change nothing, as a write would; SetupError where it may only be read, which else
        shows with the first grant."""
        assert self._engine is not None
        try:
            with self._engine.connect() as connection:
                connection.execute(text("UPDATE alembic_version SET version_num = version_num"))
                connection.rollback()
        except SQLAlchemyError as exc:
            raise self._error(exc) from None

    def close(self) -> None:
        """As leaving, in the calling thread."""
        if self._engine is not None:
            self._engine.dispose()

    def transact(self, work: Work[T]) -> T:
        """As :meth:`run`, in the calling thread."""
        assert self._engine is not None
        try:
            with self._engine.begin() as connection:
                return work(connection)
        except SQLAlchemyError as exc:
            raise self._error(exc) from None

    async def scrub(self) -> bool:
        """Empty the write-ahead log, which holds pages as they were before something was deleted.
        False where another process reads them now: it is to be tried again.

        SQLite overwrites what is deleted. PostgreSQL reclaims by itself, in its time."""
        return await self._in_thread(self._scrub)

    def _scrub(self) -> bool:
        assert self._engine is not None
        if self._engine.dialect.name != "sqlite":
            return True
        try:
            with self._engine.connect() as connection:
                driver = connection.connection.driver_connection
                assert driver is not None
                return not driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except (SQLAlchemyError, sqlite3.Error) as exc:
            raise self._error(exc) from None

    async def _in_thread(self, fn: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, fn)

    def _error(self, exc: Exception) -> SetupError:
        """The driver's own words say what is wrong; the statement, which holds data, stays out."""
        driver = exc.orig if isinstance(exc, DatabaseError) else exc
        why = str(driver) if isinstance(exc, DatabaseError | sqlite3.Error) else type(exc).__name__
        return SetupError(f"{self.name}: {_remedy(why)}")


def _remedy(why: str) -> str:
    remedies = {
        "locked": "another process holds it; end that, or give this one a database of its own",
        "readonly": "can't be written; let the bot's user own the file and its folder",
        "read-only": "can't be written; let the bot's user own the file and its folder",
        "decode": "is corrupt; restore a backup, and keep this file for a look",
        "malformed": "is corrupt; restore a backup, and keep this file for a look",
        "not a database": "is no database; give another path, or move that file away",
        "unable to open": "can't be opened; check that its folder exists and is the bot's to write",
        "full": "the disk is full; make room",
        "disk I/O": "the disk failed; check it before anything else is written",
    }
    for sign, remedy in remedies.items():
        if sign in why:
            return remedy
    return f"can't be used ({why.splitlines()[0][:200]})"


def _engine(url: str) -> Engine:
    engine = create_engine(url, pool_size=1, max_overflow=0, hide_parameters=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, record: object) -> None:
    # Transactions are begun by _begin_sqlite, not by the driver's guess at the first statement.
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout = {round(BUSY_SECONDS * 1000)}",
        "journal_mode = WAL",
        "synchronous = FULL",  # durable on commit, in WAL mode too
        "secure_delete = ON",  # what is erased is overwritten, not only unlinked
        "trusted_schema = OFF",
        "foreign_keys = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # Locks for writing at once: two who read first and write then would wait for each other.
    connection.exec_driver_sql("BEGIN IMMEDIATE")
