"""The two ends of a path: somebody who sends a recording, and the bot's own receiving end."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable

from aiortc import RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from consentry.connectors.room.connector import TICK_SECONDS, TICKS_PER_REPORT
from consentry.events import AudioFrame, Gap, Medium, Participant, VideoFrame
from consentry.metrics import Metrics
from consentry.play.recording import OpusPacket
from consentry.play.track import OpusFileTrack, Timeline
from consentry.rtc import aiortc_private
from consentry.rtc.peer import Peer, PeerCallbacks
from consentry.rtc.receive import ReceivePath
from consentry.rtc.track import MediaEvent, ReceiveContext
from consentry.rtc.worker import Decoding

Heard = AudioFrame | Gap


class SendingEnd:
    """A microphone that plays ``packets`` from the moment its timeline starts."""

    def __init__(self, packets: tuple[OpusPacket, ...], timeline: Timeline) -> None:
        self.connected = asyncio.Event()
        self._pc = RTCPeerConnection(
            RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        )
        self._pc.on("connectionstatechange", self._changed)
        track = OpusFileTrack(packets, timeline)
        track.unmute()
        self._pc.addTransceiver(track, direction="sendonly")

    async def offer(self) -> str:
        """What it offers to send."""
        for transport in aiortc_private.dtls_transports(self._pc):
            aiortc_private.allow_loopback(transport.transport)
        await self._pc.setLocalDescription()
        sdp: str = self._pc.localDescription.sdp
        return sdp

    async def answered(self, sdp: str) -> None:
        """The answer came; :attr:`connected` is set once the connection stands."""
        await self._pc.setRemoteDescription(RTCSessionDescription(sdp, "answer"))

    async def close(self) -> None:
        await self._pc.close()

    def _changed(self) -> None:
        if self._pc.connectionState == "connected":
            self.connected.set()


class ReceivingEnd:
    """The bot's peer for one microphone that it wants, ticked as a connector does it.

    Capture times are on ``clock``; ``heard`` is told of each event as it comes.
    """

    def __init__(
        self,
        worker: Decoding,
        metrics: Metrics,
        heard: Callable[[Heard], None] = lambda event: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.events: list[Heard] = []
        self._heard = heard
        sam = Participant("p1", "Sam")
        path = ReceivePath(
            ReceiveContext(clock, metrics, lambda who, medium: "granted", self._emit, worker)
        )
        path.want(sam.id, frozenset({Medium.AUDIO}))
        callbacks = PeerCallbacks(lambda: None, lambda text: None, lambda: None)
        self._peer = Peer(path, callbacks, lambda mid: sam)
        self._ticking: asyncio.Task[None] | None = None

    async def answer(self, offer: str) -> str:
        """The answer to what a sender offers."""
        answer = await self._peer.answer(offer)
        self._ticking = asyncio.create_task(self._tick())
        return answer

    async def close(self) -> None:
        """Hang up."""
        if self._ticking is not None:
            self._ticking.cancel()
        await self._peer.close()

    async def _tick(self) -> None:
        for tick in itertools.count(1):
            await asyncio.sleep(TICK_SECONDS)
            self._peer.tick()
            if tick % TICKS_PER_REPORT == 0:
                self._peer.report()

    def _emit(self, event: MediaEvent) -> None:
        if not isinstance(event, VideoFrame):
            self.events.append(event)
            self._heard(event)
