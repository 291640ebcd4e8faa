"""Reads off an offer which tracks there are, and readies aiortc to answer it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from aiortc import RTCPeerConnection, RTCRtpTransceiver
from aiortc.sdp import MediaDescription, SessionDescription

from consentry.events import Medium, Participant
from consentry.rtc import aiortc_private
from consentry.rtc.audio.level import AUDIO_LEVEL
from consentry.rtc.track import Retransmission, Track
from consentry.rtc.video.codecs import VideoCodec
from consentry.rtc.video.decoder import available

SENDING = ("sendonly", "sendrecv")
"""Directions of an m-line from which something comes (RFC 3264 section 5.1)."""

AIORTC_VIDEO = ("vp8", "h264")
"""What aiortc negotiates of itself."""


@dataclass(frozen=True, slots=True)
class Source:
    """What somebody sends, as a stack tells it apart from the session descriptions."""

    participant: Participant
    medium: Medium
    ssrc: int
    retransmission: int | None = None
    """The source of its retransmissions (RFC 4588), where it has one."""
    muted: bool = False
    """Nothing is to come of it for now."""


@dataclass(frozen=True, slots=True)
class Form:
    """What an m-line says of every source that comes under it."""

    track: Track
    """Of nobody yet."""
    repeats: Mapping[int, int]
    """From the payload type of a retransmission to that of what it repeats."""


_NOBODY = Participant("", "")

Who = Callable[[str], Participant | None]
"""Whose track the m-line with this mid is; ``None`` where it is not to be taken."""


def as_aiortc_reads(offer: str) -> str:
    """``offer`` with VP9 and AV1 under the name of VP8 where a camera offers nothing else.

    aiortc refuses a description of a camera whose codecs it can't decode itself. It need not:
    :func:`tracks_offered` goes by the true names, and so does the answer.
    """
    sections = re.split(r"(?m)^(?=m=)", offer)
    return "".join(_disguised(each) if each.startswith("m=video") else each for each in sections)


def _disguised(section: str) -> str:
    if re.search(r"(?mi)^a=rtpmap:\d+ (?:VP8|H264)/", section):
        return section
    return re.sub(r"(?mi)^(a=rtpmap:\d+ )(?:VP9|AV1)/", r"\1VP8/", section)


def tracks_offered(pc: RTCPeerConnection, offer: SessionDescription, who: Who) -> list[Track]:
    """The tracks that could be received, one of each medium from each participant: the first that
    is sent, or the first of all where none is.

    All transceivers are inactive after this, their stock receivers silenced, and their codecs
    those that can be decoded.
    """
    described = {media.rtp.muxId: media for media in offer.media}
    found: dict[tuple[str, Medium], Track] = {}
    sent: set[tuple[str, Medium]] = set()
    for transceiver in pc.getTransceivers():
        aiortc_private.silence_receiver(transceiver)
        transceiver.direction = "inactive"
        media = described.get(transceiver.mid or "")
        participant = who(media.rtp.muxId) if media is not None else None
        if participant is None or media is None or media.direction == "recvonly":
            continue
        track = _track(transceiver, media, participant)
        key = participant.id, track.medium
        sends = media.direction in SENDING
        if track.codecs and (key not in found or (sends and key not in sent)):
            found[key] = track
            sent |= {key} if sends else set()
    return list(found.values())


def forms_offered(pc: RTCPeerConnection, offer: SessionDescription) -> list[Form]:
    """One for each medium that could be received, of the first m-line that is of it.

    Readies the transceivers as :func:`tracks_offered` does.
    """
    described = {media.rtp.muxId: media for media in offer.media}
    tracks = tracks_offered(pc, offer, lambda mid: _NOBODY)
    return [Form(track, _repeats(described[track.mid], track.codecs)) for track in tracks]


def tracks_signaled(forms: Iterable[Form], sources: Iterable[Source]) -> list[Track]:
    """The track of each source whose medium was offered."""
    by_medium = {form.track.medium: form for form in forms}
    return [
        _signaled(by_medium[source.medium], source)
        for source in sources
        if source.medium in by_medium
    ]


def _signaled(form: Form, source: Source) -> Track:
    again = None
    if source.retransmission is not None and form.repeats:
        again = Retransmission(source.retransmission, form.repeats)
    return replace(
        form.track, participant=source.participant, ssrc=source.ssrc, retransmission=again
    )


def _track(
    transceiver: RTCRtpTransceiver, media: MediaDescription, participant: Participant
) -> Track:
    medium = Medium.AUDIO if transceiver.kind == "audio" else Medium.VIDEO
    codecs = _decodable(transceiver, media, medium)
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


def _decodable(
    transceiver: RTCRtpTransceiver, media: MediaDescription, medium: Medium
) -> dict[int, str]:
    """Payload types of what can be decoded here; the answer says them in this order."""
    if medium is Medium.AUDIO:
        return aiortc_private.keep_codecs(transceiver, ("opus",))
    offered = {c.payloadType: c.mimeType.lower().partition("/")[2] for c in media.rtp.codecs}
    decoded = [codec for codec in VideoCodec if available(codec)]
    names = {n for n in offered.values() if n in decoded}
    ours = [c for c in media.rtp.codecs if offered[c.payloadType] in names - set(AIORTC_VIDEO)]
    return aiortc_private.keep_codecs(transceiver, names & set(AIORTC_VIDEO), ours)


def _retransmission(media: MediaDescription, codecs: Mapping[int, str]) -> Retransmission | None:
    """The second source of an ``a=ssrc-group:FID`` (RFC 5576 section 4.2), and RTX's types."""
    repeats = _repeats(media, codecs)
    groups = [g.items for g in media.ssrc_group if g.semantic == "FID" and len(g.items) == 2]
    if not repeats or not groups:
        return None
    return Retransmission(int(groups[0][1]), repeats)


def _repeats(media: MediaDescription, codecs: Mapping[int, str]) -> dict[int, int]:
    return {
        codec.payloadType: again
        for codec in media.rtp.codecs
        if codec.mimeType.lower().endswith("/rtx") and codec.payloadType is not None
        for again in [codec.parameters.get("apt")]
        if isinstance(again, int) and again in codecs
    }
