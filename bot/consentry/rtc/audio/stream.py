"""One track's sound, on the event loop: what is opened, in which order, and when it is decoded."""

from __future__ import annotations

from functools import partial

from consentry.events import Medium
from consentry.metrics import DropReason
from consentry.rtc.audio.decoder import RTP_RATE, AudioDecoder, AudioItem, Block, Heard, Silent
from consentry.rtc.audio.level import REOPEN, Held, LevelGate
from consentry.rtc.audio.opus import duration
from consentry.rtc.capture import CaptureClock, SenderClock
from consentry.rtc.feedback import NOTHING_TO_ASK, Feedback
from consentry.rtc.guards.limits import Flood
from consentry.rtc.jitter import JitterBuffer, Lost
from consentry.rtc.report import ReceptionStatistics
from consentry.rtc.rtcp import SenderReport
from consentry.rtc.rtp import counters, header_extension, parse_rtp
from consentry.rtc.track import (
    GRANTED,
    ReceiveContext,
    SrtpTransport,
    Track,
)
from consentry.rtc.worker import HURRY, Delivery, Job

MAX_READY = 100
"""Packets that may wait for the decode worker: 2 s. Beyond, the oldest go."""

ON_TIME = HURRY / 2
"""Seconds before a packet's deadline in which a batch gives it up: the next is further off."""

LET_GO = 10
"""How many go at once: one gap in the sound, not many."""


SILENT = Silent()


