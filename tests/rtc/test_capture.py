"""The clock of a sender, read off its packets."""

from __future__ import annotations

import random

from consentry.rtc.capture import CaptureClock, SenderClock
from consentry.rtc.rtcp import SenderReport

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


NTP = 3_900_000_000.0


def report(timestamp: int, ntp: float) -> SenderReport:
    return SenderReport(7, ntp, timestamp, 0, 0)


def test_a_sender_report_moves_nothing_that_was_right() -> None:
    clock = CaptureClock(RATE)
    clock.at(0, 10.0)
    clock.reported(report(0, NTP), 10.01)
    assert abs(clock.at(STEP, 10.02) - 10.02) < 1e-6


def test_sound_and_picture_of_one_sender_fall_into_one_time() -> None:
    sender = SenderClock()
    sound, picture = CaptureClock(RATE, sender), CaptureClock(90_000, sender)
    for n in range(50):
        sound.at(n * STEP, 10.0 + n * 0.02)
    sound.reported(report(0, NTP), 11.0)
    for n in range(15):  # a picture takes 150 ms longer than the sound of the same moment
        picture.at(5_000 + n * 6_000, 11.15 + n / 15)
    picture.reported(report(5_000, NTP + 1.0), 12.2)
    assert abs(picture.time_of(5_000) - sound.time_of(RATE)) < 1e-6


def test_a_stream_that_starts_anew_finds_its_place_by_the_next_report() -> None:
    sender = SenderClock()
    clock = CaptureClock(RATE, sender)
    clock.at(0, 10.0)
    clock.reported(report(0, NTP), 10.0)
    late = clock.at(77_000_000, 15.4)  # its first packet after the jump took 400 ms
    assert abs(late - 15.4) < 1e-6
    clock.reported(report(77_000_000, NTP + 5.0), 15.5)
    assert abs(clock.time_of(77_000_000) - 15.0) < 1e-6


def test_a_clock_that_was_set_is_believed_anew_and_nothing_comes_from_the_future() -> None:
    clock = CaptureClock(RATE)
    clock.at(0, 10.0)
    clock.reported(report(0, NTP), 10.0)
    clock.reported(report(STEP, NTP + 3600.0), 10.02)
    assert abs(clock.at(STEP, 10.02) - 10.02) < 1e-6


def test_a_report_about_something_else_is_not_believed() -> None:
    clock = CaptureClock(RATE)
    clock.at(0, 10.0)
    clock.reported(report(1 << 30, NTP), 10.0)
    assert clock.at(STEP, 10.02) == 10.02


def test_half_of_the_round_trip_is_the_way_here() -> None:
    near, far = SenderClock(), SenderClock()
    far.delay = 0.06
    here, there = CaptureClock(RATE, near), CaptureClock(RATE, far)
    assert abs(here.at(0, 10.0) - there.at(0, 10.06)) < 1e-9


def test_whatever_reports_say_nothing_was_captured_after_it_arrived() -> None:
    dice = random.Random(3)
    clock = CaptureClock(RATE)
    for n in range(2000):
        arrival = n * 0.02 + dice.random() * 0.1
        assert clock.at(n * STEP, arrival) <= arrival + 1e-6
        if dice.random() < 0.05:
            said = report(n * STEP + dice.randrange(-RATE, RATE), NTP + n * dice.random())
            clock.reported(said, arrival)
