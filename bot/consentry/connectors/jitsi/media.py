"""The connection to the bridge, and what is wanted over it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from websockets.exceptions import ConnectionClosed

from consentry.connectors.driver import Happening, Setting, Subscription
from consentry.connectors.jitsi.bridge_channel import LABEL, BridgeChannel, BridgeHappening
from consentry.connectors.jitsi.happenings import Candidates, Invited, Uninvited
from consentry.connectors.jitsi.heights import Heights
from consentry.connectors.jitsi.people import People
from consentry.connectors.jitsi.sources import RemoteSource
from consentry.connectors.jitsi.wire import Outgoing, bridge_socket, read_all
from consentry.errors import SignalingError
from consentry.events import Medium, VideoFrame
from consentry.rtc.link import Link, LinkCallbacks, LinkContext
from consentry.rtc.peer import DataChannel, PeerOptions
from consentry.rtc.track import MediaEvent, ReceiveContext
from consentry.rtc.tracks import Source
from consentry.rtc.worker import Decoding

CHANNEL_SECONDS = 10.0
"""After an answer, for the bridge's channel to stand; without it nobody can be heard."""

DIAL_SECONDS = 2.0
"""For the bridge's WebSocket; the data channel does without it."""

MAX_WAITING = 64


@dataclass(frozen=True, slots=True)
class MediaCallbacks:
    """What the connection tells the connector; not to raise."""

    answer: Callable[[str], None]
    """Send the answer to the last invitation."""
    reinvite: Callable[[], None]
    """The connection is of no use: ask for another."""
    said: Callable[[BridgeHappening], None]
    """Something came from the bridge."""
    emit: Callable[[Happening], None]


Negotiated = Invited | Uninvited | Candidates


