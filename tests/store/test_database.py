"""A database that can't be used is refused with what to do, and nothing of it is lost."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

from consentry.config import StorageSection
from consentry.errors import SetupError
from consentry.store.database import Database, sqlite_url
from consentry.store.keys import KeyRing
from consentry.store.opening import KEY, store_of
from consentry.store.tables import metadata


def made(path: Path) -> Path:
    database = Database(sqlite_url(path))
    database.open()
    database.close()
    return path


def refusal(url: str) -> str:
    with pytest.raises(SetupError) as caught:
        Database(url).open()
    return str(caught.value)


def test_the_migrations_make_the_tables_that_the_code_uses(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path / "a.db"))
    database.open()

    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    assert database.transact(differences) == []
    database.close()


def test_a_database_is_opened_again_as_it_was(tmp_path: Path) -> None:
    database = Database(sqlite_url(made(tmp_path / "a.db")))
    database.open()
    revision = database.transact(
        lambda c: c.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    )
    assert revision == "0001"
    database.close()


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = made(tmp_path / "a.db")
    with sqlite3.connect(path) as direct:
        direct.execute("UPDATE alembic_version SET version_num = '9999'")
    before = path.read_bytes()
    assert "newer Consentry" in refusal(sqlite_url(path))
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    path.write_bytes(b"somebody's notes, more than a hundred bytes of them" * 10)
    before = path.read_bytes()
    assert "is no database" in refusal(sqlite_url(path))
    assert path.read_bytes() == before


def test_a_database_in_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert "check that its folder exists" in refusal(sqlite_url(tmp_path / "absent" / "a.db"))


def test_a_database_that_another_process_writes_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consentry.store.database.BUSY_SECONDS", 0.1)
    path = made(tmp_path / "a.db")
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    assert "another process holds it" in refusal(sqlite_url(path))
    holder.close()


@pytest.mark.parametrize("url", ["nonsense", "", "//x"])
def test_a_url_that_is_none(url: str) -> None:
    with pytest.raises(SetupError, match="URL looks like"):
        Database(url)


def test_a_database_without_a_driver_says_what_to_install_and_no_password() -> None:
    said = refusal("firebird://me:secret@host/name")
    assert "pip install" in said
    assert "secret" not in said


def test_a_store_makes_its_key_once_and_keeps_it_to_itself(tmp_path: Path) -> None:
    section = StorageSection(directory=tmp_path / "data")
    first, second = store_of(section), store_of(section)
    assert first.ring.handle("c", "p") == second.ring.handle("c", "p")
    key = tmp_path / "data" / KEY
    assert key.stat().st_mode & 0o777 == 0o600


def test_a_store_takes_the_key_it_is_given(tmp_path: Path) -> None:
    section = StorageSection.model_validate({"directory": tmp_path, "key": "ab" * 32})
    given = store_of(section).ring
    assert given.handle("c", "p") == KeyRing(bytes.fromhex("ab" * 32)).handle("c", "p")
    assert not (tmp_path / KEY).exists()


@pytest.mark.parametrize("content", [b"", b"short\n", b"\xff\xfe"])
def test_a_key_that_keeps_nothing_secret_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / KEY).write_bytes(content)
    with pytest.raises(SetupError):
        store_of(StorageSection(directory=tmp_path))


def test_a_key_of_somebody_elses_store_opens_nothing() -> None:
    ours, theirs = KeyRing(bytes(32)), KeyRing(b"\x01" * 32)
    handle = ours.handle("c", "p")
    wrapped = ours.wrap(handle, b"k" * 32)
    assert ours.unwrap(handle, wrapped) == b"k" * 32
    for ring, at in ((theirs, handle), (ours, ours.handle("c", "q"))):
        with pytest.raises(SetupError, match="not the one"):
            ring.unwrap(at, wrapped)
