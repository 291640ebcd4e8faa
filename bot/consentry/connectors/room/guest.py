"""One person in the room, as the bot's connector knows them: their connection and what they say."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from aiortc import RTCIceServer

from consentry.connectors.driver import Happening, Reachable, Said, Setting
from consentry.connectors.room.frames import Signaled
from consentry.controls import Command, Control, Decide, Disable, parse_control
from consentry.errors import MessageError, SignalingError
from consentry.events import AudioFrame, Medium, Participant
from consentry.messages import Message
from consentry.rate_limit import RateLimit
from consentry.rtc.continuity import Continuity
from consentry.rtc.peer import Peer, PeerCallbacks, ice_username
from consentry.rtc.receive import ReceivePath
from consentry.rtc.send.publication import Viewers
from consentry.rtc.track import MediaEvent, ReceiveContext
from consentry.rtc.watchdog import Watchdog, Wire
from consentry.rtc.worker import Decoding
from consentry.tracing import attribute, span

logger = logging.getLogger(__name__)

CONTROLS_PER_SECOND = 30.0
BURST = 60.0
SIGNALS_PER_SECOND = 10.0
"""An offer costs a certificate; a browser sends one and some twenty candidates at a time."""

SIGNAL_BURST = 200.0
MAX_WAITING_SIGNALS = 128
WATCH_SECONDS = 0.25
"""Between two looks at whether the connection is silent."""

WITHDRAWING_COMMANDS = ("/no", "/off", "/forget")


def withdraws(control: Control) -> bool:
    """Whether ``control`` only ever takes data away from the bot; such are never held up."""
    match control:
        case Decide(answer="no") | Disable():
            return True
        case Command(text=text):
            return text.lower().startswith(WITHDRAWING_COMMANDS)
        case _:
            return False


@dataclass(frozen=True, slots=True)
class GuestContext:
    """What all guests of one connector share."""

    setting: Setting
    emit: Callable[[Happening], None]
    answer: Callable[[str, str], None]
    """Send an answer's SDP to a participant's id."""
    reconnect: Callable[[str], None]
    """Ask the device of the participant with this id for a new connection."""
    worker: Decoding
    ice_servers: tuple[RTCIceServer, ...] = ()
    viewers: Viewers | None = None
    """Who sends the bot's picture; ``None``: the bot sends none."""


