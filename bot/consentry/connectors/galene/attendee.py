"""One person in a Galene group, as the connector knows them: who they are, and their media."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from consentry.connectors.driver import Subscription
from consentry.connectors.galene.happenings import CandidateFound, Offered, Person
from consentry.errors import SignalingError
from consentry.events import Participant, Role
from consentry.rtc.link import Link, LinkCallbacks, LinkContext

MAX_WAITING_SIGNALS = 128
_HIDING = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_JOINERS = "\u200c\u200d"  # part of names in several scripts, and of emoji
MAX_NAME = 64


def shown_name(name: str) -> str:
    """``name`` without what hides or reorders the text around it; Galene takes any."""
    visible = (c for c in name if unicodedata.category(c) not in _HIDING or c in _JOINERS)
    return "".join(visible).strip()[:MAX_NAME].strip() or "Anonymous"


def participant(person: Person, id_: str) -> Participant:
    """``person`` as the session knows them, under an id that was nobody else's."""
    role = Role.OWNER if person.operator else Role.GUEST
    return Participant(id_, shown_name(person.name), role)


@dataclass(frozen=True, slots=True)
class AttendeeCallbacks:
    """What an attendee asks of the connector; called on the event loop, and not to raise."""

    answer: Callable[[Offered, str], None]
    unanswerable: Callable[[Offered], None]
    """The offer can't be answered: refuse it."""
    renew: Callable[[], None]
    """Nothing comes any more: ask for a new connection."""
    refused: Callable[[], None]
    """Input that broke a protocol was dropped."""


class Attendee:
    """A person and the link that their stream comes by. :meth:`negotiate` runs while they stay."""

    def __init__(
        self,
        person: Person,
        participant: Participant,
        context: LinkContext,
        callbacks: AttendeeCallbacks,
    ) -> None:
        self.person = person
        self.participant = participant
        self.wanted = Subscription(participant.id, frozenset())
        self._callbacks = callbacks
        link_callbacks = LinkCallbacks(silent=callbacks.renew, refused=callbacks.refused)
        self._link = Link(context, link_callbacks)
        self._signals: asyncio.Queue[Offered | CandidateFound | None] = asyncio.Queue()

    @property
    def decoding(self) -> bool:
        """Whether a decoder of theirs exists."""
        return bool(self._link.decoding)

    def want(self, subscription: Subscription) -> None:
        """Take this of theirs from now on, and no more."""
        self.wanted = subscription
        self._link.want(self.participant.id, subscription.media, subscription.frames_per_second)

    def offered(self, signal: Offered | CandidateFound) -> None:
        """Their stream was offered, or an address found for it; it is dealt with in order."""
        if self._signals.qsize() >= MAX_WAITING_SIGNALS:
            self._callbacks.refused()
            if isinstance(signal, Offered):
                self._callbacks.unanswerable(signal)
        else:
            self._signals.put_nowait(signal)

    def stopped(self) -> None:
        """They send nothing any more, of their own will: what comes later continues nothing."""
        self._link.want(self.participant.id, frozenset())
        self.want(self.wanted)
        self.lost()

    def lost(self) -> None:
        """The connection is gone; what is missed until the next one is a gap."""
        self._signals.put_nowait(None)

    def tick(self) -> None:
        """Time passed."""
        self._link.tick()

    def report(self) -> None:
        """Tell the server how packets arrive; once a second or so."""
        self._link.report()

    async def negotiate(self) -> None:
        """Answer what is offered until cancelled; then end the connection."""
        try:
            while True:
                await self._take(await self._signals.get())
        finally:
            await self._link.close()

    async def _take(self, signal: Offered | CandidateFound | None) -> None:
        match signal:
            case None:
                await self._link.hang_up()
            case Offered():
                await self._answer(signal)
            case CandidateFound(candidate=found):
                try:
                    await self._link.candidate(found.candidate, found.sdpMid, found.sdpMLineIndex)
                except SignalingError:
                    self._callbacks.refused()

    async def _answer(self, offered: Offered) -> None:
        try:
            answer = await self._link.answer(offered.sdp, lambda mid: self.participant)
        except SignalingError:
            self._callbacks.refused()
            self._callbacks.unanswerable(offered)
            return
        if answer is not None:
            self._callbacks.answer(offered, answer)
