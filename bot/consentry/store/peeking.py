"""Looks into a database file without changing it, and without making one."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

_MAGIC = b"SQLite format 3\x00"


def is_database(path: Path) -> bool:
    """Whether the file at ``path`` begins as one of SQLite's."""
    try:
        with path.open("rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except OSError:
        return False


def has_rows(path: Path, table: str) -> bool:
    """Whether there is anything in ``table`` of the database at ``path``."""
    try:
        with closing(_reading(path)) as connection:
            return connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is not None
    except sqlite3.Error:
        return False


def fault(path: Path) -> str | None:
    """What is wrong with the database at ``path``, in SQLite's words; ``None``: nothing."""
    try:
        with closing(_reading(path)) as connection:
            [said] = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as exc:
        said = str(exc)
    return None if said == "ok" else str(said)


def _reading(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True)
