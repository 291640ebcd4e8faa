"""The benches of what receiving costs: media-audio, media-av, tracks and slow-reader."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from tests.bench.media import material
from tests.bench.media.figures import Figures, NothingCounts, counted, slope, usage_figures
from tests.bench.media.pipe import ChildError, child
from tests.bench.media.processes import usage
from tests.bench.media.rounds import RECEIVERS, Call, Round, connect, play
from tests.bench.media.streams import Load

ALL_SPEAK = Load(audio=25, talking=25)
TWO_SPEAK = Load(audio=25, talking=2, video=25)
SLOW = Load(audio=9, talking=9, video=6)
COUNTS = (1, 5, 10, 25, 50)
ROUNDS, TRACKS_ROUNDS = 5, 3
SECONDS, SLOW_SECONDS = 20.0, 600.0
STOCK_SECONDS = 20.0
"""That stock's memory is watched: it grows by tens of MiB a second."""
FILLING = 30.0
"""Seconds until every bounded queue is full; what memory does before is no leak."""
SAMPLE_EVERY = 2.0


@contextmanager
def prepared(meetings: Path, *, video: bool) -> Iterator[Path]:
    """A file with what the sender sends, the same for each receiver and round."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "material.json")
        material.make(meetings, video=video).save(file)
        yield file


async def interleaved(call: Call, rounds: int) -> dict[str, list[Round]]:
    """Each receiver once, and again; so what else the machine does meets all of them."""
    played: dict[str, list[Round]] = {name: [] for name in RECEIVERS}
    for number in range(1, rounds + 1):
        for name in RECEIVERS:
            one = await attempted(name, call)
            played[name].append(one)
            outcome = "; ".join(one.failures) or f"{one.cpu:.1f} % of a core"
            sys.stderr.write(f"round {number} of {rounds}, {name}: {outcome}\n")
    return played


async def attempted(name: str, call: Call) -> Round:
    """A round; one that broke down is a failed one, and the others go on."""
    try:
        return await play(name, call)
    except ChildError as exc:
        return Round(0.0, 0.0, 0.0, 0.0, failures=(str(exc),))


def media(load: Load, meetings: Path, rounds: int | None, seconds: float | None) -> Figures:
    """The same call into ours, stock aiortc and headless Chromium."""
    with prepared(meetings, video=load.video > 0) as file:
        call = Call(load, file, seconds or SECONDS)
        return usage_figures(asyncio.run(interleaved(call, rounds or ROUNDS)))


def tracks(meetings: Path, rounds: int | None, seconds: float | None) -> Figures:
    """Percent of a core for each audio track, by how many there are."""
    found: Figures = {}
    with prepared(meetings, video=False) as file:
        for many in COUNTS:
            call = Call(Load(audio=many, talking=many), file, seconds or SECONDS)
            played = asyncio.run(interleaved(call, rounds or TRACKS_ROUNDS))
            for name, rounds_done in counted(played).items():
                prefix = "" if name == "ours" else f"{name}_"
                cpu = median(each.cpu for each in rounds_done)
                found[f"{prefix}cpu_per_track_{many}"] = round(cpu / many, 3)
    return found


def slow_reader(meetings: Path, seconds: float | None) -> Figures:
    """MiB a minute by which memory grows where nobody reads, or one event a second."""
    watched = seconds or SLOW_SECONDS
    with prepared(meetings, video=True) as file:
        call = Call(SLOW, file, watched, FILLING)
        ours = asyncio.run(memory("tests.bench.media.ours", call))
        short = Call(SLOW, file, min(watched, STOCK_SECONDS), warm_up=2.0)
        stock = asyncio.run(memory("tests.bench.media.stock", short))
    return {
        "rss_slope_mb_min": round(60 * slope(ours), 3),
        "rss_mb": round(max(rss for _, rss in ours), 1),
        "stock_rss_slope_mb_min": round(60 * slope(stock), 2),
        "stock_rss_mb": round(max(rss for _, rss in stock), 1),
        "minutes": round(watched / 60, 2),
    }


async def memory(receiver: str, call: Call) -> list[tuple[float, float]]:
    """(seconds, MiB) of a receiver with slow readers, once its queues are full.

    NothingCounts if nothing was read: a receiver that died does not grow either.
    """
    points = []
    async with (
        child("tests.bench.media.sender") as sender,
        child(receiver, "--slow") as taker,
    ):
        pid = await connect(sender, taker, call)
        await asyncio.sleep(call.warm_up)
        before, began = await taker.ask("report"), time.monotonic()
        while (at := time.monotonic() - began) < call.seconds:
            points.append((at, usage(pid).rss))
            await asyncio.sleep(SAMPLE_EVERY)
            await sender.ask("report")
        if (await taker.ask("report"))["events"] <= before["events"]:
            raise NothingCounts(f"{taker.name}: nothing was read in {call.seconds:.0f} s")
    return points
