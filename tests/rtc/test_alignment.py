"""People whose networks differ are heard at one time, by real peers over real sockets."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from consentry.events import SAMPLE_RATE, AudioFrame
from consentry.metrics import Metrics
from consentry.play.recording import OpusPacket
from consentry.play.track import Timeline
from consentry.rtc.worker import DecodeWorker
from tests.network.ends import ReceivingEnd, SendingEnd
from tests.network.impairment import Impairment
from tests.network.path import ImpairedPath
from tests.rtc.streams import opus_payloads

CLICKS = (4.0, 5.0)
"""Seconds: late enough for a round trip to have been measured, and a sender report heard."""

LENGTH = 6.0
ALIKE = 0.05
"""Seconds within which two people's words still fall into the right order."""


@dataclass(frozen=True)
class Person:
    """A microphone, its network, and the bot's end of their connection."""

    sender: SendingEnd
    receiver: ReceivingEnd
    path: ImpairedPath
    timeline: Timeline

    async def connect(self) -> None:
        answer = await self.receiver.answer(await self.path.offer(await self.sender.offer()))
        await self.sender.answered(await self.path.answer(answer))
        await self.sender.connected.wait()

    def clicks(self) -> list[float]:
        """When the bot takes each click to have been made."""
        frames = [event for event in self.receiver.events if isinstance(event, AudioFrame)]
        assert self.timeline.origin is not None
        found = []
        for click in CLICKS:
            near = [f for f in frames if abs(f.at - self.timeline.origin - click) < 0.4]
            loudest = max(near, key=lambda frame: float(np.abs(frame.samples).max()))
            loud_at = int(np.abs(loudest.samples).argmax())
            found.append(loudest.at + loud_at / SAMPLE_RATE)
        return found


@pytest.fixture
def microphone(tmp_path: Path) -> tuple[OpusPacket, ...]:
    """Near silence, and two clicks."""
    samples = np.random.default_rng(1).normal(0, 0.001, int(LENGTH * SAMPLE_RATE))
    for click in CLICKS:
        at = int(click * SAMPLE_RATE)
        samples[at : at + 32] += 0.8 * np.hanning(32)
    payloads = opus_payloads(tmp_path, samples.astype(np.float32))
    return tuple(OpusPacket(n * 960, payload) for n, payload in enumerate(payloads))


@asynccontextmanager
async def person(
    packets: tuple[OpusPacket, ...], each_way: Impairment, worker: DecodeWorker
) -> AsyncIterator[Person]:
    timeline = Timeline()
    sender, receiver = SendingEnd(packets, timeline), ReceivingEnd(worker, Metrics())
    async with ImpairedPath(each_way, each_way) as path:
        try:
            yield Person(sender, receiver, path, timeline)
        finally:
            await sender.close()
            await receiver.close()


@pytest.mark.parametrize(
    ("near", "far"),
    [
        (Impairment(delay=0.005), Impairment(delay=0.06)),
        (Impairment(delay=0.005), Impairment(delay=0.05, jitter=0.05)),
    ],
    ids=["steady", "jittery"],
)
async def test_the_same_click_is_heard_at_the_same_time_from_near_and_far(
    microphone: tuple[OpusPacket, ...], near: Impairment, far: Impairment
) -> None:
    with DecodeWorker(time.monotonic, Metrics()) as worker:
        async with (
            person(microphone, near, worker) as ana,
            person(microphone, far, worker) as ben,
        ):
            await asyncio.gather(ana.connect(), ben.connect())
            for one in (ana, ben):
                one.timeline.start()
            await ana.timeline.until(LENGTH - 0.3)
            for mine, theirs in zip(ana.clicks(), ben.clicks(), strict=True):
                assert abs(mine - theirs) < ALIKE


async def test_a_click_is_heard_when_it_was_made(microphone: tuple[OpusPacket, ...]) -> None:
    with DecodeWorker(time.monotonic, Metrics()) as worker:
        async with person(microphone, Impairment(delay=0.06), worker) as ana:
            await ana.connect()
            ana.timeline.start()
            await ana.timeline.until(LENGTH - 0.3)
            assert ana.timeline.origin is not None
            for heard, made in zip(ana.clicks(), CLICKS, strict=True):
                assert abs(heard - ana.timeline.origin - made) < ALIKE
