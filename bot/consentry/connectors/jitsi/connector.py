"""The bot in a Jitsi conference: joins, stays through what happens, and tells what it hears."""

from __future__ import annotations

import asyncio
import itertools
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, suppress
from typing import Any, Self

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

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
from consentry.connectors.jitsi.bridge.call import BridgeCall, BridgeCallbacks
from consentry.connectors.jitsi.bridge.listener import Listener
from consentry.connectors.jitsi.bridge_channel import BridgeHappening, EndpointSaid
from consentry.connectors.jitsi.deployment import settle
from consentry.connectors.jitsi.guest import Guest, Place
from consentry.connectors.jitsi.happenings import (
    Absent,
    AskFocus,
    Candidates,
    Chatted,
    Convened,
    Empowered,
    Entered,
    HostAwaited,
    InLobby,
    Invited,
    Lost,
    Moved,
    Over,
    Present,
    Sourced,
    Told,
    Uninvited,
)
from consentry.connectors.jitsi.happenings import Happening as Signaled
from consentry.connectors.jitsi.line import Line
from consentry.connectors.jitsi.media import Media, MediaCallbacks
from consentry.connectors.jitsi.muc import Card
from consentry.connectors.jitsi.people import People
from consentry.connectors.jitsi.post import SCRIPT, JitsiPost
from consentry.connectors.jitsi.reception import Reception
from consentry.connectors.jitsi.signaling import Signaling
from consentry.connectors.jitsi.stream import Login
from consentry.connectors.jitsi.visit import Visit
from consentry.connectors.jitsi.wire import (
    Unreachable,
    ask_focus,
    fetch_config,
    read_all,
    xmpp_socket,
)
from consentry.connectors.rejoin import Rejoin
from consentry.consent.erasure import Remains
from consentry.errors import EndReason, JoinRefused
from consentry.events import ON_THE_WIRE, Participant
from consentry.messages import Message
from consentry.rtc.audio import opus
from consentry.rtc.video.codecs import VideoCodec
from consentry.rtc.video.decoder import available
from consentry.rtc.worker import DecodeWorker

TICK_SECONDS = 0.05
TICKS_PER_REPORT = 20
FAREWELL_SECONDS = 1.0
UNREADABLE = "Your sound is end-to-end encrypted, so I hear nothing of it. It stays that way."
ENCRYPTED = "This call is end-to-end encrypted: there is nothing for me to hear, so I leave."
_PREFERENCE = (VideoCodec.AV1, VideoCodec.VP9, VideoCodec.VP8, VideoCodec.H264)


