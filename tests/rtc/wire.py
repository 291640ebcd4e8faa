"""A receive path with nothing around it but the test."""

from __future__ import annotations

import struct

from consentry.events import Medium
from consentry.metrics import Metrics
from consentry.rtc.datagrams import Read
from consentry.rtc.receive import ReceivePath
from consentry.rtc.track import MediaEvent, ReceiveContext
from consentry.rtc.worker import Decodable
from tests.rtc.streams import SSRC


class Bench:
    """Decodes on the spot what a worker's thread would."""

    def __init__(self) -> None:
        self.active: dict[Decodable, None] = {}

    def activate(self, track: Decodable) -> None:
        self.active[track] = None

    def poll(self, read: Read) -> bool:
        raise AssertionError("there is no socket")

    def run(self, now: float) -> None:
        for track in list(self.active):
            if (job := track.job(now)) is not None:
                job()()


class Wire:
    """A receive path, and a lock that counts how often it is opened."""

    def __init__(self, *, reports_time: bool = True) -> None:
        self.now = 0.0
        self.metrics = Metrics()
        self.events: list[MediaEvent] = []
        self.opened = 0
        self.sent: list[bytes] = []
        self.standing = "granted"
        self.bench = Bench()
        context = ReceiveContext(
            self._clock,
            self.metrics,
            self._standing,
            self.events.append,
            self.bench,
            reports_time=reports_time,
        )
        self.path = ReceivePath(context)
        self.path.connect(self)

    def _clock(self) -> float:
        return self.now

    def _standing(self, who: str, medium: Medium) -> str:
        assert who == "p1"
        return self.standing

    def unprotect(self, datagram: bytes) -> bytes | None:
        self.opened += 1
        return None if datagram.endswith(b"forged") else datagram

    def unprotect_rtcp(self, datagram: bytes) -> bytes | None:
        self.opened += 1
        return None if datagram.endswith(b"forged") else datagram

    def send(self, packet: bytes) -> None:
        self.sent.append(packet)

    def arrives(self, payload: bytes, number: int, **fields: int) -> None:
        self.now = number * 0.02
        kind, ssrc = fields.get("payload_type", 96), fields.get("ssrc", SSRC)
        header = struct.pack("!BBHII", 0x80, kind, number, number * 960, ssrc)
        self.path.take(header + payload)

    def decode(self) -> None:
        self.bench.run(self.now)

    def dropped(self, reason: str) -> float:
        return self.metrics.value("packets_dropped", reason=reason)
