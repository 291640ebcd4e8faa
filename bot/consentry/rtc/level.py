"""Lets silence go by unopened: what a microphone says of its own loudness (RFC 6464)."""

from __future__ import annotations

from collections import deque
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


@dataclass(frozen=True, slots=True)
class Passed:
    """What may be opened now, in order; and what never will be, which is silence."""

    heard: tuple[Held, ...] = ()
    silent: bytes | None = None


class LevelGate:
    """Decides by the claimed level alone, before decryption, what of one stream is opened.

    Who claims silence while they speak is not heard: that is theirs to choose.
    """

    def __init__(self) -> None:
        self._held: deque[Held] = deque()
        self._loud_at: float | None = None

    def take(self, datagram: bytes, level: bytes | None, now: float) -> Passed:
        """A datagram arrived with this level (one byte: voice flag, then -dBov), or with none."""
        if self._is_loud(level):
            self._loud_at = now
            heard = (*self._held, Held(datagram, now))
            self._held.clear()
            return Passed(heard)
        if self._loud_at is not None and now - self._loud_at < HANG_OVER:
            return Passed((Held(datagram, now),))
        self._held.append(Held(datagram, now))
        if len(self._held) <= PRE_ROLL:
            return Passed()
        return Passed(silent=self._held.popleft().datagram)

    @staticmethod
    def _is_loud(level: bytes | None) -> bool:
        return not level or level[0] >= 0x80 or level[0] < SILENT
