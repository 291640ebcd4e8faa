"""A bot in a running room, and somebody in it who does not keep to the protocol."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from pydantic import SecretStr
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from consentry.connectors.driver import Happening, MediaConsent, Setting, Subscription
from consentry.connectors.room.connector import RoomConnector
from consentry.connectors.room.frames import Description, Join, Signaled
from consentry.connectors.room.signaling import RoomClient
from consentry.connectors.room.stack import socket_url
from consentry.connectors.stack import Invitation
from consentry.consent.notice import Offer
from consentry.consent.purpose import Purpose
from consentry.events import AudioFrame, Medium
from consentry.messages import Message, Notice, PurposeState, Status, Want
from consentry.metrics import Metrics
from consentry.play.connection import BotConnection
from consentry.play.recording import OpusPacket
from consentry.play.track import SILENCE, OpusFileTrack, Timeline
from consentry.signing import Signer
from consentry.web.room_socket import Rooms
from consentry.web.server import RoomServer, create_app

TOKEN = "let-me-in"
AUDIO, VIDEO = frozenset({Medium.AUDIO}), frozenset({Medium.VIDEO})
PURPOSE = Purpose("A purpose", "Does something.", "what you send", "a test", "until the call ends")
OFFERS = (Offer("captions", PURPOSE, media=AUDIO), Offer("watch", PURPOSE, media=VIDEO))


class House:
    """A server with one room, ``planning``."""

    def __init__(self) -> None:
        self.metrics = Metrics()
        self.rooms = Rooms(self.metrics, TOKEN)
        self.server = RoomServer(create_app(self.rooms), self.rooms)

    @property
    def url(self) -> str:
        return f"{self.server.url}/r/planning"


class Bot:
    """A connector, and a stand-in for its session that does what the test says."""

    def __init__(self, url: str, token: str = TOKEN) -> None:
        started = time.monotonic()
        self.metrics = Metrics()
        self.standings: dict[str, MediaConsent] = {}
        self.setting = Setting(
            clock=lambda: time.monotonic() - started,
            signer=Signer("c-test"),
            metrics=self.metrics,
            standing=lambda who, _: self.standings.get(who, MediaConsent.UNDECIDED),
        )
        self.started = started
        self.connector = RoomConnector(Invitation(url, token=SecretStr(token)), self.setting)
        self.happened: list[Happening] = []
        self._revisions = itertools.count()
        self._news = asyncio.Event()

    async def listen(self) -> None:
        async for happening in self.connector.happenings():
            self.happened.append(happening)
            self._news.set()

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait for the happening that makes ``true`` so."""
        while not true():
            self._news.clear()
            await self._news.wait()

    def count(self, kind: type) -> int:
        return sum(isinstance(happening, kind) for happening in self.happened)

    def frames(self, name: str) -> list[AudioFrame]:
        return [
            h for h in self.happened if isinstance(h, AudioFrame) and h.participant.name == name
        ]

    async def grant(self, who: str, media: frozenset[Medium] = AUDIO, rate: float = 1.0) -> None:
        """As a session does once ``who`` agreed to something."""
        self.standings[who] = MediaConsent.GRANTED
        await self.connector.want(Subscription(who, media, rate))
        await self._tell(who, media)

    async def withdraw(self, who: str) -> None:
        """As a session does once ``who`` changed their mind."""
        self.standings[who] = MediaConsent.DECLINED
        await self.connector.want(Subscription(who, frozenset()))
        await self._tell(who, frozenset())

    async def _tell(self, who: str, media: frozenset[Medium]) -> None:
        at, to, revision = self.setting.clock(), frozenset({who}), next(self._revisions)
        states: dict[str, PurposeState] = {
            offer.name: "running" if media & offer.media else "refused" for offer in OFFERS
        }
        status = Status(purposes=states, owner=False, owner_confirmed=True)
        want = Want(audio=Medium.AUDIO in media, video=Medium.VIDEO in media)
        for body in (_notice(self.setting.signer.fingerprint), status, want):
            name = f"{body.kind}/{who}"
            await self.connector.send(Message(body, name, at, to=to, revision=revision))


def _notice(fingerprint: str) -> Notice:
    purposes = [offer.shown("v1") for offer in OFFERS]
    return Notice(
        bot="Consentry", fingerprint=fingerprint, purposes=purposes, available=[], commands=[]
    )


@asynccontextmanager
async def bot_in(house: House) -> AsyncIterator[Bot]:
    """The bot, from its joining to its leaving."""
    bot = Bot(house.url)
    async with asyncio.TaskGroup() as tasks, bot.connector:
        tasks.create_task(bot.listen())
        yield bot


class Rogue:
    """Sends its microphone to the bot whatever the bot answered, and says what it likes."""

    def __init__(self, socket: ClientConnection, payload: bytes = SILENCE) -> None:
        self.timeline = Timeline()
        self.timeline.start()
        packets = tuple(OpusPacket(n * 960, payload) for n in range(1000))
        self.connection = BotConnection(
            OpusFileTrack(packets, self.timeline), self._describe, lambda text: None
        )
        self.open = asyncio.Event()
        self.connection.channel.on("open", self.open.set)
        self._client = RoomClient()
        self._socket = socket
        self._to_write: asyncio.Queue[str] = asyncio.Queue()
        self._bot: str | None = None

    async def join(self) -> None:
        self._client.join(Join(name="Rogue", receives=False))
        await self._socket.send(self._client.data_to_send()[0])
        self._client.receive(await self._socket.recv())
        self._bot = next(peer.id for peer in self._client.peers.values() if peer.bot)

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.connection.run())
            tasks.create_task(self._write())
            async for text in _texts(self._socket):
                for frame in self._client.receive(text):
                    if isinstance(frame, Signaled) and frame.description is not None:
                        self.connection.signaled(_as_if_wanted(frame, frame.description))

    def vanish(self) -> None:
        """Be gone without a word, as after a power cut."""
        self._socket.transport.abort()

    def signal_nonsense(self, times: int) -> None:
        for _ in range(times):
            self._describe(Description(type="offer", sdp="v=0\r\n"))

    def _describe(self, description: Description) -> None:
        assert self._bot is not None
        self._client.describe(self._bot, description)
        for text in self._client.data_to_send():
            self._to_write.put_nowait(text)

    async def _write(self) -> None:
        while True:
            await self._socket.send(await self._to_write.get())


async def _texts(socket: ClientConnection) -> AsyncIterator[str]:
    with suppress(ConnectionClosed):
        async for text in socket:
            yield str(text)


def _as_if_wanted(signal: Signaled, description: Description) -> Signaled:
    sdp = description.sdp.replace("a=inactive", "a=recvonly")
    return Signaled(sender=signal.sender, description=Description(type="answer", sdp=sdp))


@asynccontextmanager
async def rogue_in(house: House, payload: bytes = SILENCE) -> AsyncIterator[Rogue]:
    """Somebody rogue, from their joining until the test has seen enough."""
    async with connect(socket_url(house.url), proxy=None) as socket, asyncio.TaskGroup() as tasks:
        rogue = Rogue(socket, payload)
        await rogue.join()
        running = tasks.create_task(rogue.run())
        await rogue.open.wait()
        yield rogue
        running.cancel()


def control(**fields: object) -> str:
    return json.dumps(fields)
