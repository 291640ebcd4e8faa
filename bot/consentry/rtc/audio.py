"""One participant's audio: ordered, decoded, and cut into blocks that know when they were said."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from consentry.events import SAMPLE_RATE, AudioFrame, Gap, Participant, Samples
from consentry.metrics import Metrics
from consentry.rtc.capture import CaptureClock
from consentry.rtc.jitter import JitterBuffer, Lost, Ordered, Restart
from consentry.rtc.opus import OpusDecoder, duration
from consentry.rtc.rtp import TIMESTAMP_MODULUS, RtpPacket, extend

RTP_RATE = 48_000
"""Of every Opus stream, whatever was encoded (RFC 7587 section 4.1)."""

BLOCK = SAMPLE_RATE * 80 // 1000
"""Samples in a block: 80 ms."""

MAX_CONCEALED = 0.2
"""Seconds of loss that are concealed; more is a gap, and said to be one."""

MAX_PENDING = 0.15
"""Seconds after which samples that fill no block go out all the same."""

_STEP = RTP_RATE // SAMPLE_RATE

AudioEvent = AudioFrame | Gap


class AudioReceiver:
    """Decodes one stream while it is wanted. Drop it, and nothing of it is left.

    ``on_decoded`` is called for each packet decoded, for the count. Times are
    in seconds of the call.
    """

    def __init__(
        self, participant: Participant, metrics: Metrics, on_decoded: Callable[[], None]
    ) -> None:
        self.participant = participant
        self._metrics = metrics
        self._on_decoded = on_decoded
        self._jitter = JitterBuffer()
        self._decoder = OpusDecoder()
        self._clock = CaptureClock(RTP_RATE)
        self._lost = 0
        self._expected: int | None = None
        """RTP timestamp just after the last sample taken."""
        self._pending: list[Samples] = []
        self._pending_at = 0.0
        self._pending_since = 0.0

    def receive(self, packet: RtpPacket, now: float) -> list[AudioEvent]:
        """One packet arrived at ``now``; the events that it completes."""
        before = self._jitter.duplicates, self._jitter.late
        ordered = self._jitter.push(packet, now)
        after = self._jitter.duplicates, self._jitter.late
        for reason, old, new in zip(("duplicate", "late"), before, after, strict=True):
            if new > old:
                self._metrics.packets_dropped.labels(reason=reason).inc(new - old)
        return self._take(ordered, now)

    def tick(self, now: float) -> list[AudioEvent]:
        """Time passed: what was waited for long enough is given up, what is pending goes out."""
        events = self._take(self._jitter.pop(now), now)
        if self._pending and now - self._pending_since >= MAX_PENDING:
            events += self._flush()
        return events

    def close(self) -> None:
        """Free the decoder and forget every sample."""
        self._pending.clear()
        self._decoder.close()

    def _take(self, ordered: list[Ordered], now: float) -> list[AudioEvent]:
        events: list[AudioEvent] = []
        for item in ordered:
            match item:
                case Lost(count):
                    self._lost += count
                case Restart():
                    events += self._flush()
                    self._expected, self._lost = None, 0
                    self._clock = CaptureClock(RTP_RATE)
                case RtpPacket():
                    events += self._packet(item, now)
        return events

    def _packet(self, packet: RtpPacket, now: float) -> list[AudioEvent]:
        # A packet can't be sent before its last sample was captured.
        at = self._clock.at(packet.timestamp, now - duration(packet.payload))
        events = self._bridge(packet, at, now)
        samples = self._decoder.decode(packet.payload)
        if samples is None:
            self._metrics.packets_dropped.labels(reason="undecodable").inc()
            self._lost += 1
            return events
        self._on_decoded()
        self._expected = (packet.timestamp + len(samples) * _STEP) % TIMESTAMP_MODULUS
        self._append(samples, at, now)
        if sum(map(len, self._pending)) >= BLOCK:
            events += self._flush()
        return events

    def _bridge(self, packet: RtpPacket, at: float, now: float) -> list[AudioEvent]:
        """Close the distance between the last sample and ``packet``, if there is one."""
        lost, self._lost = self._lost, 0
        if self._expected is None:
            return []
        jump = extend(packet.timestamp, self._expected, TIMESTAMP_MODULUS) - self._expected
        if abs(jump) < _STEP * 2:
            return []
        missing = jump / RTP_RATE
        if lost and 0 < missing <= MAX_CONCEALED:
            self._conceal(packet, jump // _STEP, at, now)
            return []
        events = self._flush()
        if lost and missing > 0:
            events.append(Gap(self.participant, at - missing, missing))
        return events

    def _conceal(self, packet: RtpPacket, missing: int, at: float, now: float) -> None:
        """Fill ``missing`` samples: the last frame from ``packet``'s redundancy, others guessed."""
        start = at - missing / SAMPLE_RATE
        last = min(missing, SAMPLE_RATE // 50)
        filled = missing - last
        steps = range(0, filled, SAMPLE_RATE // 50)
        for begin, end in pairwise([*steps, filled]):
            if (guess := self._decoder.conceal(end - begin)) is not None:
                self._append(guess, start + begin / SAMPLE_RATE, now)
        if (recovered := self._decoder.recover(packet.payload, last)) is not None:
            self._append(recovered, start + filled / SAMPLE_RATE, now)

    def _append(self, samples: Samples, at: float, now: float) -> None:
        if not self._pending:
            self._pending_at, self._pending_since = at, now
        self._pending.append(samples)

    def _flush(self) -> list[AudioEvent]:
        if not self._pending:
            return []
        samples = np.concatenate(self._pending)
        self._pending.clear()
        return [AudioFrame(self.participant, samples, self._pending_at)]
