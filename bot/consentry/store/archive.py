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


@dataclass(frozen=True, slots=True)
class Cellar:
    """What the archives of all calls are made of."""

    content: Database
    keys: Database
    ring: KeyRing
    now: Callable[[], float]
    """Unix time in seconds."""
    unfinished: set[tuple[str, str]] = field(default_factory=set)
    """Call and person of each erasure that could not be finished yet."""


class Archive:
    """Everything kept of one call, while it lasts and after it. A store makes it.

    Every failure is a SetupError that names the database.
    """

    def __init__(self, cellar: Cellar, call: str) -> None:
        self.call = call
        self.keys = CallKeys(cellar.ring, call, cellar.keys)
        self._cellar = cellar

    def vault(self, plugin: str, keep: timedelta | None) -> StoreVault:
        """The vault of ``plugin``; what it puts there is deleted after ``keep``."""
        cellar = self._cellar
        shelves = Shelves(cellar.content, cellar.ring, self.keys, cellar.now, self._is_erasing)
        return StoreVault(shelves, plugin, keep)

    def forget_now(self, person: str) -> PersonKey | None:
        """At once: nothing more is made with the key of ``person``, and what is being written
        about them is dropped. Their key as it was, where it was at hand."""
        return self.keys.forget(person)

    async def erase(self, person: str) -> Erased:
        """Destroy the key of ``person`` and delete every item that is about them.

        What can be done is done, also where the other fails; SetupError then, and the sweeper
        goes on with it. Nothing is put in about them meanwhile.
        """
        self.forget_now(person)
        return await self.finish(person)

    async def finish(self, person: str) -> Erased:
        """Go on with an erasure. A key that they got since, with another yes, stays."""
        self._cellar.unfinished.add((self.call, person))
        handle = self.keys.handle(person)
        try:
            destroyed = await self.keys.destroy(person)
        finally:
            items = await self._cellar.content.run(partial(erase_person, handle=handle))
        await self._cellar.content.scrub()
        self._cellar.unfinished.discard((self.call, person))
        return Erased(items, destroyed)

    async def held(self, person: str) -> list[Held]:
        """All that is kept about ``person``, the oldest first."""
        asked = partial(items_of_person, handle=self.keys.handle(person))
        return await self._open(await self._cellar.content.run(asked))

    async def items(self, plugin: str) -> list[Held]:
        """All that ``plugin`` keeps of this call, the oldest first."""
        asked = partial(items_of_call, call=self.keys.handle(None), plugin=plugin)
        return await self._open(await self._cellar.content.run(asked))

    def _is_erasing(self, person: str) -> bool:
        return (self.call, person) in self._cellar.unfinished

    async def _open(self, items: Sequence[Sealed]) -> list[Held]:
        """``items``, less those that somebody has ended."""
        handles = {handle for item in items for handle in item.place.people}
        kept = partial(kept_keys, ring=self._cellar.ring, handles=list(handles))
        keys = {at: key.content for at, key in (await self._cellar.keys.run(kept)).items()}
        opened: list[Held] = []
        for number, item in enumerate(items):
            if number % TOGETHER == 0:
                await asyncio.sleep(0)  # the call goes on meanwhile
            if held := _held(item, keys):
                opened.append(held)
        return opened


def _held(item: Sealed, keys: dict[bytes, bytes]) -> Held | None:
    if not keys.keys() >= set(item.place.people):
        return None
    opened = unseal(item.sealed, item.place, keys)
    if opened is None:
        return None
    expires = None if item.expires is None else item.expires / 1000
    return Held(item.place.plugin, opened.name, opened.content, opened.about, expires)
