"""How much one participant may send before it is called a flood."""

from __future__ import annotations

from consentry.rtc.guards.limits import (
    BURST_BYTES,
    BYTES_PER_SECOND,
    LEAST_PACKET_BYTES,
    MAX_SSRCS,
    Flood,
    Reporters,
)


def taken(size: int, rate: int, seconds: int) -> float:
    """The share of packets that pass at ``rate`` a second."""
    flood = Flood(0.0)
    passed = sum(flood.admits(size, n / rate) for n in range(rate * seconds))
    return passed / (rate * seconds)


def test_a_camera_of_a_browser_and_the_shortest_frames_of_opus_are_no_flood() -> None:
    assert taken(1200, 300, 20) == 1.0
    assert taken(60, 400, 20) == 1.0


def test_more_than_anybody_sends_is_cut_to_the_limit() -> None:
    share = taken(1000, 4000, 10)
    allowed = (BURST_BYTES + 10 * BYTES_PER_SECOND) / (10 * 4000 * 1000)
    assert abs(share - allowed) < 0.01


def test_tiny_packets_cost_what_it_costs_to_take_them() -> None:
    share = taken(12, 10_000, 10)
    allowed = (BURST_BYTES + 10 * BYTES_PER_SECOND) / (100_000 * LEAST_PACKET_BYTES)
    assert abs(share - allowed) < 0.01


def test_reports_are_opened_of_so_many_sources_and_no_more() -> None:
    reporters = Reporters()
    reports = [b"\x80\xc9\0\1" + source.to_bytes(4) for source in range(2 * MAX_SSRCS)]
    opened = 0
    for report in reports:
        if reporters.admits(report, 0.0):
            opened += 1
            reporters.vouched(report)
    assert opened == MAX_SSRCS
    assert reporters.admits(reports[0], 0.0)


def test_forged_reports_use_up_nobodys_place() -> None:
    reporters = Reporters()
    for source in range(2 * MAX_SSRCS):
        reporters.admits(b"\x80\xc9\0\1" + source.to_bytes(4), 0.0)
    assert reporters.admits(b"\x80\xc9\0\1" + bytes(4), 10.0)


def test_a_flood_of_reports_is_cut() -> None:
    reporters = Reporters()
    report = b"\x80\xc9\0\1" + bytes(1000)
    assert sum(reporters.admits(report, 0.0) for _ in range(5000)) == BURST_BYTES // len(report)
