"""Receiver reports, read back by aiortc."""

from __future__ import annotations

from aiortc.rtp import RtcpPacket, RtcpReceiverInfo, RtcpRrPacket

from consentry.rtc.report import ReceptionStatistics
from tests.rtc.streams import FRAME, SSRC, stream

PACKETS = stream(bytes([n]) for n in range(200))


def reported(statistics: ReceptionStatistics) -> RtcpReceiverInfo:
    data = statistics.report(7)
    assert data is not None
    (packet,) = RtcpPacket.parse(data)
    assert isinstance(packet, RtcpRrPacket)
    assert packet.ssrc == 7
    (report,) = packet.reports
    assert report.ssrc == SSRC
    return report


def test_a_good_line_has_no_loss_and_no_jitter() -> None:
    statistics = ReceptionStatistics(SSRC, 48_000)
    for number, packet in enumerate(PACKETS[:100]):
        statistics.add(packet, number * FRAME)
    report = reported(statistics)
    assert (report.fraction_lost, report.packets_lost, report.jitter) == (0, 0, 0)
    assert report.highest_sequence == 65_530 + 99


def test_a_quarter_lost_is_said_to_be_a_quarter() -> None:
    statistics = ReceptionStatistics(SSRC, 48_000)
    for number, packet in enumerate(PACKETS[:101]):
        if number % 4 != 2:
            statistics.add(packet, number * FRAME)
    report = reported(statistics)
    assert abs(report.fraction_lost / 256 - 0.25) < 0.01
    assert report.packets_lost == 25


def test_a_report_is_about_the_time_since_the_last_one() -> None:
    statistics = ReceptionStatistics(SSRC, 48_000)
    for number in (0, 1, 5):
        statistics.add(PACKETS[number], number * FRAME)
    assert reported(statistics).fraction_lost == 128
    statistics.add(PACKETS[6], 6 * FRAME)
    later = reported(statistics)
    assert (later.fraction_lost, later.packets_lost) == (0, 3)


def test_jitter_is_in_units_of_the_timestamp() -> None:
    statistics = ReceptionStatistics(SSRC, 48_000)
    for number, packet in enumerate(PACKETS):
        statistics.add(packet, number * FRAME + 0.005 * (number % 2))
    assert 200 < reported(statistics).jitter < 250


def test_with_nothing_new_there_is_nothing_to_report() -> None:
    statistics = ReceptionStatistics(SSRC, 48_000)
    assert statistics.report(7) is None
    statistics.add(PACKETS[0], 0.0)
    assert statistics.report(7) is not None
    assert statistics.report(7) is None
