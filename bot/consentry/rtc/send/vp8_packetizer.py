"""A VP8 frame cut into RTP payloads (RFC 7741 section 4)."""

from __future__ import annotations

import struct

MAX_PAYLOAD = 1160
"""Bytes: with every header around it, such a packet passes any path of the internet."""

PICTURE_ID_MODULUS = 1 << 15

_EXTENDED, _START = 0x80, 0x10
_HAS_PICTURE_ID = 0x80
_LONG_PICTURE_ID = 0x8000
_DESCRIPTOR_BYTES = 4


def packetize(frame: bytes, picture_id: int) -> list[bytes]:
    """The payloads of ``frame``, of nearly the same length each, so that none is easier to lose.

    Each starts with a descriptor that carries the 15 bits of ``picture_id``.
    """
    room = MAX_PAYLOAD - _DESCRIPTOR_BYTES
    count = max(1, -(-len(frame) // room))
    size = -(-len(frame) // count)
    number = _LONG_PICTURE_ID | picture_id % PICTURE_ID_MODULUS
    return [
        struct.pack("!BBH", _EXTENDED | (0 if at else _START), _HAS_PICTURE_ID, number)
        + frame[at : at + size]
        for at in range(0, max(1, len(frame)), max(1, size))
    ]
