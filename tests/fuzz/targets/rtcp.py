"""RTCP after decryption: reports, requests and goodbyes."""

from __future__ import annotations

from consentry.rtc import rtcp
from tests.fuzz.target import SEEDS, Shape, Target


class Rtcp:
    """Reads without state."""

    def feed(self, data: bytes) -> None:
        assert len(rtcp.read(data)) <= len(data)

    def check(self) -> None:
        read = [rtcp.read(file.read_bytes()) for file in (SEEDS / "rtcp").iterdir()]
        kinds = {type(packet) for packets in read for packet in packets}
        assert {rtcp.SenderReport, rtcp.Nack, rtcp.KeyFrameRequest, rtcp.Bye} <= kinds

    def close(self) -> None:
        return None


TARGET = Target("rtcp", Shape.BYTES, Rtcp)
