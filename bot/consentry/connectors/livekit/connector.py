"""The bot in a LiveKit room: joins by the SDK, takes what people agreed to, and comes back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine, Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from typing import Self

from livekit import rtc

from consentry.connectors.delivery import Delivery
from consentry.connectors.driver import (
    Ended,
    Happening,
    Reachable,
    Setting,
    Subscription,
    Wait,
)
from consentry.connectors.hearing import Hearing
from consentry.connectors.inbox import Inbox
from consentry.connectors.livekit.frames import (
    Came,
    Chatted,
    Controlled,
    Entered,
    FromRoom,
    Gone,
    Happened,
    Interrupted,
    Readable,
    Sealed,
    Subscribe,
    Went,
)
from consentry.connectors.livekit.line import Line, Reports
from consentry.connectors.livekit.media import AudioFeed, Feed, Source, VideoFeed, Voice
from consentry.connectors.livekit.outbox import Outbox, Spoken
from consentry.connectors.livekit.sdk_private import keep_quiet
from consentry.connectors.livekit.signaling import RoomCore
from consentry.connectors.livekit.token import MakesToken
from consentry.connectors.rejoin import Rejoin
from consentry.consent.erasure import Remains
from consentry.errors import EndReason, JoinRefused, SignalingError
from consentry.events import ON_THE_WIRE, Joined, Left, Medium, Participant
from consentry.messages import Caption, Message
from consentry.rtc.watchdog import Watchdog, Wire

logger = logging.getLogger(__name__)

TICK_SECONDS = 0.25
TICKS_PER_MEASURE = 4

_ENDS = {
    rtc.DisconnectReason.CLIENT_INITIATED: EndReason.LEFT,
    rtc.DisconnectReason.DUPLICATE_IDENTITY: EndReason.BOT_PRESENT,
    rtc.DisconnectReason.PARTICIPANT_REMOVED: EndReason.KICKED,
    rtc.DisconnectReason.ROOM_DELETED: EndReason.ROOM_CLOSED,
    rtc.DisconnectReason.ROOM_CLOSED: EndReason.ROOM_CLOSED,
}
"""What is final. After anything else the bot comes back."""


@dataclass(frozen=True, slots=True)
class _Running:
    """A feed, what it reads, and the task that it runs in."""

    feed: Feed
    track: rtc.Track
    task: asyncio.Task[None]

    def close(self) -> None:
        self.feed.closed = True
        self.task.cancel()


class LiveKitConnector:
    """A :class:`consentry.connectors.driver.Connector` for a room of a LiveKit server."""

    def __init__(self, server: str, token: MakesToken, setting: Setting) -> None:
        self._server = server
        self._token = token
        self._setting = setting
        self._inbox = Inbox(setting.metrics)
        self._core = RoomCore()
        self._outbox = Outbox()
        self._hearing = Hearing(setting, self._inbox.put, self._met)
        self._delivery = Delivery(setting, _Post(self._core, self._outbox), self._inbox.put)
        self._rejoin = Rejoin()
        self._feeds: dict[tuple[str, str], _Running] = {}
        """By identity and publication."""
        self._voices: dict[str, Voice] = {}
        self._rates: dict[str, float] = {}
        self._watchdog = Watchdog()
        self._since = 0.0
        """When the bot came into the room last, as it does by each line."""
        self._packet_at: float | None = None
        """When media last came."""
        self._to_write = asyncio.Event()
        self._leaving = AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            keep_quiet()
            await self._connect()
            self._tasks = await stack.enter_async_context(asyncio.TaskGroup())
            stack.push_async_callback(self._hang_up)
            running = [
                self._tasks.create_task(self._stay(), name="livekit-stay"),
                self._tasks.create_task(self._write(), name="livekit-write"),
                self._tasks.create_task(self._tick(), name="livekit-tick"),
            ]
            stack.callback(lambda: [task.cancel() for task in running])
            self._leaving = stack.pop_all()
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._inbox.put(Ended(EndReason.LEFT))
        await self._leaving.aclose()

    def happenings(self) -> AsyncIterator[Happening]:
        """Everything that happens in the call, in order, up to and including Ended."""
        return self._inbox.happenings()

    async def send(self, message: Message) -> None:
        """Queue ``message`` for those in ``to``; nobody is waited for.

        MessageError if it is longer than a message may be.
        """
        self._delivery.send(message)
        self._to_write.set()

    def remains(self, person: str) -> frozenset[Remains]:
        return self._delivery.remains(person)

    async def want(self, subscription: Subscription) -> None:
        """Take this and no more; what was taken and is no longer wanted is gone on return."""
        who, media = subscription.participant, subscription.media & ON_THE_WIRE
        if who not in self._core.people:
            return
        self._rates[who] = subscription.frames_per_second
        for (whose, _), running in self._feeds.items():
            if whose == who and isinstance(running.feed, VideoFeed):
                running.feed.frames_per_second = subscription.frames_per_second
        self._core.want(who, media, fine=subscription.fine)
        self._subscribe()
        self._inbox.forget(who, ON_THE_WIRE - media)
        if Medium.AUDIO not in media:
            self._voices.pop(who, None)

    # The line to the server.

    async def _connect(self) -> None:
        self._ended: asyncio.Future[EndReason | None] = asyncio.Future()
        reports = Reports(self._hear, self._subscribed, self._unsubscribed, self._end, self._spawn)
        self._line = line = Line(reports)
        await line.connect(self._server, self._token())

    def _spawn(self, read: Coroutine[None, None, None]) -> asyncio.Task[None]:
        return self._tasks.create_task(read, name="livekit-text")

    def _end(self, reason: rtc.DisconnectReason.ValueType) -> None:
        if not self._ended.done():
            self._ended.set_result(_ENDS.get(reason))

    async def _stay(self) -> None:
        """Be in the room until the call ends for the bot."""
        final: EndReason | None = None
        while final is None:
            final = await self._ended
            if final is None:
                self._hear(Interrupted())
                self._stop_feeds()
                await self._line.close()
                final = await self._come_back()
        self._inbox.put(Ended(final))

    async def _come_back(self) -> EndReason | None:
        """Join anew; why that can't be, if it can't."""
        while (delay := self._rejoin.delay(self._setting.clock())) is not None:
            await asyncio.sleep(delay)
            try:
                await self._connect()
            except JoinRefused as refused:
                if refused.reason is not EndReason.UNREACHABLE:
                    return refused.reason
            else:
                return None
        return EndReason.LOST

    def _stop_feeds(self) -> None:
        for who, sid in tuple(self._feeds):
            self._stop_feed(who, sid)

    async def _hang_up(self) -> None:
        self._stop_feeds()
        await self._line.close()

    async def _write(self) -> None:
        while True:
            await self._to_write.wait()
            self._to_write.clear()
            while not self._core.away and (messages := self._outbox.data_to_send(1)):
                await self._line.send(messages[0])

    async def _tick(self) -> None:
        ticks = 0
        while True:
            await asyncio.sleep(TICK_SECONDS)
            self._take(self._core.handle_timeout(self._setting.clock()))
            ticks += 1
            if ticks % TICKS_PER_MEASURE == 0:
                await self._measure()

    async def _measure(self) -> None:
        """Look at what arrives; where nothing does that is due, come back by another line.

        The SDK itself takes 15 s to notice a path that is dead.
        """
        for running in tuple(self._feeds.values()):
            if await running.feed.measure():
                self._packet_at = self._setting.clock()
        feeds = [running.feed for running in self._feeds.values()]
        now, due = self._setting.clock(), any(feed.due for feed in feeds)
        wire = Wire(self._since, bool(feeds), due, self._packet_at, now)
        if (silence := self._watchdog.check(wire, now)) is not None:
            logger.warning("%s from the room: joining it anew", silence)
            self._setting.metrics.reconnects[silence].inc()
            if not self._ended.done():
                self._ended.set_result(None)

    # What happens in the room.

    def _hear(self, said: FromRoom) -> None:
        now = self._setting.clock()
        match said:
            case Interrupted():
                self._rejoin.lost(now)
                self._setting.waiting(Wait.RECONNECTING)
                self._interrupted(*self._voices)
            case Gone(identity=who) if self._core.settling:
                self._interrupted(who)
            case Entered():
                self._since = now
                self._rejoin.joined()
                self._setting.waiting(None)
        try:
            happened = self._core.receive(said, now)
        except SignalingError:
            self._setting.metrics.input_refused.labels(source="signaling").inc()
            return
        self._take(happened)
        self._subscribe()
        self._to_write.set()

    def _take(self, happened: Iterable[Happened]) -> None:
        for each in happened:
            self._happened(each)

    def _happened(self, happened: Happened) -> None:
        now = self._setting.clock()
        match happened:
            case Came(participant=participant):
                self._inbox.put(Joined(participant, now))
            case Readable(participant=participant):
                self._inbox.put(Reachable(participant))
            case Chatted(participant=participant, id=id_, text=text):
                self._hearing.chatted(participant, id_, text)
            case Controlled(participant=participant, text=control):
                self._hearing.control(participant, control)
            case Sealed():
                self._inbox.put(Ended(EndReason.ENCRYPTED))
            case Went(participant=participant):
                self._forget(participant.id)
                self._inbox.put(Left(participant, now))

    def _forget(self, who: str) -> None:
        for whose, sid in tuple(self._feeds):
            if whose == who:
                self._stop_feed(whose, sid)
        self._voices.pop(who, None)
        self._rates.pop(who, None)
        self._hearing.forget(who)
        self._delivery.forget(who)
        self._inbox.forget(who, ON_THE_WIRE)

    def _met(self, participant: Participant) -> None:
        """Their client has consentry.js: from now on it is told everything, signed."""
        self._outbox.card(participant.id, self._setting.signer.card(participant.id))
        self._delivery.scripted(participant.id)
        self._inbox.put(Reachable(participant))

    # Media.

    def _subscribe(self) -> None:
        """Bring feeds and the server in line with what the core says is taken."""
        for change in self._core.subscriptions():
            if not change.on:
                self._stop_feed(change.identity, change.sid)
            if (track := self._line.subscribe(change)) is not None:
                self._subscribed(change.identity, change.sid, track)

    def _subscribed(self, who: str, sid: str, track: rtc.Track) -> None:
        medium = self._core.takes(who, sid)
        if medium is None:
            # Not wanted any more by the time it came.
            self._line.subscribe(Subscribe(who, sid, Medium.AUDIO, on=False))
        elif (running := self._feeds.get((who, sid))) is None or running.track is not track:
            self._stop_feed(who, sid)
            feed = self._feed(who, sid, medium, track)
            task = self._tasks.create_task(feed.run(), name=f"livekit-{medium}")
            self._feeds[who, sid] = _Running(feed, track, task)

    def _unsubscribed(self, who: str, sid: str) -> None:
        self._stop_feed(who, sid)
        if self._core.away:
            self._interrupted(who)

    def _interrupted(self, *people: str) -> None:
        """What they say is missed from here on, until there is more of it."""
        for who in people:
            if who in self._voices:
                self._voices[who].continuity.interrupted()

    def _feed(self, who: str, sid: str, medium: Medium, track: rtc.Track) -> Feed:
        people = self._core.people
        participant = people[who]
        source = Source(
            self._setting,
            self._inbox.put,
            lambda: people.get(who, participant),
            partial(self._core.muted, who, sid),
        )
        if medium is Medium.VIDEO:
            return VideoFeed(track, source, self._rates.get(who, 1.0))
        voice = self._voices.setdefault(who, Voice(participant))
        return AudioFeed(track, source, voice)

    def _stop_feed(self, who: str, sid: str) -> None:
        if (running := self._feeds.pop((who, sid), None)) is not None:
            running.close()


@dataclass(frozen=True, slots=True)
class _Post:
    """A :class:`consentry.connectors.delivery.Post`: what it is given waits in the outbox."""

    core: RoomCore
    outbox: Outbox

    def people(self) -> Mapping[str, Participant]:
        return self.core.people

    def signed(self, person: str, text: str) -> None:
        self.outbox.signed(person, text)

    def private(self, person: str, text: str) -> None:
        self.outbox.say(text, person)

    def public(self, text: str) -> None:
        self.outbox.say(text)

    def caption(self, message: Message, caption: Caption) -> Remains | None:
        who = caption.participant
        spoken = Spoken(who, self.core.track(who), None if self.core.agent else caption.name)
        self.outbox.caption(message.id, spoken, caption.text, final=caption.final)
        return None

    def retract(self, ids: Iterable[str]) -> None:
        self.outbox.retract(ids)
