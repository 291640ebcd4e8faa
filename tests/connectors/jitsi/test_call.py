"""The connector against a real Prosody, and a focus and a bridge as strict as Jitsi's."""

from __future__ import annotations

import asyncio
import gc
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr

from consentry.connectors.driver import (
    Connector,
    Ended,
    Happening,
    MediaConsent,
    Said,
    Setting,
    Wait,
)
from consentry.connectors.jitsi.stack import Jitsi, JitsiOptions
from consentry.connectors.stack import Invitation
from consentry.errors import EndReason, JoinRefused
from consentry.events import ChatReceived, Joined, Left, Role
from consentry.messages import Message, Reply
from consentry.metrics import Metrics
from consentry.signing import Signer
from tests.requirements import need
from tests.venues.jitsi.prosody import HIDDEN, MEMBERS, PASSWORD, Prosody, free_port
from tests.venues.jitsi.server import JitsiServer

PROGRAM = need("prosody")
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]
CYCLES = 20


@dataclass
class Visitor:
    """A connector in a conference, and a stand-in for its session."""

    connector: Connector
    happened: list[Happening]
    waits: list[Wait | None]
    news: asyncio.Event

    async def listen(self) -> None:
        async for happening in self.connector.happenings():
            self.happened.append(happening)
            self.news.set()

    async def until(self, true: Callable[[], object]) -> None:
        while not true():
            self.news.clear()
            await self.news.wait()

    def joined(self, name: str) -> list[Joined]:
        return [h for h in self.happened if isinstance(h, Joined) and h.participant.name == name]

    async def says(self, text: str, to: str | None = None) -> None:
        """To everybody as a stranger's summary would be; to one person as a reply is."""
        people = frozenset({to}) if to is not None else None
        reply = Reply(code="ok", text=text)
        await self.connector.send(Message(reply, "bot/reply-1", 0.0, to=people))


@dataclass
class House:
    """A Jitsi without people."""

    server: JitsiServer

    @property
    def prosody(self) -> Prosody:
        return self.server.prosody

    def visitor(self, name: str, room: str = "planning", account: str = "") -> Visitor:
        began = time.monotonic()
        waits: list[Wait | None] = []
        news = asyncio.Event()

        def waiting(wait: Wait | None) -> None:
            waits.append(wait)
            news.set()

        setting = Setting(
            clock=lambda: time.monotonic() - began,
            signer=Signer("c-test"),
            metrics=Metrics(),
            standing=lambda who, medium: MediaConsent.UNDECIDED,
            waiting=waiting,
        )
        password = SecretStr(PASSWORD) if account else None
        options = JitsiOptions(
            domain="meet.test",
            websocket=self.prosody.websocket,
            hidden_domain=HIDDEN,
            username=account,
            password=password,
        )
        invitation = Invitation(f"jitsi+{self.prosody.address}/{room}", name)
        return Visitor(Jitsi.connector(invitation, options, setting), [], waits, news)

    @asynccontextmanager
    async def inside(
        self, name: str, room: str = "planning", account: str = ""
    ) -> AsyncIterator[Visitor]:
        visitor = self.visitor(name, room, account)
        async with asyncio.TaskGroup() as tasks, visitor.connector:
            tasks.create_task(visitor.listen())
            yield visitor


@asynccontextmanager
async def house(folder: Path) -> AsyncIterator[House]:
    server = JitsiServer(Prosody(PROGRAM, folder, folder, free_port()))
    try:
        await server.start()
        yield House(server)
    finally:
        await server.kill()


async def test_people_meet_and_talk_to_the_bot(tmp_path: Path) -> None:
    async with house(tmp_path) as here, here.inside("Ana") as ana, here.inside("Bot") as bot:
        await ana.until(lambda: ana.joined("Bot"))
        await bot.until(lambda: bot.joined("Ana"))
        met = bot.joined("Ana")[0]
        bots = ana.joined("Bot")[0].participant.id
        await ana.says("Good morning.")
        await ana.says("/no all", to=bots)
        await bot.until(lambda: any(isinstance(h, Said) for h in bot.happened))
        chat = [h for h in bot.happened if isinstance(h, ChatReceived)]
        assert [(c.participant.id, c.text) for c in chat] == [(met.participant.id, "Good morning.")]
        assert (await here.server.report())["refused"] == []


