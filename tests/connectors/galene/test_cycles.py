"""Joining and leaving over and over leaves nothing behind, and does not take long."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from pathlib import Path

import psutil
import pytest

from tests.connectors.galene.bots import Bot, present
from tests.connectors.galene.members import Member, member
from tests.requirements import need
from tests.venues.galene import GaleneServer, galene

need("galene")
pytestmark = pytest.mark.e2e

FIRST_FRAME_WITHIN = 2.0
"""Seconds from the server's answer to the first frame of somebody who agreed."""

MAX_GROWTH = 8 * 1024 * 1024
"""Bytes, over the second half of the cycles: allocators keep some."""


async def cycle(server: GaleneServer, sam: Member) -> float:
    """Come, hear Sam, go; how long it took to hear them."""
    async with present(Bot(server.page())) as bot:
        joined = time.monotonic()
        who = await bot.met(sam.name)
        await bot.grant(who)
        await bot.until(lambda: bot.frames(who))
        return time.monotonic() - joined


def held() -> tuple[int, int, int]:
    """Tasks, threads and file descriptors."""
    gc.collect()
    return len(asyncio.all_tasks()), threading.active_count(), psutil.Process().num_fds()


async def cycles(folder: Path, count: int) -> None:
    async with galene(folder) as server, member(server, "Sam") as sam:
        await sam.sends(await sam.publish("audio"))
        took = [await cycle(server, sam)]
        before, memory = held(), 0
        for number in range(count):
            took.append(await cycle(server, sam))
            if number == count // 2:
                memory = psutil.Process().memory_info().rss
        assert held() == before
        assert psutil.Process().memory_info().rss - memory <= MAX_GROWTH
        assert sorted(took)[count // 2] <= FIRST_FRAME_WITHIN, took


@pytest.mark.timeout(120)
async def test_ten_cycles_leave_nothing_behind(tmp_path: Path) -> None:
    await cycles(tmp_path, 10)


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_two_hundred_cycles_leave_nothing_behind(tmp_path: Path) -> None:
    await cycles(tmp_path, 200)
