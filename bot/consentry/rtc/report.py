"""What a receiver tells a sender of how its packets arrived (RFC 3550 section 6.4.2).

A browser adds redundancy to its Opus only once it hears that packets are lost.
"""

from __future__ import annotations

import struct

from consentry.rtc.rtp import SEQUENCE_MODULUS, RtpPacket, extend

RECEIVER_REPORT = 201


class ReceptionStatistics:
    """The figures of one source, by RFC 3550 appendices A.3 and A.8."""

    def __init__(self, ssrc: int, rate: int) -> None:
        self.ssrc = ssrc
        self._rate = rate
        self._first: int | None = None
        self._highest = 0
        self._received = 0
        self._expected_before = 0
        self._received_before = 0
        self._jitter = 0.0
        self._transit: float | None = None

    def add(self, packet: RtpPacket, now: float) -> None:
        """Count a packet that arrived at ``now``, in seconds."""
        if self._first is None:
            self._first = self._highest = packet.sequence_number
        extended = extend(packet.sequence_number, self._highest, SEQUENCE_MODULUS)
        self._highest = max(self._highest, extended)
        self._received += 1
        transit = now * self._rate - packet.timestamp
        if self._transit is not None:
            # A timestamp that wrapped or jumped says nothing about the network.
            change = min(abs(transit - self._transit), float(self._rate))
            self._jitter += (change - self._jitter) / 16
        self._transit = transit

    def report(self, reporter: int) -> bytes | None:
        """One RTCP packet; ``None`` while nothing has arrived since the last one."""
        if self._first is None or self._received == self._received_before:
            return None
        expected = self._highest - self._first + 1
        interval = expected - self._expected_before
        lost_now = max(0, interval - (self._received - self._received_before))
        self._expected_before, self._received_before = expected, self._received
        fraction = min(255, (lost_now << 8) // interval) if interval > 0 else 0
        lost = min(0x7FFFFF, max(0, expected - self._received))
        return struct.pack(
            "!BBHIIIIIII",
            0x81,
            RECEIVER_REPORT,
            7,
            reporter,
            self.ssrc,
            fraction << 24 | lost,
            self._highest & 0xFFFFFFFF,
            int(self._jitter) & 0xFFFFFFFF,
            0,
            0,
        )
