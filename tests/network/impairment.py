"""What a bad network does to datagrams: loss, delay, jitter, reordering, duplication."""

from __future__ import annotations

import random
from dataclasses import dataclass

MAX_DELAY = 1.0
"""Seconds; so that a path holds little, whatever is asked of it."""

MAX_JITTER = 0.5
"""Seconds."""

JITTER_PERIOD = 0.1
"""Mean seconds for which a queue keeps its length before other traffic changes it."""

MAX_OVERTAKERS = 3
"""Packets that overtake a reordered one, at most."""


def _check_share(share: float) -> None:
    if not 0 <= share <= 1:
        raise ValueError(f"a share is between 0 and 1, not {share}")


@dataclass(frozen=True, slots=True)
class Independent:
    """Each packet is lost with the same probability, whatever became of the others."""

    share: float = 0.0

    def __post_init__(self) -> None:
        _check_share(self.share)


@dataclass(frozen=True, slots=True)
class Bursts:
    """Losses that come together: the Gilbert model, all packets of a bad spell are lost.

    Gilbert, "Capacity of a burst-noise channel", 1960, as in RFC 6534 section 4.
    """

    share: float
    """Of all packets."""
    mean_length: float
    """Packets in a bad spell, at least 1."""

    def __post_init__(self) -> None:
        _check_share(self.share)
        if self.mean_length < 1 or self.share >= 0.9:
            raise ValueError("a burst has at least one packet, and not everything is lost")

    @property
    def begins(self) -> float:
        """Probability that a packet in a good spell is the first of a bad one."""
        return min(1.0, self.share / (1 - self.share) / self.mean_length)

    @property
    def ends(self) -> float:
        """Probability that the packet after one of a bad spell is in a good one."""
        return 1 / self.mean_length


Loss = Independent | Bursts


@dataclass(frozen=True, slots=True)
class Impairment:
    """One direction of a path; as it stands, a perfect one."""

    loss: Loss = Independent()
    delay: float = 0.0
    """Seconds that every datagram takes."""
    jitter: float = 0.0
    """Seconds that a queue adds, from 0 to this; it is first in, first out, so order is kept."""
    reordered: float = 0.0
    """Share of packets that 1 to 3 later ones of the same source overtake."""
    duplicated: float = 0.0
    """Share of packets that come twice."""
    spares_control: bool = True
    """STUN and DTLS are delayed, but neither lost nor doubled: the connection itself stands."""

    def __post_init__(self) -> None:
        if not 0 <= self.delay <= MAX_DELAY or not 0 <= self.jitter <= MAX_JITTER:
            raise ValueError(f"delay goes to {MAX_DELAY} s, jitter to {MAX_JITTER} s")
        _check_share(self.reordered)
        _check_share(self.duplicated)


@dataclass(frozen=True, slots=True)
class Fate:
    """What is to become of one datagram, before the queue it stands in is looked at."""

    lost: bool = False
    delay: float = 0.0
    overtakers: int = 0
    """Later packets that go out before this one does."""
    copies: int = 1


class Dice:
    """Draws fates. The same seed gives the same fates for the same number of packets.

    Every packet takes the same number of draws, so the n-th one meets the same
    luck under whatever impairment, and a switch in between moves nothing else.
    """

    def __init__(self, seed: int) -> None:
        self._draws = random.Random(seed)
        self._control_draws = random.Random(-1 - seed)
        self._queue = _Queue(seed)
        self._bad = False

    def media(self, impairment: Impairment, now: float) -> Fate:
        """The fate of an RTP or RTCP packet that came at ``now``."""
        loss, order, overtakers, copy = (self._draws.random() for _ in range(4))
        return Fate(
            lost=self._lost(impairment.loss, loss),
            delay=impairment.delay + impairment.jitter * self._queue.level(now),
            overtakers=(
                1 + int(overtakers * MAX_OVERTAKERS) if order < impairment.reordered else 0
            ),
            copies=2 if copy < impairment.duplicated else 1,
        )

    def control(self, impairment: Impairment, now: float) -> Fate:
        """The fate of a datagram of STUN or DTLS that came at ``now``; it has dice of its own."""
        delay = impairment.delay + impairment.jitter * self._queue.level(now)
        if impairment.spares_control:
            return Fate(delay=delay)
        return Fate(lost=self._control_draws.random() < impairment.loss.share, delay=delay)

    def _lost(self, loss: Loss, drawn: float) -> bool:
        match loss:
            case Independent(share):
                return drawn < share
            case Bursts():
                self._bad = drawn >= loss.ends if self._bad else drawn < loss.begins
                return self._bad


class _Queue:
    """How full the queue of a bottleneck is, 0 to 1; other traffic changes it now and then."""

    def __init__(self, seed: int) -> None:
        self._draws = random.Random(seed + 0.5)
        self._level = 0.0
        self._changes: float | None = None

    def level(self, now: float) -> float:
        if self._changes is None:
            self._changes = now
        while self._changes <= now:
            self._level = self._draws.random()
            self._changes += self._draws.expovariate(1 / JITTER_PERIOD)
        return self._level
