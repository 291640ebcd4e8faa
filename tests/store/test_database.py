"""A database that can't be used is refused with what to do, and nothing of it is lost."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine, text

from consentry.config.sections import StorageSection
from consentry.errors import SetupError
from consentry.store.database import Database, sqlite_url
from consentry.store.keys import CallKeys, KeyRing, PersonKey, wrapped_keys
from consentry.store.migrating import CONTENT, KEYS, Schema
from consentry.store.opening import DATABASE, KEY, store_of

both = pytest.mark.parametrize("schema", [CONTENT, KEYS], ids=lambda schema: schema.holds)
"""Of the content and of the keys it holds alike."""


def made(path: Path, schema: Schema) -> Path:
    database = Database(sqlite_url(path), schema)
    database.open()
    database.close()
    return path


def refusal(url: str, schema: Schema = CONTENT) -> str:
    with pytest.raises(SetupError) as caught:
        Database(url, schema).open()
    return str(caught.value)


@both
def test_the_migrations_make_the_tables_that_the_code_uses(tmp_path: Path, schema: Schema) -> None:
    database = Database(sqlite_url(tmp_path / "a.db"), schema)
    database.open()

    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), schema.tables))

    assert database.transact(differences) == []
    database.close()


@both
def test_a_database_is_opened_again_as_it_was(tmp_path: Path, schema: Schema) -> None:
    database = Database(sqlite_url(made(tmp_path / "a.db", schema)), schema)
    database.open()
    revision = database.transact(
        lambda c: c.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    )
    assert revision == {"content": "0003", "keys": "keys_0001"}[schema.holds]
    database.close()


@both
def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path, schema: Schema) -> None:
    path = made(tmp_path / "a.db", schema)
    with sqlite3.connect(path) as direct:
        direct.execute("UPDATE alembic_version SET version_num = '9999'")
    before = path.read_bytes()
    assert "newer Consentry" in refusal(sqlite_url(path), schema)
    assert path.read_bytes() == before


@pytest.mark.parametrize(("there", "wanted"), [(CONTENT, KEYS), (KEYS, CONTENT)])
def test_keys_and_content_never_share_a_database(
    tmp_path: Path, there: Schema, wanted: Schema
) -> None:
    url = sqlite_url(made(tmp_path / "a.db", there))
    assert f"holds the store's {there.holds}" in refusal(url, wanted)


@both
def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path, schema: Schema) -> None:
    path = tmp_path / "a.db"
    path.write_bytes(b"somebody's notes, more than a hundred bytes of them" * 10)
    before = path.read_bytes()
    assert "is no database" in refusal(sqlite_url(path), schema)
    assert path.read_bytes() == before


def test_a_database_in_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert "check that its folder exists" in refusal(sqlite_url(tmp_path / "absent" / "a.db"))


@both
def test_a_database_that_another_process_writes_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, schema: Schema
) -> None:
    monkeypatch.setattr("consentry.store.database.BUSY_SECONDS", 0.1)
    path = made(tmp_path / "a.db", schema)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    assert "another process holds it" in refusal(sqlite_url(path), schema)
    holder.close()


@both
def test_a_database_that_may_only_be_read(tmp_path: Path, schema: Schema) -> None:
    path = made(tmp_path / "a.db", schema)
    before = path.read_bytes()
    url = f"sqlite:///file:{path}?mode=ro&uri=true"
    database = Database(url, schema)
    database.open()
    with pytest.raises(SetupError, match="can't be written; let the bot's user own the file"):
        database.try_writing()
    database.close()
    assert path.read_bytes() == before


@both
def test_a_database_that_is_corrupt(tmp_path: Path, schema: Schema) -> None:
    path = made(tmp_path / "a.db", schema)
    content = path.read_bytes()
    path.write_bytes(content[:100] + b"\xff" * 4000 + content[4100:])
    said = refusal(sqlite_url(path), schema)
    assert "is corrupt; restore a backup" in said
    assert str(path) in said


@pytest.mark.parametrize(
    ("why", "said"),
    [("disk I/O error", "the disk failed"), ("database or disk is full", "is full")],
)
def test_what_the_driver_itself_says_is_put_in_words_too(why: str, said: str) -> None:
    database = Database("sqlite:///a.db", CONTENT)
    assert said in str(database._error(sqlite3.OperationalError(why)))


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


def old_store(directory: Path) -> tuple[StorageSection, bytes]:
    """A store of the version that kept keys beside the content, with one key in it."""
    section = StorageSection(directory=directory)
    store = store_of(section)
    handle = store.ring.handle("c-1", "mia")
    config, _ = CONTENT.script()
    engine = create_engine(sqlite_url(directory / DATABASE))
    with engine.begin() as connection:
        config.attributes |= {"connection": connection, "metadata": CONTENT.tables}
        command.upgrade(config, "0001")
        wrapped = store.ring.wrap(handle, b"k" * 32)
        values = {"handle": handle, "wrapped": wrapped}
        connection.execute(text("INSERT INTO person_key VALUES (:handle, :wrapped)"), values)
    engine.dispose()
    return section, wrapped


def content_files(directory: Path) -> list[Path]:
    return list(directory.glob(f"{DATABASE}*"))


async def test_keys_that_were_kept_beside_the_content_move(tmp_path: Path) -> None:
    section, wrapped = old_store(tmp_path)
    async with store_of(section) as store:
        key = await CallKeys(store.ring, "c-1", store.keys).load("mia")
        assert key == PersonKey(b"k" * 32)
        await store.database.scrub()
        assert wrapped not in b"".join(map(Path.read_bytes, content_files(tmp_path)))


def test_keys_stay_where_they_are_until_they_are_durable_elsewhere(tmp_path: Path) -> None:
    section, wrapped = old_store(tmp_path)
    (tmp_path / "keys.db").write_bytes(b"somebody's notes, more than a hundred bytes of them" * 10)
    with pytest.raises(SetupError, match=r"keys\.db: is no database"), store_of(section):
        pass
    assert wrapped in (tmp_path / DATABASE).read_bytes()
    (tmp_path / "keys.db").unlink()
    with store_of(section) as store:
        handle = store.ring.handle("c-1", "mia")
        assert store.keys.transact(lambda c: wrapped_keys(c, [handle])) == {handle: wrapped}


async def test_content_whose_keys_are_gone_is_not_opened_with_new_ones(tmp_path: Path) -> None:
    section = StorageSection(directory=tmp_path)
    async with store_of(section) as store:
        await store.archive("c-1").vault("storage", None).put("a", b"x", frozenset({"ana"}))
    elsewhere = (tmp_path / "keys.db").rename(tmp_path / "elsewhere")
    with pytest.raises(SetupError, match=r"keys\.db: is missing"):
        store_of(section)
    elsewhere.rename(tmp_path / "keys.db")
    async with store_of(section) as store:
        assert len(await store.archive("c-1").items("storage")) == 1


def test_a_key_of_somebody_elses_store_opens_nothing() -> None:
    ours, theirs = KeyRing(bytes(32)), KeyRing(b"\x01" * 32)
    handle = ours.handle("c", "p")
    wrapped = ours.wrap(handle, b"k" * 32)
    assert ours.unwrap(handle, wrapped) == b"k" * 32
    for ring, at in ((theirs, handle), (ours, ours.handle("c", "q"))):
        with pytest.raises(SetupError, match="not the one"):
            ring.unwrap(at, wrapped)
