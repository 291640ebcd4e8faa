"""Packets out of order, twice, late, and not at all."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from consentry.rtc.jitter import CAPACITY, DEADLINE, JitterBuffer, Lost, Restart
from consentry.rtc.rtp import RtpPacket
from tests.rtc.streams import FRAME, stream

Buffer = JitterBuffer[RtpPacket]
Ordered = RtpPacket | Lost | Restart

PACKETS = stream(bytes([n]) for n in range(100))


def push(buffer: Buffer, packet: RtpPacket, now: float) -> list[Ordered]:
    return buffer.push(packet.sequence_number, packet, now)


def received(order: Sequence[int], buffer: Buffer | None = None) -> list[object]:
    """What comes out when the packets named arrive 20 ms apart: numbers, losses, restarts."""
    buffer = Buffer() if buffer is None else buffer
    out: list[Ordered] = []
    for place, number in enumerate(order):
        out += push(buffer, PACKETS[number], place * FRAME)
    return [item.payload[0] if isinstance(item, RtpPacket) else item for item in out]


def test_packets_in_order_are_not_held_at_all() -> None:
    assert received(range(20)) == list(range(20))


def test_a_swapped_pair_is_put_right() -> None:
    assert received([0, 2, 1, 3]) == [0, 1, 2, 3]


def test_a_duplicate_is_dropped_and_counted() -> None:
    buffer = Buffer()
    assert received([0, 2, 2, 1, 3], buffer) == [0, 1, 2, 3]
    assert buffer.duplicates == 1


def test_a_lost_packet_is_waited_for_until_the_deadline_and_no_longer() -> None:
    assert received([0, 2, 3, 4]) == [0]
    assert received([0, 2, 3, 4, 5]) == [0, Lost(1), 2, 3, 4, 5]


def test_a_packet_that_comes_after_it_was_given_up_is_late() -> None:
    buffer = Buffer()
    assert received([0, 2, 3, 4, 5, 6, 1, 7], buffer)[-1] == 7
    assert buffer.late == 1


def test_what_is_held_comes_out_in_time_even_when_nothing_more_arrives() -> None:
    buffer = Buffer()
    push(buffer, PACKETS[0], 0.0)
    push(buffer, PACKETS[2], 0.02)
    assert buffer.pop(0.02 + DEADLINE - 0.001) == []
    assert buffer.pop(0.02 + DEADLINE) == [Lost(1), PACKETS[2]]


def test_the_sequence_number_wraps_without_a_stir() -> None:
    assert [p.sequence_number for p in PACKETS[5:7]] == [65_535, 0]
    assert received(range(4, 9)) == [4, 5, 6, 7, 8]


def test_a_sender_that_starts_anew_is_followed_from_its_second_packet() -> None:
    buffer = Buffer()
    push(buffer, PACKETS[0], 0.0)
    first, second, third = stream([b"a", b"b", b"c"], sequence=30_000)
    assert push(buffer, first, 0.02) == []
    assert push(buffer, second, 0.04) == [Restart(), second]
    assert push(buffer, third, 0.06) == [third]


def test_one_stray_packet_is_not_followed() -> None:
    buffer = Buffer()
    push(buffer, PACKETS[0], 0.0)
    (stray,) = stream([b"x"], sequence=30_000)
    assert push(buffer, stray, 0.01) == []
    assert push(buffer, PACKETS[1], 0.02) == [PACKETS[1]]


def test_what_is_waited_for_can_be_asked_for_again() -> None:
    buffer = Buffer()
    assert buffer.missing() == []
    for number in (0, 2, 7):
        push(buffer, PACKETS[number], 0.0)
    assert buffer.missing() == [PACKETS[n].sequence_number for n in (1, 3, 4, 5, 6)]
    push(buffer, PACKETS[1], 0.0)
    assert buffer.missing() == [PACKETS[n].sequence_number for n in (3, 4, 5, 6)]


@given(st.lists(st.integers(0, 99), max_size=200), st.integers(0, 3))
def test_whatever_arrives_comes_out_in_order_once_and_little_is_held(
    order: list[int], pace: int
) -> None:
    buffer = Buffer()
    out: list[Ordered] = []
    for place, number in enumerate(order):
        out += push(buffer, PACKETS[number], place * FRAME * pace)
        assert len(buffer) < CAPACITY
    numbers = [item.payload[0] for item in out if isinstance(item, RtpPacket)]
    assert numbers == sorted(set(numbers))
