"""One person in the room, as the bot's connector knows them: their connection and what they say."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from consentry.connectors.driver import Happening, Reachable, Setting
from consentry.connectors.hearing import Hearing
from consentry.connectors.room.frames import Signaled
from consentry.errors import SignalingError
from consentry.events import Medium, Participant
from consentry.messages import Message
from consentry.rate_limit import RateLimit
from consentry.rtc.link import Link, LinkCallbacks, LinkContext
from consentry.rtc.peer import PeerOptions
from consentry.rtc.track import ReceiveContext
from consentry.rtc.worker import Decoding

SIGNALS_PER_SECOND = 10.0
"""An offer costs a certificate; a browser sends one and some twenty candidates at a time."""

SIGNAL_BURST = 200.0
MAX_WAITING_SIGNALS = 128


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
    hearing: Hearing
    options: PeerOptions = PeerOptions()


class Guest:
    """A person: offers in, answers out; their words and media up to the session.

    :meth:`negotiate` runs as long as they are in the room.
    """

    def __init__(self, participant: Participant, context: GuestContext) -> None:
        self.participant = participant
        self._context = context
        self._setting = setting = context.setting
        receive = ReceiveContext(
            setting.clock, setting.metrics, setting.standing, context.emit, context.worker
        )
        callbacks = LinkCallbacks(
            silent=lambda: context.reconnect(participant.id),
            refused=lambda: self._refused("control"),
            reachable=lambda: context.emit(Reachable(participant)),
            said=lambda text: context.hearing.control(participant, text),
        )
        self._link = Link(LinkContext(receive, context.options, setting.tracer), callbacks)
        self._signals: asyncio.Queue[Signaled | None] = asyncio.Queue(MAX_WAITING_SIGNALS)
        self._signal_limit = RateLimit(SIGNALS_PER_SECOND, SIGNAL_BURST, setting.clock())

    @property
    def reachable(self) -> bool:
        return self._link.reachable

    @property
    def decoding(self) -> bool:
        """Whether a decoder of theirs exists."""
        return bool(self._link.decoding)

    def want(self, media: frozenset[Medium], frames_per_second: float = 1.0) -> None:
        """Take this of theirs from now on, and no more, at the wire."""
        self._link.want(self.participant.id, media, frames_per_second)

    def signal(self, signal: Signaled) -> None:
        """They sent a description or a candidate; it is dealt with in order."""
        if self._signals.full() or not self._signal_limit.allows(self._setting.clock()):
            self._refused("signaling")
        else:
            self._signals.put_nowait(signal)

    def send(self, message: Message, text: str) -> None:
        """Queue a signed message; one who reads nothing for very long is hung up on."""
        if not self._link.send(message, text):
            self._hang_up()

    def tick(self) -> None:
        """Time passed."""
        self._link.tick()

    def report(self) -> None:
        """Tell their device how its packets arrive; once a second or so."""
        self._link.report()

    async def negotiate(self) -> None:
        """Answer what they offer until cancelled; then end the connection."""
        try:
            while True:
                await self._handle(await self._signals.get())
        finally:
            await self._link.close()

    async def _handle(self, signal: Signaled | None) -> None:
        try:
            match signal:
                case None:
                    await self._link.hang_up()
                case Signaled(description=None, candidate=None):
                    await self._link.candidate(None)
                case Signaled(description=None, candidate=candidate) if candidate is not None:
                    await self._link.candidate(
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
        answer = await self._link.answer(offer, lambda mid: self.participant)
        if answer is not None:
            self._context.answer(self.participant.id, answer)

    def _hang_up(self) -> None:
        if not self._signals.full():
            self._signals.put_nowait(None)

    def _refused(self, source: str) -> None:
        self._setting.metrics.input_refused.labels(source=source).inc()
