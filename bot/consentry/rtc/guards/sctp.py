"""Which SCTP packets (RFC 9260) are let through to aiortc: those whose lengths and numbers hold.

Read without trust and without state; what depends on the association is in :class:`Reassembly`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

COMMON_HEADER = 12
DATA, INIT, INIT_ACK, SACK, FORWARD_TSN = 0, 1, 2, 3, 192

MAX_CHUNKS = 64
"""In one packet. aiortc answers some chunks one by one; 300 empty ones would be 300 answers."""

MAX_GAP = 4096
"""TSNs that the gap blocks of one SACK span, of all together. aiortc walks through each, and a
packet has room for 24 million of them; the outbox never has more than a hundred on their way."""

MAX_STREAMS = 64
"""With anything in them. The bot uses one channel; servers open two or three of their own."""

MAX_HELD_BYTES = 512 * 1024
"""Of messages that are not whole yet: twice the longest that the answer says we take."""

MAX_HELD_CHUNKS = 1024
"""Likewise in pieces, as each costs more memory than what is in it."""

MAX_AHEAD = 2048
"""TSNs that a chunk may be ahead of the last one in order: more than fits MAX_HELD_CHUNKS."""

_SHORTEST = {DATA: 17, INIT: 20, INIT_ACK: 20, SACK: 16, FORWARD_TSN: 8}
"""Bytes of a chunk, by its type; DATA carries at least one (RFC 9260 section 3.3)."""

_PARAMETERS_AT = {1: 20, 2: 20, 4: 4, 5: 4, 6: 4, 9: 4, 130: 4}
"""Where parameters start in a chunk, by its type (RFC 9260 section 3.3, RFC 6525)."""


@dataclass(frozen=True, slots=True)
class Chunk:
    kind: int
    data: bytes
    """With its header of four bytes."""


@dataclass(frozen=True, slots=True)
class Reassembly:
    """What an association holds of messages that are not whole."""

    last_tsn: int | None
    """The last one in order; ``None`` before the association stands."""
    streams: frozenset[int]
    held_bytes: int
    held_chunks: int

    def admits(self, chunks: list[Chunk]) -> bool:
        """Whether the chunks' data still fits what one peer may make the bot hold."""
        for chunk in chunks:
            if chunk.kind == DATA and not self._admits_data(chunk.data):
                return False
            if chunk.kind == FORWARD_TSN and not self._knows(chunk.data):
                return False
        return True

    def _admits_data(self, data: bytes) -> bool:
        tsn, stream = struct.unpack_from("!IH", data, 4)
        return (
            self.last_tsn is not None
            and (tsn - self.last_tsn + MAX_AHEAD) % (1 << 32) <= 2 * MAX_AHEAD
            and (stream in self.streams or len(self.streams) < MAX_STREAMS)
            and self.held_bytes < MAX_HELD_BYTES
            and self.held_chunks < MAX_HELD_CHUNKS
        )

    def _knows(self, forward: bytes) -> bool:
        """Of FORWARD TSN: it makes streams that it names, and can't name more than there are."""
        named = {stream for stream, _ in struct.iter_unpack("!HH", forward[8:])}
        return len(named | self.streams) <= MAX_STREAMS


def read_chunks(packet: bytes) -> list[Chunk] | None:
    """The chunks of a packet; ``None`` if anything in it would hang or break its reader."""
    chunks: list[Chunk] = []
    for chunk in _chunks(packet):
        if chunk is None or len(chunks) == MAX_CHUNKS or not _is_sound(chunk):
            return None
        chunks.append(chunk)
    if len(chunks) > 1 and any(chunk.kind in (INIT, INIT_ACK) for chunk in chunks):
        return None  # RFC 9260 section 3.1: never bundled
    return chunks or None


def _chunks(packet: bytes) -> Iterator[Chunk | None]:
    at = COMMON_HEADER
    while at + 4 <= len(packet):
        length = int.from_bytes(packet[at + 2 : at + 4])
        if length < 4 or at + length > len(packet):
            yield None
            return
        yield Chunk(packet[at], packet[at : at + length])
        at += (length + 3) & ~3


def _is_sound(chunk: Chunk) -> bool:
    size = len(chunk.data)
    if size < _SHORTEST.get(chunk.kind, 4):
        return False
    if chunk.kind == SACK:
        return _gaps_are_sound(chunk.data)
    if chunk.kind == FORWARD_TSN:
        return size % 4 == 0
    start = _PARAMETERS_AT.get(chunk.kind)
    return start is None or _parameters_are_sound(chunk.data[start:])


def _gaps_are_sound(sack: bytes) -> bool:
    gaps, duplicates = struct.unpack_from("!HH", sack, 12)
    if len(sack) < 16 + 4 * (gaps + duplicates):
        return False
    span = 0
    for first, last in struct.iter_unpack("!HH", sack[16 : 16 + 4 * gaps]):
        if last < first:
            return False
        span += last - first + 1
    return span <= MAX_GAP


def _parameters_are_sound(body: bytes) -> bool:
    at = 0
    while at + 4 <= len(body):
        length = int.from_bytes(body[at + 2 : at + 4])
        if length < 4:
            return False
        at += (length + 3) & ~3
    return True
