"""Notices that a connection has gone silent, and says when to ask for a new one."""

from __future__ import annotations

from dataclasses import dataclass

from consentry.metrics import Silence

PATIENCE = 3.0
"""Seconds without a packet that are silence: DTX still sends one every 400 ms (RFC 6716 section
2.1.9), and a muted microphone all of them."""

BACKOFF = (6.0, 12.0, 30.0, 60.0)
"""Seconds between one request and the next while the path is alive: some device has nothing to
send, and a new connection would not change that. The last one repeats."""

DEAD_BACKOFF = 6.0
"""The same where nothing at all arrives. Nobody is disturbed by a request then, and how often it
is made decides how soon there is media again once the path is back."""

UNHEARD = 15.0
"""Seconds without anything at all that are silence where no media is due: connectivity checks
come every 4 to 6 s (RFC 7675 section 5.1), and two in a row may be lost."""


@dataclass(frozen=True, slots=True)
class Wire:
    """What there is to know of a connection at one moment. Times are seconds of the call."""

    since: float
    """When it was negotiated first; a new connection takes its time to stand."""
    wanted: bool
    """Whether any of their media is."""
    due: bool
    """Whether media is wanted, and their device said in its last offer that it sends."""
    packet_at: float | None
    """When media that is due last came."""
    datagram_at: float | None
    """When anything last came: media, RTCP, a connectivity check."""


class Watchdog:
    """Watches one participant's connections, one after the other.

    It speaks up for what has worked before: a path that never was is ICE's to report. It never
    gives up, but asks less and less often; a packet of media takes it back to the start, and so
    does media that nobody wants any more.
    """

    def __init__(self) -> None:
        self._heard = False
        self._due_since: float | None = None
        self._asked_at: float | None = None
        self._asked = 0
        """Requests in a row that brought a path and no media."""

    def check(self, wire: Wire, now: float) -> Silence | None:
        """Whether to ask for a new connection now, and what is missing.

        Called a few times a second. What it returns counts as asked.
        """
        self._follow(wire, now)
        silence = self._silence(wire, now)
        if silence is None or not self._may_ask(silence, now):
            return None
        self._asked_at = now
        self._asked += silence is Silence.NO_RTP
        return silence

    def _follow(self, wire: Wire, now: float) -> None:
        self._heard = self._heard or wire.datagram_at is not None
        if not wire.due:
            self._due_since = None
        elif self._due_since is None:
            self._due_since = now
        if not wire.wanted:
            self._asked = 0
        if self._asked_at is not None and (wire.packet_at or 0.0) > self._asked_at:
            self._asked_at, self._asked = None, 0

    def _silence(self, wire: Wire, now: float) -> Silence | None:
        unheard = now - max(wire.since, wire.datagram_at or 0.0)
        if self._due_since is not None:
            flowed = max(wire.since, self._due_since, wire.packet_at or 0.0)
            if now - flowed < PATIENCE:
                return None
            return Silence.NOTHING if unheard >= PATIENCE else Silence.NO_RTP
        patience = UNHEARD if wire.datagram_at is not None else DEAD_BACKOFF
        return Silence.NOTHING if self._heard and unheard >= patience else None

    def _may_ask(self, silence: Silence, now: float) -> bool:
        if self._asked_at is None:
            return True
        tries = min(self._asked, len(BACKOFF)) or 1
        wait = DEAD_BACKOFF if silence is Silence.NOTHING else BACKOFF[tries - 1]
        return now - self._asked_at >= wait
