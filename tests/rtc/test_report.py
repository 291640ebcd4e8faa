"""Receiver reports, read back by aiortc."""

from __future__ import annotations

from aiortc.rtp import RtcpPacket, RtcpReceiverInfo, RtcpRrPacket

from consentry.rtc.report import ReceptionStatistics
from consentry.rtc.rtcp import SenderReport, receiver_report
from consentry.rtc.rtp import RtpPacket
from tests.rtc.streams import FRAME, SSRC, stream

PACKETS = stream(bytes([n]) for n in range(200))


def add(statistics: ReceptionStatistics, packet: RtpPacket, now: float) -> None:
    statistics.add(packet.sequence_number, packet.timestamp, now)


def reported(statistics: ReceptionStatistics) -> RtcpReceiverInfo:
    block = statistics.block(100.0)
    assert block is not None
    (packet,) = RtcpPacket.parse(receiver_report(7, [block]))
    assert isinstance(packet, RtcpRrPacket)
    assert packet.ssrc == 7
    (report,) = packet.reports
    assert report.ssrc == SSRC
    return report


def test_a_good_line_has_no_loss_and_no_jitter() -> None:
    statistics = ReceptionStatistics(SSRC, 48_000)
    for number, packet in enumerate(PACKETS[:100]):
        add(statistics, packet, number * FRAME)
    report = reported(statistics)
    assert (report.fraction_lost, report.packets_lost, report.jitter) == (0, 0, 0)
    assert report.highest_sequence == 65_530 + 99


def test_a_quarter_lost_is_said_to_be_a_quarter() -> None:
    statistics = ReceptionStatistics(SSRC, 48_000)
    for number, packet in enumerate(PACKETS[:101]):
        if number % 4 != 2:
            add(statistics, packet, number * FRAME)
    report = reported(statistics)
    assert abs(report.fraction_lost / 256 - 0.25) < 0.01
    assert report.packets_lost == 25


def test_a_report_is_about_the_time_since_the_last_one() -> None:
    statistics = ReceptionStatistics(SSRC, 48_000)
    for number in (0, 1, 5):
        add(statistics, PACKETS[number], number * FRAME)
    assert reported(statistics).fraction_lost == 128
    add(statistics, PACKETS[6], 6 * FRAME)
    later = reported(statistics)
    assert (later.fraction_lost, later.packets_lost) == (0, 3)


def test_jitter_is_in_units_of_the_timestamp() -> None:
    statistics = ReceptionStatistics(SSRC, 48_000)
    for number, packet in enumerate(PACKETS):
        add(statistics, packet, number * FRAME + 0.005 * (number % 2))
    assert 200 < reported(statistics).jitter < 250


def test_with_nothing_new_there_is_nothing_to_report() -> None:
    statistics = ReceptionStatistics(SSRC, 48_000)
    assert statistics.block(1.0) is None
    add(statistics, PACKETS[0], 0.0)
    assert statistics.block(1.0) is not None
    assert statistics.block(1.0) is None


def test_their_report_is_echoed_with_the_time_since_it_came() -> None:
    statistics = ReceptionStatistics(SSRC, 48_000)
    add(statistics, PACKETS[0], 0.0)
    statistics.heard(SenderReport(SSRC, 0x1234_5678 + 0.5, 0, 1, 1), 98.5)
    report = reported(statistics)
    assert report.lsr == 0x5678_8000
    assert report.dlsr == int(1.5 * 65536)
