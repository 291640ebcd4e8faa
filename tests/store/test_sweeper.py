"""What has expired is deleted, and an erasure that the disk did not take is finished."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from consentry.config.sections import StorageSection
from consentry.errors import SetupError
from consentry.store.calls import CallFacts
from consentry.store.opening import Store, store_of
from consentry.store.sweeper import EVERY, RETRY, Sweeper

ANA, BOB = frozenset({"ana"}), frozenset({"bob"})
DAY = timedelta(days=1)


class Clock:
    """A calendar that the test turns."""

    def __init__(self) -> None:
        self.time = 1_780_000_000.0

    def __call__(self) -> float:
        return self.time

    def passes(self, time: timedelta) -> None:
        self.time += time.total_seconds()


class Waits:
    """The sweeper's sleep, in the test's hands."""

    def __init__(self) -> None:
        self._asleep = asyncio.Queue[float]()
        self._wake = asyncio.Queue[None]()

    async def sleep(self, seconds: float) -> None:
        self._asleep.put_nowait(seconds)
        await self._wake.get()

    async def until_asleep(self) -> None:
        assert await self._asleep.get() == RETRY.total_seconds()

    async def pass_one(self) -> None:
        """One sleep is over, and the sweeper has done what was to be done and sleeps again."""
        self._wake.put_nowait(None)
        await self.until_asleep()


@asynccontextmanager
async def sweeping(store: Store) -> AsyncIterator[Waits]:
    """A sweeper runs, has swept once, and sleeps."""
    waits = Waits()
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(Sweeper(store, DAY, waits.sleep).run())
        await waits.until_asleep()
        yield waits
        running.cancel()


@asynccontextmanager
async def opened(folder: Path, clock: Clock) -> AsyncIterator[Store]:
    async with replace(store_of(StorageSection(directory=folder)), now=clock) as store:
        yield store


async def names(store: Store, call: str = "c-1") -> list[str]:
    return [held.name for held in await store.archive(call).items("storage")]


async def test_each_item_goes_when_its_time_has_come(tmp_path: Path) -> None:
    clock = Clock()
    async with opened(tmp_path, clock) as store:
        sweeper, archive = Sweeper(store, DAY), store.archive("c-1")
        for name, keep in (("two days", 2 * DAY), ("ten days", 10 * DAY), ("for ever", None)):
            await archive.vault("storage", keep).put(name, b"x", ANA)
        assert await sweeper.sweep() == 0
        clock.passes(2 * DAY - timedelta(minutes=1))
        assert await sweeper.sweep() == 0
        clock.passes(timedelta(minutes=1))
        assert await sweeper.sweep() == 1
        assert await names(store) == ["ten days", "for ever"]
        clock.passes(3650 * DAY)
        assert await sweeper.sweep() == 1
        assert await names(store) == ["for ever"]


async def test_a_new_revision_lasts_as_long_as_it_was_promised(tmp_path: Path) -> None:
    clock = Clock()
    async with opened(tmp_path, clock) as store:
        vault = store.archive("c-1").vault("storage", 2 * DAY)
        await vault.put("a", b"one", ANA)
        clock.passes(DAY)
        await vault.put("a", b"two", ANA)
        clock.passes(DAY)
        assert await Sweeper(store, DAY).sweep() == 0
        clock.passes(DAY)
        assert await Sweeper(store, DAY).sweep() == 1


async def test_a_clock_that_is_set_back_deletes_nothing_early(tmp_path: Path) -> None:
    clock = Clock()
    async with opened(tmp_path, clock) as store:
        await store.archive("c-1").vault("storage", 2 * DAY).put("a", b"x", ANA)
        clock.passes(-100 * DAY)
        assert await Sweeper(store, DAY).sweep() == 0
        assert await names(store) == ["a"]


async def test_a_call_is_known_while_anything_of_it_is_kept(tmp_path: Path) -> None:
    clock = Clock()
    async with opened(tmp_path, clock) as store:
        for call in ("kept", "empty", "on"):
            await store.calls.begin(CallFacts(call, "Weekly", "2026-06-08"))
        await store.archive("kept").vault("storage", 10 * DAY).put("a", b"x", ANA)
        await store.calls.end("kept")
        await store.calls.end("empty")
        sweeper = Sweeper(store, 2 * DAY)

        async def known() -> list[str]:
            await sweeper.sweep()
            return sorted(call.facts.id for call in await store.calls.known())

        assert await known() == ["empty", "kept", "on"]
        clock.passes(3 * DAY)
        assert await known() == ["kept", "on"]
        clock.passes(8 * DAY)
        assert await known() == ["on"]


def forbid(store: Store, table: str) -> None:
    """From now on the database refuses to delete from ``table``, as a broken disk would."""
    database = store.keys if table == "person_key" else store.database

    def work(connection: Connection) -> None:
        connection.execute(
            text(
                f"CREATE TRIGGER broken BEFORE DELETE ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'disk I/O error'); END"
            )
        )

    database.transact(work)


def allow(store: Store, table: str) -> None:
    database = store.keys if table == "person_key" else store.database
    database.transact(lambda connection: connection.execute(text("DROP TRIGGER broken")))


@pytest.mark.parametrize("table", ["person_key", "vault_item"])
async def test_an_erasure_that_failed_is_finished_once_the_disk_is_well(
    tmp_path: Path, table: str
) -> None:
    async with opened(tmp_path, Clock()) as store:
        archive = store.archive("c-1")
        vault = archive.vault("storage", None)
        await vault.put("a", b"A", ANA)
        await vault.put("b", b"B", BOB)
        forbid(store, table)
        with pytest.raises(SetupError, match="disk failed"):
            await archive.erase("ana")
        assert await names(store) == ["b"]
        with pytest.raises(SetupError, match="being erased"):
            await vault.put("c", b"C", ANA)
        async with sweeping(store) as waits:
            await waits.pass_one()
            assert store.unfinished == {("c-1", "ana")}
            allow(store, table)
            await waits.pass_one()
            assert store.unfinished == set()
        assert await archive.held("ana") == []
        assert await names(store) == ["b"]
        await vault.put("c", b"C", ANA)
        assert await names(store) == ["b", "c"]


async def test_a_sweep_that_fails_is_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    async with opened(tmp_path, clock) as store:
        await store.archive("c-1").vault("storage", DAY).put("a", b"x", ANA)
        clock.passes(DAY)
        forbid(store, "vault_item")
        async with sweeping(store) as waits:
            assert "could not be deleted" in caplog.text
            assert await names(store) == ["a"]
            allow(store, "vault_item")
            for _ in range(EVERY // RETRY):
                await waits.pass_one()
        assert await names(store) == []
