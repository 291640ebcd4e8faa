"""Packets of a video stream out of order, twice, late, and not at all."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from consentry.rtc.jitter import Lost, Restart
from consentry.rtc.rtp import RtpPacket
from consentry.rtc.video.reorder import (
    GRACE,
    MAX_ASKED,
    MAX_BYTES,
    MAX_MISSING,
    MAX_PACKETS,
    WAIT,
    Ordered,
    ReorderBuffer,
)


def packet(number: int, size: int = 10) -> RtpPacket:
    """The numbers wrap after the first few."""
    return RtpPacket(96, (65_530 + number) % 65_536, 0, 1, number.to_bytes(4, "big") + bytes(size))


def names(ordered: Sequence[Ordered]) -> list[object]:
    return [
        int.from_bytes(item.payload[:4], "big") if isinstance(item, RtpPacket) else item
        for item in ordered
    ]


def received(order: Sequence[int], buffer: ReorderBuffer, step: float = 0.01) -> list[object]:
    """What comes out when the packets named arrive ``step`` apart."""
    return names(
        [o for n, number in enumerate(order) for o in buffer.push(packet(number), n * step)]
    )


def test_packets_in_order_are_not_held_at_all() -> None:
    assert received(range(30), ReorderBuffer()) == list(range(30))


def test_a_missing_packet_is_waited_for_as_long_as_repair_may_take() -> None:
    buffer = ReorderBuffer()
    assert received([0, 2, 3], buffer) == [0]
    assert names(buffer.pop(0.01 + WAIT - 0.001)) == []
    assert names(buffer.pop(0.01 + WAIT)) == [Lost(1), 2, 3]
    assert names(buffer.push(packet(1), 1.0)) == []
    assert buffer.late == 1


def test_a_repaired_packet_lets_all_go_on() -> None:
    buffer = ReorderBuffer()
    assert received([0, 2, 3, 2, 1], buffer) == [0, 1, 2, 3]
    assert buffer.duplicates == 1
    assert buffer.ask(10.0) == []


def test_each_missing_packet_is_asked_for_after_a_grace_and_a_few_times() -> None:
    buffer = ReorderBuffer()
    received([0, 3], buffer, step=0.0)
    assert buffer.ask(GRACE - 0.001) == []
    asked = [buffer.ask(GRACE + 0.05 * n) for n in range(30)]
    assert asked[0] == [65_531, 65_532]
    assert asked[1] == []
    assert sum(map(bool, asked)) == MAX_ASKED


def test_what_was_given_up_is_not_asked_for() -> None:
    buffer = ReorderBuffer()
    received([0, 2], buffer)
    buffer.pop(1.0)
    assert buffer.ask(1.0) == []


def test_a_burst_too_large_to_repair_is_given_up_at_once() -> None:
    assert received([0, MAX_MISSING], ReorderBuffer()) == [0]
    gone = Lost(MAX_MISSING)
    assert received([0, MAX_MISSING + 1], ReorderBuffer()) == [0, gone, MAX_MISSING + 1]


def test_when_too_many_are_missing_the_oldest_is_given_up() -> None:
    buffer = ReorderBuffer()
    order = range(0, 2 * MAX_MISSING + 2, 2)
    assert received(order, buffer, step=0.0) == [0]
    assert names(buffer.push(packet(order[-1] + 2), 0.0))[:2] == [Lost(1), 2]


def test_no_more_is_held_than_half_a_second_of_video() -> None:
    buffer = ReorderBuffer()
    assert received(range(2, MAX_PACKETS + 3), buffer, step=0.0)[0] == 2
    buffer = ReorderBuffer()
    received([0], buffer)
    out = [o for n in range(2, 100) for o in buffer.push(packet(n, MAX_BYTES // 50), 0.0)]
    assert names(out)[:2] == [Lost(1), 2]


def test_a_sender_that_starts_anew_is_followed_from_its_first_packet() -> None:
    buffer = ReorderBuffer()
    received([0, 1], buffer)
    assert buffer.push(packet(30_000), 0.1) == []
    assert names(buffer.push(packet(30_001), 0.1)) == [Restart(), 30_000, 30_001]


def test_one_stray_packet_is_not_followed() -> None:
    buffer = ReorderBuffer()
    received([0], buffer)
    assert buffer.push(packet(30_000), 0.1) == []
    assert names(buffer.push(packet(1), 0.1)) == [1]
    assert buffer.push(packet(30_001), 0.1) == []
    assert buffer.late == 2


@given(st.lists(st.integers(0, 1200), max_size=300), st.floats(0.0, 0.2))
def test_whatever_arrives_comes_out_in_order_once_and_little_is_held(
    order: list[int], step: float
) -> None:
    buffer = ReorderBuffer()
    out: list[object] = []
    for place, number in enumerate(order):
        out += names(buffer.push(packet(number), place * step))
        assert len(buffer) <= MAX_PACKETS
        assert len(buffer.ask(place * step)) <= MAX_MISSING
    for run in runs(out):
        assert run == sorted(set(run))


def runs(out: Sequence[object]) -> list[list[int]]:
    """What came out between one restart and the next."""
    found: list[list[int]] = [[]]
    for item in out:
        if isinstance(item, int):
            found[-1].append(item)
        elif item == Restart():
            found.append([])
    return found
