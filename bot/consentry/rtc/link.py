"""A connection that brings media of one or of many people, and those that take its place."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from opentelemetry.trace import Tracer

from consentry.errors import SignalingError
from consentry.events import AudioFrame, Medium, Participant
from consentry.messages import Message
from consentry.rtc.continuity import Continuity
from consentry.rtc.peer import Peer, PeerCallbacks, PeerOptions, ice_username
from consentry.rtc.receive import ReceivePath
from consentry.rtc.track import MediaEvent, ReceiveContext
from consentry.rtc.tracks import Source, Who
from consentry.rtc.video.codecs import VideoCodec
from consentry.rtc.watchdog import Watchdog, Wire
from consentry.tracing import attribute, silent, span

logger = logging.getLogger(__name__)

WATCH_SECONDS = 0.25
"""Between two looks at whether the connection is silent."""


def _nothing() -> None:
    return None


def _nothing_said(text: str | bytes) -> None:
    return None


@dataclass(frozen=True, slots=True)
class LinkCallbacks:
    """What a link tells its owner; called on the event loop, and not to raise."""

    silent: Callable[[], None]
    """The connection is dead, or brings no media: ask for another one. What is offered on the old
    one after that is not answered."""
    refused: Callable[[], None]
    """Input that broke a protocol was dropped."""
    reachable: Callable[[], None] = _nothing
    """The data channel is open."""
    said: Callable[[str | bytes], None] = _nothing_said
    """Something came over the data channel."""


@dataclass(frozen=True, slots=True)
class LinkContext:
    """What the links of one call share."""

    receive: ReceiveContext
    options: PeerOptions = PeerOptions()
    tracer: Tracer = field(default_factory=silent)


class Link:
    """Media in by one RTCPeerConnection at a time, and what is wanted of it.

    The other end always offers. An offer of another ICE user makes a new connection: what is
    wanted outlives the old one, and what was missed of somebody's audio is one Gap. The owner
    calls :meth:`tick` every 50 ms or so, :meth:`report` every second, and :meth:`close` in the end.
    """

    def __init__(self, context: LinkContext, callbacks: LinkCallbacks) -> None:
        self._context = context
        self._callbacks = callbacks
        self._clock = context.receive.clock
        self._metrics = context.receive.metrics
        self._emit = context.receive.emit
        self._path = ReceivePath(replace(context.receive, emit=self._follow))
        self._peer: Peer | None = None
        self._given_up: Peer | None = None
        """To be replaced by another once that is offered; not negotiated with again."""
        self._who: Who | None = None
        self._sources: tuple[Source, ...] = ()
        self._since = 0.0
        """When the connection was negotiated first."""
        self._alive_at: float | None = None
        """When something came over it that is no RTP."""
        self._packet_at: float | None = None
        """When media last came over it, also of a source that another one has replaced."""
        self._watchdog = Watchdog()
        self._watched_at = 0.0
        self._continuity: dict[str, Continuity] = {}

    @property
    def reachable(self) -> bool:
        """Whether the data channel is open."""
        return self._peer is not None and self._peer.reachable

    @property
    def decoding(self) -> frozenset[tuple[str, Medium]]:
        """Whose media has a decoder, by id and medium."""
        return self._path.decoding

    def wants(self, participant: str, medium: Medium) -> bool:
        """Whether this is taken of ``participant`` now."""
        return self._path.wants(participant, medium)

    def codec(self, participant: str) -> VideoCodec | None:
        """What their pictures come in now; ``None`` while none are taken or none came."""
        return self._path.codec(participant)

    def want(
        self, participant: str, media: frozenset[Medium], frames_per_second: float = 1.0
    ) -> None:
        """Take this and no more; what was taken and is no longer wanted is gone on return."""
        self._path.want(participant, media, frames_per_second)
        if Medium.AUDIO not in media:
            self._continuity.pop(participant, None)

    def signal(self, sources: Sequence[Source]) -> None:
        """What is sent, on a stack that tells it apart from the descriptions."""
        self._sources = tuple(sources)
        if self._peer is not None:
            self._peer.signal(self._sources)

    async def answer(self, offer: str, who: Who | None) -> str | None:
        """The answer to ``offer``; ``who`` says whose its m-lines are, None that :meth:`signal`
        does. None where it came on a connection that is given up: it is not to be answered.

        SignalingError if it can't be answered; the connection is closed then.
        """
        if ice_username(offer) is None:
            raise SignalingError("an offer that can't be answered")
        self._who = who
        if self._peer is not None and (self._peer.failed or not self._peer.continues(offer)):
            await self.hang_up()
        kind = "first" if self._peer is None else "again"
        with span(self._context.tracer, "negotiation", kind=kind) as negotiation:
            verdict = "refused"
            try:
                answer = await self._answered(offer)
                verdict = "given_up" if answer is None else "answered"
            finally:
                negotiation.set_attribute(attribute("verdict"), verdict)
        return answer

    async def candidate(
        self, candidate: str | None, mid: str | None = None, index: int | None = None
    ) -> None:
        """One more address of theirs, or ``None`` when there are no more; SignalingError if it is
        none. Ignored before the first offer."""
        if self._peer is not None:
            await self._peer.add_candidate(candidate, mid, index)

    def send(self, message: Message, text: str) -> bool:
        """Queue the signed ``text``; false if they are so far behind that the peer is lost."""
        return self._peer is None or self._peer.send(message, text)

    def write(self, text: str) -> bool:
        """Queue ``text`` on the data channel; false if it is not open, or far behind."""
        return self._peer is not None and self._peer.write(text)

    def tick(self) -> None:
        """Time passed."""
        if self._peer is not None:
            self._peer.tick()
            self._watch(self._peer)

    def report(self) -> None:
        """Tell the senders how their packets arrive; once a second or so."""
        if self._peer is not None:
            self._peer.report()

    async def hang_up(self) -> None:
        """End the connection; another offer makes another one."""
        peer, self._peer = self._peer, None
        if peer is not None:
            self._interrupted()
            self._metrics.connections.dec()
            await peer.close()

    async def close(self) -> None:
        """End the connection for good: nobody's media is wanted any more."""
        for participant in self._path.wanted:
            self.want(participant, frozenset())
        await self.hang_up()

    async def _answered(self, offer: str) -> str | None:
        """The answer, unless the connection is given up: it would be taken for another's."""
        peer = self._peer = self._peer or self._new_peer()
        if peer is self._given_up:
            return None
        try:
            answer = await peer.answer(offer)
        except SignalingError:
            await self.hang_up()
            raise
        return None if peer is self._given_up else answer

    def _new_peer(self) -> Peer:
        self._since, self._alive_at, self._packet_at = self._clock(), None, None
        self._metrics.connections.inc()
        callbacks = PeerCallbacks(
            reachable=self._callbacks.reachable,
            said=self._callbacks.said,
            refused=self._callbacks.refused,
            alive=self._heard_from,
        )
        who = None if self._who is None else self._whose
        peer = Peer(self._path, callbacks, who, self._context.options)
        peer.signal(self._sources)
        return peer

    def _whose(self, mid: str) -> Participant | None:
        return self._who(mid) if self._who is not None else None

    def _heard_from(self) -> None:
        self._alive_at = self._clock()

    def _watch(self, peer: Peer) -> None:
        now = self._clock()
        if now < self._watched_at + WATCH_SECONDS:
            return
        self._watched_at = now
        silence = self._watchdog.check(self._wire(peer), now)
        if silence is None:
            return
        logger.warning("%s on a connection: asking for a new one", silence)
        self._metrics.reconnects[silence].inc()
        self._given_up = peer
        self._interrupted()
        self._callbacks.silent()

    def _wire(self, peer: Peer) -> Wire:
        due = peer.due
        media = {medium for _, medium in due}
        watched = Medium.AUDIO if Medium.AUDIO in media else Medium.VIDEO
        packets = (self._path.last_packet_at(who, m) for who, m in due if m is watched)
        packet_at = max((at for at in packets if at is not None), default=self._packet_at)
        self._packet_at = packet_at
        times = [at for at in (packet_at, self._alive_at) if at is not None]
        heard_at = max(times, default=None)
        return Wire(self._since, bool(self._path.wanted), bool(due), packet_at, heard_at)

    def _interrupted(self) -> None:
        for continuity in self._continuity.values():
            continuity.interrupted()

    def _follow(self, event: MediaEvent) -> None:
        if isinstance(event, AudioFrame):
            who = event.participant
            continuity = self._continuity.setdefault(who.id, Continuity(who))
            if (gap := continuity.before(event)) is not None:
                self._emit(gap)
        self._emit(event)
