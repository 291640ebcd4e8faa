"""One direction of a bad path: what is held back, in what order it leaves, and the log of it."""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from consentry.rtc.rtp import is_rtcp, is_rtp
from tests.network.impairment import Dice, Impairment

CAPACITY = 4096
"""Datagrams held at most; more are lost, as in a router."""

MAX_LOGGED = 1_000_000
"""RTP packets in a log; a path that has carried so many carries no more."""

PATIENCE = 0.2
"""Seconds after which a reordered packet goes out, overtaken or not."""


@dataclass(slots=True)
class Passage:
    """One RTP packet that came to a path: the truth about what the wire lost."""

    ssrc: int
    sequence_number: int
    timestamp: int
    came: float
    """On the clock of the path, in seconds."""
    due: float | None = None
    """When it was to leave, those that overtake it being through; ``None`` if the wire lost it."""
    left: float | None = None
    """When it was handed to the receiver's socket, the first time if there were two."""

    @property
    def lost(self) -> bool:
        return self.due is None


@dataclass(frozen=True, slots=True)
class Departure:
    """A datagram whose time to leave has come."""

    datagram: bytes
    passage: Passage | None
    """Of RTP."""


@dataclass(slots=True)
class _Held:
    departure: Departure
    overtakers: int
    until: float


class Direction:
    """Datagrams in, the same out at their time, less those lost. Time is an input; no I/O."""

    def __init__(self, impairment: Impairment, seed: int) -> None:
        self.impairment = impairment
        """Replace it at any time; what is under way keeps the fate it had."""
        self.log: list[Passage] = []
        self._dice = Dice(seed)
        self._queue: deque[tuple[float, Departure, int]] = deque()
        """When due, what, and how many later packets it waits for; in order of leaving."""
        self._held: list[_Held] = []
        self._last_due = 0.0

    def push(self, datagram: bytes, now: float) -> None:
        """A datagram came."""
        if is_rtp(datagram) or is_rtcp(datagram):
            fate = self._dice.media(self.impairment, now)
        else:
            fate = self._dice.control(self.impairment, now)
        passage = self._logged(datagram, now)
        full = len(self._queue) + len(self._held) >= CAPACITY or len(self.log) > MAX_LOGGED
        if fate.lost or full:
            return
        self._last_due = due = max(self._last_due, now + fate.delay)
        if passage is not None:
            passage.due = due
        for _ in range(fate.copies):
            self._queue.append((due, Departure(datagram, passage), fate.overtakers))

    def pop(self, now: float) -> Iterator[Departure]:
        """What leaves by ``now``, in the order of leaving."""
        while self._queue and self._queue[0][0] <= now:
            due, departure, overtakers = self._queue.popleft()
            if overtakers and departure.passage is not None:
                self._held.append(_Held(departure, overtakers, due + PATIENCE))
                continue
            yield departure
            yield from self._overtaken_by(departure)
        for held in [held for held in self._held if held.until <= now]:
            self._held.remove(held)
            if held.departure.passage is not None:
                held.departure.passage.due = held.until
            yield held.departure

    def next_due(self) -> float | None:
        """When :meth:`pop` has something next; ``None`` while nothing is held."""
        times = [held.until for held in self._held]
        if self._queue:
            times.append(self._queue[0][0])
        return min(times, default=None)

    def _overtaken_by(self, departure: Departure) -> Iterator[Departure]:
        if departure.passage is None:
            return
        for held in list(self._held):
            slow = held.departure.passage
            if slow is not None and slow.ssrc == departure.passage.ssrc:
                held.overtakers -= 1
                if not held.overtakers:
                    self._held.remove(held)
                    slow.due = departure.passage.due
                    yield held.departure

    def _logged(self, datagram: bytes, now: float) -> Passage | None:
        if not is_rtp(datagram):
            return None
        sequence_number, timestamp, ssrc = struct.unpack_from("!HII", datagram, 2)
        passage = Passage(ssrc, sequence_number, timestamp, now)
        self.log.append(passage)
        return passage
