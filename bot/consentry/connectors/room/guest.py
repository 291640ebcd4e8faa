"""One person in the room, as the bot's connector knows them: their connection and what they say."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from aiortc import RTCIceServer

from consentry.connectors.driver import Happening, Reachable, Said, Setting
from consentry.connectors.room.frames import Signaled
from consentry.controls import Command, Control, Decide, Disable, parse_control
from consentry.errors import MessageError, SignalingError
from consentry.events import Medium, Participant
from consentry.messages import Message
from consentry.rate_limit import RateLimit
from consentry.rtc.peer import Peer, PeerCallbacks, ice_username
from consentry.rtc.publication import Viewers
from consentry.rtc.receive import ReceivePath
from consentry.rtc.track import ReceiveContext
from consentry.rtc.worker import Decoding

CONTROLS_PER_SECOND = 30.0
BURST = 60.0
SIGNALS_PER_SECOND = 10.0
"""An offer costs a certificate; a browser sends one and some twenty candidates at a time."""

SIGNAL_BURST = 200.0
MAX_WAITING_SIGNALS = 128
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
                setting.clock, setting.metrics, setting.standing, context.emit, context.worker
            )
        )
        self._signals: asyncio.Queue[Signaled | None] = asyncio.Queue(MAX_WAITING_SIGNALS)
        self._limit = RateLimit(CONTROLS_PER_SECOND, BURST, setting.clock())
        self._signal_limit = RateLimit(SIGNALS_PER_SECOND, SIGNAL_BURST, setting.clock())
        self._peer: Peer | None = None

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

    async def _answer(self, offer: str) -> None:
        if ice_username(offer) is None:
            raise SignalingError("an offer that can't be answered")
        if self._peer is not None and (self._peer.failed or not self._peer.continues(offer)):
            await self._close_peer()
        if self._peer is None:
            self._peer = Peer(
                self._path,
                self._callbacks(),
                lambda mid: self.participant,
                self._context.ice_servers,
                self._context.viewers,
            )
        try:
            answer = await self._peer.answer(offer)
        except SignalingError:
            await self._close_peer()
            raise
        self._context.answer(self.participant.id, answer)

    def _callbacks(self) -> PeerCallbacks:
        return PeerCallbacks(
            reachable=lambda: self._context.emit(Reachable(self.participant)),
            said=self._hear,
            refused=lambda: self._refused("control"),
        )

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
            await peer.close()
