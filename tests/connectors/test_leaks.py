"""A bot that goes into calls and out of them all day leaves nothing behind, whatever the stack."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.connectors.measure import visits
from tests.bench.connectors.places import PLACES, agree_always, invited, somebody

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1500)]

MB_OF_EACH_VISIT = {"livekit": 0.8}
"""LiveKit's native SDK keeps half a MiB of every room it was in. A bot's process is in one."""

HEARD_WITHIN = 2.0
"""Seconds from the server's yes to the first frame of somebody who agreed."""


async def check(stack: str, folder: Path, cycles: int, warm_up: int, mb: float) -> None:
    async with PLACES[stack](folder) as venue, invited(venue) as guest:
        someone = await somebody(venue, folder)
        await agree_always(someone)
        figures = await visits(guest, cycles, warm_up)
        await someone.leave()
    left = {what: figures[f"leaked_{what}"] for what in ("tasks", "files", "threads")}
    assert left == {"tasks": 0, "files": 0, "threads": 0}
    assert figures["leaked_native_threads"] <= 0
    assert figures["leaked_mb"] < mb + cycles * MB_OF_EACH_VISIT.get(stack, 0.0)
    assert figures["join_to_first_frame_s"] <= HEARD_WITHIN


@pytest.mark.parametrize("stack", PLACES)
async def test_twenty_visits_leave_nothing_behind(stack: str, tmp_path: Path) -> None:
    # An allocator has not found its size yet: what is seen is a leak of 200 KiB a visit.
    await check(stack, tmp_path, cycles=20, warm_up=5, mb=4.0)


@pytest.mark.long
@pytest.mark.parametrize("stack", PLACES)
async def test_two_hundred_visits_leave_nothing_behind(stack: str, tmp_path: Path) -> None:
    await check(stack, tmp_path, cycles=200, warm_up=40, mb=1.0)
