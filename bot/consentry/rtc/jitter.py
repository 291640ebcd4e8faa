"""Puts the packets of one stream back in order, waiting no longer than a deadline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from consentry.rtc.rtp import SEQUENCE_MODULUS, extend

T = TypeVar("T")

DEADLINE = 0.06
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


class JitterBuffer(Generic[T]):
    """Items in, in any order; the same out in order, each once, with the losses between them.

    Time is an input, in seconds on any one clock.
    """

    def __init__(self, deadline: float = DEADLINE) -> None:
        self._deadline = deadline
        self._next: int | None = None
        self._held: dict[int, tuple[T, float]] = {}
        self._jumped: int | None = None
        self.duplicates = 0
        self.late = 0

    def __len__(self) -> int:
        return len(self._held)

    def push(self, sequence_number: int, item: T, now: float) -> list[T | Lost | Restart]:
        """Take the item of a packet; what can go on because of it."""
        if self._next is None:
            self._next = sequence_number
        sequence = extend(sequence_number, self._next, SEQUENCE_MODULUS)
        if sequence == self._next and not self._held:
            self._next += 1
            self._jumped = None
            return [item]
        if not -MAX_MISORDER <= sequence - self._next <= MAX_DROPOUT:
            return self._jump(sequence_number, item, now)
        self._jumped = None
        if sequence < self._next:
            self.late += 1
        elif sequence in self._held:
            self.duplicates += 1
        else:
            self._held[sequence] = item, now
        return self.pop(now)

    def pop(self, now: float) -> list[T | Lost | Restart]:
        """All that is in order, and what follows a loss that was waited for long enough."""
        ordered: list[T | Lost | Restart] = []
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

    def missing(self) -> list[int]:
        """Sequence numbers that are waited for now."""
        if not self._held or self._next is None:
            return []
        gaps = range(self._next, max(self._held))
        return [number % SEQUENCE_MODULUS for number in gaps if number not in self._held]

    def _jump(self, sequence_number: int, item: T, now: float) -> list[T | Lost | Restart]:
        """Believe a jump when a second packet follows it: one alone may be a stray."""
        expected, self._jumped = self._jumped, (sequence_number + 1) % SEQUENCE_MODULUS
        if sequence_number != expected:
            self.late += 1
            return []
        flushed: list[T | Lost | Restart] = [self._held[key][0] for key in sorted(self._held)]
        self._held.clear()
        self._jumped = None
        self._next = sequence_number
        return [*flushed, Restart(), *self.push(sequence_number, item, now)]
