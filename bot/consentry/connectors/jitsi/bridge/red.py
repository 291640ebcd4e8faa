"""Redundant audio (RFC 2198): what a packet carries anew, without what was sent before."""

from __future__ import annotations

MAX_BLOCKS = 32


def primary(payload: bytes) -> bytes | None:
    """The last block of ``payload``, which is the newest; ``None`` where its headers lie.

    Earlier blocks repeat packets that were sent already. The bridge has heard those too, and asks
    for what it lost: here they have no use.
    """
    at = earlier = blocks = 0
    while at < len(payload) and payload[at] & 0x80 and blocks < MAX_BLOCKS:
        if at + 4 > len(payload):
            return None
        earlier += int.from_bytes(payload[at + 2 : at + 4]) & 0x03FF
        at, blocks = at + 4, blocks + 1
    if at >= len(payload) or payload[at] & 0x80 or at + 1 + earlier >= len(payload):
        return None
    return payload[at + 1 + earlier :]
