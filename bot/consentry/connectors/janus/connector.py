"""The bot in a call on Janus: joins, comes back where it was cut off, and tells what happens."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, suppress
from typing import Self

from pydantic import SecretStr
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Subprotocol

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
from consentry.connectors.janus.codes import LENGTH, LETTERS, Codes
from consentry.connectors.janus.frames import MAX_FRAME_BYTES
from consentry.connectors.janus.happenings import Entry, Lost, Over
from consentry.connectors.janus.people import People
from consentry.connectors.janus.stack import JanusOptions, address
from consentry.connectors.janus.visit import Visit, VisitContext
from consentry.connectors.rejoin import Rejoin
from consentry.connectors.stack import Invitation
from consentry.connectors.websocket import hang_up
from consentry.consent.erasure import Remains
from consentry.errors import EndReason, JoinRefused, SignalingError
from consentry.events import ON_THE_WIRE, Participant, VideoFrame
from consentry.messages import Caption, Message
from consentry.rtc.audio import opus
from consentry.rtc.link import LinkContext
from consentry.rtc.track import MediaEvent, ReceiveContext
from consentry.rtc.worker import DecodeWorker

JOIN_SECONDS = 10.0
TICK_SECONDS = 0.05
GOODBYE_SECONDS = 1.0
_SUBPROTOCOL = Subprotocol("janus-protocol")


def entry(invitation: Invitation, options: JanusOptions) -> Entry:
    """What the bot shows at the door."""

    def shown(secret: SecretStr | None) -> str | None:
        return None if secret is None else secret.get_secret_value()

    _, room = address(invitation.url, options.string_ids)
    text_room = room if options.textroom is None else options.textroom
    return Entry(
        room,
        invitation.name,
        pin=shown(invitation.password),
        token=shown(invitation.token),
        api_secret=shown(options.api_secret),
        text_room=None if text_room is False else text_room,
    )


def _code() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


class TextPost:
    """A :class:`consentry.connectors.delivery.Post` by the text room of the stay that is now."""

    def __init__(self) -> None:
        self.visit: Visit | None = None

    def people(self) -> Mapping[str, Participant]:
        return self.visit.reached() if self.visit is not None else {}

    def signed(self, person: str, text: str) -> None:
        if self.visit is not None:
            self.visit.signed(person, text)

    def private(self, person: str, text: str) -> None:
        if self.visit is not None:
            self.visit.whisper(person, text)

    def public(self, text: str) -> None:
        if self.visit is not None:
            self.visit.announce(text)

    def caption(self, message: Message, caption: Caption) -> Remains | None:
        if not caption.final:
            return None
        self.public(f"{caption.name}: {caption.text}")
        return "chat"

    def retract(self, ids: Iterable[str]) -> None:
        return None


class JanusConnector:
    """A :class:`consentry.connectors.driver.Connector` for a VideoRoom and its TextRoom."""

    def __init__(self, invitation: Invitation, options: JanusOptions, setting: Setting) -> None:
        self._setting = setting
        self._url, _ = address(invitation.url, options.string_ids)
        self._inbox = Inbox(setting.metrics)
        self._worker = DecodeWorker(setting.clock, setting.metrics)
        self._post = TextPost()
        self._delivery = Delivery(setting, self._post, self._inbox.put)
        self._hearing = Hearing(setting, self._inbox.put, self._hello)
        self._people = People()
        self._rejoin = Rejoin()
        self._to_write = asyncio.Event()
        self._leaving = AsyncExitStack()
        receive = ReceiveContext(
            setting.clock,
            setting.metrics,
            setting.standing,
            self._received,
            self._worker,
            reports_time=False,  # Janus keeps back the publishers', and makes its own
        )
        self._context = VisitContext(
            entry(invitation, options),
            setting,
            LinkContext(receive, tracer=setting.tracer),
            self._people,
            Codes(_code),
            self._hearing,
            self._inbox.put,
            self._forget,
        )

    async def __aenter__(self) -> Self:
        opus.load_library()  # SetupError here, not at the first word somebody says
        async with AsyncExitStack() as stack:
            stack.enter_context(self._worker)
            tasks = await stack.enter_async_context(asyncio.TaskGroup())
            arrived = asyncio.get_running_loop().create_future()
            living = tasks.create_task(self._live(arrived), name="janus")
            stack.callback(living.cancel)
            refused: JoinRefused | None = await arrived
            if refused is None:
                self._leaving = stack.pop_all()
        if refused is not None:
            raise refused
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._inbox.put(Ended(EndReason.LEFT))
        await self._leaving.aclose()

    def happenings(self) -> AsyncIterator[Happening]:
        """Everything that happens in the call, in order, up to and including Ended."""
        return self._inbox.happenings()

    async def send(self, message: Message) -> None:
        """Hand ``message`` to those it is for; MessageError if it is longer than one may be."""
        self._delivery.send(message)

    def remains(self, person: str) -> frozenset[Remains]:
        return self._delivery.remains(person)

    async def want(self, subscription: Subscription) -> None:
        """Take this and no more; what was taken and is no longer wanted is gone on return."""
        if self._post.visit is not None:
            self._post.visit.want(subscription)
        self._inbox.forget(subscription.participant, ON_THE_WIRE - subscription.media)

    def _received(self, event: MediaEvent) -> None:
        if isinstance(event, VideoFrame) and self._post.visit is not None:
            self._post.visit.seen(event)
        self._inbox.put(event)

    # One stay after the other.

    async def _live(self, arrived: asyncio.Future[JoinRefused | None]) -> None:
        """Stay in the call, until it is over; ``arrived`` is told how the first coming went."""
        while True:
            outcome = await self._visit(arrived)
            match outcome:
                case Over(reason=reason, remedy=remedy) if not arrived.done():
                    arrived.set_result(JoinRefused(reason, remedy))
                    return
                case Lost() if not arrived.done():
                    text = "Janus hung up on the bot before it was in the room; look at its log"
                    arrived.set_result(JoinRefused(EndReason.UNREACHABLE, text))
                    return
                case Over(reason=reason):
                    self._inbox.put(Ended(reason))
                    return
            now = self._setting.clock()
            self._rejoin.lost(now)
            if (delay := self._rejoin.delay(now)) is None:
                self._inbox.put(Ended(EndReason.LOST))
                return
            self._setting.waiting(Wait.RECONNECTING)
            await asyncio.sleep(delay)

    async def _visit(self, arrived: asyncio.Future[JoinRefused | None]) -> Over | Lost:
        try:
            socket = await connect(
                self._url,
                subprotocols=[_SUBPROTOCOL],
                proxy=None,
                max_size=2 * MAX_FRAME_BYTES,
                open_timeout=JOIN_SECONDS,
                close_timeout=GOODBYE_SECONDS,
            )
        except (OSError, WebSocketException) as exc:
            if arrived.done():
                return Lost()
            text = f"Janus can't be reached ({type(exc).__name__}): check the address, and that "
            return Over(EndReason.UNREACHABLE, text + "its WebSocket transport listens there")
        try:
            async with asyncio.TaskGroup() as tasks:
                return await self._stay(socket, tasks, arrived)
        finally:
            await hang_up(socket)

    async def _stay(
        self,
        socket: ClientConnection,
        tasks: asyncio.TaskGroup,
        arrived: asyncio.Future[JoinRefused | None],
    ) -> Over | Lost:
        visit = self._post.visit = Visit(self._context, tasks, self._to_write.set)
        working = [
            tasks.create_task(self._read(socket, visit), name="janus-read"),
            tasks.create_task(self._write(socket, visit), name="janus-write"),
            tasks.create_task(self._tick(visit), name="janus-tick"),
        ]
        try:
            visit.open()
            if not await self._in(visit):
                text = "no answer, or no data channel to the text room: check that the address is "
                text += "that of Janus's WebSocket, and that its media ports can be reached"
                visit.farewell()
                return Lost() if arrived.done() else Over(EndReason.UNREACHABLE, text)
            if not visit.over.done():
                self._joined(arrived)
            outcome = await visit.over
            if isinstance(outcome, Lost):
                visit.farewell()
            return outcome
        finally:
            for task in working:
                task.cancel()
            self._post.visit = None
            visit.close()
            await self._goodbye(socket, visit)

    async def _in(self, visit: Visit) -> bool:
        """Whether the bot came in, or was refused, in good time."""
        try:
            async with asyncio.timeout(JOIN_SECONDS):
                await visit.settled.wait()
        except TimeoutError:
            return False
        return True

    def _joined(self, arrived: asyncio.Future[JoinRefused | None]) -> None:
        if arrived.done():
            self._rejoin.joined()
            self._setting.waiting(None)
        else:
            arrived.set_result(None)

    async def _goodbye(self, socket: ClientConnection, visit: Visit) -> None:
        with suppress(ConnectionClosed, TimeoutError):
            async with asyncio.timeout(GOODBYE_SECONDS):
                for text in visit.data_to_send():
                    await socket.send(text)

    async def _read(self, socket: ClientConnection, visit: Visit) -> None:
        try:
            async for text in socket:
                try:
                    visit.receive(text)
                except SignalingError:
                    self._setting.metrics.input_refused.labels(source="signaling").inc()
        except ConnectionClosed:
            pass  # said just below, as for a socket closed in good order
        visit.lost()

    async def _write(self, socket: ClientConnection, visit: Visit) -> None:
        try:
            while True:
                await self._to_write.wait()
                self._to_write.clear()
                for text in visit.data_to_send():
                    await socket.send(text)
        except ConnectionClosed:
            pass  # the reader says so

    async def _tick(self, visit: Visit) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            visit.tick()

    # Who is told what.

    def _hello(self, participant: Participant) -> None:
        """Their client has consentry.js: it is shown the key, and told all again, signed."""
        self._post.signed(participant.id, self._setting.signer.card(participant.id))
        self._delivery.scripted(participant.id)
        self._inbox.put(Reachable(participant))

    def _forget(self, participant: Participant) -> None:
        self._delivery.forget(participant.id)
        self._hearing.forget(participant.id)
