"""What is put into a vault is durable, sealed, and nobody's who is not named with it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from consentry.config.sections import StorageSection
from consentry.errors import SetupError
from consentry.store.archive import Archive, Cellar
from consentry.store.database import Database
from consentry.store.keys import wrapped_keys
from consentry.store.opening import Store, store_of

ANA, BOB = frozenset({"ana"}), frozenset({"bob"})


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with store_of(StorageSection(directory=tmp_path)) as store:
        yield store


@pytest.fixture
def archive(store: Store) -> Archive:
    return store.archive("c-1")


async def contents(archive: Archive, plugin: str = "storage") -> dict[str, bytes]:
    return {held.name: held.content for held in await archive.items(plugin)}


async def test_what_is_put_in_is_there_for_the_next_process(tmp_path: Path) -> None:
    section = StorageSection(directory=tmp_path)
    async with store_of(section) as store:
        vault = store.archive("c-1").vault("storage", None)
        await vault.put("a", b"one", ANA)
        await vault.put("a", b"two", ANA)
        await vault.put("b", b"three", ANA | BOB)
    async with store_of(section) as store:
        items = await store.archive("c-1").items("storage")
    assert [(item.name, item.content, item.about) for item in items] == [
        ("a", b"two", ANA),
        ("b", b"three", ANA | BOB),
    ]


async def test_deleting_removes_it_and_may_be_repeated(archive: Archive) -> None:
    vault = archive.vault("storage", None)
    await vault.delete("a")
    await vault.put("a", b"x", ANA)
    await vault.delete("a")
    await vault.delete("a")
    assert await contents(archive) == {}


async def test_two_calls_and_two_plugins_share_nothing(store: Store) -> None:
    archives = [store.archive(call) for call in ("c-1", "c-2")]
    for number, (plugin, archive) in enumerate((p, a) for p in ("p", "q") for a in archives):
        await archive.vault(plugin, None).put("a", bytes([number]), ANA)
    assert [await contents(a, p) for p in ("p", "q") for a in archives] == [
        {"a": b"\0"},
        {"a": b"\1"},
        {"a": b"\2"},
        {"a": b"\3"},
    ]


async def test_only_the_bot_itself_may_read_the_folder_it_makes(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    async with store_of(StorageSection(directory=folder)):
        assert folder.stat().st_mode & 0o777 == 0o700


async def test_what_is_about_nobody_is_refused(archive: Archive) -> None:
    with pytest.raises(SetupError, match="name them"):
        await archive.vault("storage", None).put("a", b"x", frozenset())


@pytest.mark.parametrize("name", ["", "x" * 201])
async def test_a_name_has_a_length(archive: Archive, name: str) -> None:
    with pytest.raises(SetupError, match="1 to 200 characters"):
        await archive.vault("storage", None).put(name, b"x", ANA)


@pytest.mark.parametrize("name", ["../up", "a\0b", "ä🙂", "'; DROP TABLE vault_item; --"])
async def test_any_name_is_but_a_name(archive: Archive, name: str) -> None:
    await archive.vault("storage", None).put(name, b"x", ANA)
    assert await contents(archive) == {name: b"x"}


async def test_an_item_has_a_size(archive: Archive) -> None:
    with pytest.raises(SetupError, match="16 MiB"):
        await archive.vault("storage", None).put("a", bytes(16 * 2**20 + 1), ANA)


async def test_an_item_expires_after_what_its_plugin_keeps(store: Store, archive: Archive) -> None:
    await archive.vault("storage", timedelta(days=2)).put("a", b"x", ANA)
    await archive.vault("photos", None).put("a", b"x", ANA)
    [stored], [photo] = await archive.items("storage"), await archive.items("photos")
    assert photo.expires is None
    assert stored.expires is not None
    assert stored.expires - store.now() == pytest.approx(2 * 24 * 3600, abs=60)


async def test_a_person_holds_what_is_about_them_alone_or_with_others(archive: Archive) -> None:
    vault = archive.vault("storage", None)
    await vault.put("a", b"A", ANA)
    await vault.put("b", b"B", BOB)
    await vault.put("both", b"AB", ANA | BOB)
    assert [held.name for held in await archive.held("ana")] == ["a", "both"]
    assert [held.name for held in await archive.held("nobody")] == []


async def test_an_erasure_takes_all_that_is_about_them_and_nothing_else(archive: Archive) -> None:
    for plugin in ("storage", "photos"):
        vault = archive.vault(plugin, None)
        await vault.put("a", b"A", ANA)
        await vault.put("b", b"B", BOB)
        await vault.put("both", b"AB", ANA | BOB)
    erased = await archive.erase("ana")
    assert (erased.items, erased.key) == ({"storage": 2, "photos": 2}, True)
    assert await archive.held("ana") == []
    assert await contents(archive) == {"b": b"B"}
    again = await archive.erase("ana")
    assert (again.items, again.key) == ({}, False)


async def test_a_put_that_was_begun_before_an_erasure_leaves_nothing(archive: Archive) -> None:
    vault = archive.vault("storage", None)
    putting = [asyncio.ensure_future(vault.put(f"{n}", b"x", ANA | BOB)) for n in range(20)]
    await asyncio.sleep(0)
    await archive.erase("ana")
    await asyncio.gather(*putting)
    assert await archive.held("ana") == [] == await archive.held("bob")
    await vault.put("b", b"B", BOB)
    assert await contents(archive) == {"b": b"B"}


def limit(database: Database, pages: int) -> None:
    """As large as it is now, or as ``pages``: the disk is full."""
    database.transact(lambda connection: connection.execute(text(f"PRAGMA max_page_count={pages}")))


@pytest.mark.parametrize("full", ["content", "keys"])
async def test_on_a_full_disk_nothing_is_half_written_and_nothing_is_lost(
    store: Store, archive: Archive, full: str
) -> None:
    database = store.database if full == "content" else store.keys
    vault = archive.vault("storage", None)
    await vault.put("a", b"old", ANA)
    many = frozenset(f"person {number}" for number in range(200))
    limit(database, 1)
    with pytest.raises(SetupError, match="the disk is full; make room"):
        await vault.put("a", bytes(100_000), many)
    assert await contents(archive) == {"a": b"old"}
    limit(database, 2**30)
    await vault.put("a", bytes(100_000), many)
    assert await contents(archive) == {"a": bytes(100_000)}
    assert len(await archive.held("person 7")) == 1


@pytest.mark.parametrize("stage", ["keys", "content"])
async def test_what_is_being_written_when_its_person_is_forgotten_is_dropped(
    store: Store, archive: Archive, stage: str
) -> None:
    vault, ana = archive.vault("storage", None), archive.keys.handle("ana")
    if stage == "content":  # the keys are durable already, and the item is all there is to write
        await archive.keys.save({person: archive.keys.of(person) for person in ("ana", "bob")})
    busy, database = threading.Event(), store.keys if stage == "keys" else store.database
    waiting = asyncio.ensure_future(database.run(lambda connection: busy.wait(30)))
    putting = asyncio.ensure_future(vault.put("a", b"x", ANA | BOB))
    await asyncio.sleep(0)
    archive.forget_now("ana")
    busy.set()
    assert await waiting
    await putting
    kept = store.keys.transact(lambda connection: wrapped_keys(connection, [ana]))
    assert bool(kept) == (stage == "content")
    rows = text("SELECT count(*) FROM vault_item")
    assert store.database.transact(lambda connection: connection.execute(rows).scalar_one()) == 0


async def test_a_later_yes_begins_with_a_new_key(archive: Archive) -> None:
    vault = archive.vault("storage", None)
    before = archive.keys.of("ana")
    await vault.put("a", b"before", ANA)
    await archive.erase("ana")
    assert archive.keys.of("ana") != before
    await vault.put("a", b"after", ANA)
    assert await contents(archive) == {"a": b"after"}


async def test_a_yes_while_the_erasure_is_written_keeps_its_own_key(
    store: Store, archive: Archive
) -> None:
    vault = archive.vault("storage", None)
    await vault.put("a", b"before", ANA)
    erasing = asyncio.ensure_future(archive.erase("ana"))
    await asyncio.sleep(0)
    newer = archive.keys.of("ana")
    with pytest.raises(SetupError, match="being erased"):
        await vault.put("b", b"too soon", ANA)
    await archive.keys.save({"ana": newer})
    assert (await erasing).key
    await vault.put("c", b"after", ANA)
    afterwards = Archive(Cellar(store.database, store.keys, store.ring, store.now), "c-1")
    assert await afterwards.keys.load("ana") == newer
    assert await contents(afterwards) == {"c": b"after"}


async def test_a_key_that_is_to_be_destroyed_is_not_brought_back(archive: Archive) -> None:
    """As when a page is opened while the disk does not take the erasure yet."""
    await archive.vault("storage", None).put("a", b"what was said", frozenset({"mia"}))
    archive.forget_now("mia")
    assert await archive.keys.load("mia") is None
    assert (await archive.erase("mia")).key
    assert await archive.held("mia") == []


async def test_there_is_one_archive_of_a_call_while_somebody_has_it(store: Store) -> None:
    archive = store.archive("c-1")
    assert store.archive("c-1") is archive
    assert store.archive("c-2") is not archive


async def test_somebody_erases_after_the_call_and_the_restart(tmp_path: Path) -> None:
    section = StorageSection(directory=tmp_path)
    async with store_of(section) as store:
        vault = store.archive("c-1").vault("storage", None)
        await vault.put("a", b"A", ANA)
        await vault.put("b", b"B", BOB)
    async with store_of(section) as store:
        archive = store.archive("c-1")
        assert (await archive.erase("ana")).items == {"storage": 1}
        assert await contents(archive) == {"b": b"B"}
