"""A bot that is told to stop stops, whatever it is in the middle of and whoever answers no more."""

from __future__ import annotations

import asyncio
import random
import time
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import pytest

from tests.connectors.livekit.call import UNDROPPED
from tests.connectors.stays import CALLS, Call, stay

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120), UNDROPPED]

ENDS_WITHIN = 2.0
JOINED_WITHIN = 1.0
"""Seconds in which a visit goes from its first step to sound, on a machine that is not busy."""

_IS_THE_BOTS = ContextVar("_IS_THE_BOTS", default=False)


class Stay:
    """A visit, with every task that anything in it started."""

    def __init__(self, call: Call) -> None:
        self.settled = asyncio.Event()
        self._tasks: set[asyncio.Task[Any]] = set()
        asyncio.get_running_loop().set_task_factory(self._made)
        self._staying = asyncio.create_task(self._stay(call))

    async def goes_on_for(self, seconds: float) -> None:
        done, _ = await asyncio.wait([self._staying], timeout=seconds)
        assert not done, self._staying

    async def ends(self) -> float:
        """Seconds from when it is told to stop until it has."""
        told = time.monotonic()
        self._staying.cancel()
        await asyncio.wait([self._staying], timeout=10 * ENDS_WITHIN)
        took = time.monotonic() - told
        assert self._staying.cancelled(), self._staying
        return took

    async def leaves(self) -> set[asyncio.Task[Any]]:
        """Tasks that go on for longer than a moment after it."""
        running = {task for task in self._tasks if not task.done()}
        return (await asyncio.wait(running, timeout=ENDS_WITHIN))[1] if running else running

    async def _stay(self, call: Call) -> None:
        _IS_THE_BOTS.set(True)
        await stay(call, self.settled.set)

    def _made(
        self, loop: asyncio.AbstractEventLoop, work: Any, **options: Any
    ) -> asyncio.Future[Any]:
        task: asyncio.Task[Any] = asyncio.Task(work, loop=loop, **options)
        if _IS_THE_BOTS.get():
            self._tasks.add(task)
        return task


@pytest.mark.parametrize("stack", CALLS)
async def test_a_visit_can_be_stopped_at_any_moment(stack: str, tmp_path: Path) -> None:
    chance = random.Random(stack)
    async with CALLS[stack](tmp_path) as call:
        for _ in range(12):
            visit = Stay(call)
            await visit.goes_on_for(chance.uniform(0.0, JOINED_WITHIN))
            assert await visit.ends() <= ENDS_WITHIN
            assert await visit.leaves() == set()


@pytest.mark.parametrize("stack", CALLS)
async def test_a_visit_whose_server_answers_no_more_can_be_stopped(
    stack: str, tmp_path: Path
) -> None:
    async with CALLS[stack](tmp_path) as call:
        visit = Stay(call)
        await visit.settled.wait()
        call.path.cut()
        assert await visit.ends() <= ENDS_WITHIN
        assert await visit.leaves() == set()


@pytest.mark.parametrize("stack", CALLS)
async def test_a_join_that_nobody_answers_can_be_stopped(stack: str, tmp_path: Path) -> None:
    async with CALLS[stack](tmp_path) as call:
        call.path.cut()
        visit = Stay(call)
        await visit.goes_on_for(0.5)
        assert await visit.ends() <= ENDS_WITHIN
        assert await visit.leaves() == set()
