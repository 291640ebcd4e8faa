"""What is wanted is told to the bridge that was named last, whatever becomes of the one before."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.server import ServerConnection, serve

from consentry.connectors.driver import Happening, MediaConsent, Setting, Subscription
from consentry.connectors.jitsi.happenings import Invited
from consentry.connectors.jitsi.media import Media, MediaCallbacks
from consentry.connectors.jitsi.muc import Occupant
from consentry.connectors.jitsi.people import People
from consentry.connectors.jitsi.sources import RemoteSource
from consentry.events import Medium
from consentry.metrics import Metrics
from consentry.rtc.worker import DecodeWorker
from consentry.signing import Signer

ANA = "ana00001"
NO_MEDIA = ""
"""In the place of an offer: these bridges have nothing but their WebSocket."""


@dataclass
class Bridge:
    """A bridge's WebSocket, and what the bot asked it for."""

    url: str = ""
    socket: ServerConnection | None = None
    said: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)

    async def talk(self, socket: ServerConnection) -> None:
        self.socket = socket
        await socket.send('{"colibriClass":"ServerHello"}')
        async for text in socket:
            said = json.loads(text)
            if said["colibriClass"] == "ClientHello":
                await socket.send('{"colibriClass":"ServerHello"}')
            self.said.put_nowait(said)

    async def asked_for(self) -> list[str]:
        """The sounds that it is asked for next."""
        while (said := await self.said.get()).get("all") is None:
            pass
        names: list[str] = said["include"]
        return names

    def hang(self) -> None:
        """It answers nothing any more, nor does it hang up."""
        assert self.socket is not None
        self.socket.transport.pause_reading()


@asynccontextmanager
async def bridge() -> AsyncIterator[Bridge]:
    bridge = Bridge()
    async with serve(bridge.talk, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        bridge.url = f"ws://127.0.0.1:{port}/colibri-ws/default-id/1/{ANA}"
        yield bridge
        if bridge.socket is not None:
            bridge.socket.transport.abort()


@dataclass
class Call:
    """The bot's media, in a conference with Ana; nothing is wanted of her."""

    media: Media
    reinvited: list[float]

    def wants(self, *media: Medium) -> None:
        self.media.want(Subscription(ANA, frozenset(media)))

    def socket(self) -> asyncio.Task[Any]:
        """What talks to the bridge."""
        return next(task for task in asyncio.all_tasks() if task.get_name() == "jitsi-bridge")


@asynccontextmanager
async def call() -> AsyncIterator[Call]:
    reinvited: list[float] = []

    def emit(happening: Happening) -> None:
        return None

    setting = Setting(
        time.monotonic, Signer("c-test"), Metrics(), lambda who, medium: MediaConsent.GRANTED
    )
    people = People(emit, setting.clock)
    people.present(Occupant(ANA, "Ana", False, None, False, False, frozenset()))
    callbacks = MediaCallbacks(
        answer=lambda sdp: None,
        reinvite=lambda: reinvited.append(setting.clock()),
        said=lambda happening: None,
        emit=emit,
    )
    with DecodeWorker(setting.clock, setting.metrics) as worker:
        media = Media(setting, people, worker, callbacks)
        media.tls = False
        media.sourced((RemoteSource(ANA, Medium.AUDIO, 7, f"{ANA}-a0"),))
        async with asyncio.TaskGroup() as tasks, asyncio.timeout(10):
            running = tasks.create_task(media.run(tasks))
            yield Call(media, reinvited)
            running.cancel()


async def test_a_bridge_that_takes_long_to_hang_up_takes_nothing_from_the_one_after() -> None:
    async with bridge() as first, bridge() as second, call() as here:
        here.media.negotiate(Invited(NO_MEDIA, first.url))
        assert await first.asked_for() == []
        leaving = here.socket()
        first.hang()
        here.media.negotiate(Invited(NO_MEDIA, second.url))
        assert await second.asked_for() == []
        await asyncio.wait([leaving])
        assert here.media.connected
        here.wants(Medium.AUDIO)
        assert await second.asked_for() == [f"{ANA}-a0"]
