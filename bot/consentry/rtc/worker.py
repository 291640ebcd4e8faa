"""The one thread that decodes, for all tracks of a call, in batches."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from typing import Protocol, Self, TypeVar

from consentry.metrics import Metrics
from consentry.rtc.datagrams import Read

T = TypeVar("T")

logger = logging.getLogger(__name__)

BATCH = 0.04
"""Seconds between two batches: one wake-up of the loop and of the thread for what all tracks
brought. Two of them fill a block of sound."""

HURRY = 0.02
"""The same while some track waits for a packet: its deadline is met more closely."""

MAX_WAITING = 25
"""Batches that may wait for the thread; beyond that, tracks keep and then drop their own."""

Delivery = Callable[[], None]
"""Hands on what was decoded; called on the event loop."""

Job = Callable[[], Delivery]
"""Decodes; called in the thread."""


class Decodable(Protocol):
    """A track that has, or will have, something to decode."""

    def job(self, now: float) -> Job | None:
        """What is to be decoded by now; ``None`` where there is nothing."""
        ...

    def idle(self, now: float) -> bool:
        """Whether there is nothing to do until something arrives."""
        ...

    @property
    def waits(self) -> bool:
        """Whether what it has is held up by something missing."""
        ...


class Decoding(Protocol):
    """Whatever decodes for a track."""

    def activate(self, track: Decodable) -> None:
        """Ask ``track`` for jobs from now on, until it is idle."""
        ...

    def poll(self, read: Read) -> bool:
        """Call ``read`` before each batch from now on, until it returns false; false if there
        are no batches."""
        ...


class DecodeWorker:
    """Used as a context manager on the event loop: leaving it ends the thread.

    An event loop that decodes is late for everything else; a hand-over for each packet costs
    more than the decoding. So the loop collects, and hands over
    in batches.
    """

    def __init__(self, clock: Callable[[], float], metrics: Metrics) -> None:
        self._clock = clock
        self._metrics = metrics
        self._active: dict[Decodable, None] = {}
        self._reads: dict[Read, None] = {}
        self._batches: SimpleQueue[list[Job] | None] = SimpleQueue()
        self._waiting = 0
        self._collecting = False
        self._timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, name="consentry-decode", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._active.clear()
        self._reads.clear()
        self._batches.put(None)
        if self._thread is not None:
            self._thread.join()
        self._loop = None

    def activate(self, track: Decodable) -> None:
        """Ask ``track`` for jobs from the next batch on, until it is idle."""
        self._active[track] = None
        self._start()

    def poll(self, read: Read) -> bool:
        """Call ``read`` before each batch, until it returns false; false outside of its context."""
        if self._loop is None:
            return False
        self._reads[read] = None
        self._start()
        return True

    def _start(self) -> None:
        if self._loop is not None and not self._collecting:
            self._schedule(self._loop.time() + BATCH)

    def _schedule(self, when: float) -> None:
        if self._timer is None and self._loop is not None:
            self._timer = self._loop.call_at(when, self._collect)

    def _collect(self) -> None:
        assert self._loop is not None
        began = self._loop.time()
        self._timer, self._collecting = None, True
        for read in list(self._reads):
            if not self._sound(read, True):
                del self._reads[read]
        if self._waiting < MAX_WAITING:
            self._hand_over()
        self._collecting = False
        if self._active or self._reads:
            pause = HURRY if any(track.waits for track in self._active) else BATCH
            self._schedule(began + pause)

    def _hand_over(self) -> None:
        now = self._clock()
        jobs = []
        for track in list(self._active):
            if (job := self._sound(partial(track.job, now), None)) is not None:
                jobs.append(job)
            elif track.idle(now):
                del self._active[track]
        if jobs:
            self._waiting += 1
            self._batches.put(jobs)

    def _run(self) -> None:
        while (jobs := self._batches.get()) is not None:
            began = time.thread_time()
            deliveries = [self._sound(job, _nothing) for job in jobs]
            self._metrics.decode_seconds.observe(time.thread_time() - began)
            with contextlib.suppress(RuntimeError):  # the loop was closed: nobody to tell
                if (loop := self._loop) is not None:
                    loop.call_soon_threadsafe(self._deliver, deliveries)

    def _sound(self, step: Callable[[], T], otherwise: T) -> T:
        """What ``step`` gives. One track's fault, whatever it is, must not deafen the others."""
        try:
            return step()
        except Exception as exc:
            logger.error("a step of decoding failed (%s)", type(exc).__name__)
            self._metrics.decoder_failures.labels("other").inc()
            return otherwise

    def _deliver(self, deliveries: list[Delivery]) -> None:
        self._waiting -= 1
        for deliver in deliveries:
            self._sound(deliver, None)


def _nothing() -> None:
    """What there is to hand on where decoding failed."""
