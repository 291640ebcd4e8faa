"""One participant's audio over networks good and bad."""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from consentry.events import AudioFrame, Gap, Participant
from consentry.metrics import Metrics
from consentry.rtc.audio import AudioEvent, AudioReceiver
from tests.rtc.streams import FRAME, opus_payloads, stream, tone

SAM = Participant("p1", "Sam")
START = 100.0


class Line:
    """A receiver at the end of a line that loses what it is told to lose."""

    def __init__(self, payloads: list[bytes]) -> None:
        self.metrics = Metrics()
        self.decoded = 0
        self.packets = stream(payloads)
        self.receiver = AudioReceiver(SAM, self.metrics, self._count)
        self.events: list[AudioEvent] = []

    def _count(self) -> None:
        self.decoded += 1

    def carry(self, lost: Collection[int] = (), delay: float = 0.0) -> None:
        for number, packet in enumerate(self.packets):
            now = START + (number + 1) * FRAME + delay
            if number not in lost:
                self.events += self.receiver.receive(packet, now)
            self.events += self.receiver.tick(now)
        self.events += self.receiver.tick(now + 1.0)

    @property
    def frames(self) -> list[AudioFrame]:
        return [event for event in self.events if isinstance(event, AudioFrame)]

    @property
    def gaps(self) -> list[Gap]:
        return [event for event in self.events if isinstance(event, Gap)]

    @property
    def duration(self) -> float:
        return sum(frame.duration for frame in self.frames)


@pytest.fixture
def line(tmp_path: Path) -> Line:
    return Line(opus_payloads(tmp_path, tone(2.0)))


def test_on_a_good_line_every_sample_arrives_with_its_time(line: Line) -> None:
    line.carry()
    total = len(line.packets) * FRAME
    assert abs(line.duration - total) < 1e-6
    assert abs(line.frames[0].at - START) < 1e-6
    assert all(abs(a.end - b.at) < 1e-6 for a, b in pairwise(line.frames))
    assert line.decoded == len(line.packets)
    assert all(frame.duration == 0.08 for frame in line.frames[:-1])


def test_every_tenth_packet_lost_leaves_neither_hole_nor_lag(line: Line) -> None:
    lost = range(5, 90, 10)
    line.carry(lost)
    assert abs(line.duration - len(line.packets) * FRAME) < 1e-6
    assert not line.gaps
    assert all(abs(a.end - b.at) < 1e-6 for a, b in pairwise(line.frames))
    audio = np.concatenate([frame.samples for frame in line.frames])
    windows = audio[1600:-1600].reshape(-1, 320)
    assert np.sqrt((windows**2).mean(axis=1)).min() > 0.05


def test_a_long_loss_is_a_gap_and_what_follows_is_in_its_place(line: Line) -> None:
    line.carry(range(40, 60))
    (gap,) = line.gaps
    assert gap.participant is SAM
    assert abs(gap.at - (START + 0.8)) < 1e-6
    assert abs(gap.duration - 0.4) < 1e-6
    after = next(frame for frame in line.frames if frame.at >= gap.at)
    assert abs(after.at - (START + 1.2)) < 1e-6


def test_silence_left_out_by_the_sender_is_no_loss(line: Line) -> None:
    paused = [
        packet.__class__(
            packet.payload_type,
            packet.sequence_number,
            packet.timestamp + (48_000 if number >= 50 else 0),
            packet.ssrc,
            packet.payload,
        )
        for number, packet in enumerate(line.packets)
    ]
    for number, packet in enumerate(paused):
        now = START + (number + 1) * FRAME + (1.0 if number >= 50 else 0.0)
        line.events += line.receiver.receive(packet, now)
    assert not line.gaps
    resumed = next(frame for frame in line.frames if frame.at > START + 1.5)
    assert abs(resumed.at - (START + 2.0)) < 1e-6


def test_garbage_in_the_middle_is_counted_and_concealed(line: Line) -> None:
    bad = line.packets[50]
    line.packets[50] = bad.__class__(
        bad.payload_type, bad.sequence_number, bad.timestamp, bad.ssrc, b"\xff\xff\xff\xff"
    )
    line.carry()
    assert line.metrics.value("packets_dropped", reason="undecodable") == 1
    assert abs(line.duration - len(line.packets) * FRAME) < 1e-6
    assert line.decoded == len(line.packets) - 1


def test_the_last_words_come_out_when_the_packets_stop(line: Line) -> None:
    for number, packet in enumerate(line.packets[:6]):
        line.events += line.receiver.receive(packet, START + (number + 1) * FRAME)
    assert len(line.frames) == 1
    line.events += line.receiver.tick(START + 0.5)
    assert abs(line.duration - 0.12) < 1e-6


def test_duplicates_are_counted_and_heard_once(line: Line) -> None:
    line.packets = [packet for packet in line.packets for _ in range(2)]
    for number, packet in enumerate(line.packets):
        line.events += line.receiver.receive(packet, START + (number + 1) * FRAME / 2)
    assert line.decoded == len(line.packets) // 2
    dropped = line.metrics.value("packets_dropped")
    assert dropped == len(line.packets) // 2


def test_once_closed_nothing_pending_is_left(line: Line) -> None:
    line.events += line.receiver.receive(line.packets[0], START)
    line.receiver.close()
    assert line.receiver.tick(START + 10) == []
