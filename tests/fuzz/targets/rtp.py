"""Datagrams into everything that looks at RTP before it is decrypted, and right after."""

from __future__ import annotations

from consentry.rtc import rtp
from tests.fuzz.target import SEEDS, Shape, Target


class Rtp:
    """Reads without state."""

    def feed(self, data: bytes) -> None:
        assert not (rtp.is_rtp(data) and rtp.is_rtcp(data))
        if not rtp.is_rtp(data):
            return
        rtp.peek(data)
        packet = rtp.parse_rtp(data)
        assert packet is None or len(packet.payload) <= len(data) - rtp.HEADER_BYTES

    def check(self) -> None:
        for file in (SEEDS / "rtp").iterdir():
            data = file.read_bytes()
            assert rtp.is_rtp(data) and rtp.parse_rtp(data) is not None, "a sound packet is none"

    def close(self) -> None:
        return None


TARGET = Target("rtp", Shape.BYTES, Rtp, ("consentry.rtc.rtp",))
