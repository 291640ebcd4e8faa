"""A simulated participant: joins, reads the bot's messages, answers, and sends what it may."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from consentry.connectors.room.frames import (
    Description,
    Error,
    FromServer,
    Join,
    Peer,
    PeerJoined,
    PeerLeft,
    ReconnectAsked,
    Signaled,
    Welcome,
)
from consentry.connectors.room.signaling import RoomClient
from consentry.controls import Control, Disable, Enable, Noticed, OwnerCode, Request
from consentry.errors import EndReason, JoinRefused, MessageError, SignalingError
from consentry.events import Medium
from consentry.messages import Message, Notice, Status, Want
from consentry.play.connection import BotConnection, PersonConnection, SendDescription
from consentry.play.device import DeviceRecord
from consentry.play.plan import (
    Answer,
    Ask,
    Deed,
    HangUp,
    ParticipantPlan,
    TurnOff,
    TurnOn,
    Type,
    YesNo,
)
from consentry.play.recording import Track
from consentry.play.track import ClipTrack, OpusFileTrack, Timeline
from consentry.signing import Reader, from_b64url


@dataclass(frozen=True, slots=True)
class Received:
    """A message of the bot's, verified, and when it came."""

    participant: str
    """Display name of who got it."""
    message: Message
    at: float
    """On the clock of the meeting (monotonic seconds)."""


@dataclass(frozen=True, slots=True)
class Company:
    """What the participants of one meeting share."""

    timeline: Timeline
    clock: Callable[[], float]
    received: Callable[[Received], None]


