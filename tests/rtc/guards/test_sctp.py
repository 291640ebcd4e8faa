"""Which SCTP packets a data channel's association gets to see, and how much of them it holds."""

from __future__ import annotations

import struct

import pytest

from consentry.rtc.guards.sctp import (
    MAX_AHEAD,
    MAX_CHUNKS,
    MAX_GAP,
    MAX_HELD_BYTES,
    MAX_HELD_CHUNKS,
    MAX_STREAMS,
    Reassembly,
    read_chunks,
)

HEADER = bytes(12)
IDLE = Reassembly(last_tsn=100, streams=frozenset({0}), held_bytes=0, held_chunks=0)


def chunk(kind: int, body: bytes, length: int | None = None) -> bytes:
    size = len(body) + 4 if length is None else length
    return struct.pack("!BBH", kind, 0, size) + body + bytes(-len(body) % 4)


def data(tsn: int = 101, stream: int = 0) -> bytes:
    return chunk(0, struct.pack("!IHHI", tsn, stream, 0, 51) + b"hello")


def sack(*gaps: tuple[int, int]) -> bytes:
    blocks = b"".join(struct.pack("!HH", *gap) for gap in gaps)
    return chunk(3, struct.pack("!IIHH", 1, 1 << 20, len(gaps), 0) + blocks)


def admits(reassembly: Reassembly, *chunks: bytes) -> bool:
    read = read_chunks(HEADER + b"".join(chunks))
    assert read is not None
    return reassembly.admits(read)


def test_what_a_browser_sends_is_read() -> None:
    read = read_chunks(HEADER + sack((2, 3)) + data() + chunk(4, struct.pack("!HH", 1, 4)))
    assert read is not None
    assert [c.kind for c in read] == [3, 0, 4]


@pytest.mark.parametrize(
    ("packet", "why"),
    [
        (b"", "nothing in it"),
        (chunk(5, b"", length=0), "a chunk of no length"),
        (chunk(0, bytes(20), length=400), "a chunk longer than the packet"),
        (chunk(4, struct.pack("!HH", 1, 0)), "a parameter of no length, which aiortc never leaves"),
        (chunk(1, bytes(16) + struct.pack("!HH", 7, 3)), "a parameter shorter than its header"),
        (chunk(0, bytes(12)), "data without a byte"),
        (chunk(3, struct.pack("!IIHH", 1, 1, 9, 0)), "more gaps than there are"),
        (sack((9, 3)), "a gap that ends before it begins"),
        (sack(*[(1, 65_535)] * 300), "gaps that would be walked through for seconds"),
        (chunk(192, bytes(7)), "half a stream in a FORWARD TSN"),
        (chunk(1, bytes(16)) + data(), "an INIT that is not alone"),
    ],
)
def test_a_packet_that_would_hang_or_break_its_reader_is_none(packet: bytes, why: str) -> None:
    assert read_chunks(HEADER + packet) is None, why


def test_gaps_of_what_can_be_on_its_way_are_read() -> None:
    assert read_chunks(HEADER + sack((2, MAX_GAP))) is not None


def test_a_packet_of_very_many_chunks_is_none() -> None:
    assert read_chunks(HEADER + data() * MAX_CHUNKS) is not None
    assert read_chunks(HEADER + data() * (MAX_CHUNKS + 1)) is None


def test_data_before_the_association_stands_is_not_admitted() -> None:
    before = Reassembly(last_tsn=None, streams=frozenset(), held_bytes=0, held_chunks=0)
    assert not admits(before, data())


def test_data_near_the_last_in_order_is_admitted_even_where_the_counter_wraps() -> None:
    last = Reassembly(last_tsn=(1 << 32) - 2, streams=frozenset({0}), held_bytes=0, held_chunks=0)
    assert admits(last, data(tsn=3), data(tsn=(1 << 32) - 5))
    assert not admits(last, data(tsn=MAX_AHEAD + 100))


def test_a_message_that_never_ends_is_held_up_to_a_bound() -> None:
    def full(held_bytes: int, held_chunks: int) -> Reassembly:
        return Reassembly(100, frozenset({0}), held_bytes, held_chunks)

    assert admits(full(MAX_HELD_BYTES - 1, 1), data())
    assert not admits(full(MAX_HELD_BYTES, 1), data())
    assert not admits(full(1, MAX_HELD_CHUNKS), data())
    assert admits(full(MAX_HELD_BYTES, 1), sack()), "what holds nothing goes on"


def test_streams_are_as_many_as_anybody_needs() -> None:
    full = Reassembly(100, frozenset(range(MAX_STREAMS)), 0, 0)
    assert admits(full, data(stream=MAX_STREAMS - 1))
    assert not admits(full, data(stream=MAX_STREAMS))


def test_a_forward_tsn_can_not_make_streams_without_end() -> None:
    def forward(count: int) -> bytes:
        named = b"".join(struct.pack("!HH", 1 + n, 0) for n in range(count))
        return chunk(192, struct.pack("!I", 101) + named)

    assert admits(IDLE, forward(MAX_STREAMS - 1))
    assert not admits(IDLE, forward(MAX_STREAMS))
