"""A join that is broken off leaves nothing behind; of whole calls, test_leaks.py says it."""

from __future__ import annotations

import asyncio

import pytest

from consentry.events import Joined
from tests.connectors.livekit.call import UNDROPPED, bot_in
from tests.venues.livekit import LiveKitServer

pytestmark = [pytest.mark.e2e, UNDROPPED]


async def one_call(server: LiveKitServer) -> None:
    async with bot_in(server) as bot:
        await bot.until(lambda: bool(bot.said(Joined)))


async def test_a_join_that_is_broken_off_leaves_nothing(server: LiveKitServer) -> None:
    before = len(asyncio.all_tasks())
    for moment in (0.0, 0.01, 0.02, 0.04, 0.08):
        joining = asyncio.create_task(one_call(server))
        await asyncio.wait([joining], timeout=moment)
        joining.cancel()
        await asyncio.wait([joining])
        assert joining.cancelled()
    assert not (await server.ask("ListParticipants")).get("participants")
    assert len(asyncio.all_tasks()) <= before
