"""A bot and somebody to hear on every stack, without a browser; the way there can be cut."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from consentry.connectors.driver import Connector, MediaConsent, Setting, Subscription
from consentry.connectors.stack import Invitation
from consentry.connectors.stacks import load_stack
from consentry.events import AudioFrame, Joined, Medium
from consentry.metrics import Metrics
from consentry.signing import Signer
from tests.connectors.cut import TcpPath, path_to
from tests.requirements import need

AUDIO = frozenset({Medium.AUDIO})


@dataclass(frozen=True)
class Call:
    """A call with somebody in it, and how the bot gets there."""

    stack: str
    path: TcpPath
    invitation: Invitation
    options: Mapping[str, Any] = field(default_factory=dict)
    audible: bool = False
    """Whether whoever is there is heard; elsewhere being in is all that happens."""

    def connector(self) -> Connector:
        """Another bot, to which everybody has agreed."""
        began, stack = time.monotonic(), load_stack(self.stack)
        setting = Setting(
            clock=lambda: time.monotonic() - began,
            signer=Signer("c-test"),
            metrics=Metrics(),
            standing=lambda who, medium: MediaConsent.GRANTED,
        )
        return stack.connector(self.invitation, stack.Options.model_validate(self.options), setting)


async def stay(call: Call, settled: Callable[[], None] = lambda: None) -> None:
    """Be in the call, and listen to whoever is there, until cancelled."""
    async with call.connector() as connector:
        if not call.audible:
            settled()
        async for happening in connector.happenings():
            match happening:
                case Joined(participant=who):
                    await connector.want(Subscription(who.id, AUDIO))
                case AudioFrame():
                    settled()


@asynccontextmanager
async def _room(folder: Path) -> AsyncIterator[Call]:
    from consentry.play.meeting import Meeting
    from tests.connectors.calls import TOKEN, House
    from tests.play.recordings import Speaker, write_meeting

    house, meeting = House(), write_meeting(folder, Speaker("Mia"))
    async with (
        house.server,
        path_to(int(house.server.url.rpartition(":")[2])) as path,
        Meeting(meeting, house.url),
    ):
        url = f"http://127.0.0.1:{path.port}/r/planning"
        yield Call("room", path, Invitation(url, token=SecretStr(TOKEN)))


@asynccontextmanager
async def _galene(folder: Path) -> AsyncIterator[Call]:
    need("galene")
    from tests.connectors.galene.members import member
    from tests.venues.galene import BOT, BOT_PASSWORD, galene

    async with galene(folder) as server, path_to(server.port) as path, member(server, "Mia") as mia:
        await mia.sends(await mia.publish("audio"))
        url = server.page().replace(str(server.port), str(path.port))
        yield Call(
            "galene", path, Invitation(url, BOT, password=SecretStr(BOT_PASSWORD)), audible=True
        )


@asynccontextmanager
async def _livekit(folder: Path) -> AsyncIterator[Call]:
    need("livekit-server")
    from tests.connectors.livekit.call import attending
    from tests.venues.livekit import KEY, ROOM, SECRET, livekit_server

    async with (
        livekit_server(folder) as server,
        path_to(server.port) as path,
        attending(server) as mia,
    ):
        await mia.speak()
        url = f"ws://127.0.0.1:{path.port}?room={ROOM}"
        yield Call("livekit", path, Invitation(url), {"api_key": KEY, "api_secret": SECRET}, True)


@asynccontextmanager
async def _janus(folder: Path) -> AsyncIterator[Call]:
    from tests.connectors.janus.call import guest_in
    from tests.venues.janus_server import ROOM, running

    async with (
        running(need("janus"), folder) as server,
        path_to(server.port) as path,
        guest_in(server, "Mia"),
    ):
        invitation = Invitation(f"janus+ws://127.0.0.1:{path.port}/{ROOM}")
        yield Call("janus", path, invitation, {"textroom": False}, True)


@asynccontextmanager
async def _janus_with_text(folder: Path) -> AsyncIterator[Call]:
    async with _janus(folder) as call:
        yield Call(call.stack, call.path, call.invitation)


@asynccontextmanager
async def _jitsi(folder: Path) -> AsyncIterator[Call]:
    need("prosody")
    from tests.connectors.jitsi.test_call import house

    async with house(folder) as here, path_to(here.prosody.port) as path, here.inside("Ana"):

        def through(url: str) -> str:
            return url.replace(str(here.prosody.port), str(path.port))

        invitation = Invitation(f"jitsi+{through(here.prosody.address)}/planning")
        options = {"domain": "meet.test", "websocket": through(here.prosody.websocket)}
        yield Call("jitsi", path, invitation, options)


CALLS: Mapping[str, Callable[[Path], AbstractAsyncContextManager[Call]]] = {
    "room": _room,
    "galene": _galene,
    "livekit": _livekit,
    "janus": _janus,
    "janus with a text room": _janus_with_text,
    "jitsi": _jitsi,
}
"""By stack; each imports its own when it is gone to."""
