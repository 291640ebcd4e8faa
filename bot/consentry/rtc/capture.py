"""When media was captured: RTP timestamps put on the clock of the call."""

from __future__ import annotations

from consentry.rtc.rtcp import SenderReport
from consentry.rtc.rtp import TIMESTAMP_MODULUS, extend

WINDOW = 5.0
"""Seconds over which the quickest packet is taken to have had no delay but the path's."""

JUMP = 1.0
"""Seconds by which a timestamp may jump, and be wrong, before it starts a new count."""

STALL = 3.0
"""Seconds by which packets may come late and still be taken for a burst that catches up; later
ones were held back by a sender who paused without counting on."""


class ClockOffset:
    """How far one clock is ahead of another: the least of what packets say, over 5 to 10 s.

    A packet can't arrive before it was captured, and the quickest ones arrive at once. So one
    delayed packet moves nothing, a burst after a stall finds its old place, and clocks that drift
    apart are followed.
    """

    def __init__(self) -> None:
        self.value: float | None = None
        self._least = 0.0
        self._window_start = 0.0

    def observe(self, difference: float, now: float) -> None:
        """A packet made the difference out to be this, or less."""
        if self.value is None:
            self.restart(difference, now)
        elif now - self._window_start > WINDOW:
            self.value = min(self._least, difference)
            self._least = difference
            self._window_start = now
        elif difference < self._least:
            self._least = difference
            self.value = min(self.value, difference)

    def restart(self, difference: float, now: float) -> None:
        """Forget what was: the other clock was set."""
        self.value = self._least = difference
        self._window_start = now


class SenderClock:
    """One sender's wall clock, which all of their streams share (RFC 3550 section 6.4.1).

    ``delay`` is how long the quickest packet takes from them, in seconds: half of the least round
    trip of the connection, 0 while that is not known.
    """

    def __init__(self, delay: float = 0.0) -> None:
        self.offset = ClockOffset()
        self.delay = delay


class CaptureClock:
    """Maps the RTP timestamps of one stream to seconds of the call.

    Without a sender report, by what the quickest packets say of this stream alone; with one, by
    the sender's own clock, so that sound and picture of one person, and a stream that starts
    anew, fall into the same time.
    """

    def __init__(self, rate: int, sender: SenderClock | None = None) -> None:
        self._rate = rate
        self._sender = sender or SenderClock()
        self._stream = ClockOffset()
        self._last: int | None = None
        self._anchor: tuple[int, float] | None = None
        """An extended timestamp, and the sender's time at it, in seconds."""

    def at(self, timestamp: int, arrival: float) -> float:
        """The capture time of ``timestamp``, whose packet can't have left before ``arrival``
        less the path's delay."""
        extended = self._extend(timestamp)
        offset = self._offset()
        difference = arrival - self._media(extended)
        if self._last is not None and self._restarts(extended, difference):
            self._anchor = None
            offset = self._stream
            difference = arrival - self._media(extended)
            offset.restart(difference, arrival)
        else:
            offset.observe(difference, arrival)
        self._last = extended
        return self.time_of(timestamp)

    def time_of(self, timestamp: int) -> float:
        """The capture time of ``timestamp``, by the packets seen so far."""
        return (
            self._media(self._extend(timestamp))
            + (self._offset().value or 0.0)
            - self._sender.delay
        )

    def reported(self, report: SenderReport, now: float) -> None:
        """The sender says at which of its times a timestamp was."""
        if self._last is None:
            return
        extended = self._extend(report.timestamp)
        ahead = (extended - self._last) / self._rate
        if abs(ahead) > STALL:
            return  # about a stream that is not this one, or not yet
        known = self._media(self._last) + (self._offset().value or 0.0)
        self._anchor = extended, report.ntp
        offset = self._sender.offset
        difference = known - self._media(self._last)
        if offset.value is None or abs(offset.value - difference) > JUMP:
            offset.restart(difference, now)

    def _offset(self) -> ClockOffset:
        return self._stream if self._anchor is None else self._sender.offset

    def _media(self, extended: int) -> float:
        if self._anchor is None:
            return extended / self._rate
        timestamp, at = self._anchor
        return at + (extended - timestamp) / self._rate

    def _restarts(self, extended: int, difference: float) -> bool:
        value = self._offset().value
        if value is None or self._last is None:
            return False
        jumped = abs(extended - self._last) / self._rate > JUMP
        return abs(difference - value) > (JUMP if jumped else STALL)

    def _extend(self, timestamp: int) -> int:
        if self._last is None:
            return timestamp
        return extend(timestamp, self._last, TIMESTAMP_MODULUS)
