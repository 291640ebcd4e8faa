"""An event loop that comes late is measured, and told of."""

from __future__ import annotations

import asyncio
import logging

import pytest

from consentry.loop_lag import INTERVAL, QUIET, STALLED, LoopLag
from consentry.metrics import Metrics


class Clock:
    """Goes as a test says."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Loop:
    """A measurement, woken as late as a test says."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.metrics = Metrics()
        self.lag = LoopLag(self.metrics, self.clock)

    def wake(self, late: float) -> None:
        self.clock.now += INTERVAL + late
        self.lag.observe(self.clock.now)


def test_a_loop_in_time_has_no_lag_and_is_not_spoken_of(caplog: pytest.LogCaptureFixture) -> None:
    loop = Loop()
    for _ in range(100):
        loop.wake(0.0005)
    assert loop.metrics.value("loop_lag_seconds") == 100
    assert loop.lag.health().loop_lag == pytest.approx(0.0005)
    assert not caplog.records


def test_a_loop_that_lags_is_told_of_once_and_again_after_a_while(
    caplog: pytest.LogCaptureFixture,
) -> None:
    loop = Loop()
    with caplog.at_level(logging.WARNING):
        for _ in range(10):
            loop.wake(0.3005)
        assert [record.getMessage()[:32] for record in caplog.records] == [
            "the event loop was 300 ms late ("
        ]
        loop.clock.now += QUIET
        loop.lag.observe(loop.clock.now)
    assert len(caplog.records) == 2
    assert "10 times" in caplog.records[1].getMessage()


def test_health_counts_the_calls_and_knows_a_stuck_loop() -> None:
    loop = Loop()
    loop.metrics.calls.inc(2)
    loop.wake(0.0)
    assert (loop.lag.health().alive, loop.lag.health().calls) == (True, 2)
    loop.clock.now += STALLED
    assert not loop.lag.health().alive
    loop.wake(0.0)
    assert loop.lag.health().alive


@pytest.mark.virtual_time
async def test_a_callback_that_holds_up_the_loop_shows() -> None:
    metrics, loop, blocked = Metrics(), asyncio.get_running_loop(), Clock()
    blocked.now = 0.0
    lag = LoopLag(metrics, lambda: loop.time() + blocked.now)
    measuring = asyncio.create_task(lag.run())
    await asyncio.sleep(10.5 * INTERVAL)
    assert lag.health().loop_lag == pytest.approx(0.0, abs=1e-6)
    blocked.now = 7.0  # what something took that let nobody else run
    await asyncio.sleep(INTERVAL)
    measuring.cancel()
    assert lag.health().loop_lag == pytest.approx(7.0)
