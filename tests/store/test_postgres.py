"""The store keeps in PostgreSQL what it promises, as it does in SQLite."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from hypothesis import given, settings
from sqlalchemy import Connection

from consentry.config.sections import StorageSection
from consentry.consent.ledger import Act
from consentry.errors import SetupError
from consentry.ledger.export import copy_of
from consentry.ledger.heads import HeadSigner
from consentry.ledger.log import Log
from consentry.ledger.records import Record
from consentry.ledger.verify import verify
from consentry.store.calls import CallFacts
from consentry.store.database import Database
from consentry.store.migrating import CONTENT, KEYS, Schema
from consentry.store.opening import store_of
from tests.requirements import need
from tests.store.postgres import Server, serving
from tests.store.test_vault_properties import BackUp, Run, run_all, steps

need("postgres")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


def section(server: Server, directory: Path, keys_too: bool = True) -> StorageSection:
    return StorageSection.model_validate(
        {
            "directory": directory,
            "database": server.database(),
            "keys": server.database() if keys_too else None,
        }
    )


@pytest.mark.parametrize("schema", [CONTENT, KEYS], ids=lambda schema: schema.holds)
def test_the_migrations_make_the_tables_that_the_code_uses(server: Server, schema: Schema) -> None:
    database = Database(server.database(), schema)
    database.open()

    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), schema.tables))

    assert database.transact(differences) == []
    database.close()


def test_keys_and_content_never_share_a_database(server: Server, tmp_path: Path) -> None:
    shared = server.database()
    both = StorageSection.model_validate(
        {"directory": tmp_path, "database": shared, "keys": shared}
    )
    with pytest.raises(SetupError, match="a database of their own"), store_of(both):
        pass


def test_a_server_that_is_not_there_is_named_without_its_password(tmp_path: Path) -> None:
    url = f"postgresql+psycopg://me:secret@/none?host={tmp_path}"
    with pytest.raises(SetupError) as caught:
        Database(url).open()
    assert "me:***@" in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("keys_too", [True, False])
@settings(deadline=None, max_examples=6)
@given(taken=steps)
def test_any_sequence_leaves_what_the_model_says(
    server: Server, keys_too: bool, taken: list[Any]
) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        run = Run(folder, section(server, folder / "data", keys_too))
        asyncio.run(run_all(run, [step for step in taken if not isinstance(step, BackUp)]))
    finally:
        shutil.rmtree(folder)


async def test_calls_are_known(server: Server, tmp_path: Path) -> None:
    async with store_of(section(server, tmp_path)) as store:
        room = store.calls.room("galene", "here")
        assert not await store.calls.begin(CallFacts("c-1", "A", "2026-06-08", room=room))
        assert await store.calls.begin(CallFacts("c-2", "A", "2026-06-08", room=room))
        await store.calls.end("c-2")
        assert [known.facts.id for known in await store.calls.known()] == ["c-1", "c-2"]


async def test_a_log_is_what_its_heads_say(server: Server, tmp_path: Path) -> None:
    async with store_of(section(server, tmp_path)) as store:
        signer = HeadSigner(store.ring.ledger_key())
        async with Log(store.database, signer, store.now) as log:
            for number in range(20):
                await log.append(Record(Act.GRANTED, number, "call").encode())
        report = await store.database.run(lambda c: verify(copy_of(c, signer.public_key)))
    assert (report.faults, report.entries) == ([], 20)
