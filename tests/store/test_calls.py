"""Calls are known afterwards, and one that was cut off is known to have been."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from consentry.config.sections import StorageSection
from consentry.errors import SetupError
from consentry.store.calls import CallFacts
from consentry.store.keys import KeyRing
from consentry.store.opening import DATABASE, Store, store_of

WEEKLY = CallFacts("c-1", "Weekly of the board", "2026-06-08", "de")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with store_of(StorageSection(directory=tmp_path)) as store:
        yield store


async def test_a_call_is_known_with_its_beginning_and_its_end(store: Store) -> None:
    before = store.now()
    await store.calls.begin(WEEKLY)
    [known] = await store.calls.known()
    assert (known.facts, known.ended) == (WEEKLY, None)
    await store.calls.end("c-1")
    [known] = await store.calls.known()
    assert known.ended is not None
    assert await store.calls.of("c-1") == known
    assert await store.calls.of("c-2") is None
    assert before - 0.001 <= known.began <= known.ended <= store.now() + 0.001


async def test_what_it_was_called_is_not_in_the_file(store: Store, tmp_path: Path) -> None:
    room = store.calls.room("jitsi", "https://meet.example/Board?jwt=SECRET")
    await store.calls.begin(CallFacts("c-1", "Weekly of the board", "2026-06-08", room=room))
    assert await store.database.scrub()
    content = (tmp_path / DATABASE).read_bytes()
    for text in (b"Weekly", b"meet.example", b"SECRET", b"2026-06-08", b"c-1", room.encode()):
        assert text not in content


@pytest.mark.parametrize("ended", [True, False])
async def test_the_next_call_in_a_room_knows_whether_the_last_one_was_cut_off(
    tmp_path: Path, ended: bool
) -> None:
    section = StorageSection(directory=tmp_path)
    async with store_of(section) as store:
        here, there = (store.calls.room("galene", name) for name in ("here", "there"))
        await store.calls.begin(CallFacts("c-1", "A", "2026-06-08", room=here))
        await store.calls.begin(CallFacts("c-2", "B", "2026-06-08", room=there))
        if ended:
            await store.calls.end("c-1")
    async with store_of(section) as store:
        assert here == store.calls.room("galene", "here")
        begun = [
            await store.calls.begin(CallFacts(f"c-{number}", "A", "2026-06-09", room=here))
            for number in (3, 4)
        ]
        # The third is still on when the fourth begins: as good as cut off.
        assert begun == [not ended, True]
        await store.calls.end("c-4")
        assert not await store.calls.begin(CallFacts("c-5", "A", "2026-06-09", room=here))
        assert not await store.calls.begin(CallFacts("c-6", "A", "2026-06-09"))


async def test_another_key_opens_no_call(store: Store) -> None:
    await store.calls.begin(WEEKLY)
    other = Store(store.database, store.keys, KeyRing(bytes(32)))
    with pytest.raises(SetupError, match="not the one"):
        await other.calls.known()
