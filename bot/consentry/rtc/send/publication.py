"""The bot's own video on one connection: negotiated, begun, heard of and ended."""

from __future__ import annotations

from typing import Protocol

from aiortc import RTCPeerConnection, RTCRtpTransceiver
from aiortc.sdp import SessionDescription

from consentry.rtc import aiortc_private, rtcp
from consentry.rtc.send.sender import VideoSender


class Viewers(Protocol):
    """Whoever makes the video, and sends it to all who watch."""

    def add(self, viewer: VideoSender) -> None:
        """Send to ``viewer`` from now on; again is no harm."""
        ...

    def remove(self, viewer: VideoSender) -> None:
        """Send to ``viewer`` no more."""
        ...

    def hear(self, viewer: VideoSender, packet: rtcp.Rtcp) -> None:
        """``viewer`` told something by RTCP."""
        ...


class Publication:
    """Sends the bot's video to one viewer, on the first video m-line offered ``recvonly``."""

    def __init__(self, viewers: Viewers) -> None:
        self._viewers = viewers
        self._sender: VideoSender | None = None

    def negotiate(self, pc: RTCPeerConnection, offer: SessionDescription) -> None:
        """Take up what is offered, before it is answered; what is no longer offered ends."""
        transceiver = _offered(pc, offer)
        payload_type = aiortc_private.keep_vp8(transceiver) if transceiver is not None else None
        if transceiver is None or payload_type is None:
            self.close()
            return
        transceiver.direction = "sendonly"
        ssrc = aiortc_private.silence_sender(transceiver)
        old = self._sender
        if old is None or (old.ssrc, old.payload_type) != (ssrc, payload_type):
            self.close()
            transport = aiortc_private.DtlsSrtp(transceiver.sender.transport)
            cname = aiortc_private.canonical_name(pc)
            self._sender = VideoSender(ssrc, payload_type, transport.send, cname)

    def tick(self, connected: bool) -> None:
        """Begin once packets can arrive."""
        if self._sender is not None and connected:
            self._viewers.add(self._sender)

    def hear(self, packet: rtcp.Rtcp) -> None:
        """The viewer told something by RTCP."""
        if self._sender is not None:
            self._viewers.hear(self._sender, packet)

    def close(self) -> None:
        """Send no more."""
        sender, self._sender = self._sender, None
        if sender is not None:
            self._viewers.remove(sender)


def _offered(pc: RTCPeerConnection, offer: SessionDescription) -> RTCRtpTransceiver | None:
    receiving = {
        media.rtp.muxId
        for media in offer.media
        if media.kind == "video" and media.direction == "recvonly"
    }
    return next((t for t in pc.getTransceivers() if t.mid in receiving), None)
