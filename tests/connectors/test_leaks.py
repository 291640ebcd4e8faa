"""A bot that goes into calls and out of them all day leaves nothing behind, whatever the stack."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.connectors.measure import visits
from tests.bench.connectors.places import PLACES, agree_always, invited, somebody

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1500)]

MB = 1.0
"""Allocated more than before: caches that are not full yet are a quarter of it."""
RSS_MB = 4.0
"""Resident more than before. An allocator keeps pages of which little is in use."""
MORE_RSS_MB = {"livekit": 4.0}
"""What the SDK's many threads have of their own besides: 5.2 in 200 visits, 5.8 in 500."""

HEARD_WITHIN = 2.0
"""Seconds from the server's yes to the first frame of somebody who agreed."""


async def check(stack: str, folder: Path, cycles: int, warm_up: int) -> None:
    async with PLACES[stack](folder) as venue, invited(venue) as guest:
        someone = await somebody(venue, folder)
        await agree_always(someone)
        figures = await visits(guest, cycles, warm_up)
        await someone.leave()
    left = {what: figures[f"leaked_{what}"] for what in ("tasks", "files", "threads")}
    assert left == {"tasks": 0, "files": 0, "threads": 0}
    assert figures["leaked_native_threads"] <= 0
    assert figures["leaked_mb"] < MB
    assert figures["leaked_rss_mb"] < RSS_MB + MORE_RSS_MB.get(stack, 0.0)
    assert figures["join_to_first_frame_s"] <= HEARD_WITHIN


@pytest.mark.parametrize("stack", PLACES)
async def test_twenty_visits_leave_nothing_behind(stack: str, tmp_path: Path) -> None:
    await check(stack, tmp_path, cycles=20, warm_up=5)


@pytest.mark.long
@pytest.mark.parametrize("stack", PLACES)
async def test_two_hundred_visits_leave_nothing_behind(stack: str, tmp_path: Path) -> None:
    await check(stack, tmp_path, cycles=200, warm_up=40)