class JitsiConnector:
    """A :class:`consentry.connectors.driver.Connector` for Jitsi Meet."""

    def __init__(self, place: Place, name: str, guest: Guest, setting: Setting) -> None:
        self._place = place
        self._deployment = place.deployment
        self._guest = guest
        self._setting = setting
        self._machine_id = secrets.token_hex(16)
        takes_none = guest.door is not None  # and so asks nobody for another codec
        codecs = [codec.value for codec in _PREFERENCE if takes_none or available(codec)]
        self._card = Card(name, self._machine_id, codecs, guest.poltergeist)
        self._nicks = [secrets.token_hex(4) for _ in range(4)]
        self._inbox = Inbox(setting.metrics)
        self._people = People(self._emit, setting.clock)
        self._hearing = Hearing(setting, self._emit, self._hello)
        self._worker = DecodeWorker(setting.clock, setting.metrics)
        self._line = line = Line(setting.metrics)
        self._listener = Listener(guest.door, setting.metrics) if guest.door is not None else None
        self._bridge = self._bridge_call()
        self._media: Reception = self._bridge or self._session()
        self._post = JitsiPost(self._people, self._media, line, setting.clock)
        self._delivery = Delivery(setting, self._post, self._emit)
        self._hidden = False
        """Whether the bot's account is on the hidden domain."""
        self._rejoin = Rejoin()
        self._asking: asyncio.Queue[AskFocus] = asyncio.Queue()
        self._over = asyncio.Event()
        self._owns = False
        """Whether the room is the bot's by chance."""
        self._granted: set[str] = set()
        self._warned: set[str] = set()
        """Who was told that their sound can't be read."""
        self._entered: asyncio.Future[EndReason | None] | None = None
        self._leaving = AsyncExitStack()
        self._outcome: EndReason | None = None

    def _session(self) -> Media:
        line = self._line
        callbacks = MediaCallbacks(line.accept, line.reinvite, self._bridge_said, self._emit)
        return Media(self._setting, self._people, self._worker, callbacks)

    def _bridge_call(self) -> BridgeCall | None:
        if self._listener is None:
            return None
        callbacks = BridgeCallbacks(self._line.transcribe, self._emit)
        return BridgeCall(self._setting, self._people, self._worker, self._listener, callbacks)

    async def __aenter__(self) -> Self:
        opus.load_library()  # SetupError here, not at the first word somebody says
        self._entered = asyncio.get_running_loop().create_future()
        await self._discover()
        refused: EndReason | None = None
        async with AsyncExitStack() as stack:
            stack.enter_context(self._worker)
            if self._listener is not None:
                await stack.enter_async_context(self._listener)
            tasks = await stack.enter_async_context(asyncio.TaskGroup())
            running = [
                tasks.create_task(self._stay(), name="jitsi-call"),
                tasks.create_task(self._tick(), name="jitsi-tick"),
                tasks.create_task(self._media.run(tasks), name="jitsi-media"),
            ]
            stack.callback(self._cancel, running)
            refused = await self._entered
            if refused is None:
                self._leaving = stack.pop_all()
        if refused is not None:
            raise JoinRefused(refused)
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._inbox.put(Ended(EndReason.LEFT))
        await self._leaving.aclose()

    def happenings(self) -> AsyncIterator[Happening]:
        """Everything that happens in the call, in order, up to and including Ended."""
        return self._inbox.happenings()

    async def send(self, message: Message) -> None:
        """Hand ``message`` to whoever is in ``to``; nobody is waited for."""
        self._delivery.send(message)

    def remains(self, person: str) -> frozenset[Remains]:
        return self._delivery.remains(person)

    async def want(self, subscription: Subscription) -> None:
        """Take this and no more; what was taken and is no longer wanted is gone on return."""
        if self._people.get(subscription.participant) is None:
            return
        self._media.want(subscription)
        self._inbox.forget(subscription.participant, ON_THE_WIRE - subscription.media)

    async def _discover(self) -> None:
        """ConfigError where nothing that is known makes sense."""
        config = await fetch_config(self._place.deployment)
        self._deployment = settle(self._place.deployment, config, self._place.overrides)
        self._media.tls = self._deployment.tls
        hidden = self._people.hidden_domain = self._deployment.hidden_domain
        self._hidden = bool(hidden) and hidden == self._guest.account_domain
        self._post.native = self._hidden or self._bridge is not None

    # The call, through all its connections.

    async def _stay(self) -> None:
        """Join, and join anew whenever the server is lost, until it is over."""
        while True:
            reason = await self._attend()
            first = self._entered is not None and not self._entered.done()
            if reason is None and first:
                reason = EndReason.UNREACHABLE
            now = self._setting.clock()
            if reason is None:
                self._rejoin.lost(now)
                if (delay := self._rejoin.delay(now)) is not None:
                    self._setting.waiting(Wait.RECONNECTING)
                    await asyncio.sleep(delay)
                    continue
            self._finish(reason or EndReason.LOST)
            return

    def _finish(self, reason: EndReason) -> None:
        self._setting.waiting(None)
        self._media.negotiate(Uninvited())
        if self._entered is not None and not self._entered.done():
            self._entered.set_result(reason)
        self._inbox.put(Ended(reason))

    async def _attend(self) -> EndReason | None:
        """One stay on the server; why it is over, or None where the server was lost."""
        self._outcome = None
        self._over.clear()
        try:
            async with xmpp_socket(self._deployment, self._guest.token) as socket:
                signaling = Signaling(self._visit(), self._setting.clock())
                self._line.begin(signaling)
                await self._talk(socket, signaling)
        except Unreachable:
            return None
        finally:
            self._line.end()
            self._owns = False
            self._granted.clear()
            self._people.interrupted()
            # A "no" could not be heard now: nothing is taken until the bot is back.
            self._media.negotiate(Uninvited())
        return self._outcome

    async def _talk(self, socket: ClientConnection, signaling: Signaling) -> None:
        """Read and write until either end is done; then say good-bye, if there is still time."""
        async with asyncio.TaskGroup() as tasks:
            reading = tasks.create_task(read_all(socket, self._receive), name="jitsi-read")
            over = tasks.create_task(self._over.wait(), name="jitsi-over")
            running = [
                reading,
                over,
                tasks.create_task(self._line.outgoing.run(socket), name="jitsi-write"),
                tasks.create_task(self._ask_focus(), name="jitsi-focus"),
            ]
            try:
                await asyncio.wait([reading, over], return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in running:
                    task.cancel()
                signaling.leave()
                with suppress(ConnectionClosed, TimeoutError):
                    async with asyncio.timeout(FAREWELL_SECONDS):
                        await self._line.outgoing.flush(socket)

    def _visit(self) -> Visit:
        guest, deployment = self._guest, self._deployment
        login = Login(
            guest.account_domain or deployment.domain,
            secrets.token_urlsafe(18),
            guest.account,
            token=guest.token is not None,
            tls=deployment.websocket.startswith("wss:"),
        )
        return Visit(
            login,
            deployment.room_jid,
            deployment.domain,
            deployment.focus,
            self._card,
            self._nicks,
            guest.password,
            guest.token,
            by_http=bool(deployment.conference_request_url),
            patience=guest.patience,
            media=self._bridge is None,
        )

    async def _ask_focus(self) -> None:
        """Requests by HTTP, where the deployment wants them so."""
        while True:
            asked = await self._asking.get()
            status, answer = await ask_focus(self._deployment, asked.request, self._guest.token)
            self._follow(self._line.focus_answered(status, answer))

    async def _tick(self) -> None:
        for tick in itertools.count():
            await asyncio.sleep(TICK_SECONDS)
            self._media.tick()
            if tick % TICKS_PER_REPORT == 0:
                self._media.report()
            self._follow(self._line.tick(self._setting.clock()))

    def _receive(self, text: str | bytes) -> None:
        self._follow(self._line.receive(text))

    def _follow(self, happenings: list[Signaled]) -> None:
        for happening in happenings:
            self._happened(happening)

    def _happened(self, happening: Signaled) -> None:
        match happening:
            case Entered():
                self._is_in()
            case Empowered(owner=owner):
                self._owns = owner and self._guest.token is None
                self._changed()
            case Present(occupant=occupant):
                self._people.present(occupant)
                self._changed()
            case Absent(id=gone):
                self._farewell(gone)
            case Chatted() | Told():
                self._heard(happening)
            case Invited() | Uninvited() | Candidates():
                self._media.negotiate(happening)
            case Sourced(sources=sources):
                self._media.sourced(sources)
            case Convened(meeting=meeting):
                if self._bridge is not None:
                    self._bridge.convened(meeting)
            case Moved():
                self._people.interrupted()
            case AskFocus():
                self._asking.put_nowait(happening)
            case InLobby():
                self._setting.waiting(Wait.LOBBY)
            case HostAwaited():
                self._setting.waiting(Wait.HOST)
            case Over(reason=reason):
                self._outcome = reason
                self._over.set()
            case Lost():
                self._over.set()

    def _is_in(self) -> None:
        self._setting.waiting(None)
        self._rejoin.joined()
        for gone in self._people.settled():
            self._farewell(gone)
        if self._entered is not None and not self._entered.done():
            self._entered.set_result(None)
            if self._hidden:
                self._post.public(
                    f"{self._card.name} is here. I am a bot, and in no list of people."
                )
        self._changed()

    def _changed(self) -> None:
        """Somebody came, went or changed: what is taken of whom, and whether it can be read."""
        self._media.refresh()
        self._hand_over()
        encrypted = self._people.encrypted
        for person in sorted(encrypted - self._warned):
            self._warned.add(person)
            self._post.private(person, UNREADABLE)
        if self._line.inside and encrypted and encrypted >= set(self._people):
            self._post.public(ENCRYPTED)
            self._outcome = EndReason.ENCRYPTED
            self._over.set()

    def _hand_over(self) -> None:
        """Jicofo gives the room to whoever came first. Where that was the bot, it passes it on to
        the person who did: the call is theirs, to run and to throw the bot out of."""
        if not self._owns or (heir := self._people.heir) is None or heir in self._granted:
            return
        self._granted.add(heir)
        self._line.grant(heir)

    def _farewell(self, id_: str) -> None:
        if not self._people.absent(id_):
            return
        self._media.want(Subscription(id_, frozenset()))
        self._inbox.forget(id_, ON_THE_WIRE)
        self._hearing.forget(id_)
        self._delivery.forget(id_)
        self._warned.discard(id_)
        self._granted.discard(id_)
        self._changed()

    def _heard(self, said: Chatted | Told) -> None:
        participant = self._people.get(said.sender)
        if participant is None:
            return
        match said:
            case Chatted(text=text, private=True):
                self._hearing.typed(participant, text)
            case Chatted(id=id_, text=text):
                self._hearing.chatted(participant, id_, text)
            case Told(payload=payload):
                self._scripted(participant, payload)

    def _bridge_said(self, happening: BridgeHappening) -> None:
        match happening:
            case EndpointSaid(sender=sender, payload=payload):
                if (participant := self._people.get(sender)) is not None:
                    self._scripted(participant, payload)
            case _:
                pass  # who speaks is heard in the sound itself

    def _scripted(self, participant: Participant, payload: Mapping[str, Any]) -> None:
        match payload:
            case {"type": kind, "text": str(text)} if kind == SCRIPT:
                self._hearing.control(participant, text)

    def _hello(self, participant: Participant) -> None:
        self._post.signed(participant.id, self._setting.signer.card(participant.id))
        self._delivery.scripted(participant.id)
        self._emit(Reachable(participant))

    def _emit(self, happening: Happening) -> None:
        self._inbox.put(happening)

    def _cancel(self, running: list[asyncio.Task[None]]) -> None:
        for task in running:
            task.cancel()
