"""A simulated participant's RTCPeerConnections: one that offers to the bot, one per person."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Literal

from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCDataChannel,
    RTCPeerConnection,
    RTCRtpSender,
    RTCRtpTransceiver,
    RTCSessionDescription,
)
from aiortc.sdp import candidate_from_sdp

from consentry.connectors.room.frames import Candidate, Description, Signaled
from consentry.play.track import ClipTrack, OpusFileTrack
from consentry.rtc import aiortc_private
from consentry.rtc.closing import to_the_end
from consentry.rtc.peer import CHANNEL, CLOSE_SECONDS, GATHER_SECONDS

logger = logging.getLogger(__name__)

ANSWER_SECONDS = 10.0

SendDescription = Callable[[Description], None]


def _peer_connection() -> RTCPeerConnection:
    """Without STUN: simulated participants are on the network of the room."""
    return RTCPeerConnection(
        RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
    )


async def _describe(pc: RTCPeerConnection) -> Description:
    for transport in aiortc_private.dtls_transports(pc):
        aiortc_private.allow_loopback(transport.transport)
    await to_the_end(pc.setLocalDescription(), GATHER_SECONDS)
    kind: Literal["offer", "answer"] = "offer" if pc.localDescription.type == "offer" else "answer"
    return Description(type=kind, sdp=pc.localDescription.sdp)


async def _add_candidate(pc: RTCPeerConnection, candidate: Candidate | None) -> None:
    if pc.remoteDescription is None:
        return
    if candidate is None or not candidate.candidate:
        await pc.addIceCandidate(None)
        return
    parsed = candidate_from_sdp(candidate.candidate.removeprefix("candidate:"))
    parsed.sdpMid, parsed.sdpMLineIndex = candidate.sdpMid, candidate.sdpMLineIndex
    await pc.addIceCandidate(parsed)


async def _close(pc: RTCPeerConnection) -> None:
    with suppress(TimeoutError):
        await to_the_end(pc.close(), CLOSE_SECONDS)


def _transceiver(
    pc: RTCPeerConnection, track: OpusFileTrack | ClipTrack, direction: str
) -> RTCRtpTransceiver:
    """One to be offered, without the track; a clip is VP8, so nothing else is offered for it."""
    transceiver = pc.addTransceiver(track.kind, direction=direction)
    if track.kind == "video":
        known = RTCRtpSender.getCapabilities("video").codecs
        transceiver.setCodecPreferences([c for c in known if c.mimeType == "video/VP8"])
    return transceiver


class _Line:
    """A transceiver towards the bot, and the track that is on it while it is shared."""

    def __init__(self, pc: RTCPeerConnection, track: OpusFileTrack | ClipTrack) -> None:
        self._transceiver = _transceiver(pc, track, "inactive")
        self._track = track
        self.sharing = False

    def share(self, sharing: bool) -> bool:
        """Put the track on, or take it off at once; whether an offer is due."""
        if sharing == self.sharing:
            return False
        self.sharing = sharing
        if sharing:
            self._transceiver.sender.replaceTrack(self._track)
            self._track.unmute()
        else:
            self._track.mute()
            self._transceiver.sender.replaceTrack(None)
        self._transceiver.direction = "sendonly" if sharing else "inactive"
        return True


class BotConnection:
    """Offers to the bot, again at every change; microphone and camera are off until
    :meth:`share`. Without a camera, no video is offered."""

    def __init__(
        self,
        track: OpusFileTrack,
        send: SendDescription,
        heard: Callable[[str | bytes], None],
        camera: ClipTrack | None = None,
    ) -> None:
        self._pc = _peer_connection()
        self._send = send
        # In the order of their m-lines: aiortc stops the transport of a bundle made in another.
        self._microphone = _Line(self._pc, track)
        self._camera = None if camera is None else _Line(self._pc, camera)
        self._channel = self._pc.createDataChannel(CHANNEL)
        self._channel.on("message", heard)
        self._changed = asyncio.Event()
        self._changed.set()
        self._answer: asyncio.Future[str] | None = None

    @property
    def sharing(self) -> bool:
        """Whether the microphone is on."""
        return self._microphone.sharing

    @property
    def showing(self) -> bool:
        """Whether the camera is on."""
        return self._camera is not None and self._camera.sharing

    @property
    def channel(self) -> RTCDataChannel:
        return self._channel

    def share(self, microphone: bool, camera: bool = False) -> None:
        """Put either on, or take it off at once; then offer what is so."""
        changed = self._microphone.share(microphone)
        if self._camera is not None:
            changed = self._camera.share(camera) or changed
        if changed:
            self._changed.set()

    def say(self, text: str) -> None:
        """Send one control message, if the bot can be reached."""
        if self._channel.readyState == "open":
            self._channel.send(text)

    def signaled(self, signal: Signaled) -> None:
        """The bot's answer came; its candidates are within."""
        if signal.description is not None and self._answer is not None and not self._answer.done():
            self._answer.set_result(signal.description.sdp)

    async def run(self) -> None:
        """Negotiate whenever something changed, one offer at a time, until cancelled."""
        try:
            while True:
                await self._changed.wait()
                self._changed.clear()
                with suppress(TimeoutError):
                    await self._negotiate()
        finally:
            await _close(self._pc)

    async def _negotiate(self) -> None:
        self._answer = asyncio.get_running_loop().create_future()
        self._send(await _describe(self._pc))
        async with asyncio.timeout(ANSWER_SECONDS):
            answer = await self._answer
        await self._pc.setRemoteDescription(RTCSessionDescription(sdp=answer, type="answer"))


class PersonConnection:
    """Sends the microphone, and the camera, to one person who receives; takes nothing back."""

    def __init__(
        self,
        track: OpusFileTrack,
        send: SendDescription,
        *,
        offers: bool,
        camera: ClipTrack | None = None,
    ) -> None:
        self._pc = _peer_connection()
        self._tracks: list[OpusFileTrack | ClipTrack] = [track]
        if camera is not None:
            self._tracks.append(camera)
        self._send = send
        self._offers = offers
        self._signals: asyncio.Queue[Signaled] = asyncio.Queue()

    def signaled(self, signal: Signaled) -> None:
        self._signals.put_nowait(signal)

    async def run(self) -> None:
        """Negotiate as they ask, until cancelled."""
        try:
            for track in self._tracks:
                track.unmute()
            if self._offers:
                for track in self._tracks:
                    _transceiver(self._pc, track, "sendonly").sender.replaceTrack(track)
                self._send(await _describe(self._pc))
            while True:
                await self._take(await self._signals.get())
        except Exception as exc:  # aiortc raises errors of any type at a description it can't use
            logger.warning("no connection to a person in the room (%s)", type(exc).__name__)
        finally:
            await _close(self._pc)

    async def _take(self, signal: Signaled) -> None:
        description = signal.description
        if description is None:
            await _add_candidate(self._pc, signal.candidate)
            return
        await self._pc.setRemoteDescription(
            RTCSessionDescription(sdp=description.sdp, type=description.type)
        )
        if description.type == "offer":
            self._put_tracks()
            self._send(await _describe(self._pc))

    def _put_tracks(self) -> None:
        """Each on the first transceiver of its kind; everything else inactive."""
        left: dict[str, OpusFileTrack | ClipTrack] = {track.kind: track for track in self._tracks}
        for transceiver in self._pc.getTransceivers():
            track = left.pop(transceiver.kind, None)
            if track is not None and transceiver.sender.track is None:
                transceiver.sender.replaceTrack(track)
            transceiver.direction = "inactive" if track is None else "sendonly"