class SimulatedParticipant:
    """One track of a recording, in the room by the same protocol as a page.

    Shares the microphone, and the camera, with the bot only while the bot wants it and a purpose
    runs on the participant that they did not refuse and whose terms name it.
    """

    def __init__(self, track: Track, plan: ParticipantPlan, company: Company) -> None:
        self.name = track.participant
        self.id: str | None = None
        self.messages: list[Received] = []
        self.forged = 0
        self.reachable = asyncio.Event()
        """Set once the bot can be talked to."""
        self._track = track
        self._plan = plan
        self._company = company
        self._client = RoomClient()
        self._to_write = asyncio.Event()
        self._people: dict[str, PersonConnection] = {}
        self._tasks: asyncio.TaskGroup | None = None
        self._running: dict[str, asyncio.Task[None]] = {}
        """By peer."""
        self._answering: list[asyncio.Task[None]] = []
        self._bot: BotConnection | None = None
        self._bot_id: str | None = None
        self._reader: Reader | None = None
        self._record = DeviceRecord()
        self._enabled = False

    @property
    def sharing(self) -> bool:
        """Whether the microphone is on towards the bot."""
        return self._bot is not None and self._bot.sharing

    @property
    def showing(self) -> bool:
        """Whether the camera is on towards the bot."""
        return self._bot is not None and self._bot.showing

    async def join(self, socket: ClientConnection) -> None:
        """Enter the room; JoinRefused if it says no."""
        self._client.join(
            Join(
                name=self.name,
                shared=self._track.shared,
                language=self._plan.language,
                receives=False,
            )
        )
        for text in self._client.data_to_send():
            await socket.send(text)
        match self._client.receive(await socket.recv()):
            case [Welcome(id=id_)]:
                self.id = id_
            case [Error(code=code)] if code in set(EndReason):
                raise JoinRefused(EndReason(code), f"the room said {code}")
            case _:
                raise JoinRefused(EndReason.UNREACHABLE, "no room answers at this address")

    async def run(self, socket: ClientConnection) -> None:
        """Be in the room until it closes the ``socket``, or this is cancelled."""
        try:
            async with asyncio.TaskGroup() as tasks:
                self._tasks = tasks
                for peer in list(self._client.peers.values()):
                    self._meet(peer, offers=True)
                writer = self._spawn(self._write(socket))
                await self._read(socket)
                for task in (writer, *self._running.values(), *self._answering):
                    task.cancel()
        finally:
            await socket.close()

    async def _read(self, socket: ClientConnection) -> None:
        try:
            async for text in socket:
                for frame in self._client.receive(text):
                    self._happened(frame)
        except (ConnectionClosed, SignalingError):
            pass  # the room is gone for this participant; the others go on

    def _spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        assert self._tasks is not None
        return self._tasks.create_task(work)

    def do(self, deed: Deed) -> None:
        """Act as the script says."""
        match deed:
            case Answer(purpose, answer):
                self._answer(purpose, answer)
            case TurnOn(purpose):
                self._say(Enable(type="enable", purpose=purpose))
            case TurnOff(purpose):
                self._say(Disable(type="disable", purpose=purpose))
            case Ask(plugin):
                self._say(Request(type="request", plugin=plugin))
            case Type(text):
                self._client.chat(text)
                self._to_write.set()
            case HangUp():
                self._client.leave()
                self._to_write.set()

    async def _write(self, socket: ClientConnection) -> None:
        try:
            while True:
                await self._to_write.wait()
                self._to_write.clear()
                for text in self._client.data_to_send():
                    await socket.send(text)
        except ConnectionClosed:
            pass  # the reader ends too

    def _happened(self, frame: FromServer) -> None:
        match frame:
            case PeerJoined(peer=peer):
                self._meet(peer, offers=False)
            case PeerLeft(id=gone):
                self._part(gone)
            case Signaled(sender=sender):
                if self._bot is not None and sender == self._bot_id:
                    self._bot.signaled(frame)
                elif person := self._people.get(sender):
                    person.signaled(frame)
            case ReconnectAsked(sender=sender) if sender == self._bot_id:
                self._reconnect(sender)

    def _meet(self, peer: Peer, *, offers: bool) -> None:
        if peer.bot and peer.key is not None:
            self._bot_id = peer.id
            self._reader = Reader(from_b64url(peer.key), self.id)
            self._connect_bot(peer.id)
        elif peer.receives:
            send = self._describing(peer.id)
            connection = PersonConnection(
                self._microphone(), send, offers=offers, camera=self._camera()
            )
            self._people[peer.id] = connection
            self._running[peer.id] = self._spawn(connection.run())

    def _connect_bot(self, bot: str) -> None:
        self._bot = BotConnection(
            self._microphone(), self._describing(bot), self._heard, self._camera()
        )
        self._bot.channel.on("open", self._opened)
        self._running[bot] = self._spawn(self._bot.run())

    def _reconnect(self, bot: str) -> None:
        """Nothing of ours arrives there: close the connection, and offer another."""
        if task := self._running.pop(bot, None):
            task.cancel()
        self._record.forget_bot()
        self.reachable.clear()
        self._connect_bot(bot)

    def _microphone(self) -> OpusFileTrack:
        return OpusFileTrack(self._track.packets, self._company.timeline)

    def _camera(self) -> ClipTrack | None:
        clip = self._track.camera
        return None if clip is None else ClipTrack(clip, self._company.timeline)

    def _describing(self, to: str) -> SendDescription:
        def send(description: Description) -> None:
            self._client.describe(to, description)
            self._to_write.set()

        return send

    def _part(self, gone: str) -> None:
        if task := self._running.pop(gone, None):
            task.cancel()
        self._people.pop(gone, None)
        if gone == self._bot_id:
            self._bot = self._bot_id = self._reader = None
            self._record.forget_bot()
            self.reachable.clear()

    def _opened(self) -> None:
        self.reachable.set()
        for refusal in self._record.refusals():
            self._say(refusal)  # one may have been said into a connection that was gone
        if self._plan.owner_code is not None and not self._enabled:
            self._say(OwnerCode(type="owner", code=self._plan.owner_code))

    def _heard(self, text: str | bytes) -> None:
        if self._reader is None:
            return
        try:
            if isinstance(text, bytes):
                raise MessageError("a binary message")
            message = self._reader.read(text)
        except MessageError:
            self.forged += 1
            return
        received = Received(self.name, message, self._company.clock())
        self.messages.append(received)
        self._react(message)
        self._company.received(received)

    def _react(self, message: Message) -> None:
        match message.body:
            case Notice() as notice:
                self._read_notice(notice)
            case Status(owner=owner) as status:
                self._record.told(status)
                self._share_if_allowed()
                if owner and not self._enabled:
                    self._enabled = True
                    for purpose in self._plan.enable:
                        self._say(Enable(type="enable", purpose=purpose))
            case Want() as want:
                self._record.told(want)
                self._share_if_allowed()

    def _read_notice(self, notice: Notice) -> None:
        news = self._record.noticed(notice)
        self._share_if_allowed()
        if notice.purposes:
            self._say(Noticed(type="noticed", versions=self._record.versions))
        if news:
            self._answering.append(self._spawn(self._answer_later(news)))

    async def _answer_later(self, purposes: list[str]) -> None:
        await asyncio.sleep(self._plan.answer_after)
        for purpose in purposes:
            planned = self._plan.answers.get(purpose, self._plan.otherwise)
            answer = self._record.answer_to(purpose) or planned
            if answer is not None:
                self._answer(purpose, answer)

    def _answer(self, purpose: str, answer: YesNo) -> None:
        """Put it on record; a "no" takes microphone and camera off before the bot hears of it."""
        decision = self._record.answer(purpose, answer)
        self._share_if_allowed()
        self._say(decision)

    def _share_if_allowed(self) -> None:
        if self._bot is not None:
            self._bot.share(
                microphone=self._record.may_share(Medium.AUDIO),
                camera=self._record.may_share(Medium.VIDEO),
            )

    def _say(self, control: Control) -> None:
        if self._bot is not None:
            self._bot.say(control.model_dump_json())
