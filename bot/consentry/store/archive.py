"""What is kept of one call: what a person may see of it, and what they may have erased."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from consentry.store.database import Database
from consentry.store.items import Sealed, erase_person, items_of_call, items_of_person
from consentry.store.keys import CallKeys, KeyRing, PersonKey, kept_keys
from consentry.store.sealing import unseal
from consentry.store.vault import Shelves, StoreVault

TOGETHER = 32
"""Items opened in a row; a short one takes 0.1 ms."""


@dataclass(frozen=True, slots=True)
class Held:
    """One item that is kept."""

    plugin: str
    name: str
    content: bytes = field(repr=False)
    about: frozenset[str]
    expires: float | None
    """Unix time in seconds when it is deleted; ``None``: it has no such time."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased of a person."""

    items: dict[str, int]
    """How many, by plugin."""
    key: bool
    """Whether there was a key of theirs: what it opened can't be read in any copy now."""


class Archive:
    """Everything kept of one call, while it lasts and after it.

    Every failure is a SetupError that names the database. ``now`` gives Unix time in seconds.
    """

    def __init__(
        self, content: Database, keys: Database, ring: KeyRing, call: str, now: Callable[[], float]
    ) -> None:
        self.call = call
        self.keys = CallKeys(ring, call, keys)
        self._content = content
        self._key_database = keys
        self._ring = ring
        self._now = now

    def vault(self, plugin: str, keep: timedelta | None) -> StoreVault:
        """The vault of ``plugin``; what it puts there is deleted after ``keep``."""
        return StoreVault(Shelves(self._content, self._ring, self.keys, self._now), plugin, keep)

    def forget_now(self, person: str) -> PersonKey | None:
        """At once: nothing more is made with the key of ``person``, and what is being written
        about them is dropped. Their key as it was, where it was at hand."""
        return self.keys.forget(person)

    async def erase(self, person: str) -> Erased:
        """Destroy the key of ``person`` and delete every item that is about them.

        What can be done is done, also where the other fails; SetupError then, and it may be
        tried again.
        """
        self.forget_now(person)
        handle = self.keys.handle(person)
        try:
            destroyed = await self.keys.destroy(person)
        finally:
            items = await self._content.run(partial(erase_person, handle=handle))
            await self._content.scrub()
        return Erased(items, destroyed)

    async def held(self, person: str) -> list[Held]:
        """All that is kept about ``person``, the oldest first."""
        handle = self.keys.handle(person)
        return await self._open(await self._content.run(partial(items_of_person, handle=handle)))

    async def items(self, plugin: str) -> list[Held]:
        """All that ``plugin`` keeps of this call, the oldest first."""
        asked = partial(items_of_call, call=self.keys.handle(None), plugin=plugin)
        return await self._open(await self._content.run(asked))

    async def _open(self, items: Sequence[Sealed]) -> list[Held]:
        """``items``, less those that somebody has ended."""
        handles = {handle for item in items for handle in item.place.people}
        kept = partial(kept_keys, ring=self._ring, handles=list(handles))
        keys = {at: key.content for at, key in (await self._key_database.run(kept)).items()}
        opened: list[Held] = []
        for number, item in enumerate(items):
            if number % TOGETHER == 0:
                await asyncio.sleep(0)  # the call goes on meanwhile
            if keys.keys() >= set(item.place.people):
                opened.append(_held(item, keys))
        return opened


def _held(item: Sealed, keys: dict[bytes, bytes]) -> Held:
    opened = unseal(item.sealed, item.place, keys)
    expires = None if item.expires is None else item.expires / 1000
    return Held(item.place.plugin, opened.name, opened.content, opened.about, expires)