class Media:
    """One link to the bridge after the other. :meth:`run` negotiates until cancelled.

    What is wanted outlives the links; every new one begins with nothing.
    """

    def __init__(
        self, setting: Setting, people: People, worker: Decoding, callbacks: MediaCallbacks
    ) -> None:
        self._setting = setting
        self._people = people
        self._callbacks = callbacks
        self._channel = BridgeChannel()
        self._sources: tuple[RemoteSource, ...] = ()
        self._wanted: dict[str, Subscription] = {}
        self._heights = Heights()
        self._queue: asyncio.Queue[Negotiated] = asyncio.Queue(MAX_WAITING)
        self._invited: Invited | None = None
        """The last invitation; an answer to another is of no use any more."""
        self._channel_due: float | None = None
        self._socket = Outgoing(self._channel.data_to_send)
        self._over_socket: asyncio.Task[None] | None = None
        self._by_socket = False
        """Whether the bridge's WebSocket stands; the data channel is not used then."""
        self.tls = True
        """Whether the bridge has to be talked to by TLS."""
        receive = ReceiveContext(
            setting.clock, setting.metrics, setting.standing, self._received, worker
        )
        options = PeerOptions(channel=DataChannel(LABEL, ours=True))
        self._link = Link(
            LinkContext(receive, options, setting.tracer),
            LinkCallbacks(
                silent=callbacks.reinvite,
                refused=self._refused,
                reachable=self._reachable,
                said=self._hear,
            ),
        )

    @property
    def connected(self) -> bool:
        """Whether the bridge can be told what is wanted."""
        return self._channel.open

    def want(self, subscription: Subscription) -> None:
        """Take this and no more; what is no longer wanted is gone on return, and the bridge is
        being told."""
        who, media = subscription.participant, subscription.media
        if media:
            self._wanted[who] = subscription
        else:
            self._wanted.pop(who, None)
        if not subscription.fine:
            self._heights.forget(who)
        self._link.want(who, media, subscription.frames_per_second)
        self._subscribe()

    def sourced(self, sources: tuple[RemoteSource, ...]) -> None:
        """These are sent now, by anybody."""
        self._sources = sources
        self.refresh()

    def refresh(self) -> None:
        """Who is here, or what they mute, changed."""
        self._link.signal(tuple(self._known()))
        self._subscribe()

    def negotiate(self, step: Negotiated) -> None:
        """An invitation came, or ended; it is dealt with in order."""
        if isinstance(step, Invited | Uninvited):
            self._invited = step if isinstance(step, Invited) else None
            self._channel_due = None
            self._channel.closed()
            while not self._queue.empty():
                self._queue.get_nowait()  # of what was before, nothing is to be done any more
        if self._queue.full():
            self._refused()
        else:
            self._queue.put_nowait(step)

    def tell(self, endpoint: str, payload: dict[str, Any]) -> bool:
        """Say something to one endpoint, or to all if it is empty, by the bridge; false if it
        can't be."""
        said = self._channel.tell(endpoint, payload)
        self._flush()
        return said

    def tick(self) -> None:
        """Time passed."""
        self._link.tick()
        if any(wanted.fine for wanted in self._wanted.values()):
            self._subscribe()
        if self._channel_due is not None and self._setting.clock() >= self._channel_due:
            self._channel_due = None
            self._callbacks.reinvite()

    def report(self) -> None:
        """Tell the bridge how its packets arrive; once a second or so."""
        self._link.report()

    async def run(self, tasks: asyncio.TaskGroup) -> None:
        """Answer what is offered until cancelled; then end the connection."""
        try:
            while True:
                await self._step(await self._queue.get(), tasks)
        finally:
            self._end_socket()
            await self._link.close()

    async def _step(self, step: Negotiated, tasks: asyncio.TaskGroup) -> None:
        try:
            match step:
                case Invited():
                    await self._answer(step, tasks)
                case Candidates(candidates=candidates):
                    for each in candidates:
                        await self._link.candidate(each, index=0)
                case Uninvited():
                    self._end_socket()
                    await self._link.hang_up()
        except SignalingError:
            self._setting.metrics.input_refused.labels(source="signaling").inc()

    async def _answer(self, invited: Invited, tasks: asyncio.TaskGroup) -> None:
        self._end_socket()
        # A bridge that moved may keep its credentials; the connection is another one all the same.
        await self._link.hang_up()
        if invited.socket is not None and self._may_dial(invited.socket):
            await self._dial(invited.socket, tasks)
        answer = await self._link.answer(invited.sdp, None)
        if answer is None or self._invited is not invited:
            return
        if not self._channel.open:
            self._channel_due = self._setting.clock() + CHANNEL_SECONDS
        self._callbacks.answer(answer)

    def _may_dial(self, url: str) -> bool:
        return url.startswith("wss://") or (not self.tls and url.startswith("ws://"))

    async def _dial(self, url: str, tasks: asyncio.TaskGroup) -> None:
        """Talk to the bridge by its WebSocket, where it has one: it stands before media can flow,
        so that nobody's does before the bridge has read that none is wanted."""
        told = asyncio.Event()
        self._over_socket = tasks.create_task(self._talk_over(url, told), name="jitsi-bridge")
        with suppress(TimeoutError):
            async with asyncio.timeout(DIAL_SECONDS):
                await told.wait()

    async def _talk_over(self, url: str, told: asyncio.Event) -> None:
        try:
            async with bridge_socket(url) as socket, asyncio.TaskGroup() as tasks:
                if socket is None:
                    return
                self._by_socket, self._channel_due = True, None
                self._channel.opened()
                writing = tasks.create_task(self._socket.run(socket), name="jitsi-bridge-write")
                try:
                    await read_all(socket, lambda text: self._hear_over_socket(text, told))
                finally:
                    writing.cancel()
        except ConnectionClosed:
            pass  # as where there was none
        finally:
            told.set()
            if asyncio.current_task() is self._over_socket:
                self._hung_up()

    def _hung_up(self) -> None:
        """The bridge's WebSocket is gone, or there was none: the data channel takes its place."""
        self._over_socket = None
        was, self._by_socket = self._by_socket, False
        if was:
            self._channel.closed()
            if self._link.reachable:
                self._reachable()
            elif self._invited is not None:
                self._channel_due = self._setting.clock() + CHANNEL_SECONDS

    def _end_socket(self) -> None:
        """At once, though the bridge may be long in hanging up: what is said from now on is for
        the one that takes its place."""
        task, self._over_socket = self._over_socket, None
        if task is not None:
            task.cancel()
            self._by_socket = False
            self._channel.closed()

    def _reachable(self) -> None:
        """The data channel stands."""
        if self._by_socket:
            return
        self._channel_due = None
        self._channel.opened()
        self._flush()

    def _hear_over_socket(self, text: str | bytes, told: asyncio.Event) -> None:
        self._hear(text)
        if self._channel.obeyed:
            told.set()

    def _hear(self, text: str | bytes) -> None:
        try:
            for happening in self._channel.receive(text):
                self._callbacks.said(happening)
        except SignalingError:
            self._refused()

    def _subscribe(self) -> None:
        sound, pictures = set[str](), dict[str, int]()
        for source in self._sources:
            subscription = self._wanted.get(source.owner)
            known = self._people.get(source.owner) is not None and not source.desktop
            if not known or subscription is None or source.medium not in subscription.media:
                continue
            if source.medium is Medium.AUDIO:
                sound.add(source.name)
            else:
                pictures[source.name] = self._lines(subscription)
        self._channel.want(sound, pictures)
        self._flush()

    def _lines(self, wanted: Subscription) -> int:
        """Of their pictures, at most. What they are sent in is known once it comes."""
        who, now = wanted.participant, self._setting.clock()
        if wanted.fine:
            self._heights.want(who, self._link.codec(who), now)
        return self._heights.lines(who)

    def _received(self, event: MediaEvent) -> None:
        if isinstance(event, VideoFrame):
            picture, now = event.picture, self._setting.clock()
            if self._heights.seen(event.participant.id, picture.width, picture.height, now):
                self._subscribe()
        self._callbacks.emit(event)

    def _known(self) -> list[Source]:
        """One of each medium from each person: their microphone and their camera."""
        found: dict[tuple[str, Medium], Source] = {}
        for each in self._sources:
            participant = self._people.get(each.owner)
            if participant is None or each.desktop:
                continue
            muted = self._people.muted(each.owner, each.name)
            source = Source(participant, each.medium, each.ssrc, each.retransmission, muted)
            found.setdefault((each.owner, each.medium), source)
        return list(found.values())

    def _flush(self) -> None:
        if self._by_socket:
            self._socket.wake()
            return
        for text in self._channel.data_to_send():
            if not self._link.write(text):
                self._channel.closed()

    def _refused(self) -> None:
        self._setting.metrics.input_refused.labels(source="control").inc()
