"""Deletes what has expired, and finishes erasures that the disk did not take."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

from consentry.errors import SetupError
from consentry.store.items import delete_expired
from consentry.store.opening import Store

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=10)
"""Between two sweeps."""
RETRY = timedelta(seconds=5)
"""Between two tries at an erasure that failed."""

Sleep = Callable[[float], Awaitable[None]]
"""Returns after that many seconds."""


class Sweeper:
    """Keeps what was promised of a store that is open. A failure is logged, and tried again."""

    def __init__(self, store: Store, remembered: timedelta, sleep: Sleep = asyncio.sleep) -> None:
        """``remembered`` is how long a call is known of that left nothing behind."""
        self._store = store
        self._remembered = remembered
        self._sleep = sleep

    async def run(self) -> None:
        """Sweep at once, and from time to time until cancelled."""
        while True:
            await self._try_sweep()
            for _ in range(EVERY // RETRY):
                await self._sleep(RETRY.total_seconds())
                await self._finish_erasures()

    async def sweep(self) -> int:
        """Delete what has expired; how many items. SetupError where that fails."""
        now = self._store.now()
        forgotten = now - self._remembered.total_seconds()
        count = await self._store.database.run(
            partial(delete_expired, now=_milliseconds(now), calls=_milliseconds(forgotten))
        )
        await self._store.database.scrub()
        await self._store.keys.scrub()
        return count

    async def _try_sweep(self) -> None:
        try:
            count = await self.sweep()
        except SetupError as exc:
            log.error("what has expired could not be deleted: %s", exc)
        else:
            if count:
                log.info("%d items expired and were deleted", count)

    async def _finish_erasures(self) -> None:
        for call, person in tuple(self._store.unfinished):
            try:
                await self._store.archive(call).finish(person)
            except SetupError as exc:
                log.error("an erasure is not finished yet: %s", exc)


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)
