"""The bot's RTCPeerConnection with one participant: it answers, receives and talks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
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
from consentry.rtc.tracks import (
    SENDING,
    Form,
    Source,
    Who,
    as_aiortc_reads,
    forms_offered,
    tracks_offered,
    tracks_signaled,
)

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


@dataclass(frozen=True, slots=True)
class DataChannel:
    """The one data channel of a connection, and who opens it (RFC 8832)."""

    label: str = CHANNEL
    ours: bool = False


@dataclass(frozen=True, slots=True)
class PeerOptions:
    """How a peer connects."""

    ice_servers: tuple[RTCIceServer, ...] = ()
    viewers: Viewers | None = None
    """Who sends the bot's video to whoever offers to watch; ``None``: it sends none."""
    channel: DataChannel = DataChannel()


class Peer:
    """The bot's end of a connection: the other one always offers.

    ``who`` says whose track an m-line is; where a stack tells its sources apart from the
    descriptions (:meth:`signal`), it is None. The owner calls :meth:`tick` every 50 ms or so,
    :meth:`report` every second, and :meth:`close` in the end.
    """

    def __init__(
        self,
        path: ReceivePath,
        callbacks: PeerCallbacks,
        who: Who | None,
        options: PeerOptions = PeerOptions(),
    ) -> None:
        self.path = path
        self._callbacks = callbacks
        self._who = who
        viewers, ice_servers = options.viewers, options.ice_servers
        self._publication = Publication(viewers) if viewers is not None else None
        self._wanted_channel = options.channel
        self._forms: tuple[Form, ...] = ()
        """What the m-lines say of the sources that are signaled apart from them."""
        self._sources: tuple[Source, ...] = ()
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

    def signal(self, sources: Sequence[Source]) -> None:
        """What is sent from now on, as the stack tells it apart from the descriptions; nothing is
        negotiated anew."""
        self._sources = tuple(sources)
        self._take_signaled()

    def write(self, text: str) -> bool:
        """Queue ``text`` on the data channel; false if it is not open, or far behind."""
        return self._outbox is not None and self.reachable and self._outbox.write(text)

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
        for transport in self._tapped:
            aiortc_private.ask_no_more(transport.transport)
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
        taken = self._take_offered(offer, self._who) if self._who else self._take_forms(offer)
        for transceiver in self._pc.getTransceivers():
            if transceiver.mid in taken:
                transceiver.direction = "recvonly"
        if self._publication is not None:
            self._publication.negotiate(self._pc, offer)
        if self._wanted_channel.ours and self._channel is None:
            self._channel_open(self._pc.createDataChannel(self._wanted_channel.label))

    def _take_offered(self, offer: SessionDescription, who: Who) -> set[str]:
        """The mids of what is wanted of an offer that has one m-line for each track."""
        tracks = tracks_offered(self._pc, offer, who)
        self.path.negotiated(tracks)
        taken = {t.mid for t in tracks if self.path.wants(t.participant.id, t.medium)}
        sent = {m.rtp.muxId for m in offer.media if m.direction in SENDING}
        self._sent = tuple(t for t in tracks if t.mid in taken & sent)
        return taken

    def _take_forms(self, offer: SessionDescription) -> set[str]:
        """The mids of an offer whose m-lines stand for any number of sources."""
        self._forms = tuple(forms_offered(self._pc, offer))
        self._take_signaled()
        return {form.track.mid for form in self._forms}

    def _take_signaled(self) -> None:
        tracks = tracks_signaled(self._forms, self._sources)
        self.path.negotiated(tracks)
        quiet = {source.ssrc for source in self._sources if source.muted}
        self._sent = tuple(track for track in tracks if track.ssrc not in quiet)

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
        wanted = self._wanted_channel
        if wanted.ours or channel.label != wanted.label or self.reachable:
            channel.close()
            self._callbacks.refused()
            return
        self._channel_open(channel)
        self._callbacks.reachable()

    def _channel_open(self, channel: RTCDataChannel) -> None:
        self._channel = channel
        self._outbox = outbox = Outbox(channel)
        channel.bufferedAmountLowThreshold = MAX_CONTROL_BYTES
        channel.on("bufferedamountlow", outbox.pump)
        channel.on("message", self._callbacks.said)
        channel.on("open", self._callbacks.reachable)


def ice_username(sdp: str) -> str | None:
    """The first ``a=ice-ufrag`` (RFC 8839 section 5.4); a description without one is none."""
    for line in sdp.splitlines():
        if line.startswith("a=ice-ufrag:"):
            return line.partition(":")[2].strip()
    return None
