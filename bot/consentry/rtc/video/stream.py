"""One track's picture, on the event loop: held encoded, and decoded as often as asked for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from consentry.events import Medium, Picture, VideoFrame
from consentry.metrics import DropReason
from consentry.rtc.capture import CaptureClock, SenderClock
from consentry.rtc.feedback import NOTHING_TO_ASK, Feedback
from consentry.rtc.guards.limits import Flood
from consentry.rtc.report import ReceptionStatistics
from consentry.rtc.rtcp import SenderReport
from consentry.rtc.rtp import RtpPacket, parse_rtp
from consentry.rtc.track import GRANTED, ReceiveContext, SrtpTransport, Track
from consentry.rtc.video.chain import Chain
from consentry.rtc.video.codecs import VideoCodec
from consentry.rtc.video.decoder import VideoDecoder
from consentry.rtc.video.receiver import VideoReceiver
from consentry.rtc.video.rtx import unwrap_rtx
from consentry.rtc.worker import Delivery, Job

RTP_RATE = 90_000
"""Of every video stream (RFC 7741 section 4.1)."""

LOOK = 0.05
"""Seconds between two looks whether a picture is due."""

QUIET = 2.0
"""Seconds after the last packet within which a picture may still come due, besides the pause
between two pictures."""


class VideoStream:
    """Takes the SRTP of one source while it is wanted. Close it, and nothing of it is left."""

    waits = False
    """Whether a batch is to come sooner; a picture can wait."""
    mends = True
    """Whether there may be something to ask for as time passes."""
    asks = False
    """Whether something is missing that must be asked for at once; a picture can wait."""

    def __init__(
        self, track: Track, ssrc: int, context: ReceiveContext, clock: SenderClock
    ) -> None:
        self.track = track
        self.closed = False
        self.statistics = ReceptionStatistics(ssrc, RTP_RATE)
        self.flood = Flood(context.clock())
        self.last_packet_at: float | None = None
        self.frames_per_second = 1.0
        self._ssrc = ssrc
        self._again: Mapping[int, int] = (
            track.retransmission.payload_types if track.retransmission else {}
        )
        self.payload_types = frozenset((*track.codecs, *self._again))
        self._context = context
        self._metrics = context.metrics
        self._received = context.metrics.received[Medium.VIDEO]
        self._clock = CaptureClock(RTP_RATE, clock)
        self.codec: VideoCodec | None = None
        """Of what is sent now; ``None`` until something came."""
        self._receiver: VideoReceiver | None = None
        self._decoder: VideoDecoder | None = None
        self._decoding = False
        self._look_at = 0.0
        self._awake_until = 0.0
        self._counted: dict[DropReason, int] = {}

    def idle(self, now: float) -> bool:
        """Whether there is nothing to do until something arrives."""
        return self.closed or (now > self._awake_until and not self._decoding)

    def take(self, datagram: bytes, transport: SrtpTransport, now: float) -> None:
        """One datagram of this source arrived."""
        data = transport.unprotect(datagram)
        if data is None:
            self._metrics.dropped[DropReason.NOT_AUTHENTIC].inc()
            return
        self.opened(data, now)

    def opened(self, data: bytes, now: float) -> None:
        """One packet of this source arrived, decrypted."""
        packet = parse_rtp(data)
        if packet is None:
            self._metrics.dropped[DropReason.MALFORMED].inc()
            return
        self.last_packet_at = now
        if packet.payload_type in self._again:
            repeated = unwrap_rtx(packet, self._again[packet.payload_type], self._ssrc)
            if repeated is None or self.track.codecs[repeated.payload_type] != self.codec:
                return  # padding that probes for bandwidth, or of what was sent before
            packet = repeated
        else:
            self.statistics.add(packet.sequence_number, packet.timestamp, now)
            self._clock.at(packet.timestamp, now)
        self._awake_until = now + QUIET + 1 / self.frames_per_second
        self._received.inc()
        self._receiver_for(packet).receive(packet, now)
        self._context.worker.activate(self)

    def reported(self, report: SenderReport, now: float) -> None:
        """Their clock, from a sender report."""
        self.statistics.heard(report, now)
        if self._context.reports_time:
            self._clock.reported(report, now)

    def feedback(self, now: float) -> Feedback:
        """What to ask the sender for."""
        if self._receiver is None:
            return NOTHING_TO_ASK
        asked = self._receiver.feedback(now)
        return asked if self.track.nack else Feedback(key_frame=asked.key_frame)

    def job(self, now: float) -> Job | None:
        """The picture that is due by now; ``None`` where there is none, or no consent to it."""
        receiver, decoder = self._receiver, self._decoder
        if now < self._look_at or self._decoding or receiver is None or decoder is None:
            return None
        self._look_at = now + LOOK
        if self.closed or self._standing() != GRANTED:
            return None
        receiver.frames_per_second = self.frames_per_second
        if (chain := receiver.due(now)) is None:
            return None
        self._look_at = now + max(LOOK, 0.75 / self.frames_per_second)
        self._count(receiver)
        self._decoding = True
        return partial(self._decode, decoder, chain)

    def close(self) -> None:
        """Forget every frame; nothing is decoded once this has returned."""
        self.closed = True
        self._receiver = None
        if self._decoder is not None:
            self._decoder.close()

    def _receiver_for(self, packet: RtpPacket) -> VideoReceiver:
        """The receiver of the codec that is sent now; another codec is another stream."""
        codec = VideoCodec(self.track.codecs[packet.payload_type])
        if self._receiver is None or codec is not self.codec:
            if self._decoder is not None:
                self._decoder.close()
            self.codec, self._counted = codec, {}
            self._receiver = VideoReceiver(codec, self.frames_per_second)
            self._decoder = VideoDecoder(codec)
        return self._receiver

    def _count(self, receiver: VideoReceiver) -> None:
        """Bring the metrics up to what the receiver let go since they were last."""
        counts = {
            DropReason.NOT_NEEDED: receiver.dropped,
            DropReason.LATE: receiver.late,
            DropReason.DUPLICATE: receiver.duplicates,
            DropReason.MALFORMED: receiver.refused,
        }
        for reason, count in counts.items():
            if count > (before := self._counted.get(reason, 0)):
                self._metrics.dropped[reason].inc(count - before)
        self._counted = counts

    def _standing(self) -> str:
        return self._context.standing(self.track.participant.id, Medium.VIDEO)

    def _decode(self, decoder: VideoDecoder, chain: Chain) -> Delivery:
        return partial(self._deliver, decoder, chain, decoder.decode(chain))

    def _deliver(self, decoder: VideoDecoder, chain: Chain, picture: Picture | None) -> None:
        self._decoding = False
        # Asked anew, so that the count shows what a stream did that should have been closed.
        standing = GRANTED if self.closed else self._standing()
        self._metrics.decoded[Medium.VIDEO, standing].inc(decoder.take_count())
        if self.closed or self._receiver is None or decoder is not self._decoder:
            return
        if picture is None:
            self._metrics.decoder_failures.labels(self.codec).inc()
            self._receiver.failed(chain)
            return
        at = self._clock.time_of(chain.timestamp)
        self._context.emit(VideoFrame(self.track.participant, picture, at))
