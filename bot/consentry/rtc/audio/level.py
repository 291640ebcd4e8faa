"""Lets silence go by unopened: what a microphone says of its own loudness (RFC 6464)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

AUDIO_LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"

SILENT = 60
"""In -dBov: so quiet, and with no voice claimed, nobody speaks. Speech lies between 15 and 45."""

PRE_ROLL = 10
"""Packets before the first loud one that are heard after all: a word starts softly."""

HANG_OVER = 0.3
"""Seconds after the last loud packet that are still heard."""

REOPEN = 20.0
"""Seconds after which a silent packet is decrypted all the same: SRTP counts how often the
sequence number wrapped, and what it misses it can't count (RFC 3711 section 3.3.1)."""


@dataclass(frozen=True, slots=True)
class Held:
    """A datagram that is not opened yet."""

    datagram: bytes
    arrival: float


class LevelGate:
    """Decides by the claimed level alone, before decryption, what of one stream is opened.

    Who claims silence while they speak is not heard: that is theirs to choose.
    """

    def __init__(self) -> None:
        self._held: deque[Held] = deque()
        self._until = float("-inf")
        """When the last loud packet's hang-over ends."""

    def opens(self, level: bytes | None, now: float) -> bool:
        """Whether a packet of this level (one byte: voice flag, then -dBov; or none) is heard."""
        if not level or level[0] >= 0x80 or level[0] < SILENT:
            self._until = now + HANG_OVER
            return True
        return now < self._until

    def release(self) -> Iterable[Held]:
        """What came just before a packet that is heard, in order."""
        if not self._held:
            return ()
        held, self._held = self._held, deque()
        return held

    def hold(self, datagram: bytes, now: float) -> Held | None:
        """Keep a silent datagram; the oldest one kept, if it will never be heard now."""
        self._held.append(Held(datagram, now))
        return self._held.popleft() if len(self._held) > PRE_ROLL else None
