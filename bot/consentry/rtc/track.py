"""What the descriptions of a connection say of one track, and what tracks of a call share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from consentry.events import AudioFrame, Gap, Medium, Participant, VideoFrame
from consentry.metrics import Metrics
from consentry.rtc.worker import Decoding

MediaEvent = AudioFrame | Gap | VideoFrame

GRANTED = "granted"
"""The only standing with which anything is decoded."""


class SrtpTransport(Protocol):
    """The secured connection that tracks come through (RFC 3711)."""

    def unprotect(self, datagram: bytes) -> bytes | None:
        """The RTP packet in ``datagram``; ``None`` if it is not authentic."""
        ...

    def unprotect_rtcp(self, datagram: bytes) -> bytes | None:
        """The RTCP packet in ``datagram``; ``None`` if it is not authentic."""
        ...

    def send(self, packet: bytes) -> None:
        """Encrypt and send one RTP or RTCP packet, if the connection stands."""
        ...


@dataclass(frozen=True, slots=True)
class Retransmission:
    """Where lost packets come again (RFC 4588)."""

    ssrc: int
    payload_types: Mapping[int, int]
    """From the payload type of the repetition to that of the packet repeated."""


@dataclass(frozen=True, slots=True)
class Track:
    """One of their tracks as the offer and the answer describe it."""

    participant: Participant
    medium: Medium
    mid: str
    codecs: Mapping[int, str]
    """From payload type to codec, in lower case: ``opus``, ``vp8``, …"""
    ssrc: int | None = None
    """Without one, the first authentic source of a payload type of its own is kept to."""
    retransmission: Retransmission | None = None
    level: int | None = None
    """Id of the audio-level header extension (RFC 6464), where it was negotiated."""
    nack: bool = False
    """Whether lost packets may be asked for again."""

    @property
    def sources(self) -> tuple[int, ...]:
        """Every source it comes from, as far as the descriptions say: its own, and that of its
        retransmissions."""
        again = (self.retransmission.ssrc,) if self.retransmission else ()
        return again if self.ssrc is None else (self.ssrc, *again)

    def takes(self, payload_type: int) -> bool:
        """Whether packets of this payload type are part of it."""
        again = self.retransmission.payload_types if self.retransmission else {}
        return payload_type in self.codecs or payload_type in again


@dataclass(frozen=True, slots=True)
class ReceiveContext:
    """What the receive paths of one call share."""

    clock: Callable[[], float]
    """Seconds of the call."""
    metrics: Metrics
    standing: Callable[[str, Medium], str]
    """Of a participant's id, asked before anything of theirs is decoded; ``granted`` or not."""
    emit: Callable[[MediaEvent], None]
    worker: Decoding
    reports_time: bool = True
    """Whether sender reports tell the sender's own clock. A server that makes them up tells when
    it passed a packet on, and moves the time by whatever held that one up."""
