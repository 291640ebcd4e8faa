"""The bot is killed in the middle of a call: nothing is looser afterwards, and nothing is lost."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import signal
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.outages.history import holds
from tests.outages.processes import Lives, lives

STEPS = 60


async def killed(lives: Lives, store: Path, call: str, after: float, seed: int) -> list[str]:
    """What a history told that was killed ``after`` seconds, or that ended before."""
    life = await lives.begin(store, call, steps=STEPS, seed=seed)
    await asyncio.sleep(after)
    with suppress(ProcessLookupError):  # it was quicker
        os.kill(life.pid, signal.SIGKILL)
    assert await life.ends() in (0, -signal.SIGKILL)
    return life.told()


async def kills(folder: Path, count: int, seed: int) -> None:
    dice = random.Random(seed)
    async with lives(folder) as processes:
        whole = await processes.begin(folder / "whole", "c-0", steps=STEPS, seed=0)
        began = time.monotonic()
        assert await whole.ends() == 0, whole.told()
        lasts = time.monotonic() - began
        assert not await holds(folder / "whole", "c-0", whole.told())
        for lie in ("kept ben asks line-1000", "yes ben asks\n" * STEPS, "WRONG: it said so"):
            told = [*whole.told(), *lie.splitlines()]
            assert await holds(folder / "whole", "c-0", told), "what is not true is found"
        for number in range(count):
            await one_kill(processes, folder / f"store-{number}", dice.uniform(0, lasts), number)


async def one_kill(processes: Lives, store: Path, after: float, number: int) -> None:
    first = await killed(processes, store, "c-1", after, number)
    assert not await holds(store, "c-1", first), f"killed after {after:.3f} s"
    next_one = await processes.begin(store, "c-2", steps=5, seed=number)
    assert await next_one.ends() == 0, next_one.told()
    told = next_one.told()
    # From "ending" on, its end may have been written.
    if any(line.startswith("began") for line in first) and "ending" not in first:
        assert "began carefully" in told
        assert {"asks asks opt_in", "asks notices opt_in"} <= set(told), "nothing by itself"
    assert not await holds(store, "c-2", told)
    assert not await holds(store, "c-1", first), "the next call leaves the first as it was"
    shutil.rmtree(store)


@pytest.mark.timeout(240)
async def test_a_bot_that_is_killed_ten_times_loses_nothing_it_told(tmp_path: Path) -> None:
    await kills(tmp_path, 10, seed=1)


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_a_bot_that_is_killed_a_hundred_times_loses_nothing_it_told(tmp_path: Path) -> None:
    await kills(tmp_path, 100, seed=2)
