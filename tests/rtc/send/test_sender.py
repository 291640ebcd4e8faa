"""One viewer's stream: in order, again on demand, and never more than can be decoded."""

from __future__ import annotations

import pytest

from consentry.rtc import rtcp
from consentry.rtc.rtp import RtpPacket, parse_rtp
from consentry.rtc.send.sender import (
    HISTORY,
    KEY_FRAME_ARRIVES,
    RETRANSMISSIONS_PER_SECOND,
    VideoSender,
)
from consentry.rtc.send.vp8_encoder import VIDEO_RATE, EncodedFrame

SSRC = 0xC0FFEE


class Wire:
    """What was sent."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.sender = VideoSender(SSRC, 97, self.sent.append)

    def packets(self) -> list[RtpPacket]:
        parsed = [parse_rtp(packet) for packet in self.sent]
        return [packet for packet in parsed if packet is not None]

    def take(self) -> list[bytes]:
        taken = list(self.sent)
        self.sent.clear()
        return taken


def key(at: float = 0.0, size: int = 3000) -> EncodedFrame:
    return EncodedFrame(bytes(size), round(at * VIDEO_RATE), key_frame=True)


def delta(at: float, size: int = 100) -> EncodedFrame:
    return EncodedFrame(bytes(size), round(at * VIDEO_RATE), key_frame=False)


@pytest.fixture
def wire() -> Wire:
    return Wire()


def test_nothing_is_sent_before_the_first_key_frame(wire: Wire) -> None:
    wire.sender.send(delta(0.5), 0.5)
    assert wire.sent == []
    assert wire.sender.needs_key_frame
    wire.sender.send(key(1.0), 1.0)
    assert wire.sent
    assert not wire.sender.needs_key_frame


def test_packets_are_numbered_without_a_gap_and_the_last_of_a_frame_is_marked(wire: Wire) -> None:
    wire.sender.send(key(0.0), 0.0)
    wire.sender.send(delta(0.5), 0.5)
    packets = wire.packets()
    first = packets[0].sequence_number
    assert [p.sequence_number - first for p in packets] == list(range(len(packets)))
    assert [bool(p[1] & 0x80) for p in wire.sent] == [False] * (len(packets) - 2) + [True, True]
    assert {p.ssrc for p in packets} == {SSRC}
    assert {p.payload_type for p in packets} == {97}


def test_timestamps_advance_by_the_time_between_frames(wire: Wire) -> None:
    wire.sender.send(key(0.0, size=10), 0.0)
    wire.sender.send(delta(0.5), 0.5)
    first, second = wire.packets()
    assert (second.timestamp - first.timestamp) % (1 << 32) == VIDEO_RATE / 2


def test_what_was_lost_is_sent_again_as_it_was(wire: Wire) -> None:
    wire.sender.send(key(0.0), 0.0)
    lost = wire.take()[1]
    number = int.from_bytes(lost[2:4])
    (nack,) = rtcp.read(rtcp.nack(1, SSRC, [number]))
    wire.sender.hear(nack, 0.1)
    assert wire.take() == [lost]


def test_what_is_too_old_or_was_never_sent_is_not_sent_again(wire: Wire) -> None:
    wire.sender.send(key(0.0, size=10), 0.0)
    oldest = int.from_bytes(wire.take()[0][2:4])
    for n in range(HISTORY):
        wire.sender.send(delta(0.1 * n), 0.1 * n)
    wire.take()
    wire.sender.hear(rtcp.Nack(SSRC, (oldest, (oldest - 1) % 65_536)), 60.0)
    assert wire.take() == []


def test_a_viewer_who_asks_for_everything_again_and_again_is_limited(wire: Wire) -> None:
    wire.sender.send(key(0.0), 0.0)
    numbers = tuple(packet.sequence_number for packet in wire.packets())
    wire.take()
    for _ in range(1000):
        wire.sender.hear(rtcp.Nack(SSRC, numbers), 0.1)
    assert len(wire.take()) <= RETRANSMISSIONS_PER_SECOND


def test_a_key_frame_is_wanted_when_the_viewer_asks_and_not_twice_for_one_loss(wire: Wire) -> None:
    wire.sender.send(key(0.0), 0.0)
    wire.sender.hear(rtcp.KeyFrameRequest(SSRC), KEY_FRAME_ARRIVES / 2)
    assert not wire.sender.needs_key_frame, "one is on its way"
    wire.sender.hear(rtcp.KeyFrameRequest(SSRC), KEY_FRAME_ARRIVES * 2)
    assert wire.sender.needs_key_frame


def test_a_viewer_who_lost_something_still_gets_frames_until_the_key_frame(wire: Wire) -> None:
    wire.sender.send(key(0.0), 0.0)
    wire.sender.hear(rtcp.KeyFrameRequest(SSRC), 1.0)
    wire.take()
    wire.sender.send(delta(1.5), 1.5)
    assert len(wire.take()) == 1


def test_feedback_about_other_streams_is_passed_over(wire: Wire) -> None:
    wire.sender.send(key(0.0), 0.0)
    number = wire.packets()[0].sequence_number
    wire.take()
    wire.sender.hear(rtcp.KeyFrameRequest(SSRC + 1), 1.0)
    wire.sender.hear(rtcp.Nack(SSRC + 1, (number,)), 1.0)
    wire.sender.hear(rtcp.Bye((SSRC,)), 1.0)
    assert wire.take() == []
    assert not wire.sender.needs_key_frame


def test_a_report_tells_the_clock_and_what_was_sent(wire: Wire) -> None:
    wire.sender.report(0.0)
    assert wire.take() == [], "there is nothing to report"
    wire.sender.send(key(2.0, size=3000), 2.0)
    packets = wire.packets()
    wire.take()
    wire.sender.report(2.0)
    (report,) = rtcp.read(wire.take()[0])
    assert isinstance(report, rtcp.SenderReport)
    assert report.packets == len(packets)
    assert report.octets == sum(len(packet.payload) for packet in packets)
    assert report.timestamp == packets[0].timestamp
    assert report.ntp == 2.0
