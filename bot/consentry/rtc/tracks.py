"""Reads off an offer which tracks there are, and readies aiortc to answer it."""

from __future__ import annotations

from collections.abc import Callable

from aiortc import RTCPeerConnection, RTCRtpTransceiver
from aiortc.sdp import MediaDescription, SessionDescription

from consentry.events import Medium, Participant
from consentry.rtc import aiortc_private
from consentry.rtc.level import AUDIO_LEVEL
from consentry.rtc.track import Retransmission, Track

CODECS = {Medium.AUDIO: ("opus",), Medium.VIDEO: ("vp8", "h264")}

Who = Callable[[str], Participant | None]
"""Whose track the m-line with this mid is; ``None`` where it is not to be taken."""


def tracks_offered(pc: RTCPeerConnection, offer: SessionDescription, who: Who) -> list[Track]:
    """The tracks that could be received, one of each medium from each participant.

    All transceivers are inactive after this, their stock receivers silenced, and their codecs
    those that can be decoded.
    """
    described = {media.rtp.muxId: media for media in offer.media}
    found: dict[tuple[str, Medium], Track] = {}
    for transceiver in pc.getTransceivers():
        aiortc_private.silence_receiver(transceiver)
        transceiver.direction = "inactive"
        media = described.get(transceiver.mid or "")
        participant = who(media.rtp.muxId) if media is not None else None
        if participant is None or media is None:
            continue
        track = _track(transceiver, media, participant)
        if track.codecs:
            found.setdefault((participant.id, track.medium), track)
    return list(found.values())


def _track(
    transceiver: RTCRtpTransceiver, media: MediaDescription, participant: Participant
) -> Track:
    medium = Medium.AUDIO if transceiver.kind == "audio" else Medium.VIDEO
    codecs = aiortc_private.keep_codecs(transceiver, CODECS[medium])
    return Track(
        participant,
        medium,
        media.rtp.muxId,
        codecs,
        ssrc=int(media.ssrc[0].ssrc) if media.ssrc else None,
        retransmission=_retransmission(media, codecs),
        level=aiortc_private.extension_id(transceiver, AUDIO_LEVEL),
        nack=aiortc_private.asks_again(transceiver),
    )


def _retransmission(media: MediaDescription, codecs: dict[int, str]) -> Retransmission | None:
    """The second source of an ``a=ssrc-group:FID`` (RFC 5576 section 4.2), and RTX's types."""
    repeats = {
        codec.payloadType: again
        for codec in media.rtp.codecs
        if codec.mimeType.lower().endswith("/rtx") and codec.payloadType is not None
        for again in [codec.parameters.get("apt")]
        if isinstance(again, int) and again in codecs
    }
    groups = [g.items for g in media.ssrc_group if g.semantic == "FID" and len(g.items) == 2]
    if not repeats or not groups:
        return None
    return Retransmission(int(groups[0][1]), repeats)
