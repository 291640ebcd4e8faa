"""What counts as silence on the wire, and how often it is complained of."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from consentry.metrics import Silence
from consentry.rtc.watchdog import DEAD_BACKOFF, PATIENCE, UNHEARD, Watchdog, Wire

TICK = 0.05


@dataclass
class Line:
    """One participant's connection, second by second."""

    now: float = 0.0
    since: float = 0.0
    wanted: bool = True
    due: bool = True
    packets_every: float | None = 0.02
    checks_every: float | None = 5.0
    packet_at: float | None = None
    datagram_at: float | None = None
    watchdog: Watchdog = field(default_factory=Watchdog)
    asked: list[tuple[float, Silence]] = field(default_factory=list)

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds / TICK)):
            self.now += TICK
            self._arrive()
            wire = Wire(self.since, self.wanted, self.due, self.packet_at, self.datagram_at)
            silence = self.watchdog.check(wire, self.now)
            if silence is not None:
                self.asked.append((round(self.now, 2), silence))

    def reconnect(self) -> None:
        """A new connection is negotiated; nothing came over it yet."""
        self.since, self.packet_at, self.datagram_at = self.now, None, None

    def _arrive(self) -> None:
        if self._comes(self.packets_every):
            self.packet_at = self.datagram_at = self.now
        if self._comes(self.checks_every):
            self.datagram_at = self.now

    def _comes(self, every: float | None) -> bool:
        if every is None:
            return False
        return self.now // max(every, TICK) > (self.now - TICK) // max(every, TICK)


def test_somebody_who_talks_is_left_alone() -> None:
    line = Line()
    line.run(600)
    assert line.asked == []


def test_discontinuous_transmission_is_no_silence() -> None:
    line = Line(packets_every=0.4)
    line.run(600)
    assert line.asked == []


def test_a_path_that_is_cut_is_noticed_within_three_seconds() -> None:
    line = Line()
    line.run(10)
    line.packets_every = line.checks_every = None
    line.run(PATIENCE + TICK)
    assert [silence for _, silence in line.asked] == [Silence.NOTHING]


def test_media_that_stops_on_a_living_path_is_noticed_and_told_apart() -> None:
    line = Line(checks_every=1.0)
    line.run(10)
    line.packets_every = None
    line.run(PATIENCE + TICK)
    assert [silence for _, silence in line.asked] == [Silence.NO_RTP]


def test_media_that_never_started_is_noticed_too() -> None:
    line = Line(packets_every=None, checks_every=1.0)
    line.run(PATIENCE + 2 * TICK)
    assert [silence for _, silence in line.asked] == [Silence.NO_RTP]


def test_a_device_with_nothing_to_send_is_asked_ever_less_often() -> None:
    line = Line(packets_every=None, checks_every=0.5)
    for _ in range(240):
        before = len(line.asked)
        line.run(1)
        if len(line.asked) > before:
            line.reconnect()
    times = [at for at, _ in line.asked]
    waits = [b - a for a, b in zip(times, times[1:], strict=False)]
    assert waits[:4] == pytest.approx([6, 12, 30, 60], abs=1)
    assert len(times) == 7


def test_a_new_connection_starts_without_media_and_the_wait_still_grows() -> None:
    # A page offers its first description without a track, and puts it on once it is wanted.
    line = Line(packets_every=None, checks_every=0.5)
    for _ in range(120):
        before = len(line.asked)
        line.run(1)
        line.due = len(line.asked) == before
        if not line.due:
            line.reconnect()
    assert len(line.asked) <= 5


def test_media_that_came_back_is_watched_as_on_the_first_day() -> None:
    line = Line(packets_every=None, checks_every=0.5)
    line.run(25)
    assert len(line.asked) == 3
    line.packets_every = 0.02
    line.run(10)
    line.packets_every = None
    before = len(line.asked)
    line.run(PATIENCE + TICK)
    assert len(line.asked) == before + 1


def test_who_is_not_wanted_may_be_silent() -> None:
    line = Line(wanted=False, due=False, packets_every=None)
    line.run(600)
    assert line.asked == []


def test_being_wanted_again_starts_over() -> None:
    line = Line(packets_every=None, checks_every=0.5)
    line.run(25)
    line.wanted = line.due = False
    line.run(7)
    before = len(line.asked)
    line.wanted = line.due = True
    line.run(PATIENCE + 2 * TICK)
    assert len(line.asked) == before + 1


def test_a_dead_path_is_asked_about_at_a_steady_pace() -> None:
    line = Line()
    line.run(10)
    line.packets_every = line.checks_every = None
    for _ in range(60):
        before = len(line.asked)
        line.run(1)
        if len(line.asked) > before:
            line.due = False
            line.reconnect()
    times = [at for at, _ in line.asked]
    waits = [b - a for a, b in zip(times, times[1:], strict=False)]
    assert waits == pytest.approx([DEAD_BACKOFF] * len(waits), abs=1.1)
    assert {silence for _, silence in line.asked} == {Silence.NOTHING}


def test_a_dead_path_is_noticed_where_no_media_is_due() -> None:
    line = Line(wanted=False, due=False, packets_every=None)
    line.run(60)
    line.checks_every = None
    line.run(UNHEARD + TICK)
    assert [silence for _, silence in line.asked] == [Silence.NOTHING]


def test_a_path_that_never_was_is_not_the_watchdogs() -> None:
    line = Line(wanted=False, due=False, packets_every=None, checks_every=None)
    line.run(600)
    assert line.asked == []
