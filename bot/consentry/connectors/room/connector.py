"""The bot in the room: joins, answers everybody's connection, and tells what happens."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Self
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from consentry.connectors.delivery import sealed
from consentry.connectors.driver import Ended, Happening, Setting, Subscription
from consentry.connectors.hearing import Hearing
from consentry.connectors.inbox import Inbox
from consentry.connectors.room.frames import (
    MAX_FRAME_BYTES,
    BotCard,
    Chatted,
    Description,
    Error,
    FromServer,
    Join,
    Peer,
    PeerJoined,
    PeerLeft,
    Signaled,
    Welcome,
)
from consentry.connectors.room.guest import Guest, GuestContext
from consentry.connectors.room.signaling import RoomClient
from consentry.connectors.room.stack import socket_url
from consentry.connectors.stack import Invitation
from consentry.connectors.websocket import hang_up
from consentry.consent.erasure import Remains
from consentry.errors import (
    EndReason,
    JoinRefused,
    SignalingError,
)
from consentry.events import ON_THE_WIRE, Joined, Left, Participant
from consentry.messages import Message
from consentry.rtc.audio import opus
from consentry.rtc.peer import PeerOptions
from consentry.rtc.worker import DecodeWorker
from consentry.signing import b64url
from consentry.tile.publisher import Tile

JOIN_SECONDS = 10.0
CLOSE_SECONDS = 1.0
TICK_SECONDS = 0.05
TICKS_PER_REPORT = 20

_REASONS = {
    "room_full": EndReason.ROOM_FULL,
    "bot_present": EndReason.BOT_PRESENT,
    "not_allowed": EndReason.NOT_ALLOWED,
    "room_closed": EndReason.ROOM_CLOSED,
}


class RoomConnector:
    """A :class:`consentry.connectors.driver.Connector` for the project's own room."""

    def __init__(self, invitation: Invitation, setting: Setting) -> None:
        assert invitation.token is not None
        self._token = invitation.token
        self._invitation = invitation
        self._setting = setting
        self._inbox = Inbox(setting.metrics)
        self._client = RoomClient()
        self._to_write = asyncio.Event()
        self._guests: dict[str, Guest] = {}
        self._negotiations: dict[str, asyncio.Task[None]] = {}
        self._leaving = AsyncExitStack()
        self._tasks: asyncio.TaskGroup | None = None
        self._worker = DecodeWorker(setting.clock, setting.metrics)
        self._tile = _tile(invitation, setting)
        self._hearing = Hearing(setting, self._emit)
        self._context = GuestContext(
            setting,
            self._emit,
            self._send_answer,
            self._ask_reconnect,
            self._worker,
            self._hearing,
            PeerOptions(viewers=self._tile),
        )

    async def __aenter__(self) -> Self:
        opus.load_library()  # SetupError here, not at the first word somebody says
        async with AsyncExitStack() as stack:
            stack.enter_context(self._worker)
            socket = await self._connect()
            stack.push_async_callback(hang_up, socket)
            people = await self._join(socket)
            if self._tile is not None:
                await stack.enter_async_context(self._tile)
            self._tasks = tasks = await stack.enter_async_context(asyncio.TaskGroup())
            running = [
                tasks.create_task(self._read(socket), name="room-read"),
                tasks.create_task(self._write(socket), name="room-write"),
                tasks.create_task(self._tick(), name="room-tick"),
            ]
            if self._tile is not None:
                running.append(tasks.create_task(self._tile.run(), name="room-tile"))
            stack.callback(self._cancel, running)
            for peer in people:
                self._welcome(peer)
            self._leaving = stack.pop_all()
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._inbox.put(Ended(EndReason.LEFT))
        await self._leaving.aclose()

    def happenings(self) -> AsyncIterator[Happening]:
        """Everything that happens in the call, in order, up to and including Ended."""
        return self._inbox.happenings()

    async def send(self, message: Message) -> None:
        """Sign once and queue for those in ``to`` who can be reached; nobody is waited for.

        MessageError if it is longer than a data channel carries.
        """
        text = sealed(self._setting.signer, message)
        if self._tile is not None:
            self._tile.follow(message)
        for id_, guest in self._guests.items():
            if message.to is None or id_ in message.to:
                guest.send(message, text)

    def remains(self, person: str) -> frozenset[Remains]:
        """Nowhere: every page takes off what is retracted."""
        return frozenset()

    async def want(self, subscription: Subscription) -> None:
        """Take this and no more; what was taken and is no longer wanted is gone on return."""
        guest = self._guests.get(subscription.participant)
        if guest is None:
            return
        guest.want(subscription.media, subscription.frames_per_second)
        self._inbox.forget(subscription.participant, ON_THE_WIRE - subscription.media)

    async def _connect(self) -> ClientConnection:
        url = socket_url(self._invitation.url)
        try:
            return await connect(
                url,
                proxy=None,
                max_size=2 * MAX_FRAME_BYTES,
                open_timeout=JOIN_SECONDS,
                close_timeout=CLOSE_SECONDS,
            )
        except (OSError, WebSocketException) as exc:
            raise JoinRefused(
                EndReason.UNREACHABLE,
                f"the room at {urlsplit(url).netloc} can't be reached ({type(exc).__name__}): "
                "check the address, and that `consentry room` runs there",
            ) from exc

    async def _join(self, socket: ClientConnection) -> list[Peer]:
        key = b64url(self._setting.signer.public_key)
        card = BotCard(token=self._token.get_secret_value(), key=key)
        self._client.join(Join(name=self._invitation.name, receives=True, bot=card))
        try:
            async with asyncio.timeout(JOIN_SECONDS):
                for text in self._client.data_to_send():
                    await socket.send(text)
                frames = self._client.receive(await socket.recv())
        except (TimeoutError, ConnectionClosed, SignalingError) as exc:
            raise JoinRefused(
                EndReason.UNREACHABLE, f"no answer to the join ({type(exc).__name__})"
            ) from exc
        match frames:
            case [Welcome(peers=peers)]:
                return peers
            case [Error(code=code)]:
                reason = _REASONS.get(code, EndReason.NOT_ALLOWED)
                raise JoinRefused(reason)
            case _:
                raise JoinRefused(EndReason.UNREACHABLE, "no room answers at this address")

    async def _read(self, socket: ClientConnection) -> None:
        try:
            async for text in socket:
                try:
                    for frame in self._client.receive(text):
                        self._happened(frame)
                except SignalingError:
                    self._setting.metrics.input_refused.labels(source="signaling").inc()
        except ConnectionClosed:
            pass  # said just below, as for a socket closed in good order
        self._inbox.put(Ended(EndReason.LOST))

    async def _write(self, socket: ClientConnection) -> None:
        try:
            while True:
                await self._to_write.wait()
                self._to_write.clear()
                for text in self._client.data_to_send():
                    await socket.send(text)
        except ConnectionClosed:
            pass  # the reader says so

    async def _tick(self) -> None:
        for tick in itertools.count():
            await asyncio.sleep(TICK_SECONDS)
            for guest in list(self._guests.values()):
                guest.tick()
                if tick % TICKS_PER_REPORT == 0:
                    guest.report()

    def _happened(self, frame: FromServer) -> None:
        match frame:
            case PeerJoined(peer=peer):
                self._welcome(peer)
            case PeerLeft(id=gone):
                self._farewell(gone)
            case Signaled(sender=sender) if guest := self._guests.get(sender):
                guest.signal(frame)
            case Chatted(sender=sender, text=text) if guest := self._guests.get(sender):
                self._hearing.chatted(guest.participant, frame.id, text)
            case Error(code="room_closed"):
                self._inbox.put(Ended(EndReason.ROOM_CLOSED))

    def _welcome(self, peer: Peer) -> None:
        if peer.bot or peer.id in self._guests:
            return
        assert self._tasks is not None
        participant = Participant(peer.id, peer.name, shared=peer.shared, language=peer.language)
        guest = Guest(participant, self._context)
        self._guests[peer.id] = guest
        self._negotiations[peer.id] = self._tasks.create_task(
            guest.negotiate(), name=f"room-guest-{peer.id}"
        )
        self._emit(Joined(participant, self._setting.clock()))

    def _farewell(self, id_: str) -> None:
        guest = self._guests.pop(id_, None)
        if guest is None:
            return
        guest.want(frozenset())
        self._hearing.forget(id_)
        self._negotiations.pop(id_).cancel()
        self._inbox.forget(id_, ON_THE_WIRE)
        self._emit(Left(guest.participant, self._setting.clock()))

    def _emit(self, happening: Happening) -> None:
        self._inbox.put(happening)

    def _send_answer(self, to: str, sdp: str) -> None:
        self._client.describe(to, Description(type="answer", sdp=sdp))
        self._to_write.set()

    def _ask_reconnect(self, to: str) -> None:
        self._client.reconnect(to)
        self._to_write.set()

    def _cancel(self, running: list[asyncio.Task[None]]) -> None:
        for task in (*running, *self._negotiations.values()):
            task.cancel()


def _tile(invitation: Invitation, setting: Setting) -> Tile | None:
    if invitation.tile is None:
        return None
    options = replace(invitation.tile, fingerprint=setting.signer.fingerprint)
    return Tile(options, setting.clock, setting.running)