class AudioStream:
    """Takes the SRTP of one source while it is wanted. Close it, and nothing of it is left."""

    def __init__(
        self, track: Track, ssrc: int, context: ReceiveContext, clock: SenderClock
    ) -> None:
        self.track = track
        self.payload_types = frozenset(track.codecs)
        self.closed = False
        self.statistics = ReceptionStatistics(ssrc, RTP_RATE)
        self.flood = Flood(context.clock())
        self.last_packet_at: float | None = None
        self._context = context
        self._metrics = context.metrics
        self._received = context.metrics.received[Medium.AUDIO]
        self._level = LevelGate()
        self._opened_at = context.clock()
        self._clock = CaptureClock(RTP_RATE, clock)
        self._jitter: JitterBuffer[AudioItem] = JitterBuffer()
        self._decoder = AudioDecoder(track.participant, context.metrics)
        self._asked: frozenset[int] = frozenset()
        self._ready: list[AudioItem] = []
        self._decoding = False
        self._authentic = True
        """Whether the last datagram that was opened was theirs."""
        self._skipped = 0
        """Silent packets that are not in the metrics yet."""
        self._asleep = False
        """Whether the last that the decoder heard of was silence."""

    def idle(self, now: float) -> bool:
        """Whether there is nothing to do until something arrives."""
        return self.closed or not (
            self._decoding or self._ready or self._jitter or self._decoder.pending
        )

    @property
    def waits(self) -> bool:
        """Whether packets are held up by one that is missing."""
        return bool(self._jitter)

    @property
    def mends(self) -> bool:
        """Whether there may be something to ask for as time passes."""
        return self.track.nack

    @property
    def asks(self) -> bool:
        """Whether something is missing that may be asked for at once."""
        return self.track.nack and bool(self._jitter)

    def take(self, datagram: bytes, srtp: SrtpTransport, now: float) -> None:
        """One datagram of this source arrived."""
        level = self.track.level
        if level is None:
            self._open(datagram, srtp, now)
        elif self._level.opens(header_extension(datagram, level), now):
            for held in self._level.release():
                self._open(held.datagram, srtp, held.arrival)
            self._open(datagram, srtp, now)
        elif (silent := self._level.hold(datagram, now)) is not None:
            self._skip(silent, srtp)

    def opened(self, data: bytes, now: float) -> None:
        """One packet of this source arrived, decrypted."""
        packet = parse_rtp(data)
        if packet is None:
            self._metrics.dropped[DropReason.MALFORMED].inc()
            return
        self._opened_at = self.last_packet_at = now
        self._received.inc()
        self.statistics.add(packet.sequence_number, packet.timestamp, now)
        # A packet can't be sent before its last sample was captured.
        at = self._clock.at(packet.timestamp, now - duration(packet.payload))
        heard = Heard(packet.payload, packet.timestamp, at, now)
        self._order(packet.sequence_number, heard, now)

    def reported(self, report: SenderReport, now: float) -> None:
        """Their clock, from a sender report."""
        self.statistics.heard(report, now)
        if self._context.reports_time:
            self._clock.reported(report, now)

    def feedback(self, now: float) -> Feedback:
        """Sequence numbers worth asking for again; each is asked for once."""
        if not self.asks:
            return NOTHING_TO_ASK
        missing = self._jitter.missing()
        new = tuple(number for number in missing if number not in self._asked)
        self._asked = frozenset(missing)
        return Feedback(new)

    def job(self, now: float) -> Job | None:
        """What is to be decoded by now; ``None`` where there is nothing, or no consent to it."""
        if self._jitter:
            self._ready += self._jitter.pop(now + ON_TIME)
        if self._skipped:
            self._metrics.dropped[DropReason.SILENT].inc(self._skipped)
            self._skipped = 0
        items, self._ready = self._ready, []
        if self._asleep and not any(isinstance(item, Heard) for item in items):
            return None  # the decoder knows already that nobody speaks
        if self.closed or not (items or self._decoder.pending):
            return None
        if self._standing() != GRANTED:
            self._metrics.dropped[DropReason.NO_CONSENT].inc(len(items))
            return None
        self._decoding = True
        if items:
            self._asleep = isinstance(items[-1], Silent)
        return partial(self._decode, items, now)

    def close(self) -> None:
        """Forget every packet and every sample; nothing is decoded once this has returned. What
        the worker was handed already, it lets go as it comes to it."""
        self.closed = True
        self._ready.clear()
        self._jitter, self._level = JitterBuffer(), LevelGate()
        self._decoder.close()

    def _standing(self) -> str:
        return self._context.standing(self.track.participant.id, Medium.AUDIO)

    def _open(self, datagram: bytes, srtp: SrtpTransport, now: float) -> None:
        data = srtp.unprotect(datagram)
        self._authentic = data is not None
        if data is None:
            self._metrics.dropped[DropReason.NOT_AUTHENTIC].inc()
            return
        self.opened(data, now)

    def _skip(self, silent: Held, srtp: SrtpTransport) -> None:
        """Nobody speaks in it. It is opened now and then all the same, and never decoded."""
        self._skipped += 1
        now = silent.arrival
        if now - self._opened_at > REOPEN:
            self._opened_at = now
            self._authentic = srtp.unprotect(silent.datagram) is not None
        if self._authentic:
            self.last_packet_at = now
        number, timestamp = counters(silent.datagram)
        self.statistics.add(number, timestamp, now)
        self._order(number, SILENT, now)

    def _order(self, number: int, item: AudioItem, now: float) -> None:
        late, duplicates = self._jitter.late, self._jitter.duplicates
        self._ready += self._jitter.push(number, item, now)
        if self._jitter.late > late:
            self._metrics.dropped[DropReason.LATE].inc()
        elif self._jitter.duplicates > duplicates:
            self._metrics.dropped[DropReason.DUPLICATE].inc()
        if len(self._ready) > MAX_READY:
            self._let_go()
        self._context.worker.activate(self)

    def _let_go(self) -> None:
        gone, self._ready = self._ready[:LET_GO], self._ready[LET_GO:]
        heard = sum(isinstance(item, Heard) for item in gone)
        self._metrics.worker_dropped.inc(heard)
        self._metrics.dropped[DropReason.QUEUE_FULL].inc(heard)
        self._ready.insert(0, Lost(heard))

    def _decode(self, items: list[AudioItem], now: float) -> Delivery:
        before = self._decoder.decoded
        blocks = self._decoder.run(items, now)
        return partial(self._deliver, blocks, self._decoder.decoded - before)

    def _deliver(self, blocks: list[Block], decoded: int) -> None:
        self._decoding = False
        # Asked anew, so that the count shows what a stream did that should have been closed.
        standing = GRANTED if self.closed else self._standing()
        self._metrics.decoded[Medium.AUDIO, standing].inc(decoded)
        if self.closed or not blocks:
            return
        self._metrics.media_lag_seconds.observe(self._context.clock() - blocks[0].arrival)
        for block in blocks:
            self._context.emit(block.event)
