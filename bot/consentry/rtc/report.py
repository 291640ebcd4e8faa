"""How a source's packets arrive, for its receiver report (RFC 3550 section 6.4.1).

A browser adds redundancy to its Opus only once it hears that packets are lost.
"""

from __future__ import annotations

from consentry.rtc.rtcp import ReportBlock, SenderReport
from consentry.rtc.rtp import SEQUENCE_MODULUS, extend


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
        self._reported: tuple[int, float] | None = None

    def add(self, sequence_number: int, timestamp: int, now: float) -> None:
        """Count a packet that arrived at ``now``, in seconds."""
        if self._first is None:
            self._first = self._highest = sequence_number
        if sequence_number == (self._highest + 1) % SEQUENCE_MODULUS:
            self._highest += 1
        else:
            extended = extend(sequence_number, self._highest, SEQUENCE_MODULUS)
            self._highest = max(self._highest, extended)
        self._received += 1
        transit = now * self._rate - timestamp
        # A timestamp that wrapped or jumped says nothing about the network.
        if self._transit is not None and (change := abs(transit - self._transit)) < self._rate:
            self._jitter += (change - self._jitter) / 16
        self._transit = transit

    def heard(self, report: SenderReport, now: float) -> None:
        """Their report arrived; the next block echoes it, so that they learn the round trip."""
        self._reported = int(report.ntp * 65536) & 0xFFFFFFFF, now

    def block(self, now: float) -> ReportBlock | None:
        """``None`` while nothing has arrived since the last one."""
        if self._first is None or self._received == self._received_before:
            return None
        expected = self._highest - self._first + 1
        interval = expected - self._expected_before
        lost_now = max(0, interval - (self._received - self._received_before))
        self._expected_before, self._received_before = expected, self._received
        fraction = min(255, (lost_now << 8) // interval) if interval > 0 else 0
        lost = min(0x7FFFFF, max(0, expected - self._received))
        last, at = self._reported or (0, now)
        delay = int((now - at) * 65536)
        return ReportBlock(self.ssrc, fraction, lost, self._highest, int(self._jitter), last, delay)
