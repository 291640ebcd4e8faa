"""The bot's RTCPeerConnection with one participant: it answers, receives and talks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCDataChannel,
    RTCIceServer,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.rtcdtlstransport import RTCDtlsTransport
from aiortc.sdp import SessionDescription, candidate_from_sdp

from consentry.controls import MAX_CONTROL_BYTES
from consentry.errors import SignalingError
from consentry.events import Medium
from consentry.messages import Message
from consentry.rtc import aiortc_private
from consentry.rtc.closing import to_the_end
from consentry.rtc.guards.descriptions import Candidates, screen
from consentry.rtc.guards.stun import DatagramScreen
from consentry.rtc.outbox import Outbox
from consentry.rtc.receive import ReceivePath
from consentry.rtc.send.publication import Publication, Viewers
from consentry.rtc.track import Track
from consentry.rtc.tracks import Who, as_aiortc_reads, tracks_offered

logger = logging.getLogger(__name__)

CHANNEL = "consentry"
CLOSE_SECONDS = 5.0
GATHER_SECONDS = 10.0
"""More than aioice waits for a STUN server. Sockets of a gathering cut short would stay open."""
ANSWER_SECONDS = 10.0
"""STUN servers are waited for 5 s, names of mDNS for one."""


def _nothing() -> None:
    return None


@dataclass(frozen=True, slots=True)
class PeerCallbacks:
    """What a peer tells its owner; called on the event loop, and not to raise."""

    reachable: Callable[[], None]
    said: Callable[[str | bytes], None]
    refused: Callable[[], None]
    """Input that broke a protocol was dropped."""
    alive: Callable[[], None] = _nothing
    """Something came that is no RTP: RTCP, a connectivity check, DTLS."""


class Peer:
    """The bot's end of a connection: the other one always offers, and makes the data channel.

    ``who`` says whose track an m-line is; ``viewers`` sends the bot's video to whoever offers to
    watch. The owner calls :meth:`tick` every 50 ms or so, :meth:`report` every second, and
    :meth:`close` in the end.
    """

    def __init__(
        self,
        path: ReceivePath,
        callbacks: PeerCallbacks,
        who: Who,
        ice_servers: tuple[RTCIceServer, ...] = (),
        viewers: Viewers | None = None,
    ) -> None:
        self.path = path
        self._callbacks = callbacks
        self._who = who
        self._publication = Publication(viewers) if viewers is not None else None
        self._pc = RTCPeerConnection(
            RTCConfiguration(iceServers=list(ice_servers), bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        )
        self._pc.on("datachannel", self._channel_made)
        self._candidates = Candidates(loopback=aiortc_private.is_alone())
        self._tapped: set[RTCDtlsTransport] = set()
        self._sent: tuple[Track, ...] = ()
        """What their last offer says is sent, where the answer took it."""
        self._username: str | None = None
        self._channel: RTCDataChannel | None = None
        self._outbox: Outbox | None = None

    @property
    def reachable(self) -> bool:
        return self._channel is not None and self._channel.readyState == "open"

    @property
    def failed(self) -> bool:
        return self._pc.connectionState in ("failed", "closed")

    @property
    def due(self) -> frozenset[tuple[str, Medium]]:
        """Whose media is to come, by id and medium: it is wanted, and they said that they send."""
        return frozenset(
            (track.participant.id, track.medium)
            for track in self._sent
            if self.path.wants(track.participant.id, track.medium)
        )

    def continues(self, offer: str) -> bool:
        """Whether ``offer`` is about this connection; another ICE user is another connection."""
        return self._username in (None, ice_username(offer))

    async def answer(self, offer: str) -> str:
        """The answer's SDP: what is wanted is received, everything else is inactive.

        SignalingError if the offer is none that can be answered; the peer is
        of no use then, and to be closed.
        """
        username = ice_username(offer)
        offer = screen(offer, self._candidates)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._pc.setRemoteDescription(
                    RTCSessionDescription(sdp=as_aiortc_reads(offer), type="offer")
                )
                self._prepare(SessionDescription.parse(offer))
                await to_the_end(self._pc.setLocalDescription(), GATHER_SECONDS)
        except Exception:  # aiortc raises errors of any type at a mutated SDP; none may be quoted
            raise SignalingError("an offer that can't be answered") from None
        self._username = username
        return str(self._pc.localDescription.sdp)

    async def add_candidate(
        self, candidate: str | None, mid: str | None = None, index: int | None = None
    ) -> None:
        """One more address of theirs, or ``None`` when there are no more.

        SignalingError if it is none.
        """
        if self._username is None:
            return
        try:
            if not candidate:
                await self._pc.addIceCandidate(None)
                return
            parsed = candidate_from_sdp(candidate.removeprefix("candidate:"))
            parsed.sdpMid, parsed.sdpMLineIndex = mid, index
            if self._candidates.admits(candidate):
                await self._pc.addIceCandidate(parsed)
        except Exception:  # as above
            raise SignalingError("a candidate that can't be read") from None

    def send(self, message: Message, text: str) -> bool:
        """Queue the signed ``text``; false if they are so far behind that the peer is lost."""
        return self._outbox is None or not self.reachable or self._outbox.put(message, text)

    def tick(self) -> None:
        """Time passed."""
        self.path.tick()
        if self._publication is not None:
            self._publication.tick(connected=self._pc.connectionState == "connected")
        if self._outbox is not None:
            self._outbox.pump()

    def report(self) -> None:
        """Tell the senders how their packets arrive; once a second or so."""
        self.path.report()

    async def close(self) -> None:
        """End the connection and free what it held; the loop is free of its tasks after."""
        self.path.interrupt()
        if self._publication is not None:
            self._publication.close()
        try:
            await to_the_end(self._pc.close(), CLOSE_SECONDS)
        except Exception as exc:  # whatever it is, the call goes on without this peer
            logger.warning("a peer connection did not close in good order (%s)", type(exc).__name__)
            for transport in self._tapped:
                aiortc_private.close_sockets(transport.transport)

    def _prepare(self, offer: SessionDescription) -> None:
        """Set directions and taps once the offer is applied and before it is answered."""
        for transport in aiortc_private.dtls_transports(self._pc):
            if transport not in self._tapped:
                self._tap(transport)
        tracks = tracks_offered(self._pc, offer, self._who)
        self.path.negotiated(tracks)
        taken = {t.mid for t in tracks if self.path.wants(t.participant.id, t.medium)}
        sent = {m.rtp.muxId for m in offer.media if m.direction in ("sendonly", "sendrecv")}
        self._sent = tuple(t for t in tracks if t.mid in taken & sent)
        for transceiver in self._pc.getTransceivers():
            if transceiver.mid in taken:
                transceiver.direction = "recvonly"
        if self._publication is not None:
            self._publication.negotiate(self._pc, offer)

    def _tap(self, transport: RTCDtlsTransport) -> None:
        self._tapped.add(transport)
        heard = self._publication.hear if self._publication is not None else None
        self.path.connect(aiortc_private.DtlsSrtp(transport), heard)
        taker = aiortc_private.Taker(
            rtp=self.path.take,
            rtcp=self.path.take_rtcp,
            round_trip=self.path.round_trip,
            screen=DatagramScreen(asyncio.get_running_loop().time),
            refused=self._callbacks.refused,
            poll=self.path.poll,
            alive=self._callbacks.alive,
        )
        aiortc_private.allow_loopback(transport.transport)
        aiortc_private.take_datagrams(transport.transport, taker, asyncio.get_running_loop().time)
        if self._pc.sctp is not None and self._pc.sctp.transport is transport:
            aiortc_private.guard_sctp(self._pc.sctp, self._callbacks.refused)

    def _channel_made(self, channel: RTCDataChannel) -> None:
        if channel.label != CHANNEL or self.reachable:
            channel.close()
            self._callbacks.refused()
            return
        self._channel = channel
        self._outbox = outbox = Outbox(channel)
        channel.bufferedAmountLowThreshold = MAX_CONTROL_BYTES
        channel.on("bufferedamountlow", outbox.pump)
        channel.on("message", self._callbacks.said)
        self._callbacks.reachable()


def ice_username(sdp: str) -> str | None:
    """The first ``a=ice-ufrag`` (RFC 8839 section 5.4); a description without one is none."""
    for line in sdp.splitlines():
        if line.startswith("a=ice-ufrag:"):
            return line.partition(":")[2].strip()
    return None
