"""Somebody who watches a clip over a network that loses, delays and repeats packets."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from consentry.rtc.rtp import RtpPacket
from consentry.rtc.video.codecs import VideoCodec
from consentry.rtc.video.decoder import DecodedPicture, VideoDecoder
from consentry.rtc.video.receiver import VideoReceiver
from tests.rtc.video.clips import planes

TICK = 0.02


@dataclass
class Shown:
    timestamp: int
    at: float
    content: bytes
    frames: int
    """Decoded for it."""


@dataclass
class Viewer:
    """A receiver, its decoder, and the record of all it asked for and showed."""

    codec: VideoCodec
    frames_per_second: float = 5.0
    asked: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    key_frames: list[float] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)
    failures: int = 0

    def __post_init__(self) -> None:
        self.receiver = VideoReceiver(self.codec, self.frames_per_second)
        self._decoder = VideoDecoder(self.codec)
        self._coming: list[tuple[float, int, RtpPacket]] = []
        self._now = 0.0
        self._count = 0

    def send(self, packet: RtpPacket, at: float) -> None:
        """Let a packet arrive."""
        self._count += 1
        heapq.heappush(self._coming, (at, self._count, packet))

    def watch(
        self,
        until: float,
        resend: Callable[[int, float], None] = lambda number, now: None,
        renew: Callable[[float], None] = lambda now: None,
    ) -> None:
        """Let time pass; ``resend`` and ``renew`` hear what is asked of the sender."""
        while self._now < until:
            self._now += TICK
            while self._coming and self._coming[0][0] <= self._now:
                at, _, packet = heapq.heappop(self._coming)
                self.receiver.receive(packet, at)
            feedback = self.receiver.feedback(self._now)
            for number in feedback.missing:
                self.asked[number].append(self._now)
                resend(number, self._now)
            if feedback.key_frame:
                self.key_frames.append(self._now)
                renew(self._now)
            self._show()

    def _show(self) -> None:
        chain = self.receiver.due(self._now)
        if chain is None:
            return
        picture = self._decoder.decode(chain)
        if isinstance(picture, DecodedPicture):
            content = planes(picture.frame)
            self.shown.append(Shown(chain.timestamp, self._now, content, len(chain.frames)))
        else:
            self.failures += 1
            self.receiver.failed(chain)


def paced(packets: Iterable[RtpPacket], first: int) -> Iterable[tuple[float, RtpPacket]]:
    """When each packet is sent: those of a frame a millisecond apart."""
    at, timestamp = 0.0, None
    for packet in packets:
        at = at + 0.001 if packet.timestamp == timestamp else 0.0
        timestamp = packet.timestamp
        yield (timestamp - first) % (1 << 32) / 90_000 + at, packet
