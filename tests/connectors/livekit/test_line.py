"""One stay by the SDK: how it comes back by itself, and what is left of it in the end."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from livekit import rtc

from consentry.connectors.driver import Wait
from consentry.connectors.livekit.connector import LiveKitConnector
from consentry.connectors.livekit.frames import Gone
from consentry.connectors.livekit.line import Line, Reports
from consentry.events import Joined, Left
from tests.connectors.livekit.call import UNDROPPED, attending, bot_in
from tests.venues.livekit import BOT, LiveKitServer, token

pytestmark = [pytest.mark.e2e, UNDROPPED]


class Heard:
    """What a line has reported."""

    def __init__(self) -> None:
        self.said: list[tuple[Any, ...]] = []
        self._news = asyncio.Event()

    def reports(self, tasks: asyncio.TaskGroup) -> Reports:
        return Reports(self._say, self._say, self._say, self._say, tasks.create_task)

    async def until(self, what: tuple[Any, ...]) -> None:
        """Wait for this report."""
        while what not in self.said:
            self._news.clear()
            await self._news.wait()

    def _say(self, *what: Any) -> None:
        self.said.append(what)
        self._news.set()


async def test_a_server_that_answers_again_ends_no_line_but_the_old_one(
    server: LiveKitServer,
) -> None:
    heard = Heard()
    async with attending(server), asyncio.TaskGroup() as tasks:
        line = Line(heard.reports(tasks))
        await line.connect(server.url, token(BOT))
        server.freeze()
        await line.close()
        said = len(heard.said)
        server.thaw()
        assert line._room._task is not None
        await line._room._task  # the SDK has said all that it has to say
        line._room.emit("disconnected", rtc.DisconnectReason.CLIENT_INITIATED)
        assert len(heard.said) == said


async def test_who_stays_is_let_go_of_and_has_not_left(server: LiveKitServer) -> None:
    heard = Heard()
    async with attending(server), attending(server, "sam"), asyncio.TaskGroup() as tasks:
        line = Line(heard.reports(tasks))
        await line.connect(server.url, token(BOT))
        assert line._room.remote_participants.keys() == {"mia", "sam"}
        await line.close()
        assert not line._room.remote_participants
        assert not [what for (what,) in heard.said if isinstance(what, Gone)]
        people = (await server.ask("ListParticipants"))["participants"]
        assert {person["identity"] for person in people} == {"mia", "sam"}


@pytest.mark.parametrize(
    "broken",
    [
        rtc.SimulateScenarioKind.SIMULATE_SIGNAL_RECONNECT,
        rtc.SimulateScenarioKind.SIMULATE_DISCONNECT_SIGNAL_ON_RESUME,
        rtc.SimulateScenarioKind.SIMULATE_FULL_RECONNECT,
    ],
)
async def test_the_sdk_comes_back_by_itself(
    server: LiveKitServer, broken: rtc.SimulateScenarioKind.ValueType
) -> None:
    async with attending(server) as mia, bot_in(server) as bot:
        await mia.speak()
        await bot.until(lambda: bool(bot.said(Joined)))
        await bot.grant("mia")
        await bot.hears("mia", 3)
        assert isinstance(bot.connector, LiveKitConnector)
        room = bot.connector._line._room
        await room.simulate_scenario(broken)
        await bot.until(lambda: bot.waits[-2:] == [Wait.RECONNECTING, None])
        await bot.hears("mia", 12)
        assert bot.connector._line._room is room
        assert not bot.said(Left)
    assert not room.remote_participants


async def test_who_vanishes_without_a_word_of_the_servers_is_gone(server: LiveKitServer) -> None:
    heard = Heard()
    async with attending(server), asyncio.TaskGroup() as tasks:
        line = Line(heard.reports(tasks))
        await line.connect(server.url, token(BOT))
        mia = line._room.remote_participants["mia"]
        assert mia.disconnect_reason is None
        line._room.emit("participant_disconnected", mia)
        await heard.until((Gone("mia"),))
        await line.close()
