"""When to try again after the server or the network went away."""

from __future__ import annotations

DELAYS = (0.5, 1.0, 2.0, 4.0, 5.0)
"""Seconds before each try; the last one repeats. A server that is back is joined within 5 s."""

PATIENCE = 300.0
"""Seconds without the server after which the call is lost."""


class Rejoin:
    """One loss of the call after the other. Time is an input, in seconds of the call."""

    def __init__(self) -> None:
        self._lost_at: float | None = None
        self._tries = 0

    def lost(self, now: float) -> None:
        """The call is gone; said again while it is, it changes nothing."""
        if self._lost_at is None:
            self._lost_at, self._tries = now, 0

    def joined(self) -> None:
        """The call is back."""
        self._lost_at = None

    def delay(self, now: float) -> float | None:
        """Seconds to wait before the next try, or ``None``: it is time to give up."""
        if self._lost_at is None or now - self._lost_at >= PATIENCE:
            return None
        delay = DELAYS[min(self._tries, len(DELAYS) - 1)]
        self._tries += 1
        return delay
