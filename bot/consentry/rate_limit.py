"""How often somebody may do something: a token bucket with time as an input."""

from __future__ import annotations


class RateLimit:
    """A token bucket: ``rate`` a second on average, ``burst`` at once; full at ``now``."""

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self._rate = rate
        self._burst = burst
        self._tokens = burst
        self._at = now

    @property
    def asked_at(self) -> float:
        """When it was last asked, in seconds."""
        return self._at

    def allows(self, now: float, cost: float = 1.0) -> bool:
        """Whether ``cost`` more is within the limit at ``now``, in seconds; counts it if so."""
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        self._at = now
        if self._tokens < cost:
            return False
        self._tokens -= cost
        return True
