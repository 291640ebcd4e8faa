"""When audio was captured: RTP timestamps put on the clock of the call."""

from __future__ import annotations

from consentry.rtc.rtp import TIMESTAMP_MODULUS, extend

WINDOW = 5.0
"""Seconds over which the quickest packet is taken to have had no delay."""

JUMP = 1.0
"""Seconds by which a timestamp may jump, and be wrong, before it starts a new count."""

STALL = 3.0
"""Seconds by which packets may come late and still be taken for a burst that catches up; later
ones were held back by a sender who paused without counting on."""


class CaptureClock:
    """Maps the RTP timestamps of one stream to seconds of the call.

    A packet can't arrive before it was captured, and the quickest ones arrive at once:
    the offset between the two clocks is the least of ``arrival - timestamp`` over the last
    five to ten seconds. So one delayed packet moves nothing, a burst after a stall finds its
    old place, and clocks that drift apart are followed.
    """

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._last: int | None = None
        self._offset = 0.0
        self._least = 0.0
        self._window_start = 0.0

    def at(self, timestamp: int, arrival: float) -> float:
        """The capture time of ``timestamp``, which arrived at ``arrival``."""
        extended = self._extend(timestamp)
        media = extended / self._rate
        offset = arrival - media
        if self._last is None or self._restarts(extended, offset):
            self._offset = self._least = offset
            self._window_start = arrival
        elif arrival - self._window_start > WINDOW:
            self._offset = min(self._least, offset)
            self._least = offset
            self._window_start = arrival
        else:
            self._least = min(self._least, offset)
            self._offset = min(self._offset, offset)
        self._last = extended
        return media + self._offset

    def _restarts(self, extended: int, offset: float) -> bool:
        assert self._last is not None
        jumped = abs(extended - self._last) / self._rate > JUMP
        return abs(offset - self._offset) > (JUMP if jumped else STALL)

    def _extend(self, timestamp: int) -> int:
        if self._last is None:
            return timestamp
        return extend(timestamp, self._last, TIMESTAMP_MODULUS)
