"""An erasure, as somebody who does not take it on trust checks it: on a backup from before."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from consentry.cli import build
from consentry.config.loading import load_config
from consentry.consent.erasure import ErasureReport
from consentry.consent.ledger import Act, Entry
from consentry.ledger.heads import HeadSigner
from consentry.ledger.log import Log
from consentry.receipts.building import Issuer
from consentry.receipts.call import CallReceipts, Office
from consentry.store.archive import Archive
from consentry.store.opening import store_of
from tests.receipts.store import LINK, noticed, said


@dataclass
class Host:
    """Whoever runs the bot, with a folder for backups elsewhere."""

    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "consentry.yaml"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def backup(self) -> Path:
        return self.folder / "backups" / "consentry.db"

    @property
    def receipt(self) -> Path:
        return self.folder / "mia.jws"

    def checks(self) -> Result:
        arguments = ["check", self.backup, "--receipt", self.receipt, "-c", self.config]
        return CliRunner().invoke(build(), ["erasure", *map(str, arguments)])


def copied(source: Path, target: Path) -> None:
    """A backup while the bot runs, as SQLite makes one."""
    target.parent.mkdir(exist_ok=True)
    with sqlite3.connect(source) as one, sqlite3.connect(target) as other:
        one.backup(other)
    one.close()
    other.close()


@asynccontextmanager
async def running(host: Host) -> AsyncIterator[tuple[Archive, CallReceipts]]:
    store = store_of(load_config(host.config).storage)
    signer = HeadSigner(store.ring.ledger_key())
    async with store, Log(store.database, signer, time.time) as log:
        archive = store.archive("c-1")
        office = Office(store.database, log, Issuer("Consentry"), time.time)
        receipts = CallReceipts(office, "c-1", archive.keys, lambda person: LINK)
        await receipts.reopen("mia")
        yield archive, receipts


async def keep(archive: Archive, name: str, *people: str) -> None:
    await archive.vault("storage", None).put(name, b"words", frozenset(people))


async def erase(archive: Archive, receipts: CallReceipts) -> str:
    """Mia has everything erased; her last receipt."""
    tombstone = receipts.tombstone(Entry(Act.ERASED, 0.0, "mia"))
    items = (await archive.erase("mia")).items
    tombstone(ErasureReport(0.0, items=items))
    return (await receipts.last("mia")).jws


@pytest.fixture
def host(tmp_path: Path) -> Host:
    """A call was kept, a backup taken, and then Mia erased everything."""
    made = Host(tmp_path)
    made.config.write_text("storage: {directory: data}\n")

    async def fill() -> None:
        async with running(made) as (archive, receipts):
            await receipts.append(noticed("mia", "storage"))
            await receipts.append(said(Act.GRANTED, "mia", "storage"))
            for number in range(3):
                await keep(archive, f"segment/{number}", "mia")
                await keep(archive, f"segment/b{number}", "ben")
            await keep(archive, "summary/1", "mia", "ben")
            await asyncio.to_thread(copied, made.data / "consentry.db", made.backup)
            made.receipt.write_text(await erase(archive, receipts))

    asyncio.run(fill())
    return made


def test_a_backup_from_before_can_not_be_read_any_more(host: Host) -> None:
    before = host.backup.read_bytes()
    result = host.checks()
    assert result.exit_code == 0, result.output
    assert "4 items are about them" in result.output
    assert "None of these can be opened: their key is destroyed." in result.output
    assert "Of others: 3 items; 3 can be opened." in result.output
    assert host.backup.read_bytes() == before
    assert [path.name for path in host.backup.parent.iterdir()] == ["consentry.db"]


def test_a_key_database_beside_the_backup_is_found(host: Host) -> None:
    """As if the keys had been backed up with the content."""

    async def one_more() -> None:
        async with running(host) as (archive, receipts):
            await receipts.append(said(Act.GRANTED, "mia", "storage"))
            await keep(archive, "segment/9", "mia")
            await asyncio.to_thread(copied, host.data / "consentry.db", host.backup)
            await asyncio.to_thread(
                copied, host.data / "keys.db", host.backup.with_name("old-keys.sqlite")
            )
            host.receipt.write_text(await erase(archive, receipts))

    asyncio.run(one_more())
    result = host.checks()
    assert result.exit_code == 1
    assert "old-keys.sqlite: holds the key" in result.output
    host.backup.with_name("old-keys.sqlite").unlink()
    assert host.checks().exit_code == 0


def test_a_key_that_was_put_back_is_found(host: Host) -> None:
    old = host.folder / "old"

    async def one_more() -> None:
        async with running(host) as (archive, receipts):
            await receipts.append(said(Act.GRANTED, "mia", "storage"))
            await asyncio.to_thread(copied, host.data / "keys.db", old / "keys.db")
            host.receipt.write_text(await erase(archive, receipts))

    asyncio.run(one_more())
    assert host.checks().exit_code == 0
    shutil.copy(old / "keys.db", host.data / "keys.db")
    result = host.checks()
    assert result.exit_code == 1
    assert "the store still has the key" in result.output


def test_what_was_made_after_another_yes_is_told_apart(host: Host) -> None:
    async def again() -> None:
        async with running(host) as (archive, receipts):
            await receipts.append(said(Act.GRANTED, "mia", "storage"))
            await keep(archive, "segment/new", "mia")
            await asyncio.to_thread(copied, host.data / "consentry.db", host.backup)

    asyncio.run(again())
    result = host.checks()
    assert result.exit_code == 0, result.output
    assert "1 items are about them" in result.output
    assert "Of these 1 were made after they said yes again" in result.output


def test_a_receipt_of_no_erasure_is_refused(host: Host) -> None:
    async def another() -> str:
        async with running(host) as (_, receipts):
            await receipts.reopen("ben")
            await receipts.append(said(Act.REFUSED, "ben", "storage"))
            issued = await receipts.of("ben")
        assert issued is not None
        return issued.jws

    host.receipt.write_text(asyncio.run(another()))
    assert "is no receipt of an erasure" in str(host.checks().exception)


def test_a_receipt_of_another_store_is_refused(host: Host) -> None:
    host.config.write_text("storage: {directory: elsewhere}\n")
    assert "is of another store" in str(host.checks().exception)


def test_a_file_that_is_no_backup_is_refused(host: Host) -> None:
    host.backup.write_bytes(b"no database")
    assert "is no database that can be read" in str(host.checks().exception)
    host.backup.unlink()
    assert "is no database that can be read" in str(host.checks().exception)
