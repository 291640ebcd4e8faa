"""One thread decodes for everybody, and whoever breaks does so alone."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

from consentry.metrics import Metrics
from consentry.rtc.worker import DecodeWorker, Delivery, Job


class Tone:
    """A track with ``count`` things to decode, which notes in which thread that happened."""

    def __init__(self, count: int, fails: bool = False) -> None:
        self.left = count
        self.fails = fails
        self.decoded_in: list[threading.Thread] = []
        self.delivered_in: list[threading.Thread] = []
        self.done = asyncio.Event()

    waits = False

    def idle(self, now: float) -> bool:
        return self.left == 0

    def job(self, now: float) -> Job | None:
        if self.left == 0:
            return None
        self.left -= 1
        return self._decode

    def _decode(self) -> Delivery:
        self.decoded_in.append(threading.current_thread())
        if self.fails:
            raise ValueError("what somebody said")
        return self._deliver

    def _deliver(self) -> None:
        self.delivered_in.append(threading.current_thread())
        if not self.left:
            self.done.set()


def worker(metrics: Metrics | None = None) -> DecodeWorker:
    return DecodeWorker(clock(), metrics or Metrics())


def clock() -> Callable[[], float]:
    return asyncio.get_running_loop().time


async def test_all_tracks_are_decoded_in_one_thread_and_delivered_on_the_loop() -> None:
    tones = [Tone(3), Tone(3)]
    with worker() as decoding:
        for tone in tones:
            decoding.activate(tone)
        for tone in tones:
            await tone.done.wait()
    threads = {thread for tone in tones for thread in tone.decoded_in}
    assert len(threads) == 1
    assert threading.current_thread() not in threads
    assert {t for tone in tones for t in tone.delivered_in} == {threading.current_thread()}


async def test_a_track_that_breaks_is_counted_and_the_others_go_on() -> None:
    metrics = Metrics()
    broken, sound = Tone(3, fails=True), Tone(3)
    with worker(metrics) as decoding:
        decoding.activate(broken)
        decoding.activate(sound)
        await sound.done.wait()
    assert len(sound.delivered_in) == 3
    assert metrics.value("decoder_failures", codec="other") == 3


async def test_an_idle_track_is_asked_no_more_until_something_arrives() -> None:
    tone, other = Tone(1), Tone(5)
    with worker() as decoding:
        decoding.activate(tone)
        decoding.activate(other)
        await other.done.wait()
        assert len(tone.decoded_in) == 1
        tone.done.clear()
        tone.left = 1
        decoding.activate(tone)
        await tone.done.wait()
    assert len(tone.decoded_in) == 2


async def test_its_thread_ends_with_it() -> None:
    tone = Tone(1)
    with worker() as decoding:
        decoding.activate(tone)
        await tone.done.wait()
    (thread,) = tone.decoded_in
    assert not thread.is_alive()


async def test_a_busy_socket_is_read_with_each_batch_until_it_is_quiet() -> None:
    left, quiet = [1, 2, 3], asyncio.Event()

    def read() -> bool:
        left.pop()
        if not left:
            quiet.set()
        return bool(left)

    with worker() as decoding:
        assert decoding.poll(read)
        await quiet.wait()


async def test_a_socket_whose_reading_breaks_harms_nobody() -> None:
    def broken() -> bool:
        raise ValueError("what somebody said")

    tone = Tone(2)
    with worker() as decoding:
        decoding.poll(broken)
        decoding.activate(tone)
        await tone.done.wait()


def test_without_batches_a_socket_is_told_to_read_for_itself() -> None:
    assert not DecodeWorker(lambda: 0.0, Metrics()).poll(lambda: True)
