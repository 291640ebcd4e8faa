"""RTP of a camera into a stream's holding and decoding, for each codec."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from consentry.events import Picture
from consentry.rtc.rtp import RtpPacket, parse_rtp
from consentry.rtc.video.chain import MAX_FRAMES
from consentry.rtc.video.codecs import VideoCodec
from consentry.rtc.video.decoder import VideoDecoder, available
from consentry.rtc.video.receiver import VideoReceiver
from tests.fuzz.target import SEEDS, Shape, Target, unpack

NEW_AFTER = 25
STEP = 0.02
PATIENCE = 50
"""Steps until lost packets, as which a jump may be taken, are given up."""


class Stream:
    """One source, received and decoded as the receive path and its worker do."""

    def __init__(self, codec: VideoCodec) -> None:
        self._receiver = VideoReceiver(codec, 30.0)
        self._decoder = VideoDecoder(codec)
        self._now = 0.0

    def take(self, packet: RtpPacket) -> Picture | None:
        self._receiver.receive(packet, self._now)
        assert self._receiver.held <= MAX_FRAMES
        return self.tick()

    def tick(self) -> Picture | None:
        """Time passed: what is due is decoded."""
        self._now += STEP
        self._receiver.feedback(self._now)
        chain = self._receiver.due(self._now)
        if chain is None:
            return None
        picture = self._decoder.decode(chain)
        if picture is None:
            self._receiver.failed(chain)
        elif len(chain.frames[-1]) % 8 == 0:
            assert picture.rgb().shape == (picture.height, picture.width, 3)
        return picture

    def close(self) -> None:
        self._decoder.close()


class Video:
    """Streams, one after another. Sequence numbers are made to follow, so that more is read."""

    def __init__(self, codec: VideoCodec) -> None:
        self._codec = codec
        self._stream = Stream(codec)
        self._taken = 0
        self._number = 0
        good = min((SEEDS / codec).iterdir())
        self._good = [p for data in unpack(good.read_bytes()) if (p := parse_rtp(data))]

    def feed(self, data: bytes) -> None:
        self._taken += 1
        if self._taken % NEW_AFTER == 0:
            self._stream.close()
            self._stream = Stream(self._codec)
        for datagram in unpack(data):
            packet = parse_rtp(datagram)
            if packet is None:
                continue
            self._number = (self._number + 1) % (1 << 16)
            if len(datagram) % 5:  # else as it came: numbers and times that jump
                packet = replace(packet, sequence_number=self._number)
            self._stream.take(packet)

    def check(self) -> None:
        """The same stream, after everything, shows what a sound sender sends."""
        pictures = 0
        for _ in range(2):
            self._number += 1000
            for packet in self._good:
                self._number = (self._number + 1) % (1 << 16)
                shifted = replace(packet, sequence_number=self._number)
                pictures += self._stream.take(shifted) is not None
            for _ in range(PATIENCE):
                pictures += self._stream.tick() is not None
        assert pictures, "nothing is decoded any more"

    def close(self) -> None:
        self._stream.close()


def _open(codec: VideoCodec) -> Callable[[], Video]:
    return lambda: Video(codec)


TARGETS = tuple(
    Target(codec.value, Shape.PACKETS, _open(codec)) for codec in VideoCodec if available(codec)
)
