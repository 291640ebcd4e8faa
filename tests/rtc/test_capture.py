"""The clock of a sender, read off its packets."""

from __future__ import annotations

import random

from consentry.rtc.capture import CaptureClock

RATE = 48_000
STEP = 960


def test_the_first_packet_was_captured_when_it_came() -> None:
    assert CaptureClock(RATE).at(123_456, 7.5) == 7.5


def test_a_delayed_packet_keeps_the_time_at_which_it_was_captured() -> None:
    clock = CaptureClock(RATE)
    clock.at(0, 10.0)
    assert abs(clock.at(STEP, 10.35) - 10.02) < 1e-9


def test_a_slow_first_packet_leaves_no_lag() -> None:
    clock = CaptureClock(RATE)
    clock.at(0, 10.3)
    clock.at(STEP, 10.02)
    assert abs(clock.at(2 * STEP, 10.04) - 10.04) < 1e-9


def test_jitter_moves_nothing_by_more_than_itself() -> None:
    dice = random.Random(1)
    clock = CaptureClock(RATE)
    for n in range(1, 3000):
        at = clock.at(n * STEP, n * 0.02 + 0.03 * dice.random())
    assert abs(at - 2999 * 0.02) < 0.005


def test_clocks_that_drift_apart_are_followed() -> None:
    clock = CaptureClock(RATE)
    for n in range(60 * 50):
        arrival = n * 0.02 * 1.0005
        at = clock.at(n * STEP, arrival)
    assert 0 <= arrival - at < 0.01


def test_after_a_pause_that_the_timestamps_do_not_show_time_goes_on() -> None:
    clock = CaptureClock(RATE)
    clock.at(0, 10.0)
    assert clock.at(STEP, 40.0) == 40.0


def test_the_timestamp_wraps_without_a_stir() -> None:
    clock = CaptureClock(RATE)
    clock.at((1 << 32) - STEP, 10.0)
    assert abs(clock.at(0, 10.02) - 10.02) < 1e-9


def test_nothing_was_captured_after_it_arrived() -> None:
    dice = random.Random(2)
    clock = CaptureClock(RATE)
    for n in range(1000):
        arrival = n * 0.02 + dice.random() * 0.5
        assert clock.at(n * STEP, arrival) <= arrival + 1e-9


def test_a_burst_after_a_stall_finds_its_old_place() -> None:
    clock = CaptureClock(RATE)
    for n in range(100):
        clock.at(n * STEP, n * 0.02)
    resumed = 100 * 0.02 + 2.5
    for n in range(100, 225):
        assert abs(clock.at(n * STEP, max(resumed, n * 0.02)) - n * 0.02) < 1e-9
