"""The bot in a Galene group: joins, takes the streams of those who agreed, tells what happens."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Self

from aiortc import RTCIceServer
from pydantic import SecretStr

from consentry.connectors.delivery import Delivery
from consentry.connectors.driver import (
    Ended,
    Happening,
    Reachable,
    Setting,
    Subscription,
    Wait,
)
from consentry.connectors.galene.address import Address
from consentry.connectors.galene.attendee import Attendee, AttendeeCallbacks, participant
from consentry.connectors.galene.happenings import (
    Arrived,
    CandidateFound,
    Departed,
    GroupHappening,
    Offered,
    Person,
    Reached,
    RosterKnown,
    Spoke,
    StreamEnded,
    Told,
)
from consentry.connectors.galene.membership import Membership
from consentry.connectors.galene.post import GalenePost, command
from consentry.connectors.galene.signaling import GroupClient
from consentry.connectors.hearing import Hearing
from consentry.connectors.inbox import Inbox
from consentry.connectors.rejoin import Rejoin
from consentry.consent.erasure import Remains
from consentry.errors import EndReason, JoinRefused
from consentry.events import ON_THE_WIRE, Joined, Left, Participant
from consentry.messages import Message
from consentry.rtc.audio import opus
from consentry.rtc.link import LinkContext
from consentry.rtc.peer import PeerOptions
from consentry.rtc.track import ReceiveContext
from consentry.rtc.worker import DecodeWorker

TICK_SECONDS = 0.05
TICKS_PER_REPORT = 20
HOST_SECONDS = 5.0
"""Between two looks at whether an operator has come."""

MAX_ARRIVALS = 10_000
"""People in one call, those who left included. Who comes after is not taken notice of."""

_PASSING = {EndReason.UNREACHABLE, EndReason.HOST_ABSENT, EndReason.ROOM_LOCKED}
"""What a server may say for a while after it was started again."""


@dataclass(frozen=True, slots=True)
class GroupInvitation:
    """Where the bot is to go, and as whom."""

    address: Address
    username: str = "Consentry"
    password: SecretStr | None = None
    patience: float = 600.0
    """Seconds to wait for an operator, in groups that nobody can join without."""


class GaleneConnector:
    """A :class:`consentry.connectors.driver.Connector` for Galene."""

    def __init__(self, invitation: GroupInvitation, setting: Setting) -> None:
        self._invitation = invitation
        self._setting = setting
        self._inbox = Inbox(setting.metrics)
        self._hearing = Hearing(setting, self._inbox.put, self._greeted)
        post = GalenePost(self._reached, lambda: self._client, self._flush)
        self._delivery = Delivery(setting, post, self._inbox.put, command(invitation.username))
        self._worker = DecodeWorker(setting.clock, setting.metrics)
        self._attendees: dict[str, Attendee] = {}
        """By the id of their client."""
        self._negotiations: dict[str, asyncio.Task[None]] = {}
        self._client_ids: dict[str, str] = {}
        """From the ids of participants."""
        self._readers: set[str] = set()
        """Clients that have a chat."""
        self._used: dict[str, int] = {}
        """How many people came with a client of this id."""
        self._confirmed: set[str] = set()
        """Clients that are there since the bot joined last."""
        self._membership: Membership | None = None
        self._rejoin = Rejoin()
        self._tasks: asyncio.TaskGroup | None = None
        self._leaving = AsyncExitStack()

    async def __aenter__(self) -> Self:
        opus.load_library()  # SetupError here, not at the first word somebody says
        async with AsyncExitStack() as stack:
            stack.enter_context(self._worker)
            self._membership = await self._first_join()
            stack.push_async_callback(self._leave)
            self._tasks = tasks = await stack.enter_async_context(asyncio.TaskGroup())
            running = [
                tasks.create_task(self._stay(), name="galene-call"),
                tasks.create_task(self._tick(), name="galene-tick"),
            ]
            stack.callback(self._cancel, running)
            self._leaving = stack.pop_all()
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._inbox.put(Ended(EndReason.LEFT))
        await self._leaving.aclose()

    def happenings(self) -> AsyncIterator[Happening]:
        """Everything that happens in the call, in order, up to and including Ended."""
        return self._inbox.happenings()

    async def send(self, message: Message) -> None:
        """Carry ``message`` to those in ``to``: signed where consentry.js is, else in words."""
        self._delivery.send(message)

    def remains(self, person: str) -> frozenset[Remains]:
        return self._delivery.remains(person)

    async def want(self, subscription: Subscription) -> None:
        """Take this and no more; what is not wanted is dropped from now on, and refused at the
        server by the next message that it gets."""
        attendee = self._attendees.get(self._client_ids.get(subscription.participant, ""))
        if attendee is None:
            return
        attendee.want(subscription)
        self._inbox.forget(subscription.participant, ON_THE_WIRE - subscription.media)
        self._subscribe(attendee)

    # Being there.

    @property
    def _client(self) -> GroupClient | None:
        return self._membership.client if self._membership is not None else None

    async def _join(self) -> Membership:
        invited = self._invitation
        return await Membership.join(
            invited.address, invited.username, invited.password, self._setting.metrics
        )

    async def _first_join(self) -> Membership:
        """Join; where nobody can before an operator comes, wait for one."""
        until = self._setting.clock() + self._invitation.patience
        waited = False
        while True:
            try:
                membership = await self._join()
            except JoinRefused as exc:
                if exc.reason is not EndReason.HOST_ABSENT or self._setting.clock() >= until:
                    raise
            else:
                if waited:
                    self._setting.waiting(None)
                return membership
            if not waited:
                self._setting.waiting(Wait.HOST)
            waited = True
            await asyncio.sleep(HOST_SECONDS)

    async def _stay(self) -> None:
        """Follow the call, through every loss of it, to its end."""
        reason: EndReason | None = None
        while reason is None:
            assert self._membership is not None
            reason = await self._membership.attend(self._happened)
            if reason is None:
                reason = await self._come_back()
        self._inbox.put(Ended(reason))

    async def _come_back(self) -> EndReason | None:
        """Join again; the reason if that is not to be."""
        assert self._membership is not None
        await self._membership.close()
        self._membership = None
        self._confirmed.clear()
        self._readers.clear()
        for attendee in self._attendees.values():
            attendee.lost()
        self._rejoin.lost(self._setting.clock())
        self._setting.waiting(Wait.RECONNECTING)
        while (delay := self._rejoin.delay(self._setting.clock())) is not None:
            await asyncio.sleep(delay)
            try:
                self._membership = await self._join()
            except JoinRefused as exc:
                if exc.reason not in _PASSING:
                    return exc.reason
            else:
                self._rejoin.joined()
                self._setting.waiting(None)
                return None
        return EndReason.LOST

    async def _leave(self) -> None:
        membership, self._membership = self._membership, None
        if membership is not None:
            await membership.leave()

    async def _tick(self) -> None:
        for tick in itertools.count():
            await asyncio.sleep(TICK_SECONDS)
            for attendee in self._attendees.values():
                attendee.tick()
                if tick % TICKS_PER_REPORT == 0:
                    attendee.report()
            self._time_passed()

    def _time_passed(self) -> None:
        client, now = self._client, self._setting.clock()
        if client is not None and (due := client.next_timeout()) is not None and due <= now:
            client.handle_timeout(now)
            self._flush()

    def _flush(self) -> None:
        if self._membership is not None:
            self._membership.flush()

    # What happens.

    def _happened(self, happening: GroupHappening) -> None:
        match happening:
            case Arrived(person=person):
                self._arrived(person)
            case Reached(id=id_) if attendee := self._attendees.get(id_):
                self._readers.add(id_)
                self._inbox.put(Reachable(attendee.participant))
            case Departed(id=id_):
                self._farewell(id_)
            case RosterKnown():
                for id_ in self._attendees.keys() - self._confirmed:
                    self._farewell(id_)
            case Offered(person=id_) | CandidateFound(person=id_):
                if attendee := self._attendees.get(id_):
                    attendee.offered(happening)
            case StreamEnded(person=id_) if attendee := self._attendees.get(id_):
                attendee.stopped()
            case Spoke(person=id_) if attendee := self._attendees.get(id_):
                self._spoke(attendee.participant, happening)
            case Told(person=id_, text=text) if attendee := self._attendees.get(id_):
                self._hearing.control(attendee.participant, text)

    def _spoke(self, who: Participant, line: Spoke) -> None:
        if line.private:
            self._hearing.typed(who, line.text)
        else:
            self._hearing.chatted(who, line.id, line.text)

    def _arrived(self, person: Person) -> None:
        known = self._attendees.get(person.id)
        if known is not None and known.person.name != person.name:
            self._farewell(person.id)  # a client keeps its name: this is another one's
            known = None
        if known is None:
            self._welcome(person)
            return
        self._confirmed.add(person.id)
        if known.person != person:
            known.person = person
            known.participant = participant(person, known.participant.id)
            self._inbox.put(Joined(known.participant, self._setting.clock()))
        self._subscribe(known)

    def _welcome(self, person: Person) -> None:
        assert self._tasks is not None
        if len(self._used) >= MAX_ARRIVALS and person.id not in self._used:
            self._setting.metrics.input_refused.labels(source="signaling").inc()
            return
        times = self._used[person.id] = self._used.get(person.id, 0) + 1
        id_ = person.id if times == 1 else f"{person.id}~{times}"
        attendee = Attendee(
            person, participant(person, id_), self._link_context(), self._callbacks(person.id)
        )
        self._attendees[person.id] = attendee
        self._client_ids[id_] = person.id
        self._confirmed.add(person.id)
        self._negotiations[person.id] = self._tasks.create_task(
            attendee.negotiate(), name="galene-attendee"
        )
        self._inbox.put(Joined(attendee.participant, self._setting.clock()))

    def _farewell(self, id_: str) -> None:
        attendee = self._attendees.pop(id_, None)
        if attendee is None:
            return
        attendee.want(Subscription(attendee.participant.id, frozenset()))
        who = attendee.participant
        self._negotiations.pop(id_).cancel()
        self._client_ids.pop(who.id)
        self._readers.discard(id_)
        self._confirmed.discard(id_)
        self._hearing.forget(who.id)
        self._delivery.forget(who.id)
        self._inbox.forget(who.id, ON_THE_WIRE)
        self._inbox.put(Left(who, self._setting.clock()))

    # Their media.

    def _subscribe(self, attendee: Attendee) -> None:
        """Bring what is asked of the server in line with what is wanted of one person."""
        client = self._client
        if client is None:
            return
        wanted = attendee.wanted
        if client.want(attendee.person.id, wanted.media, fine=wanted.fine):
            attendee.stopped()
        self._time_passed()
        self._flush()

    def _link_context(self) -> LinkContext:
        assert self._membership is not None
        setting = self._setting
        servers = tuple(
            RTCIceServer(list(server.urls), server.username, server.credential)
            for server in self._membership.admitted.ice_servers
        )
        receive = ReceiveContext(
            setting.clock, setting.metrics, setting.standing, self._inbox.put, self._worker
        )
        return LinkContext(receive, PeerOptions(servers), setting.tracer)

    def _callbacks(self, id_: str) -> AttendeeCallbacks:
        refused = self._setting.metrics.input_refused.labels(source="signaling")
        return AttendeeCallbacks(
            answer=self._answer,
            unanswerable=self._unanswerable,
            renew=lambda: self._renew(id_),
            refused=refused.inc,
        )

    def _answer(self, offered: Offered, sdp: str) -> None:
        if (client := self._client) is not None:
            client.answer(offered, sdp)
            self._flush()

    def _unanswerable(self, offered: Offered) -> None:
        if (client := self._client) is not None:
            client.refuse(offered)
            self._flush()

    def _renew(self, id_: str) -> None:
        if (client := self._client) is not None:
            client.renew(id_)
            self._time_passed()
            self._flush()

    # What they are told.

    def _reached(self) -> Mapping[str, Attendee]:
        """Who has a chat, by the ids of participants."""
        here = (self._attendees[id_] for id_ in self._readers if id_ in self._attendees)
        return {attendee.participant.id: attendee for attendee in here}

    def _greeted(self, who: Participant) -> None:
        """Their page has consentry.js: it is shown the key, and told all again, signed."""
        client, to = self._client, self._client_ids.get(who.id)
        if client is None or to is None:
            return
        client.tell(self._setting.signer.card(who.id), to)
        self._flush()
        self._delivery.scripted(who.id)
        if to in self._readers:
            self._inbox.put(Reachable(who))

    def _cancel(self, running: list[asyncio.Task[None]]) -> None:
        for task in (*running, *self._negotiations.values()):
            task.cancel()
