"""Calls that come and go leave nothing behind."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import AsyncIterator

import psutil
import pytest

from consentry.events import Joined
from tests.connectors.livekit.call import UNDROPPED, bot_in
from tests.venues.livekit import LiveKitServer

pytestmark = [pytest.mark.e2e, UNDROPPED]

WARM = 20
"""Calls after which the SDK has started all its threads and filled its pools."""


async def one_call(server: LiveKitServer) -> None:
    async with bot_in(server) as bot:
        await bot.until(lambda: bool(bot.said(Joined)))
        await bot.grant("mia")
        await bot.until(lambda: bool(bot.frames("mia")))


POOL = 8
"""By how many the SDK's pools of threads, and what those hold, come and go by themselves."""

LEAK = 0.5
"""Megabytes that the SDK itself keeps of each call, with nothing of ours around it."""


def left() -> tuple[int, int, int]:
    """Tasks, threads of this process, and file descriptors."""
    gc.collect()
    threads = len(os.listdir("/proc/self/task"))
    return len(asyncio.all_tasks()), threads, len(os.listdir("/proc/self/fd"))


async def _calls(server: LiveKitServer, count: int) -> float:
    """How many megabytes the process grew by."""
    for _ in range(WARM):
        await one_call(server)
    before, memory = left(), psutil.Process().memory_info().rss
    for _ in range(count):
        await one_call(server)
    after = left()
    assert after[0] <= before[0], "a task"
    assert after[1] <= before[1] + POOL, "threads"
    assert after[2] <= before[2] + POOL, "file descriptors"
    return (psutil.Process().memory_info().rss - memory) / 1e6


@pytest.fixture
async def mia(server: LiveKitServer) -> AsyncIterator[None]:
    """Somebody whose own use of the SDK is not in our figures."""
    module = "tests.connectors.livekit.humming"
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", module, server.url)
    yield
    process.terminate()
    await process.wait()


@pytest.mark.timeout(120)
@pytest.mark.usefixtures("mia")
async def test_calls_leave_nothing(server: LiveKitServer) -> None:
    assert await _calls(server, 30) < 30 * LEAK + 8.0


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.usefixtures("mia")
async def test_two_hundred_calls_leave_nothing(server: LiveKitServer) -> None:
    assert await _calls(server, 200) < 200 * LEAK + 8.0


async def test_a_join_that_is_broken_off_leaves_nothing(server: LiveKitServer) -> None:
    before = left()
    for _ in range(5):
        joining = asyncio.create_task(one_call(server))
        await asyncio.sleep(0.02)
        joining.cancel()
        await asyncio.wait([joining])
        assert joining.cancelled()
    assert not (await server.ask("ListParticipants")).get("participants")
    assert left()[0] <= before[0]
