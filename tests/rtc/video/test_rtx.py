"""Packets that come again on a stream of their own."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from consentry.rtc.rtp import RtpPacket
from consentry.rtc.video.rtx import unwrap_rtx


def test_a_retransmitted_packet_is_the_one_that_was_lost() -> None:
    again = RtpPacket(97, 5, 3000, 0xB, b"\xff\xfevideo", marker=True)
    assert unwrap_rtx(again, 96, 0xA) == RtpPacket(96, 65_534, 3000, 0xA, b"video", marker=True)


def test_padding_holds_no_packet() -> None:
    assert unwrap_rtx(RtpPacket(97, 5, 3000, 0xB, b""), 96, 0xA) is None
    assert unwrap_rtx(RtpPacket(97, 5, 3000, 0xB, b"\x00\x01"), 96, 0xA) is None


@given(st.binary(max_size=20))
def test_no_bytes_whatever_raise(payload: bytes) -> None:
    unwrap_rtx(RtpPacket(97, 5, 3000, 0xB, payload), 96, 0xA)
