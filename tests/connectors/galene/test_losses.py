"""What ends a call on Galene, what does not, and what nobody is let in by."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from consentry.connectors.driver import Wait
from consentry.connectors.galene.connector import HOST_SECONDS
from consentry.connectors.galene.stack import GaleneOptions
from consentry.errors import EndReason, JoinRefused
from consentry.events import Gap, Joined, Left
from tests.connectors.cut import Cable, path_to
from tests.connectors.galene.bots import Bot, present
from tests.connectors.galene.members import member
from tests.connectors.janus import free_port
from tests.requirements import need
from tests.venues.galene import OPERATOR_PASSWORD, GaleneServer, galene

need("galene")
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

BACK_WITHIN = 10.0


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[GaleneServer]:
    async with galene(tmp_path) as server:
        yield server


@pytest.mark.parametrize("politely", [False, True])
async def test_a_server_that_is_started_again_is_joined_again(
    server: GaleneServer, politely: bool
) -> None:
    async with present(Bot(server.page())) as bot:
        async with member(server, "Sam") as sam:
            await sam.publish("audio")
            who = await bot.met("Sam")
            await bot.grant(who)
            await bot.hears(who)
            await (server.stop() if politely else server.kill())
            await bot.until(lambda: bot.waits == [Wait.RECONNECTING])
        assert "Sam" in bot.here(), "while the bot is away nobody is said to have left"
        await server.start()
        back = time.monotonic()
        async with member(server, "Sam") as sam:
            await sam.publish("audio")
            await bot.until(lambda: any(isinstance(h, Left) for h in bot.happened))
            again = await bot.met("Sam")
            assert again.id != who.id and bot.waits == [Wait.RECONNECTING, None]
            assert bot.frames(again) == [], "it is not known that this is the same Sam"
            await bot.grant(again)
            await bot.hears(again)
            assert time.monotonic() - back <= BACK_WITHIN


async def test_people_outlive_a_cut_in_the_bots_own_network_and_what_was_missed_is_a_gap(
    server: GaleneServer,
) -> None:
    cable = Cable(asyncio.get_running_loop())
    async with path_to(server.port) as path, member(server, "Sam") as sam:
        await sam.publish("audio")
        bot = Bot(server.page().replace(str(server.port), str(path.port)))
        async with present(bot), member(server, "Dee") as dee:
            await dee.publish("audio")
            who = await bot.met("Sam")
            await bot.grant(who)
            await bot.hears(who)
            path.cut()
            cable.pulled = True
            cut_at = bot.setting.clock()
            await bot.until(lambda: bot.waits == [Wait.RECONNECTING])
            cable.pulled = False
            path.mend()
            mended = time.monotonic()
            await bot.until(lambda: any(isinstance(h, Gap) for h in bot.happened))
            await bot.hears(who)
            assert time.monotonic() - mended <= BACK_WITHIN
            assert sum(isinstance(h, Joined) for h in bot.happened) == 2, "Sam and Dee, once each"
            assert not any(isinstance(h, Left) for h in bot.happened)
            (gap,) = (h for h in bot.happened if isinstance(h, Gap))
            assert gap.participant == who and gap.at + gap.duration >= cut_at
            assert bot.frames(await bot.met("Dee")) == []


async def test_a_cut_of_twenty_seconds_is_a_gap(server: GaleneServer) -> None:
    async with member(server, "Sam") as sam, present(Bot(server.page())) as bot:
        await sam.publish("audio")
        who = await bot.met("Sam")
        await bot.grant(who)
        await bot.hears(who)
        server.freeze()
        await bot.falls_silent(who, 20.0)
        server.thaw()
        back = time.monotonic()
        await bot.hears(who)
        assert time.monotonic() - back <= BACK_WITHIN
        assert not any(isinstance(h, Left) for h in bot.happened)
        assert max(h.duration for h in bot.happened if isinstance(h, Gap)) > 18.0


async def test_who_left_while_the_bot_was_away_has_left(server: GaleneServer) -> None:
    async with path_to(server.port) as path, member(server, "Sam") as sam:
        bot = Bot(server.page().replace(str(server.port), str(path.port)))
        async with present(bot), member(server, "Mia"):
            await bot.met("Sam")
            await bot.met("Mia")
            path.cut()
            await sam.close()
            await bot.until(lambda: bot.waits == [Wait.RECONNECTING])
            assert "Sam" in bot.here()
            path.mend()
            await bot.until(lambda: "Sam" not in bot.here())
            assert "Mia" in bot.here()


async def test_a_group_that_is_closed_meanwhile_is_not_tried_for_ever(
    server: GaleneServer,
) -> None:
    async with present(Bot(server.page())) as bot:
        await server.kill()
        server.describe(more={"expires": "2020-01-01T00:00:00Z"})
        await server.start()
        await bot.until(bot.ended)
        ended = bot.ended()
        assert ended is not None and ended.reason is EndReason.ROOM_CLOSED


@pytest.mark.parametrize(
    ("more", "password", "token", "reason"),
    [
        ({}, "a-wrong-one", None, EndReason.NOT_ALLOWED),
        ({}, None, None, EndReason.PASSWORD_NEEDED),
        ({}, None, "of-no-group", EndReason.TOKEN_EXPIRED),
        ({"max-clients": 1}, "right", None, EndReason.ROOM_FULL),
        ({"expires": "2020-01-01T00:00:00Z"}, "right", None, EndReason.ROOM_CLOSED),
        ({"autolock": True}, "right", None, EndReason.ROOM_LOCKED),
        ({"redirect": "https://elsewhere.example/"}, "right", None, EndReason.NO_SUCH_ROOM),
    ],
)
async def test_why_the_bot_is_not_let_in(
    server: GaleneServer,
    more: dict[str, object],
    password: str | None,
    token: str | None,
    reason: EndReason,
) -> None:
    server.describe("small", more={"max-clients": 1})
    server.describe("other", more=more)
    right = {"password": "the-bot-may-enter"} if password == "right" else {"password": password}
    async with member(server, "First", group="small"):
        group = "small" if "max-clients" in more else "other"
        bot = Bot(server.page(group), token=token, **right)
        with pytest.raises(JoinRefused) as caught:
            await bot.connector.__aenter__()
    assert caught.value.reason is reason


async def test_no_group_no_galene_and_no_server(server: GaleneServer) -> None:
    for url, reason in (
        (server.page("nowhere"), EndReason.NO_SUCH_ROOM),
        (f"http://127.0.0.1:{free_port()}/group/x/", EndReason.UNREACHABLE),
    ):
        with pytest.raises(JoinRefused) as caught:
            await Bot(url).connector.__aenter__()
        assert caught.value.reason is reason


async def test_a_bot_that_is_early_waits_for_an_operator(server: GaleneServer) -> None:
    server.describe(operators=("Olga",), more={"autokick": True})
    bot = Bot(server.page())
    async with asyncio.TaskGroup() as tasks:
        entering = tasks.create_task(bot.connector.__aenter__())
        await bot.until(lambda: bot.waits == [Wait.HOST])
        async with member(server, "Olga", password=OPERATOR_PASSWORD) as olga:
            began = time.monotonic()
            await entering
            assert time.monotonic() - began < HOST_SECONDS + 2.0
            assert bot.waits == [Wait.HOST, None]
            listening = tasks.create_task(bot.listen())
            await bot.met("Olga")
            await olga.close()
            await bot.until(bot.ended)
            ended = bot.ended()
            assert ended is not None and ended.reason is EndReason.HOST_ABSENT
            await listening
        await bot.connector.__aexit__()


async def test_nobody_waits_longer_than_the_host_is_waited_for(server: GaleneServer) -> None:
    server.describe(more={"autokick": True})
    bot = Bot(server.page(), options=GaleneOptions(patience=0))
    with pytest.raises(JoinRefused) as caught:
        await bot.connector.__aenter__()
    assert caught.value.reason is EndReason.HOST_ABSENT
