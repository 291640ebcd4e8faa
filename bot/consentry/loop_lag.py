"""How late the event loop wakes whoever sleeps on it, and whether it is awake at all."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from consentry.metrics import Health, Metrics

log = logging.getLogger(__name__)

INTERVAL = 0.1
"""Seconds between two measurements."""
NOTICEABLE = 0.1
"""Seconds of lag worth a line in the log: everybody's words are late by as much."""
QUIET = 30.0
"""Seconds between two such lines at least."""
STALLED = 3.0
"""Seconds without a measurement after which the loop counts as stuck."""


class LoopLag:
    """Sleeps, and measures by how much it overslept.

    ``clock`` is in seconds and goes on while the loop is stuck; :meth:`health` may be asked from
    any thread.
    """

    def __init__(self, metrics: Metrics, clock: Callable[[], float] = time.monotonic) -> None:
        self._metrics = metrics
        self._clock = clock
        self._beat = clock()
        self._last = 0.0
        self._reported_at: float | None = None
        self._unreported = 0

    async def run(self) -> None:
        """Measure until cancelled."""
        self._beat = self._clock()
        while True:
            await asyncio.sleep(INTERVAL)
            self.observe(self._clock())

    def observe(self, now: float) -> None:
        """The task that asked to be woken :data:`INTERVAL` after the last time is awake."""
        self._last = max(0.0, now - self._beat - INTERVAL)
        self._beat = now
        self._metrics.loop_lag_seconds.observe(self._last)
        if self._last >= NOTICEABLE:
            self._report(now)

    def health(self) -> Health:
        """How the loop fares now."""
        alive = self._clock() - self._beat < STALLED
        return Health(alive, int(self._metrics.value("calls")), self._last)

    def _report(self, now: float) -> None:
        self._unreported += 1
        if self._reported_at is not None and now - self._reported_at < QUIET:
            return
        log.warning(
            "the event loop was %d ms late (%d times since this was last said): "
            "something blocks it, or the machine has too little left for it",
            self._last * 1000,
            self._unreported,
        )
        self._reported_at, self._unreported = now, 0
