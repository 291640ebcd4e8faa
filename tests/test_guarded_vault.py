"""Nothing goes into a vault about anybody who does not agree."""

from __future__ import annotations

import pytest

from consentry.guarded_vault import GuardedVault
from consentry.testing.call import FakeVault


@pytest.mark.parametrize(
    ("about", "kept"),
    [({"ana"}, True), ({"ben"}, False), ({"ana", "ben"}, False)],
    ids=["agrees", "does not", "one does not"],
)
async def test_an_item_is_kept_if_everybody_in_it_agrees(about: set[str], kept: bool) -> None:
    shelf = FakeVault()
    blocked: list[None] = []
    vault = GuardedVault(shelf, lambda who: who <= {"ana"}, lambda: blocked.append(None))
    await vault.put("item", b"words", frozenset(about))
    assert ("item" in shelf.files, len(blocked)) == (kept, int(not kept))


async def test_what_is_there_can_be_deleted_whoever_agrees() -> None:
    shelf = FakeVault()
    await shelf.put("item", b"words", frozenset({"ana"}))
    await GuardedVault(shelf, lambda who: False, lambda: None).delete("item")
    assert "item" not in shelf.files
