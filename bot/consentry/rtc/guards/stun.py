"""Which datagrams are let through to aioice: sound STUN (RFC 8489), DTLS from whom ICE knows."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from consentry.rate_limit import RateLimit
from consentry.rtc.guards.limits import (
    DATAGRAM_BURST,
    DATAGRAMS_PER_SECOND,
    MAX_CANDIDATES,
    MAX_QUEUED_DATAGRAMS,
)

HEADER = 20
COOKIE = 0x2112A442
PRIORITY, USERNAME = 0x0024, 0x0006

_LENGTHS = {
    0x0003: 4,  # CHANGE-REQUEST
    0x0008: 20,  # MESSAGE-INTEGRITY
    0x000D: 4,  # LIFETIME
    0x0019: 4,  # REQUESTED-TRANSPORT
    0x0024: 4,  # PRIORITY
    0x0025: 0,  # USE-CANDIDATE
    0x8028: 4,  # FINGERPRINT
    0x8029: 8,  # ICE-CONTROLLED
    0x802A: 8,  # ICE-CONTROLLING
}
"""Of attributes that have one length alone (RFC 8489 section 14, RFC 8445 section 16.1)."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A datagram, and how things stood when it came."""

    datagram: bytes
    known: bool
    """Its sender's address is one that ICE learned from the signaling or a valid check."""
    candidates: int
    """Addresses of theirs that ICE knows."""
    waiting: int
    """Datagrams that nobody has read yet."""


class DatagramScreen:
    """What may pass on one connection, of all that is no RTP and no RTCP."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._limit = RateLimit(DATAGRAMS_PER_SECOND, DATAGRAM_BURST, clock())

    def admits(self, arrival: Arrival) -> bool:
        if not self._limit.allows(self._clock()):
            return False
        if is_stun(arrival.datagram):
            return is_sound(arrival.datagram) and (
                arrival.known
                or not _is_request(arrival.datagram)
                or arrival.candidates < MAX_CANDIDATES
            )
        # A forged alert of somebody else's ends a handshake (RFC 9147 section 4.1.2).
        return (
            is_dtls(arrival.datagram) and arrival.known and arrival.waiting < MAX_QUEUED_DATAGRAMS
        )


def is_dtls(datagram: bytes) -> bool:
    """Whether a datagram is DTLS (RFC 7983 section 7)."""
    return len(datagram) >= 13 and 20 <= datagram[0] <= 63


def is_stun(datagram: bytes) -> bool:
    """Whether a datagram is STUN (RFC 7983 section 7), with its cookie (RFC 8489 section 5)."""
    return len(datagram) >= HEADER and datagram[0] <= 3 and int.from_bytes(datagram[4:8]) == COOKIE


def is_sound(message: bytes) -> bool:
    """Whether every length in a STUN message holds, and a check has what a check must have."""
    if len(message) != HEADER + int.from_bytes(message[2:4]):
        return False
    names = set()
    for attribute in _attributes(message):
        if attribute is None:
            return False
        name, value = attribute
        if len(value) != _LENGTHS.get(name, len(value)):
            return False
        names.add(name)
    return not _is_request(message) or {PRIORITY, USERNAME} <= names


def _is_request(message: bytes) -> bool:
    return not int.from_bytes(message[:2]) & 0x0110


def _attributes(message: bytes) -> Iterator[tuple[int, bytes] | None]:
    at = HEADER
    while at < len(message):
        if at + 4 > len(message):
            yield None
            return
        name, length = struct.unpack_from("!HH", message, at)
        if at + 4 + length > len(message):
            yield None
            return
        yield name, message[at + 4 : at + 4 + length]
        at += 4 + ((length + 3) & ~3)
