"""The bot's end of the call: its own receive path, its own desk, and one try after another."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from consentry.checkin.check import Runs
from consentry.connectors.room.connector import TICK_SECONDS, TICKS_PER_REPORT
from consentry.events import Medium, Participant, VideoFrame
from consentry.metrics import Metrics
from consentry.plugin import FaceCheck, Progress, Verdict
from consentry.rtc.peer import Peer, PeerCallbacks
from consentry.rtc.receive import ReceivePath
from consentry.rtc.track import GRANTED, MediaEvent, ReceiveContext
from consentry.rtc.worker import DecodeWorker
from tests.bench.checkin.films import Film
from tests.bench.media.pipe import Child, child

P = ParamSpec("P")
T = TypeVar("T")

PICTURES_PER_SECOND = 12.0
SETTLING = 1.0
"""Seconds that a scene is filmed before its try begins: the camera was on."""

PERSON = Participant("p1", "Sam")


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one try."""

    film: Film
    verdict: Verdict
    seconds: float
    """From its beginning to its verdict."""
    engine_seconds: float
    """Of them, spent in the workers."""


@dataclass
class Timed:
    """The workers, with a watch."""

    workers: Runs
    seconds: float = 0.0

    async def run_first(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        began = time.perf_counter()
        try:
            return await self.workers.run_first(fn, *args, **kwargs)
        finally:
            self.seconds += time.perf_counter() - began


class Call:
    """One person's camera, as the bot receives it; made by :func:`connected`."""

    def __init__(self, sender: Child, pictures: asyncio.Queue[VideoFrame]) -> None:
        self._sender = sender
        self._pictures = pictures

    async def show(self, film: Film) -> None:
        """Put ``film`` before the camera, and let it settle."""
        await self._sender.ask("show", kind=film.kind, enrolled=film.enrolled, seed=film.seed)
        await asyncio.sleep(SETTLING)

    async def frames(self, count: int) -> list[VideoFrame]:
        """The next pictures."""
        return [await self._pictures.get() for _ in range(count)]

    async def attempt(self, check: FaceCheck, began: float) -> tuple[Verdict, float]:
        """Show what comes to ``check`` until there is a verdict, and when that was."""
        while not self._pictures.empty():
            self._pictures.get_nowait()
        asked = None
        progress = check.tick(began)
        while progress.verdict is None:
            if progress.prompt is not None and progress.prompt.kind != asked:
                asked = progress.prompt.kind
                await self._sender.ask("ask", prompt=asked)
            progress = await self._next(check)
        await check.close()
        return progress.verdict, time.monotonic() - began

    async def _next(self, check: FaceCheck) -> Progress:
        try:
            async with asyncio.timeout(0.1):
                frame = await self._pictures.get()
        except TimeoutError:
            return check.tick(time.monotonic())
        return await check.see(frame.picture, frame.at)


@asynccontextmanager
async def connected(metrics: Metrics) -> AsyncIterator[Call]:
    """A call over real WebRTC on this machine: DTLS, SRTP, VP8."""
    pictures: asyncio.Queue[VideoFrame] = asyncio.Queue()

    def emit(event: MediaEvent) -> None:
        if isinstance(event, VideoFrame):
            while not pictures.empty():
                pictures.get_nowait()  # the newest alone, as a plugin's queue has it
            pictures.put_nowait(event)

    with DecodeWorker(time.monotonic, metrics) as worker:
        context = ReceiveContext(time.monotonic, metrics, lambda who, what: GRANTED, emit, worker)
        path = ReceivePath(context)
        path.want(PERSON.id, frozenset({Medium.VIDEO}), PICTURES_PER_SECOND)
        callbacks = PeerCallbacks(lambda: None, lambda said: None, lambda: None)
        peer = Peer(path, callbacks, lambda mid: PERSON)
        async with child("tests.bench.checkin.sender") as sender, asyncio.TaskGroup() as tasks:
            ticking = tasks.create_task(_tick(peer))
            offer = await sender.ask("offer")
            await sender.ask("connect", sdp=await peer.answer(offer["sdp"]))
            yield Call(sender, pictures)
            ticking.cancel()
        await peer.close()


async def _tick(peer: Peer) -> None:
    for tick in itertools.count(1):
        await asyncio.sleep(TICK_SECONDS)
        peer.tick()
        if tick % TICKS_PER_REPORT == 0:
            peer.report()
