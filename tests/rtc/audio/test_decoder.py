"""One track's sound over networks good and bad."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from consentry.events import AudioFrame, Gap, Participant
from consentry.metrics import Metrics
from consentry.rtc.audio.decoder import RTP_RATE, AudioDecoder, AudioItem, Heard, Silent
from consentry.rtc.audio.opus import has_redundancy
from consentry.rtc.capture import CaptureClock, SenderClock
from consentry.rtc.jitter import JitterBuffer
from consentry.rtc.rtp import RtpPacket
from tests.rtc.streams import FRAME, opus_payloads, redundant_payloads, stream, tone

SAM = Participant("p1", "Sam")
START = 100.0


class Line:
    """A decoder behind a jitter buffer, at the end of a line that loses what it is told to lose."""

    def __init__(self, payloads: list[bytes], frame: float = FRAME) -> None:
        self.metrics = Metrics()
        self.frame = frame
        self.packets = stream(payloads, step=round(frame * RTP_RATE))
        self.jitter: JitterBuffer[AudioItem] = JitterBuffer()
        self.clock = CaptureClock(RTP_RATE)
        self.decoder = AudioDecoder(SAM, self.metrics)
        self.events: list[AudioFrame | Gap] = []

    @property
    def decoded(self) -> int:
        return self.decoder.decoded

    def receive(self, packet: RtpPacket, now: float) -> None:
        at = self.clock.at(packet.timestamp, now - self.frame)
        heard = Heard(packet.payload, packet.timestamp, at, now)
        self.run(self.jitter.push(packet.sequence_number, heard, now), now)

    def run(self, items: Sequence[AudioItem], now: float) -> None:
        self.events += [block.event for block in self.decoder.run(items, now)]

    def tick(self, now: float) -> None:
        self.run(self.jitter.pop(now), now)

    def carry(self, lost: Collection[int] = ()) -> None:
        for number, packet in enumerate(self.packets):
            now = START + (number + 1) * self.frame
            if number not in lost:
                self.receive(packet, now)
            self.tick(now)
        self.tick(now + 1.0)

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


@pytest.mark.parametrize("first", [40, 41, 42, 43])
@pytest.mark.parametrize("packets", [1, 4, 9])
def test_what_is_concealed_comes_in_blocks_like_everything_else(
    line: Line, first: int, packets: int
) -> None:
    line.carry(range(first, first + packets))
    assert not line.gaps
    assert all(0.02 <= frame.duration <= 0.1 for frame in line.frames)
    assert all(abs(a.end - b.at) < 1e-6 for a, b in pairwise(line.frames))


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
        replace(packet, timestamp=packet.timestamp + (48_000 if number >= 50 else 0))
        for number, packet in enumerate(line.packets)
    ]
    for number, packet in enumerate(paused):
        now = START + (number + 1) * FRAME + (1.0 if number >= 50 else 0.0)
        line.receive(packet, now)
    assert not line.gaps
    resumed = next(frame for frame in line.frames if frame.at > START + 1.5)
    assert abs(resumed.at - (START + 2.0)) < 1e-6


def test_when_the_time_is_put_right_the_blocks_stay_in_their_order(line: Line) -> None:
    """A round trip, or a report of the sender's, says that all was captured 300 ms earlier."""
    sender = SenderClock()
    line.clock = CaptureClock(RTP_RATE, sender)
    half = len(line.packets) // 2
    for number, packet in enumerate(line.packets):
        sender.delay = 0.3 if number >= half else 0.0
        line.receive(packet, START + (number + 1) * FRAME)
    assert all(a.at <= b.at for a, b in pairwise(line.frames))
    last = line.frames[-1]
    assert abs(last.end - (START + 2.0 - 0.3)) < 0.08


def test_garbage_in_the_middle_is_counted_and_concealed(line: Line) -> None:
    line.packets[50] = replace(line.packets[50], payload=b"\xff\xff\xff\xff")
    line.carry()
    assert line.metrics.value("packets_dropped", reason="undecodable") == 1
    assert abs(line.duration - len(line.packets) * FRAME) < 1e-6
    assert line.decoded == len(line.packets) - 1


def test_the_last_words_come_out_when_the_packets_stop(line: Line) -> None:
    for number, packet in enumerate(line.packets[:6]):
        line.receive(packet, START + (number + 1) * FRAME)
    assert len(line.frames) == 1
    line.tick(START + 0.5)
    assert abs(line.duration - 0.12) < 1e-6


def test_duplicates_are_counted_and_heard_once(line: Line) -> None:
    line.packets = [packet for packet in line.packets for _ in range(2)]
    for number, packet in enumerate(line.packets):
        line.receive(packet, START + (number + 1) * FRAME / 2)
    assert line.decoded == len(line.packets) // 2
    assert line.jitter.duplicates + line.jitter.late == len(line.packets) // 2


def test_once_closed_nothing_pending_is_left(line: Line) -> None:
    line.receive(line.packets[0], START)
    line.decoder.close()
    line.tick(START + 10)
    line.receive(line.packets[1], START + 10)
    assert line.events == []
    assert line.decoded == 1


def test_where_nobody_speaks_nothing_is_decoded_and_nothing_is_lost(line: Line) -> None:
    for number, packet in enumerate(line.packets[:40]):
        now = START + (number + 1) * FRAME
        if 10 <= number < 30:
            line.run(line.jitter.push(packet.sequence_number, Silent(), now), now)
        else:
            line.receive(packet, now)
    assert line.decoded == 20
    assert not line.gaps
    assert line.metrics.value("frames_concealed") == line.metrics.value("frames_recovered") == 0
    resumed = next(frame for frame in line.frames if frame.at > START + 0.3)
    assert abs(resumed.at - (START + 0.6)) < 1e-6


def test_a_lost_packet_whose_next_one_repeats_it_is_recovered(tmp_path: Path) -> None:
    payloads = redundant_payloads(tmp_path, tone(2.0))
    lost = [n for n in range(2, len(payloads) - 1, 3) if has_redundancy(payloads[n + 1])]
    assert len(lost) > 5
    line = Line(payloads)
    line.carry(lost)
    assert line.metrics.value("frames_recovered") == len(lost)
    assert line.metrics.value("frames_concealed") == 0


def test_redundancy_of_long_packets_restores_them_whole(tmp_path: Path) -> None:
    payloads = redundant_payloads(tmp_path, tone(4.0), frame=60)
    lost = [n for n in range(2, len(payloads) - 1, 3) if has_redundancy(payloads[n + 1])]
    assert len(lost) > 2
    whole, broken = Line(payloads, frame=0.06), Line(payloads, frame=0.06)
    whole.carry()
    broken.carry(lost)
    assert broken.metrics.value("frames_recovered") == len(lost)
    assert broken.metrics.value("frames_concealed") == 0
    heard, meant = (
        np.concatenate([frame.samples for frame in line.frames]) for line in (broken, whole)
    )
    assert len(heard) == len(meant)
    for number in lost:
        place = slice(number * 960, (number + 1) * 960)
        error = float(np.sqrt(np.mean((heard[place] - meant[place]) ** 2)))
        assert error < 0.5 * float(np.sqrt(np.mean(meant[place] ** 2)))


def test_a_lost_packet_that_nothing_repeats_is_guessed(line: Line) -> None:
    line.carry([50, 51, 60])
    assert line.metrics.value("frames_recovered") == 0
    assert line.metrics.value("frames_concealed") == 3
