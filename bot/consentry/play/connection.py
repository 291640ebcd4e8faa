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
    RTCSessionDescription,
)
from aiortc.sdp import candidate_from_sdp

from consentry.connectors.room.frames import Candidate, Description, Signaled
from consentry.play.track import OpusFileTrack
from consentry.rtc import aiortc_private
from consentry.rtc.peer import CHANNEL

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
    await pc.setLocalDescription()
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


class BotConnection:
    """Offers to the bot, again at every change; the microphone is off until :meth:`share`."""

    def __init__(
        self, track: OpusFileTrack, send: SendDescription, heard: Callable[[str | bytes], None]
    ) -> None:
        self._pc = _peer_connection()
        self._track = track
        self._send = send
        # In the order of their m-lines: aiortc stops the transport of a bundle made in another.
        self._transceiver = self._pc.addTransceiver("audio", direction="inactive")
        self._channel = self._pc.createDataChannel(CHANNEL)
        self._channel.on("message", heard)
        self._changed = asyncio.Event()
        self._changed.set()
        self._answer: asyncio.Future[str] | None = None
        self.sharing = False

    @property
    def channel(self) -> RTCDataChannel:
        return self._channel

    def share(self, sharing: bool) -> None:
        """Put the microphone on, or take it off at once; then offer what is so."""
        if sharing == self.sharing:
            return
        self.sharing = sharing
        if sharing:
            self._transceiver.sender.replaceTrack(self._track)
            self._track.unmute()
        else:
            self._track.mute()
            self._transceiver.sender.replaceTrack(None)
        self._transceiver.direction = "sendonly" if sharing else "inactive"
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
            await self._pc.close()

    async def _negotiate(self) -> None:
        self._answer = asyncio.get_running_loop().create_future()
        self._send(await _describe(self._pc))
        async with asyncio.timeout(ANSWER_SECONDS):
            answer = await self._answer
        await self._pc.setRemoteDescription(RTCSessionDescription(sdp=answer, type="answer"))


class PersonConnection:
    """Sends the microphone to one person who receives; takes nothing back."""

    def __init__(self, track: OpusFileTrack, send: SendDescription, *, offers: bool) -> None:
        self._pc = _peer_connection()
        self._track = track
        self._send = send
        self._offers = offers
        self._signals: asyncio.Queue[Signaled] = asyncio.Queue()

    def signaled(self, signal: Signaled) -> None:
        self._signals.put_nowait(signal)

    async def run(self) -> None:
        """Negotiate as they ask, until cancelled."""
        try:
            self._track.unmute()
            if self._offers:
                self._pc.addTransceiver(self._track, direction="sendonly")
                self._send(await _describe(self._pc))
            while True:
                await self._take(await self._signals.get())
        except Exception as exc:  # aiortc raises errors of any type at a description it can't use
            logger.warning("no connection to a person in the room (%s)", type(exc).__name__)
        finally:
            await self._pc.close()

    async def _take(self, signal: Signaled) -> None:
        description = signal.description
        if description is None:
            await _add_candidate(self._pc, signal.candidate)
            return
        await self._pc.setRemoteDescription(
            RTCSessionDescription(sdp=description.sdp, type=description.type)
        )
        if description.type == "offer":
            self._put_track()
            self._send(await _describe(self._pc))

    def _put_track(self) -> None:
        """The microphone on the first audio transceiver; everything else inactive."""
        free = True
        for transceiver in self._pc.getTransceivers():
            if transceiver.kind == "audio" and free:
                free = False
                if transceiver.sender.track is None:
                    transceiver.sender.replaceTrack(self._track)
                transceiver.direction = "sendonly"
            else:
                transceiver.direction = "inactive"