async def test_a_bot_that_came_first_hands_the_room_to_the_first_person(tmp_path: Path) -> None:
    async with house(tmp_path) as here, here.inside("Bot") as bot, here.inside("Ana"):
        await bot.until(lambda: any(j.participant.role is Role.OWNER for j in bot.joined("Ana")))
        assert bot.joined("Ana")[0].participant.role is Role.GUEST


async def test_whoever_leaves_has_left(tmp_path: Path) -> None:
    async with house(tmp_path) as here, here.inside("Bot") as bot:
        async with here.inside("Ana"):
            await bot.until(lambda: bot.joined("Ana"))
        await bot.until(lambda: any(isinstance(h, Left) for h in bot.happened))


async def test_a_bot_of_the_hidden_domain_is_in_no_list_and_says_so(tmp_path: Path) -> None:
    hidden = f"transcriber@{HIDDEN}"
    async with (
        house(tmp_path) as here,
        here.inside("Ana") as ana,
        here.inside("Ben") as ben,
        here.inside("Bot", account=hidden) as bot,
    ):
        await bot.until(lambda: bot.joined("Ana") and bot.joined("Ben"))
        await ana.until(lambda: ana.joined("Ben"))
        await ben.says("Is anybody else here?")
        await ana.until(lambda: any(isinstance(h, ChatReceived) for h in ana.happened))
        assert not ana.joined("Bot")


async def test_the_bot_waits_for_the_host(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        early = here.visitor("Bot", "hosted")
        async with asyncio.TaskGroup() as tasks:
            coming = tasks.create_task(early.connector.__aenter__())
            await early.until(lambda: Wait.HOST in early.waits)
            async with here.inside("Olga", "hosted", f"olga@{MEMBERS}"):
                await coming
                assert early.waits[-1] is None
                await early.connector.__aexit__(None, None, None)


async def test_a_wrong_password_is_not_let_in(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        stranger = here.visitor("Bot", account=f"nobody@{MEMBERS}")
        with pytest.raises(JoinRefused) as refused:
            await stranger.connector.__aenter__()
        assert refused.value.reason is EndReason.NOT_ALLOWED


async def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    absent = House(JitsiServer(Prosody(PROGRAM, tmp_path, tmp_path, free_port()))).visitor("Bot")
    with pytest.raises(JoinRefused) as refused:
        await absent.connector.__aenter__()
    assert refused.value.reason is EndReason.UNREACHABLE


async def test_a_server_that_restarts_is_joined_anew(tmp_path: Path) -> None:
    async with house(tmp_path) as here, here.inside("Bot") as bot:
        await here.server.kill()
        await bot.until(lambda: Wait.RECONNECTING in bot.waits)
        await here.server.start()
        back = time.monotonic()
        async with here.inside("Ana"):
            await bot.until(lambda: bot.joined("Ana"))
        assert time.monotonic() - back < 10
        assert not any(isinstance(h, Ended) for h in bot.happened)


async def test_many_stays_leave_nothing_behind(tmp_path: Path) -> None:
    async with house(tmp_path) as here, here.inside("Ana"):
        await _stay(here, CYCLES)
        before = _held()
        await _stay(here, CYCLES)
        after = _held()
    assert after[0] <= before[0] and after[1] <= before[1]


async def _stay(here: House, times: int) -> None:
    for _ in range(times):
        async with here.inside("Bot") as bot:
            await bot.until(lambda: bot.joined("Ana"))


def _held() -> tuple[int, int]:
    """Files and tasks of this process."""
    gc.collect()
    return len(os.listdir("/proc/self/fd")), len(asyncio.all_tasks())
