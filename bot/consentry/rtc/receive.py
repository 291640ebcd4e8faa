"""The receive path of one peer: who may send what, decided before anything is decrypted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from consentry.events import Medium, Participant
from consentry.metrics import Metrics
from consentry.rtc.audio import RTP_RATE, AudioEvent, AudioReceiver
from consentry.rtc.report import ReceptionStatistics
from consentry.rtc.rtp import parse_rtp, peek

Unprotect = Callable[[bytes], bytes | None]


@dataclass(frozen=True, slots=True)
class ReceiveContext:
    """What the receive paths of one call share."""

    clock: Callable[[], float]
    """Seconds of the call."""
    metrics: Metrics
    standing: Callable[[str, Medium], str]
    """Of a participant's id; the label under which a decoded frame is counted."""
    emit: Callable[[AudioEvent], None]


class ReceivePath:
    """Takes the RTP datagrams of one participant; all else is dropped, encrypted as it is.

    Nothing is wanted at first. A decoder exists from the first packet that is
    wanted until :meth:`want` says otherwise, and nothing it knew outlives it.
    """

    def __init__(self, participant: Participant, context: ReceiveContext) -> None:
        self.participant = participant
        self._context = context
        self._wanted = False
        self._payload_types: frozenset[int] = frozenset()
        self._ssrc: int | None = None
        self._audio: AudioReceiver | None = None
        self._statistics: ReceptionStatistics | None = None

    @property
    def wanted(self) -> bool:
        return self._wanted

    @property
    def decoding(self) -> bool:
        """Whether a decoder of this participant exists."""
        return self._audio is not None

    def want(self, audio: bool) -> None:
        """Take their audio from now on, or nothing."""
        self._wanted = audio
        if not audio:
            self._drop_decoder()

    def negotiated(self, payload_types: frozenset[int], ssrc: int | None) -> None:
        """What the descriptions say: Opus under these types, from this source.

        Without a source in the offer, the first authentic one is kept to.
        """
        self._payload_types = payload_types
        if ssrc != self._ssrc:
            self._drop_decoder()
        self._ssrc = ssrc

    def take(self, datagram: bytes, unprotect: Unprotect) -> None:
        """One SRTP datagram came. Never raises, whatever is in it."""
        ssrc, payload_type = peek(datagram)
        if not self._admits(ssrc, payload_type):
            return self._dropped("not_wanted")
        if (data := unprotect(datagram)) is None:
            return self._dropped("not_authentic")
        if (packet := parse_rtp(data)) is None:
            return self._dropped("malformed")
        self._context.metrics.packets_received.labels(medium="audio").inc()
        self._ssrc = ssrc
        now = self._context.clock()
        if self._audio is None:
            self._audio = AudioReceiver(
                self.participant, self._context.metrics, self._count_decoded
            )
            self._statistics = ReceptionStatistics(ssrc, RTP_RATE)
        if self._statistics is not None:
            self._statistics.add(packet, now)
        self._emit(self._audio.receive(packet, now))
        return None

    def report(self, reporter: int) -> bytes | None:
        """An RTCP receiver report by SSRC ``reporter``, if there is anything to report."""
        return self._statistics.report(reporter) if self._statistics is not None else None

    def tick(self) -> None:
        """Time passed."""
        if self._audio is not None:
            self._emit(self._audio.tick(self._context.clock()))

    def interrupt(self) -> None:
        """The connection is gone: nothing comes until another one is negotiated."""
        self.negotiated(frozenset(), None)
        self._drop_decoder()

    def _admits(self, ssrc: int, payload_type: int) -> bool:
        return (
            self._wanted
            and payload_type in self._payload_types
            and (self._ssrc is None or ssrc == self._ssrc)
        )

    def _emit(self, events: list[AudioEvent]) -> None:
        for event in events:
            self._context.emit(event)

    def _count_decoded(self) -> None:
        standing = self._context.standing(self.participant.id, Medium.AUDIO)
        self._context.metrics.decoded_frames.labels(medium="audio", consent=standing).inc()

    def _dropped(self, reason: str) -> None:
        self._context.metrics.packets_dropped.labels(reason=reason).inc()

    def _drop_decoder(self) -> None:
        if self._audio is not None:
            self._audio.close()
            self._audio = self._statistics = None
