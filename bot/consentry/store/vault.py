"""A plugin's vault in the store: each item sealed under the keys of those it is about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from sqlalchemy import Connection

from consentry.errors import SetupError
from consentry.store.database import Database
from consentry.store.items import Sealed, delete_item, put_item
from consentry.store.keys import CallKeys, KeyRing
from consentry.store.sealing import Item, Place, seal

MAX_NAME = 200
"""Characters."""
MAX_BYTES = 16 * 1024 * 1024
"""Of one item: more than any picture or page of text."""


@dataclass(frozen=True, slots=True)
class Shelves:
    """What the vaults of one call are made of."""

    database: Database
    ring: KeyRing
    keys: CallKeys
    now: Callable[[], float]
    """Unix time in seconds."""
    is_erasing: Callable[[str], bool]
    """Whether an erasure of that person is not finished."""


class StoreVault:
    """Implements ``plugin.Vault`` for one plugin in one call. Every failure is a SetupError that
    says what to do.

    What is put in is deleted after ``keep``; ``None``: when somebody it is about erases it.
    """

    def __init__(self, shelves: Shelves, plugin: str, keep: timedelta | None = None) -> None:
        self._shelves = shelves
        self._plugin = plugin
        self._keep = keep

    async def put(self, name: str, content: bytes, about: frozenset[str]) -> None:
        """Replace ``name`` with ``content``, durably, or raise SetupError.

        Nothing is kept if anybody in ``about`` erases what there is of them before that is done.
        """
        if not about:
            raise SetupError("what is put into a vault is about somebody; name them")
        if len(content) > MAX_BYTES:
            raise SetupError(f"an item in a vault has {MAX_BYTES // 2**20} MiB at most")
        shelves = self._shelves
        if any(map(shelves.is_erasing, about)):
            raise SetupError("somebody it is about is being erased; try again once that is done")
        keys = {person: shelves.keys.of(person) for person in about}
        expires = None if self._keep is None else shelves.now() + self._keep.total_seconds()
        place = self._place(name, about)
        await shelves.keys.save(keys)

        def work(connection: Connection) -> None:
            # In the database's one thread: whoever erases later, their deletion comes later.
            if all(shelves.keys.is_current(person, key) for person, key in keys.items()):
                opening = {shelves.keys.handle(p): key.content for p, key in keys.items()}
                sealed = seal(Item(name, about, content), place, opening)
                until = None if expires is None else round(expires * 1000)
                put_item(connection, Sealed(place, sealed, until))

        await shelves.database.run(work)

    async def delete(self, name: str) -> None:
        """Remove ``name`` if it is there, durably, or raise SetupError."""
        place = self._place(name, frozenset())
        await self._shelves.database.run(partial(delete_item, place=place))

    def _place(self, name: str, about: frozenset[str]) -> Place:
        if not 1 <= len(name) <= MAX_NAME:
            raise SetupError(f"a name in a vault has 1 to {MAX_NAME} characters")
        call = self._shelves.keys.handle(None)
        hidden = self._shelves.ring.hidden_name(call, self._plugin, name)
        people = sorted(self._shelves.keys.handle(person) for person in about)
        return Place(call, self._plugin, hidden, tuple(people))
