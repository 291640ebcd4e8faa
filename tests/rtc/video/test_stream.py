"""A camera on the wire: held, asked for, and decoded as often as somebody agreed to look."""

from __future__ import annotations

import struct
from dataclasses import replace

import pytest

from consentry.events import Medium, Participant, VideoFrame
from consentry.rtc.rtcp import KeyFrameRequest, Nack, read
from consentry.rtc.rtp import RtpPacket
from consentry.rtc.track import Retransmission, Track
from consentry.rtc.video.codecs import VideoCodec
from tests.rtc.video.clips import RATE, SSRC, clip
from tests.rtc.wire import Wire

VIDEO = frozenset({Medium.VIDEO})
AGAIN = SSRC + 1
TRACK = Track(
    Participant("p1", "Sam"),
    Medium.VIDEO,
    "1",
    {96: "vp8"},
    ssrc=SSRC,
    retransmission=Retransmission(AGAIN, {97: 96}),
    nack=True,
)
PACKETS = clip(VideoCodec.VP8).packets()
FIRST = PACKETS[0].timestamp


class Camera:
    """Plays the clip into a wire, and looks what became of it as time goes by."""

    def __init__(self, frames_per_second: float = 1.0) -> None:
        self.wire = Wire()
        self.wire.path.negotiated([TRACK])
        self.wire.path.want("p1", VIDEO, frames_per_second)

    def shows(self, packets: list[RtpPacket], lost: frozenset[int] = frozenset()) -> None:
        for number, packet in enumerate(packets):
            self.pass_to(10.0 + (packet.timestamp - FIRST) % (1 << 32) / 90_000)
            if number not in lost:
                self.wire.path.take(datagram(packet))

    def pass_to(self, now: float) -> None:
        """Time goes by in steps of 20 ms."""
        while self.wire.now < now:
            self.wire.now = min(now, max(self.wire.now + 0.02, now - 0.2))
            self.wire.path.tick()
            self.wire.decode()

    @property
    def pictures(self) -> list[VideoFrame]:
        return [event for event in self.wire.events if isinstance(event, VideoFrame)]


def datagram(packet: RtpPacket) -> bytes:
    kind = packet.payload_type | packet.marker << 7
    header = ("!BBHII", 0x80, kind, packet.sequence_number, packet.timestamp, packet.ssrc)
    return struct.pack(*header) + packet.payload


def repeated(packet: RtpPacket, number: int) -> RtpPacket:
    payload = packet.sequence_number.to_bytes(2, "big") + packet.payload
    return replace(packet, payload_type=97, ssrc=AGAIN, sequence_number=number, payload=payload)


def test_one_picture_a_second_is_decoded_of_fifteen_that_come() -> None:
    camera = Camera()
    camera.shows(PACKETS)
    seconds = 45 / RATE
    assert len(camera.pictures) == seconds
    assert camera.wire.metrics.value("decoded_frames", medium="video", consent="granted") < 45


@pytest.mark.parametrize("often", [1.0, 5.0])
def test_a_picture_knows_when_it_was_taken_and_can_be_looked_at(often: float) -> None:
    camera = Camera(often)
    camera.shows(PACKETS)
    assert len(camera.pictures) == pytest.approx(3 * often, abs=2)
    for picture in camera.pictures:
        assert 10.0 - 1e-6 <= picture.at <= 13.0
        assert picture.picture.rgb().shape == (112, 192, 3)
    times = [picture.at for picture in camera.pictures]
    assert times == sorted(set(times))


def test_without_standing_no_picture_is_decoded() -> None:
    camera = Camera()
    camera.wire.standing = "undecided"
    camera.shows(PACKETS)
    assert camera.pictures == []
    assert camera.wire.metrics.value("decoded_frames") == 0


def test_once_there_is_standing_again_the_next_picture_is_whole() -> None:
    camera = Camera()
    camera.wire.standing = "undecided"
    camera.shows(PACKETS[:12])
    camera.wire.standing = "granted"
    camera.shows(PACKETS[12:])
    assert len(camera.pictures) >= 2
    assert camera.wire.metrics.value("decoder_failures") == 0


def test_a_camera_that_is_not_wanted_is_not_opened() -> None:
    camera = Camera()
    camera.wire.path.want("p1", frozenset({Medium.AUDIO}))
    camera.shows(PACKETS)
    assert camera.wire.opened == 0
    assert camera.wire.dropped("not_wanted") == len(PACKETS)


def test_after_a_no_nothing_more_is_decoded_not_even_what_the_thread_has() -> None:
    camera = Camera()
    camera.shows(PACKETS[:10])
    before = len(camera.pictures)
    for packet in PACKETS[10:40]:
        camera.wire.now = 11.5
        camera.wire.path.take(datagram(packet))
    (track,) = camera.wire.bench.active
    job = track.job(camera.wire.now)
    assert job is not None
    camera.wire.path.want("p1", frozenset())
    decoded = camera.wire.metrics.value("decoded_frames")
    job()()
    assert len(camera.pictures) == before
    assert camera.wire.metrics.value("decoded_frames") == decoded
    assert camera.wire.path.decoding == frozenset()


def test_a_lost_packet_is_asked_for_and_its_repetition_mends_the_picture() -> None:
    camera = Camera()
    lost = 12
    camera.shows(PACKETS[: lost + 3], frozenset({lost}))
    camera.pass_to(camera.wire.now + 0.1)
    asked = [item for packet in camera.wire.sent for item in read(packet)]
    assert Nack(SSRC, (PACKETS[lost].sequence_number,)) in asked
    camera.wire.path.take(datagram(repeated(PACKETS[lost], 7)))
    camera.shows(PACKETS[lost + 3 :])
    assert len(camera.pictures) == 3
    assert not any(
        isinstance(item, KeyFrameRequest) for packet in camera.wire.sent for item in read(packet)
    )


def test_a_picture_that_can_not_be_mended_asks_for_a_new_start() -> None:
    camera = Camera()
    camera.shows(PACKETS[:30], frozenset(range(12, 16)))
    camera.pass_to(camera.wire.now + 1.0)
    asked = [item for packet in camera.wire.sent for item in read(packet)]
    assert KeyFrameRequest(SSRC) in asked
    assert camera.wire.metrics.value("key_frames_requested") == 1
