"""The bot's own network fails while people on Jitsi go on talking."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from consentry.connectors.driver import Happening, MediaConsent, Setting, Subscription, Wait
from consentry.connectors.jitsi.stack import Jitsi, JitsiOptions
from consentry.connectors.stack import Invitation
from consentry.events import AudioFrame, Gap, Joined, Left, Medium
from consentry.metrics import Metrics
from consentry.signing import Signer
from tests.connectors.cut import TcpPath, path_to
from tests.network.deafness import deaf
from tests.network.wire_tap import WireTap
from tests.requirements import need
from tests.venues.browser import chromium
from tests.venues.jitsi.prosody import free_port
from tests.venues.jitsi.server import ROOM, JitsiServer, jitsi
from tests.venues.jitsi.sockets import SocketPorts
from tests.venues.jitsi.venue import BOT, JitsiVenue

need("prosody")
need("jitsi-client")
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

CUT_SECONDS = 20.0
BACK_WITHIN = 10.0


class Bot:
    """A connector, and what it said happened."""

    def __init__(self, url: str) -> None:
        began = time.monotonic()
        self.happened: list[Happening] = []
        self.waits: list[Wait | None] = []
        self._standings: dict[str, MediaConsent] = {}
        self._news = asyncio.Event()
        setting = Setting(
            lambda: time.monotonic() - began,
            Signer("c-test"),
            Metrics(),
            lambda who, _: self._standings.get(who, MediaConsent.UNDECIDED),
            waiting=self._waiting,
        )
        self.connector = Jitsi.connector(Invitation(url, BOT), JitsiOptions(), setting)

    async def listen(self) -> None:
        async for happening in self.connector.happenings():
            self.happened.append(happening)
            self._news.set()

    async def until(self, true: Callable[[], object]) -> None:
        while not true():
            self._news.clear()
            await self._news.wait()

    async def met(self, name: str) -> str:
        """The id of ``name``, once they are here."""
        await self.until(lambda: self._ids().get(name))
        return self._ids()[name]

    async def agrees(self, who: str) -> None:
        self._standings[who] = MediaConsent.GRANTED
        await self.connector.want(Subscription(who, frozenset({Medium.AUDIO})))

    async def declines(self, who: str) -> None:
        self._standings[who] = MediaConsent.DECLINED
        await self.connector.want(Subscription(who, frozenset()))

    async def hears(self, who: str) -> None:
        """A second more of their voice."""
        more = self.frames(who) + 12
        await self.until(lambda: self.frames(who) >= more)

    def frames(self, who: str) -> int:
        return sum(isinstance(h, AudioFrame) and h.participant.id == who for h in self.happened)

    def _ids(self) -> dict[str, str]:
        joined = (h.participant for h in self.happened if isinstance(h, Joined))
        return {each.name: each.id for each in joined}

    def _waiting(self, wait: Wait | None) -> None:
        self.waits.append(wait)
        self._news.set()


@dataclass(frozen=True)
class Network:
    """Every way from Jitsi to the bot."""

    signaling: tuple[TcpPath, ...]

    @contextmanager
    def cut(self) -> Iterator[None]:
        """Nothing arrives while the block runs."""
        with deaf():
            for path in self.signaling:
                path.cut()
            yield
        for path in self.signaling:
            path.mend()


@asynccontextmanager
async def a_call(folder: Path) -> AsyncIterator[tuple[JitsiVenue[JitsiServer], Bot, Network]]:
    """Mia and Sam talk, and the bot is with them, by a network of its own."""
    port = free_port()
    async with (
        path_to(port) as to_bridge,
        jitsi(folder, SocketPorts(port, to_bridge.port)) as server,
        path_to(server.prosody.port) as to_server,
        chromium() as browsers,
    ):
        venue = JitsiVenue(server, browsers)
        await venue.someone("Mia")
        await venue.someone("Sam")
        bot = Bot(f"jitsi+http://127.0.0.1:{to_server.port}/{ROOM}")
        async with asyncio.TaskGroup() as tasks, bot.connector:
            listening = tasks.create_task(bot.listen())
            yield venue, bot, Network((to_server, to_bridge))
            listening.cancel()


async def test_a_cut_of_twenty_seconds_is_a_gap_and_a_no_outlives_it(
    wire: WireTap, tmp_path: Path
) -> None:
    async with a_call(tmp_path) as (venue, bot, network):
        mia, sam = await bot.met("Mia"), await bot.met("Sam")
        await bot.agrees(mia)
        await bot.agrees(sam)
        await bot.hears(mia)
        await bot.hears(sam)
        with network.cut():
            await asyncio.sleep(CUT_SECONDS)
            assert bot.waits[-1] is Wait.RECONNECTING
            await bot.declines(sam)
            heard = bot.frames(sam)
        mended, packets_since = time.monotonic(), wire.now()
        await bot.hears(mia)
        assert time.monotonic() - mended <= BACK_WITHIN
        await bot.hears(mia)
        assert bot.frames(sam) == heard
        assert len(wire.voices(packets_since, wire.now())) == 1, "Mia's, and nothing of Sam's"
        (gap,) = (h for h in bot.happened if isinstance(h, Gap))
        assert gap.participant.id == mia and gap.duration >= CUT_SECONDS - 1.0
        assert not any(isinstance(h, Left) for h in bot.happened)
        for person, other in (("Mia", "Sam"), ("Sam", "Mia")):
            await next(p for p in venue.people if p.name == person).hears(other)
