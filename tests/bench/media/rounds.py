"""One round: a call into one receiver, what that cost, and whether it did the work."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

from tests.bench.media.pipe import Child, Fields, child
from tests.bench.media.processes import Usage, usage
from tests.bench.media.readers import PICTURES_PER_SECOND
from tests.bench.media.streams import Load

RECEIVERS = {
    "ours": ("tests.bench.media.ours",),
    "stock": ("tests.bench.media.stock",),
    "chromium": ("tests.bench.media.chromium",),
}
"""The module and arguments of each receiver's process."""

ENOUGH = 0.95
"""Of the sound and the pictures sent, that a receiver must have made to count."""
SETTLING = 2.0
"""Seconds after the start when every camera sends another key frame."""
LOUD = 1e-5
"""Mean square of the samples, at least: speech is louder, silence is not."""


@dataclass(frozen=True, slots=True)
class Call:
    """What is sent, and for how long."""

    load: Load
    material: Path
    seconds: float = 20.0
    warm_up: float = 5.0


@dataclass(frozen=True, slots=True)
class Round:
    """What one receiver did with one call."""

    cpu: float
    """Processor time by time, in percent of one core."""
    rss_mb: float
    pss_mb: float
    late_p99_ms: float
    """How late the sender was with its packets, at most, for 99 of 100."""
    late_share: float = 0.0
    """Of its packets that it sent more than 10 ms after their time."""
    failures: tuple[str, ...] = ()
    """What was not done; a round with any is not counted."""


async def play(receiver: str, call: Call) -> Round:
    """Run ``receiver`` on ``call``; ChildError if one of the two processes fails."""
    async with (
        child("tests.bench.media.sender") as sender,
        child(*RECEIVERS[receiver]) as taker,
    ):
        pid = await connect(sender, taker, call)
        await asyncio.sleep(call.warm_up)
        await sender.ask("report")
        before, began = usage(pid), time.monotonic()
        done = await taker.ask("report")
        await asyncio.sleep(call.seconds)
        after, took = usage(pid), time.monotonic() - began
        more, sent = await taker.ask("report"), await sender.ask("report")
    return _round(call.load, (before, after, took), (done, more), sent)


async def connect(sender: Child, taker: Child, call: Call) -> int:
    """Join the two and let the sender start; the process whose tree is to be measured."""
    load = {"audio": call.load.audio, "talking": call.load.talking, "video": call.load.video}
    offer = await sender.ask("offer", load=load)
    answer = await taker.ask("answer", sdp=offer["sdp"], load=load)
    await sender.ask("connect", sdp=answer["sdp"], material=str(call.material))
    await sender.ask("start")
    # aiortc never asks for a key frame that it missed while its end was still being set up.
    await asyncio.sleep(SETTLING)
    await sender.ask("key_frames")
    return int(answer.get("pid", taker.pid))


def _round(
    load: Load, used: tuple[Usage, Usage, float], done: tuple[Fields, Fields], sent: Fields
) -> Round:
    before, after, took = used
    failures = missing(load, *done, took)
    if sent["unsent"] or not sent["sent"]:
        failures.append(f"the sender could not send {sent['unsent']} packets")
    return Round(
        100 * (after.cpu - before.cpu) / took,
        after.rss,
        after.pss,
        sent["p99_lateness_ms"],
        sent["late"] / max(1, sent["sent"]),
        tuple(failures),
    )


def missing(load: Load, before: Fields, after: Fields, took: float) -> list[str]:
    """What a receiver left undone of what ``load`` asked for between two reports."""
    found = []
    heard = [_more(before, after, "seconds", i) for i in range(load.talking)]
    if heard and min(heard) < ENOUGH * took:
        found.append(f"a track gave {min(heard):.1f} s of PCM in {took:.1f} s")
    energy = (after["energy"] - before["energy"]) / max(1.0, 16_000 * sum(heard))
    if heard and energy < LOUD:
        found.append("the PCM is silent")
    saw = [_more(before, after, "pictures", i) for i in range(load.video)]
    # A window holds one picture more or less by where it starts.
    if saw and sum(saw) < ENOUGH * len(saw) * (PICTURES_PER_SECOND * took - 1):
        found.append(f"{sum(saw):.0f} pictures of {len(saw)} cameras in {took:.1f} s")
    if saw and after["light"] <= before["light"]:
        found.append("the pictures are black")
    return found


def _more(before: Fields, after: Fields, what: str, index: int) -> float:
    key = str(index)
    return float(after[what].get(key, 0)) - float(before[what].get(key, 0))