class Guest:
    """A person: offers in, answers out; their words and media up to the session.

    :meth:`negotiate` runs as long as they are in the room.
    """

    def __init__(self, participant: Participant, context: GuestContext) -> None:
        self.participant = participant
        self._context = context
        self._setting = setting = context.setting
        self._path = ReceivePath(
            ReceiveContext(
                setting.clock, setting.metrics, setting.standing, self._emit, context.worker
            )
        )
        self._signals: asyncio.Queue[Signaled | None] = asyncio.Queue(MAX_WAITING_SIGNALS)
        self._limit = RateLimit(CONTROLS_PER_SECOND, BURST, setting.clock())
        self._signal_limit = RateLimit(SIGNALS_PER_SECOND, SIGNAL_BURST, setting.clock())
        self._peer: Peer | None = None
        self._given_up: Peer | None = None
        """Replaced by another once their device has offered that; not negotiated with again."""
        self._since = 0.0
        """When the connection was negotiated first."""
        self._alive_at: float | None = None
        """When something came over it that is no RTP."""
        self._watchdog = Watchdog()
        self._watched_at = 0.0
        self._continuity = Continuity(participant)

    @property
    def reachable(self) -> bool:
        return self._peer is not None and self._peer.reachable

    @property
    def decoding(self) -> bool:
        """Whether a decoder of theirs exists."""
        return bool(self._path.decoding)

    def want(self, media: frozenset[Medium], frames_per_second: float = 1.0) -> None:
        """Take this of theirs from now on, and no more, at the wire."""
        self._path.want(self.participant.id, media, frames_per_second)
        if Medium.AUDIO not in media:
            self._continuity.forget()

    def signal(self, signal: Signaled) -> None:
        """They sent a description or a candidate; it is dealt with in order."""
        if self._signals.full() or not self._signal_limit.allows(self._setting.clock()):
            self._refused("signaling")
        else:
            self._signals.put_nowait(signal)

    def send(self, message: Message, text: str) -> None:
        """Queue a signed message; one who reads nothing for very long is hung up on."""
        if self._peer is not None and not self._peer.send(message, text):
            self._hang_up()

    def type(self, text: str) -> None:
        """They typed a line for the bot in the chat."""
        self._take(Command(type="command", text=text))

    def tick(self) -> None:
        if self._peer is not None:
            self._peer.tick()
            self._watch(self._peer)

    def report(self) -> None:
        """Tell their device how its packets arrive; once a second or so."""
        if self._peer is not None:
            self._peer.report()

    async def negotiate(self) -> None:
        """Answer what they offer until cancelled; then end the connection."""
        try:
            while True:
                await self._handle(await self._signals.get())
        finally:
            self.want(frozenset())
            await self._close_peer()

    async def _handle(self, signal: Signaled | None) -> None:
        try:
            match signal:
                case None:
                    await self._close_peer()
                case Signaled(description=None, candidate=candidate):
                    if self._peer is None:
                        return
                    if candidate is None:
                        await self._peer.add_candidate(None)
                    else:
                        await self._peer.add_candidate(
                            candidate.candidate, candidate.sdpMid, candidate.sdpMLineIndex
                        )
                case Signaled(description=description) if (
                    description is not None and description.type == "offer"
                ):
                    await self._answer(description.sdp)
                case _:
                    self._refused("signaling")
        except SignalingError:
            self._refused("signaling")

    def _watch(self, peer: Peer) -> None:
        now = self._setting.clock()
        if now < self._watched_at + WATCH_SECONDS:
            return
        self._watched_at = now
        silence = self._watchdog.check(self._wire(peer), now)
        if silence is None:
            return
        logger.warning("%s from a participant: asking for a new connection", silence)
        self._setting.metrics.reconnects[silence].inc()
        self._given_up = peer
        self._continuity.interrupted()
        self._context.reconnect(self.participant.id)

    def _wire(self, peer: Peer) -> Wire:
        who, due = self.participant.id, {medium for _, medium in peer.due}
        wanted = any(self._path.wants(who, medium) for medium in (Medium.AUDIO, Medium.VIDEO))
        watched = Medium.AUDIO if Medium.AUDIO in due else Medium.VIDEO
        packet_at = self._path.last_packet_at(who, watched)
        times = [at for at in (packet_at, self._alive_at) if at is not None]
        return Wire(self._since, wanted, bool(due), packet_at, max(times, default=None))

    async def _answer(self, offer: str) -> None:
        if ice_username(offer) is None:
            raise SignalingError("an offer that can't be answered")
        if self._peer is not None and (self._peer.failed or not self._peer.continues(offer)):
            await self._close_peer()
        kind = "first" if self._peer is None else "again"
        with span(self._setting.tracer, "negotiation", kind=kind) as negotiation:
            verdict = "refused"
            try:
                verdict = await self._answered(offer)
            finally:
                negotiation.set_attribute(attribute("verdict"), verdict)

    async def _answered(self, offer: str) -> str:
        """Answer, unless the connection is given up: its answer would be taken for another's."""
        peer = self._peer = self._peer or self._new_peer()
        if peer is self._given_up:
            return "given_up"
        try:
            answer = await peer.answer(offer)
        except SignalingError:
            await self._close_peer()
            raise
        if peer is self._given_up:
            return "given_up"
        self._context.answer(self.participant.id, answer)
        return "answered"

    def _new_peer(self) -> Peer:
        self._since, self._alive_at = self._setting.clock(), None
        self._setting.metrics.connections.inc()
        return Peer(
            self._path,
            self._callbacks(),
            lambda mid: self.participant,
            self._context.ice_servers,
            self._context.viewers,
        )

    def _callbacks(self) -> PeerCallbacks:
        return PeerCallbacks(
            reachable=lambda: self._context.emit(Reachable(self.participant)),
            said=self._hear,
            refused=lambda: self._refused("control"),
            alive=self._heard_from,
        )

    def _heard_from(self) -> None:
        self._alive_at = self._setting.clock()

    def _emit(self, event: MediaEvent) -> None:
        if isinstance(event, AudioFrame) and (gap := self._continuity.before(event)) is not None:
            self._context.emit(gap)
        self._context.emit(event)

    def _hear(self, text: str | bytes) -> None:
        try:
            self._take(parse_control(text))
        except MessageError:
            self._refused("control")

    def _take(self, control: Control) -> None:
        if self._limit.allows(self._setting.clock()) or withdraws(control):
            self._context.emit(Said(self.participant, control))
        else:
            self._refused("control")

    def _hang_up(self) -> None:
        if not self._signals.full():
            self._signals.put_nowait(None)

    def _refused(self, source: str) -> None:
        self._setting.metrics.input_refused.labels(source=source).inc()

    async def _close_peer(self) -> None:
        peer, self._peer = self._peer, None
        if peer is not None:
            self._continuity.interrupted()
            self._setting.metrics.connections.dec()
            await peer.close()
