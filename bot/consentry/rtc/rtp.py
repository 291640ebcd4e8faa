"""RTP packets (RFC 3550), read without trust, and the arithmetic of their wrapping counters."""

from __future__ import annotations

import struct
from dataclasses import dataclass

HEADER_BYTES = 12
SEQUENCE_MODULUS = 1 << 16
TIMESTAMP_MODULUS = 1 << 32
ONE_BYTE, TWO_BYTE = 0xBEDE, 0x1000
"""The two forms of a header extension (RFC 8285 sections 4.2 and 4.3)."""


@dataclass(frozen=True, slots=True)
class RtpPacket:
    """One packet after decryption; header extensions and padding are gone."""

    payload_type: int
    sequence_number: int
    timestamp: int
    ssrc: int
    payload: bytes
    marker: bool = False


def is_rtp(datagram: bytes) -> bool:
    """Whether a datagram is RTP, not DTLS, STUN or RTCP (RFC 7983 section 7, RFC 5761)."""
    return (
        len(datagram) >= HEADER_BYTES
        and 128 <= datagram[0] <= 191
        and not 192 <= datagram[1] <= 223
    )


def is_rtcp(datagram: bytes) -> bool:
    """Whether a datagram is RTCP (RFC 5761 section 4)."""
    return len(datagram) >= 2 and 128 <= datagram[0] <= 191 and 192 <= datagram[1] <= 223


def peek(datagram: bytes) -> tuple[int, int]:
    """SSRC and payload type, which SRTP leaves in the clear, of a datagram that :func:`is_rtp`."""
    return struct.unpack_from("!I", datagram, 8)[0], datagram[1] & 0x7F


def counters(datagram: bytes) -> tuple[int, int]:
    """Sequence number and timestamp, which SRTP leaves in the clear too."""
    number, timestamp = struct.unpack_from("!HI", datagram, 2)
    return number, timestamp


def parse_rtp(data: bytes) -> RtpPacket | None:
    """The packet in ``data``; ``None`` where the header says more than there is."""
    if len(data) < HEADER_BYTES or data[0] >> 6 != 2:
        return None
    first, second, sequence_number, timestamp, ssrc = struct.unpack_from("!BBHII", data)
    start = HEADER_BYTES + 4 * (first & 0x0F)
    if first & 0x10:  # a header extension, RFC 3550 section 5.3.1
        if len(data) < start + 4:
            return None
        start += 4 + 4 * struct.unpack_from("!H", data, start + 2)[0]
    end = len(data)
    if first & 0x20 and end > start:  # padding; its last byte says how much
        end -= data[-1]
        if not data[-1]:
            return None
    if end < start:
        return None
    return RtpPacket(
        second & 0x7F, sequence_number, timestamp, ssrc, data[start:end], second >= 0x80
    )


def header_extension(datagram: bytes, wanted: int) -> bytes | None:
    """One element of the header extension, which SRTP leaves in the clear (RFC 8285).

    ``None`` if it isn't there, or where the lengths lie.
    """
    if len(datagram) < HEADER_BYTES or not datagram[0] & 0x10:
        return None
    start = HEADER_BYTES + 4 * (datagram[0] & 0x0F)
    if len(datagram) < start + 4:
        return None
    profile, words = struct.unpack_from("!HH", datagram, start)
    at, end = start + 4, start + 4 + 4 * words
    if end > len(datagram) or not (profile == ONE_BYTE or profile & 0xFFF0 == TWO_BYTE):
        return None
    short = profile == ONE_BYTE
    while at < end:
        if not datagram[at]:  # padding
            at += 1
            continue
        if short:
            name, length, at = datagram[at] >> 4, (datagram[at] & 0x0F) + 1, at + 1
            if name == 15:
                return None
        elif at + 1 < end:
            name, length, at = datagram[at], datagram[at + 1], at + 2
        else:
            return None
        if at + length > end:
            return None
        if name == wanted:
            return datagram[at : at + length]
        at += length
    return None


def extend(value: int, near: int, modulus: int) -> int:
    """The number that is ``value`` modulo ``modulus`` and lies nearest to ``near``."""
    half = modulus // 2
    return near + (value - near + half) % modulus - half
