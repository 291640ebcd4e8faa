"""Nothing of what is kept is in any file in the clear, and what was altered is not believed."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from consentry.config.sections import StorageSection
from consentry.errors import SetupError
from consentry.store.calls import CallFacts
from consentry.store.keys import CallKeys
from consentry.store.opening import DATABASE, KEY_DATABASE, Store, store_of
from consentry.store.sealing import Item, Place, seal, unseal

ANA, BOB = frozenset({"ana-canary"}), frozenset({"bob-canary"})
CANARIES = (b"CANARY", b"canary", "kanárek".encode())


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with store_of(StorageSection(directory=tmp_path)) as store:
        yield store


async def fill(store: Store) -> None:
    await store.calls.begin(CallFacts("c-canary", "CANARY Weekly", "2026-06-08"))
    vault = store.archive("c-canary").vault("storage", None)
    for number in range(50):
        await vault.put(f"segment/canary-{number}", b"CANARY speaks " * 40, ANA)
    await vault.put("summary/canary", "kanárek".encode(), ANA | BOB)


def files_with(folder: Path, *texts: bytes) -> list[str]:
    """Files under ``folder`` that hold any of ``texts``, the logs of the databases included."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    assert {path.name for path in files} >= {DATABASE, KEY_DATABASE}
    return [f.name for f in files if any(text in f.read_bytes() for text in texts)]


async def test_no_file_says_anything_in_the_clear(store: Store, tmp_path: Path) -> None:
    await fill(store)
    assert (tmp_path / f"{DATABASE}-wal").stat().st_size > 0
    assert files_with(tmp_path, *CANARIES) == []
    await store.archive("c-canary").erase("ana-canary")
    assert files_with(tmp_path, *CANARIES) == []


async def test_after_an_erasure_no_file_has_their_key_or_their_items_even_sealed(
    store: Store, tmp_path: Path
) -> None:
    await fill(store)
    archive = store.archive("c-canary")
    keys, handle = archive.keys, archive.keys.handle("ana-canary")

    def sealed(folder: Path) -> list[bytes]:
        with closing(sqlite3.connect(folder / DATABASE)) as direct:
            rows = direct.execute(
                "SELECT sealed FROM vault_item JOIN vault_person ON item = id WHERE handle = ?",
                (handle,),
            )
            return [row[0] for row in rows]

    def wrapped(folder: Path) -> bytes:
        with closing(sqlite3.connect(folder / KEY_DATABASE)) as direct:
            query = "SELECT wrapped FROM person_key WHERE handle = ?"
            return bytes(direct.execute(query, (handle,)).fetchone()[0])

    items, key = sealed(tmp_path), wrapped(tmp_path)
    assert len(items) == 51
    assert files_with(tmp_path, key)
    assert files_with(tmp_path, *(item[:40] for item in items))
    await archive.erase("ana-canary")
    assert files_with(tmp_path, key, keys.of("bob-canary").secret) == []
    assert files_with(tmp_path, handle, *(item[:40] for item in items)) == []
    for name in (DATABASE, KEY_DATABASE):
        assert (tmp_path / f"{name}-wal").stat().st_size == 0


def alter(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / DATABASE)) as direct, direct:
        assert direct.execute(statement).rowcount > 0


SWAPPED = "(SELECT sealed FROM vault_item AS other WHERE other.id = 3 - vault_item.id)"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE vault_item SET sealed = CAST(substr(sealed, 1, 50) || x'00' AS BLOB)",
        "UPDATE vault_item SET sealed = substr(sealed, 1, 20)",
        f"UPDATE vault_item SET sealed = {SWAPPED}",
        "UPDATE vault_item SET plugin = 'other'",
        "UPDATE vault_item SET name = randomblob(32)",
    ],
)
async def test_what_was_altered_or_moved_is_refused(
    store: Store, tmp_path: Path, statement: str
) -> None:
    archive = store.archive("c-1")
    for name in ("a", "b"):
        await archive.vault("storage", None).put(name, b"said by Ana", ANA)
    alter(tmp_path, statement)
    with pytest.raises(SetupError, match="altered or moved"):
        await archive.held("ana-canary")


async def test_an_item_can_not_be_made_anybody_elses(store: Store, tmp_path: Path) -> None:
    archive = store.archive("c-1")
    await archive.vault("storage", None).put("a", b"said by Ana", ANA)
    await archive.vault("storage", None).put("b", b"said by Bob", BOB)
    alter(
        tmp_path,
        "UPDATE vault_person SET handle = (SELECT handle FROM vault_person WHERE item = 1) "
        "WHERE item = 2",
    )
    assert [held.name for held in await archive.held("ana-canary")] == ["a"]
    assert await archive.held("bob-canary") == []


async def test_an_item_is_unreadable_without_any_one_of_those_it_is_about(
    store: Store, tmp_path: Path
) -> None:
    archive = store.archive("c-1")
    people = ("ana", "bob", "cem")
    await archive.vault("storage", None).put("all", b"x", frozenset(people))
    for person in people:
        handle = archive.keys.handle(person)
        with closing(sqlite3.connect(tmp_path / KEY_DATABASE)) as direct, direct:
            [row] = direct.execute("SELECT * FROM person_key WHERE handle = ?", (handle,))
            direct.execute("DELETE FROM person_key WHERE handle = ?", (handle,))
            direct.commit()
            assert await archive.items("storage") == []
            direct.execute("INSERT INTO person_key VALUES (?, ?)", row)
        assert len(await archive.items("storage")) == 1


@pytest.mark.parametrize("other", [b"ana", b"bob", b"cem"])
def test_what_seals_an_item_takes_the_keys_of_all(other: bytes) -> None:
    keys = {person: person * 8 for person in (b"ana", b"bob", b"cem")}
    place = Place(b"call", "storage", b"name", tuple(keys))
    sealed = seal(Item("all", frozenset({"ana"}), b"x"), place, keys)
    opened = unseal(sealed, place, keys)
    assert opened is not None and opened.content == b"x"
    assert unseal(sealed, place, keys | {other: b"another key"}) is None


async def test_a_key_that_is_kept_is_not_replaced_by_a_new_one(store: Store) -> None:
    await store.archive("c-1").vault("storage", None).put("a", b"x", ANA)
    unread = CallKeys(store.ring, "c-1", store.keys)
    with pytest.raises(SetupError, match="is kept already"):
        await unread.save({"ana-canary": unread.of("ana-canary")})
    assert len(await store.archive("c-1").held("ana-canary")) == 1
