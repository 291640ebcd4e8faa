"""The disk is full, or broken, at any write: what was told to be done is done, and nothing else."""

from __future__ import annotations

import asyncio
import errno
import shutil
from pathlib import Path

import pytest

from tests.outages.history import holds
from tests.outages.processes import Life, Lives, lives
from tests.outages.server import REFUSED
from tests.requirements import need

SOURCE = Path(__file__).with_name("faults.c")
STEPS = 14
SEED = 0
"""Of a history with yeses, noes, lines that are kept, and an erasure."""

FAULTS = {"full": errno.ENOSPC, "broken": errno.EIO}


async def shim(folder: Path) -> str:
    """The library that makes writes fail, compiled."""
    made = folder / "faults.so"
    run = [str(need("cc")), "-shared", "-fPIC", "-O1", "-o", str(made), str(SOURCE), "-ldl"]
    compiler = await asyncio.create_subprocess_exec(*run)
    assert await compiler.wait() == 0
    return str(made)


async def life(processes: Lives, store: Path, number: int, error: int, lasting: bool) -> Life:
    fault = {"number": number, "error": error, "lasting": lasting}
    begun = await processes.begin(store, "c-1", steps=STEPS, seed=SEED, fault=fault)
    ended = await begun.ends()
    told = begun.told()
    wrong = [line for line in told if line.startswith("WRONG")]
    assert ended in (0, REFUSED), f"write {number}: {wrong or told[-3:]}"
    assert not wrong, f"write {number}: {wrong}"
    return begun


async def writes_of(processes: Lives, store: Path) -> int:
    """How many writes the history makes when none fails."""
    whole = await life(processes, store, 0, 0, False)
    told = whole.told()
    assert "ended" in told
    for word in ("yes", "no", "kept", "erased"):
        assert any(line.split()[0] == word for line in told), f"there is no {word!r} in it"
    assert not await holds(store, "c-1", told)
    return int(told[-1].split()[1])


async def every_fault(folder: Path, step: int) -> int:
    """Lets the writes fail one after the other, each way; how many that were."""
    tried = 0
    async with lives(folder, {"LD_PRELOAD": await shim(folder)}) as processes:
        count = await writes_of(processes, folder / "whole")
        for number in range(1, count + 1, step):
            for error in FAULTS.values():
                for lasting in (False, True):
                    tried += 1
                    store = folder / f"store-{tried}"
                    begun = await life(processes, store, number, error, lasting)
                    faults = await holds(store, "c-1", begun.told())
                    assert not faults, f"write {number}, error {error}, lasting {lasting}"
                    shutil.rmtree(store, ignore_errors=True)
    return tried


@pytest.mark.timeout(300)
async def test_a_disk_that_fails_now_and_then_takes_nothing_from_anybody(tmp_path: Path) -> None:
    assert await every_fault(tmp_path, step=29) >= 20


@pytest.mark.long
@pytest.mark.timeout(3 * 3600)
async def test_a_disk_that_fails_at_any_write_takes_nothing_from_anybody(tmp_path: Path) -> None:
    assert await every_fault(tmp_path, step=1) >= 1000
