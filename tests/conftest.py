"""A real room with the bot in it, for tests of either end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.connectors.calls import Bot, House, bot_in


@pytest.fixture
async def house() -> AsyncIterator[House]:
    house = House()
    async with house.server:
        yield house
    assert asyncio.all_tasks() == {asyncio.current_task()}


@pytest.fixture
async def bot(house: House) -> AsyncIterator[Bot]:
    async with bot_in(house) as bot:
        yield bot
