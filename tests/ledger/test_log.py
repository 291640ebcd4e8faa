"""The log in a real database: what is durable, what waits for the disk, and what is refused."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, text

from consentry.consent.ledger import Act, Entry
from consentry.errors import LedgerError, SetupError
from consentry.ledger import merkle
from consentry.ledger.call import CallBook, CallLedger
from consentry.ledger.export import copy_of, read_export, write_export
from consentry.ledger.heads import HeadSigner, read_head
from consentry.ledger.log import Log, entries_of
from consentry.ledger.records import Record, commitment, decode
from consentry.ledger.verify import Report, verify
from consentry.store.database import Database, T, Work, sqlite_url
from consentry.store.keys import CallKeys, KeyRing
from consentry.store.migrating import KEYS

SIGNER = HeadSigner(Ed25519PrivateKey.from_private_bytes(bytes(32)))
RING = KeyRing(b"a master key of some length")


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[Database]:
    async with Database(sqlite_url(path)) as database:
        yield database


def log_in(database: Database, signer: HeadSigner = SIGNER) -> Log:
    return Log(database, signer, lambda: 1_700_000_000.0)


def record(number: int) -> bytes:
    return Record(Act.GRANTED, number, "call").encode()


def checked(connection: Connection) -> Report:
    return verify(copy_of(connection, SIGNER.public_key))


async def entries(database: Database) -> list[bytes]:
    return await database.run(lambda connection: [data for _, data in entries_of(connection)])


async def test_what_is_appended_is_there_for_the_next_process(tmp_path: Path) -> None:
    for start in (0, 5):
        async with opened(tmp_path / "a.db") as database, log_in(database) as log:
            logged = [await log.append(record(number)) for number in range(start, start + 5)]
            assert [one.index for one in logged] == list(range(start, start + 5))
    async with opened(tmp_path / "a.db") as database:
        assert await entries(database) == [record(number) for number in range(10)]
        report = await database.run(checked)
    assert (report.faults, report.entries, report.heads) == ([], 10, 10)


async def test_many_at_once_share_a_transaction_and_each_can_be_proved(tmp_path: Path) -> None:
    async with opened(tmp_path / "a.db") as database, log_in(database) as log:
        logged = await asyncio.gather(*(log.append(record(n)) for n in range(100)))
        assert len({one.head for one in logged}) < 100
        head = read_head((await log.head()) or "", SIGNER.public_key)
        for one in logged:
            path = await log.inclusion(one.index, head.size)
            leaf = merkle.leaf_hash(record(one.index))
            assert merkle.root_of_inclusion(one.index, head.size, leaf, path) == head.root
        old = read_head(logged[0].head, SIGNER.public_key)
        proof = await log.consistency(old.size, head.size)
        assert merkle.is_consistent(old.size, head.size, (old.root, head.root), proof)


async def test_notes_are_written_though_nobody_waits_for_them(tmp_path: Path) -> None:
    async with opened(tmp_path / "a.db") as database:
        async with log_in(database) as log:
            for number in range(2500):
                log.note(record(number))
        assert await entries(database) == [record(number) for number in range(2500)]


class Full(Database):
    """A disk that is full while the test says so."""

    full = False

    def transact(self, work: Work[T]) -> T:
        def with_room(connection: Connection) -> T:
            pages = 1 if self.full else 2**30
            connection.execute(text(f"PRAGMA max_page_count = {pages}"))
            if self.full:
                connection.execute(text("CREATE TABLE filler AS SELECT zeroblob(10000000)"))
            return work(connection)

        return super().transact(with_room)


async def test_on_a_full_disk_a_grant_fails_and_a_refusal_is_written_later(tmp_path: Path) -> None:
    async with Full(sqlite_url(tmp_path / "a.db")) as database, log_in(database) as log:
        await log.append(record(0))
        database.full = True
        log.note(record(1))
        with pytest.raises(SetupError, match="full"):
            await log.append(record(2))
        database.full = False
        await log.append(record(3))
        assert await entries(database) == [record(0), record(1), record(3)]
        assert not (await database.run(checked)).faults


async def test_nothing_is_added_to_a_log_that_was_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    async with opened(path) as database, log_in(database) as log:
        for number in range(5):
            await log.append(record(number))
    with sqlite3.connect(path) as direct:
        direct.execute('DELETE FROM ledger_entry WHERE "index" = 4')
    async with opened(path) as database, log_in(database) as log:
        with pytest.raises(LedgerError, match="verify"):
            await log.append(record(9))
        report = await database.run(checked)
    assert "a head was signed for 5 entries; there are 4" in report.faults


async def test_a_log_is_not_continued_with_another_key(tmp_path: Path) -> None:
    async with opened(tmp_path / "a.db") as database, log_in(database) as log:
        await log.append(record(0))
    other = HeadSigner(Ed25519PrivateKey.generate())
    async with opened(tmp_path / "a.db") as database, log_in(database, other) as log:
        with pytest.raises(LedgerError):
            await log.append(record(1))


async def test_an_export_is_checked_without_the_database(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    async with opened(tmp_path / "a.db") as database, log_in(database) as log:
        for number in range(20):
            await log.append(record(number))
        assert await database.run(lambda c: write_export(c, SIGNER.public_key, path)) == 20
    report = verify(read_export(path))
    assert (report.faults, report.entries) == ([], 20)
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:-3], *lines[-2:]]))
    assert verify(read_export(path)).faults


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"\xff", b'{"format":"consentry-ledger"}'])
def test_a_file_that_is_no_export_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ledger.jsonl"
    path.write_bytes(content)
    with pytest.raises(LedgerError, match="is no export"):
        read_export(path)


async def test_a_call_writes_commitments_that_its_keys_open(tmp_path: Path) -> None:
    held = Database(sqlite_url(tmp_path / "keys.db"), KEYS)
    async with held, opened(tmp_path / "a.db") as database, log_in(database) as log:
        keys = CallKeys(RING, "c-1", held)
        ledger = CallLedger(CallBook(log, "c-1", keys, lambda: 1_700_000_000.0))
        ledger.note(Entry(Act.NOTICED, 0.5, "mia@example.org", "captions", "v.1", "ab"))
        await ledger.append(Entry(Act.GRANTED, 1.0, "mia@example.org", "captions", "v.1"))
        written = await entries(database)
        assert not any(b"mia" in entry for entry in written)
        noticed, granted = map(decode, written)
        assert noticed.person == granted.person

        key = await CallKeys(RING, "c-1", held).load("mia@example.org")
        assert key is not None
        assert granted.person == commitment(key.commitment, "c-1", "mia@example.org")

        keys.forget("mia@example.org")
        assert await keys.destroy("mia@example.org")
        assert await CallKeys(RING, "c-1", held).load("mia@example.org") is None
        assert b"mia" not in (tmp_path / "a.db").read_bytes()
        ledger.note(Entry(Act.REFUSED, 2.0, "mia@example.org", "captions"))
        await ledger.append(Entry(Act.GRANTED, 3.0, "ben", "captions"))
        assert decode((await entries(database))[2]).person != granted.person


async def test_a_key_is_durable_before_the_entry_that_was_made_with_it(tmp_path: Path) -> None:
    held = Full(sqlite_url(tmp_path / "keys.db"), KEYS)
    async with held, opened(tmp_path / "a.db") as database, log_in(database) as log:
        ledger = CallLedger(CallBook(log, "c-1", CallKeys(RING, "c-1", held), lambda: 1.0))
        held.full = True
        ledger.note(Entry(Act.REFUSED, 0.5, "mia", "captions"))
        with pytest.raises(SetupError, match="keys.db"):
            await ledger.append(Entry(Act.GRANTED, 1.0, "ben", "captions"))
        assert await entries(database) == []
        held.full = False
        await ledger.append(Entry(Act.GRANTED, 2.0, "ben", "captions"))
        refused, granted = map(decode, await entries(database))
        for entry, person in ((refused, "mia"), (granted, "ben")):
            key = await CallKeys(RING, "c-1", held).load(person)
            assert key is not None
            assert entry.person == commitment(key.commitment, "c-1", person)
