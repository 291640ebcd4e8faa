"""Puts the packets of a video stream in order, and says which to ask for again."""

from __future__ import annotations

from dataclasses import dataclass

from consentry.rtc.jitter import MAX_DROPOUT, MAX_MISORDER, Lost, Restart
from consentry.rtc.rtp import SEQUENCE_MODULUS, RtpPacket, extend

WAIT = 0.5
"""Seconds a missing packet is waited for: a few round trips of asking for it again."""

GRACE = 0.02
"""Seconds in which a packet may still be out of order and not lost: it is not asked for yet."""

ASK_AGAIN = 0.1
"""Seconds between two requests for the same packet."""

MAX_ASKED = 5
"""Requests for the same packet."""

MAX_MISSING = 250
"""Packets waited for at a time; a burst that loses more is not worth repairing."""

MAX_PACKETS = 512
MAX_BYTES = 1 << 20
"""Held behind a missing packet: more than a key frame of 1080p, and half a second of video."""

Ordered = RtpPacket | Lost | Restart


@dataclass(slots=True)
class _Missing:
    noticed: float
    asked: float | None = None
    times: int = 0

    def due(self, now: float) -> bool:
        if self.asked is None:
            return now - self.noticed >= GRACE
        return self.times < MAX_ASKED and now - self.asked >= ASK_AGAIN


class ReorderBuffer:
    """Packets in, in any order; the same out in order, each once, with the losses between them.

    Unlike sound, video is worth waiting for: a lost packet spoils every frame up to the
    next key frame. Time is an input, in seconds on any one clock.
    """

    def __init__(self) -> None:
        self._next: int | None = None
        self._highest = 0
        self._held: dict[int, RtpPacket] = {}
        self._bytes = 0
        self._missing: dict[int, _Missing] = {}
        self._stray: RtpPacket | None = None
        self.duplicates = 0
        self.late = 0

    def __len__(self) -> int:
        return len(self._held)

    def push(self, packet: RtpPacket, now: float) -> list[Ordered]:
        """Take a packet; what can go on because of it."""
        if self._next is None:
            self._next = packet.sequence_number
            self._highest = self._next - 1
        sequence = extend(packet.sequence_number, self._highest, SEQUENCE_MODULUS)
        if sequence == self._next and not self._held:
            self._highest, self._next, self._stray = sequence, sequence + 1, None
            return [packet]
        if not -MAX_MISORDER <= sequence - self._next <= MAX_DROPOUT:
            return self._jump(packet, now)
        self._stray = None
        if sequence < self._next:
            self.late += 1
        elif sequence in self._held:
            self.duplicates += 1
        else:
            self._hold(sequence, packet, now)
        return self.pop(now)

    def pop(self, now: float) -> list[Ordered]:
        """All that is in order, and what follows a loss that was waited for long enough."""
        ordered: list[Ordered] = []
        while self._held:
            assert self._next is not None
            if (packet := self._held.pop(self._next, None)) is not None:
                self._bytes -= len(packet.payload)
                self._next += 1
                ordered.append(packet)
            elif self._is_given_up(now):
                ordered.append(self._skip())
            else:
                break
        return ordered

    def ask(self, now: float) -> list[int]:
        """Sequence numbers to ask for again now, oldest first; they count as asked for."""
        due = [sequence for sequence, missing in self._missing.items() if missing.due(now)]
        for sequence in due:
            missing = self._missing[sequence]
            missing.asked = now
            missing.times += 1
        return [sequence % SEQUENCE_MODULUS for sequence in due]

    def _hold(self, sequence: int, packet: RtpPacket, now: float) -> None:
        self._held[sequence] = packet
        self._bytes += len(packet.payload)
        self._missing.pop(sequence, None)
        if sequence - self._highest <= MAX_MISSING:
            for number in range(self._highest + 1, sequence):
                self._missing[number] = _Missing(now)
        self._highest = max(self._highest, sequence)

    def _is_given_up(self, now: float) -> bool:
        """Whether the packet due next is waited for no longer."""
        assert self._next is not None
        missing = self._missing.get(self._next)
        return (
            missing is None
            or now - missing.noticed >= WAIT
            or len(self._missing) > MAX_MISSING
            or len(self._held) > MAX_PACKETS
            or self._bytes > MAX_BYTES
        )

    def _skip(self) -> Lost:
        """Go on at the first packet held."""
        assert self._next is not None
        first = min(self._held)
        for number in [number for number in self._missing if number < first]:
            del self._missing[number]
        count = first - self._next
        self._next = first
        return Lost(count)

    def _jump(self, packet: RtpPacket, now: float) -> list[Ordered]:
        """Believe a jump when a second packet follows it: one alone may be a stray."""
        stray, self._stray = self._stray, packet
        if (
            stray is None
            or packet.sequence_number != (stray.sequence_number + 1) % SEQUENCE_MODULUS
        ):
            self.late += 1
            return []
        flushed: list[Ordered] = [self._held[key] for key in sorted(self._held)]
        self._held.clear()
        self._missing.clear()
        self._bytes, self._next, self._stray = 0, None, None
        return [*flushed, Restart(), *self.push(stray, now), *self.push(packet, now)]
