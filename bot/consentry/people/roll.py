"""Who came to which meeting, kept for the host where they said for how long."""

from __future__ import annotations

import json
import math
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import timedelta

from consentry.errors import SetupError
from consentry.people.person import Person
from consentry.store.archive import Archive, Held
from consentry.store.opening import Store

KIOSK = "kiosk"
"""Stands for a call, and for a plugin, in the store: what is kept here is no call's."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """What somebody came to. Times are Unix times in seconds."""

    meeting: str | None = None
    """Its id; None: to none that was shown."""
    title: str | None = None
    """None where its calendar says none, or that it is nobody's business."""
    start: float | None = None
    end: float | None = None
    room: str | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """That somebody checked in at a kiosk."""

    person: str
    at: float
    """Unix time in seconds."""
    occasion: Occasion = Occasion()


@dataclass(frozen=True, slots=True)
class KeptArrival:
    """An arrival, and until when it is kept (Unix time in seconds)."""

    arrival: Arrival
    until: float


class Roll:
    """Arrivals, each an item of the vault under a key of its person's alone. SetupError where the
    store fails. ``person`` finds who is enrolled."""

    def __init__(self, store: Store, person: Callable[[str], Awaitable[Person | None]]) -> None:
        self._store = store
        self._person = person

    async def add(self, arrival: Arrival, keep: timedelta) -> None:
        """Keep that somebody came, once for each occasion, unless they are deleted meanwhile."""
        archive, day = self._archive(), int(arrival.at // timedelta(days=1).total_seconds())
        await archive.keys.load(arrival.person)
        name = f"{arrival.person}/{arrival.occasion.meeting or day}"
        if all(held.name != name for held in await archive.held(arrival.person)):
            content = json.dumps({"at": arrival.at, **asdict(arrival.occasion)}).encode()
            vault = archive.vault(KIOSK, keep)
            await vault.put(name, content, frozenset({arrival.person}))
        if await self._person(arrival.person) is None:
            await self.erase(arrival.person)

    async def of(self, person: str) -> list[KeptArrival]:
        """Those of one person, the oldest first."""
        return [_read(held) for held in await self._archive().held(person)]

    async def all(self) -> list[KeptArrival]:
        """Everybody's, the oldest first."""
        return [_read(held) for held in await self._archive().items(KIOSK)]

    async def erase(self, person: str) -> int:
        """Destroy the key to those of one person, and delete them; how many."""
        return sum((await self._archive().erase(person)).items.values())

    def _archive(self) -> Archive:
        """Found anew each time: a key that another process destroyed is none here either."""
        return self._store.archive(KIOSK)


def _read(held: Held) -> KeptArrival:
    (person,) = held.about
    try:
        fields = json.loads(held.content)
        at = float(fields.pop("at"))
        return KeptArrival(Arrival(person, at, Occasion(**fields)), held.expires or math.inf)
    except (ValueError, TypeError, KeyError):
        raise SetupError(
            "what the store has of an arrival was written by another version of Consentry"
        ) from None
