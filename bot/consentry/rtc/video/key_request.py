"""When to ask a sender for a key frame: rarely, for it costs everybody who receives them."""

from __future__ import annotations

PAUSE = 2.0
"""Seconds between two requests, doubled for each that brought nothing."""

MAX_PAUSE = 30.0


class KeyFrameRequest:
    """One sender's. Time is an input, in seconds on any one clock."""

    def __init__(self) -> None:
        self._asked: float | None = None
        self._pause = PAUSE

    def due(self, now: float) -> bool:
        """Whether to ask now, if there is need; if so, it counts as asked."""
        if self._asked is not None:
            if now - self._asked < self._pause:
                return False
            self._pause = min(2 * self._pause, MAX_PAUSE)
        self._asked = now
        return True

    def answered(self) -> None:
        """A key frame came."""
        self._pause = PAUSE
