"""Puts the packets of one stream back in order, waiting no longer than a deadline."""

from __future__ import annotations

from dataclasses import dataclass

from consentry.rtc.rtp import SEQUENCE_MODULUS, RtpPacket, extend

DEADLINE = 0.08
"""Seconds a packet is waited for once a later one is here."""

MAX_DROPOUT = 3000
"""A jump of more is a sender that started anew (RFC 3550 appendix A.1)."""

MAX_MISORDER = 100
"""Likewise backwards."""

CAPACITY = 64
"""Packets held at most: 1.3 s of 20 ms frames, far more than the deadline lets stand."""


@dataclass(frozen=True, slots=True)
class Lost:
    """``count`` packets did not come in time."""

    count: int


@dataclass(frozen=True, slots=True)
class Restart:
    """The sequence numbers jumped: what follows has nothing to do with what was."""


Ordered = RtpPacket | Lost | Restart


class JitterBuffer:
    """Packets in, in any order; the same out in order, each once, with the losses between them.

    Time is an input, in seconds on any one clock.
    """

    def __init__(self, deadline: float = DEADLINE) -> None:
        self._deadline = deadline
        self._next: int | None = None
        self._held: dict[int, tuple[RtpPacket, float]] = {}
        self._jumped: int | None = None
        self.duplicates = 0
        self.late = 0

    def __len__(self) -> int:
        return len(self._held)

    def push(self, packet: RtpPacket, now: float) -> list[Ordered]:
        """Take a packet; what can go on because of it."""
        if self._next is None:
            self._next = packet.sequence_number
        sequence = extend(packet.sequence_number, self._next, SEQUENCE_MODULUS)
        if not -MAX_MISORDER <= sequence - self._next <= MAX_DROPOUT:
            return self._jump(packet, now)
        self._jumped = None
        if sequence < self._next:
            self.late += 1
        elif sequence in self._held:
            self.duplicates += 1
        else:
            self._held[sequence] = packet, now
        return self.pop(now)

    def pop(self, now: float) -> list[Ordered]:
        """All that is in order, and what follows a loss that was waited for long enough."""
        ordered: list[Ordered] = []
        while self._held:
            assert self._next is not None
            if (found := self._held.pop(self._next, None)) is not None:
                ordered.append(found[0])
                self._next += 1
                continue
            first = min(self._held)
            waited = now - min(arrival for _, arrival in self._held.values())
            if waited < self._deadline and len(self._held) < CAPACITY:
                break
            ordered.append(Lost(first - self._next))
            self._next = first
        return ordered

    def _jump(self, packet: RtpPacket, now: float) -> list[Ordered]:
        """Believe a jump when a second packet follows it: one alone may be a stray."""
        expected, self._jumped = self._jumped, (packet.sequence_number + 1) % SEQUENCE_MODULUS
        if packet.sequence_number != expected:
            self.late += 1
            return []
        flushed: list[Ordered] = [self._held[key][0] for key in sorted(self._held)]
        self._held.clear()
        self._jumped = None
        self._next = packet.sequence_number
        return [*flushed, Restart(), *self.push(packet, now)]
