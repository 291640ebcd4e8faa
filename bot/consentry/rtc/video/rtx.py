"""Retransmitted packets, back in the form they were lost in (RFC 4588 section 4)."""

from __future__ import annotations

from consentry.rtc.rtp import RtpPacket

_NUMBER_BYTES = 2


def unwrap_rtx(packet: RtpPacket, payload_type: int, ssrc: int) -> RtpPacket | None:
    """The packet in ``packet``, of source ``ssrc``; ``None`` if there is none, as in padding."""
    if len(packet.payload) <= _NUMBER_BYTES:
        return None
    number = int.from_bytes(packet.payload[:_NUMBER_BYTES], "big")
    payload = packet.payload[_NUMBER_BYTES:]
    return RtpPacket(payload_type, number, packet.timestamp, ssrc, payload, packet.marker)
