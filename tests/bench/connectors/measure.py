"""The bench of connectors: how soon they hear, what they leave behind, how soon they are back."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from statistics import median

import pytest

from consentry.testing.venue import Feature, Someone, Venue
from tests.bench.connectors.places import PLACES, agree_always, come_back, invited, somebody
from tests.bench.connectors.tracks import rss_mb
from tests.bench.media.figures import Figures
from tests.bench.media.pipe import Child, Fields

TRACKS = "tracks"
"""What is measured besides the stacks: a bot that hears ten people."""
CYCLES = 200
WARM_UP = 40
"""Visits in which caches fill and libraries load; what they leave is no leak."""
LINGERING, GONE_WITHIN = 12.0, 60.0
"""Seconds: a library's resolver has threads that wait that long for an answer."""
PAUSE = 1.0
VISIT_SECONDS = 30.0
BACK_SECONDS = 60.0


def measure(cycles: int | None, only: Iterable[str] = ()) -> Figures:
    """Of every stack whose server is on this machine; ``only`` names some of them."""
    return asyncio.run(_measure(cycles or CYCLES, list(only) or [*PLACES, TRACKS]))


async def _measure(cycles: int, names: Iterable[str]) -> Figures:
    found: Figures = {}
    for name in names:
        try:
            with tempfile.TemporaryDirectory() as folder:
                if name == TRACKS:
                    found["rss_mb_with_10_tracks"] = round(await rss_mb(Path(folder)), 1)
                    continue
                figures = await of_stack(name, Path(folder), cycles)
        except pytest.skip.Exception as skipped:
            sys.stderr.write(f"{name} is left out: {skipped}\n")
            continue
        found |= {f"{name}_{key}": value for key, value in figures.items()}
    return found


async def of_stack(name: str, folder: Path, cycles: int) -> Figures:
    """Joins, leaks and the way back, with one person talking in the call."""
    async with PLACES[name](folder) as venue, invited(venue) as guest:
        someone = await somebody(venue, folder)
        await agree_always(someone)
        figures = await visits(guest, cycles)
        if Feature.RESTART not in venue.without:
            figures["reconnect_s"] = round(await way_back(venue, guest, someone), 2)
        await someone.leave()
        return figures


async def visits(guest: Child, cycles: int, warm_up: int = WARM_UP) -> Figures:
    """``cycles`` visits after the first few: seconds to the first frame, and what is left."""
    await guest.ask("visit", VISIT_SECONDS * warm_up, times=warm_up)
    before = await settled(guest)
    answer = await guest.ask("visit", VISIT_SECONDS * cycles, times=cycles)
    after = await gone(guest, before)
    leaked = {f"leaked_{what}": round(after[what] - before[what], 2) for what in after}
    return {
        "join_to_first_frame_s": round(median(answer["seconds"]), 3),
        "join_to_first_frame_max_s": round(max(answer["seconds"]), 3),
        **leaked,
        "cycles": cycles,
    }


async def settled(guest: Child) -> Fields:
    """What the guest holds once that has not changed for a while."""
    sizes, since = await guest.ask("sizes"), time.monotonic()
    while time.monotonic() - since < LINGERING:
        await asyncio.sleep(PAUSE)
        if counts(now := await guest.ask("sizes")) != counts(sizes):
            since = time.monotonic()
        sizes = now
    return sizes


async def gone(guest: Child, before: Fields) -> Fields:
    """What the guest holds once it is no more than ``before``, or stays more for good."""
    deadline = time.monotonic() + GONE_WITHIN
    while True:
        await asyncio.sleep(PAUSE)
        sizes = await guest.ask("sizes")
        more = any(counts(sizes)[what] > counts(before)[what] for what in counts(before))
        if not more or time.monotonic() > deadline:
            return sizes


def counts(sizes: Fields) -> Fields:
    """What can be counted."""
    return {what: value for what, value in sizes.items() if not what.endswith("mb")}


async def way_back(venue: Venue, guest: Child, someone: Someone) -> float:
    """Seconds from when the server and the person are back to their sound."""
    await guest.ask("stay")
    await venue.restart()
    async with asyncio.timeout(BACK_SECONDS):
        await come_back(someone)
    back = time.monotonic()
    answer = await guest.ask("sound", BACK_SECONDS, after=back)
    await guest.ask("go")
    return float(answer["at"]) - back
