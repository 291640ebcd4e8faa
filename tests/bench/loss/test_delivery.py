"""The bench's own reckoning, against streams of which everything is known."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pytest

from consentry.events import AudioFrame, Participant
from consentry.rtc.audio.opus import OpusDecoder
from tests.bench.loss.cells import WINDOW, recovered_after
from tests.bench.loss.delivery import Delivery, Emitted, by_sound, by_timestamp, wire
from tests.bench.loss.sound import FRAME, TICKS, Sound, sound, tones
from tests.network.direction import Passage

SAM = Participant("p1", "Sam")
START = 1000.0
FIRST_TIMESTAMP = (1 << 32) - 5 * TICKS
"""So that the RTP clock wraps."""
PER_BLOCK = 4


@pytest.fixture(scope="module")
def sent() -> Sound:
    return sound(tones(8.0), redundancy=False)


def passages(count: int, lost: Collection[int] = ()) -> list[Passage]:
    """One packet every 20 ms, each 10 ms under way."""
    log = []
    for n in range(count):
        came = START + n * 0.02
        left = None if n in lost else came + 0.01
        timestamp = (FIRST_TIMESTAMP + n * TICKS) % (1 << 32)
        log.append(Passage(7, n, timestamp, came, left, left))
    return log


def received(sent: Sound, *, guessed: Collection[int] = (), late: float = 0.05) -> list[Emitted]:
    """Blocks of four frames, ``late`` after the last of them came; some frames only guessed."""
    decoder = OpusDecoder()
    frames = [
        decoder.conceal(FRAME) if n in guessed else decoder.decode(payload)
        for n, payload in enumerate(sent.payloads)
    ]
    decoder.close()
    blocks = []
    for first in range(0, len(frames) - PER_BLOCK, PER_BLOCK):
        samples = np.concatenate([f for f in frames[first : first + PER_BLOCK] if f is not None])
        at = START + first * 0.02 - 0.01
        emitted = START + (first + PER_BLOCK - 1) * 0.02 + 0.01 + late
        blocks.append((emitted, AudioFrame(SAM, samples, at)))
    return blocks


def test_everything_that_was_decoded_was_delivered_and_its_lag_is_known(sent: Sound) -> None:
    found = by_sound(passages(len(sent.payloads)), sent, received(sent)).between(0.0, 7.5)
    assert not found.lost.any()
    assert not found.undelivered.any()
    assert sorted({round(float(lag), 3) for lag in found.lags}) == [0.05, 0.07, 0.09, 0.11]


def test_a_guess_is_not_a_delivery(sent: Sound) -> None:
    lost = set(range(17, 350, 10))
    found = by_sound(passages(len(sent.payloads), lost), sent, received(sent, guessed=lost))
    assert set(np.flatnonzero(found.lost)) == lost
    missing = set(np.flatnonzero(found.between(0.0, 7.0).undelivered))
    assert missing >= lost
    assert len(missing - lost) <= 1


def test_a_block_left_out_moves_none_of_the_others(sent: Sound) -> None:
    blocks = received(sent)
    missing = range(40 * PER_BLOCK, 43 * PER_BLOCK)
    del blocks[40:43]
    found = by_sound(passages(len(sent.payloads)), sent, blocks).between(0.0, 7.5)
    assert list(np.flatnonzero(found.undelivered)) == list(missing)


def test_capture_times_that_are_a_little_off_confuse_nothing(sent: Sound) -> None:
    dice = np.random.default_rng(1)
    blocks = [
        (emitted, AudioFrame(SAM, block.samples, block.at + dice.uniform(-0.1, 0.2)))
        for emitted, block in received(sent)
    ]
    found = by_sound(passages(len(sent.payloads)), sent, blocks).between(0.0, 7.5)
    assert not found.undelivered.any()


def test_frames_can_be_known_by_their_timestamps_alone() -> None:
    kept = [n for n in range(100) if n % 5]
    found = by_timestamp(
        passages(100), [n * TICKS for n in kept], [START + n * 0.02 + 0.09 for n in kept]
    )
    assert list(np.flatnonzero(found.undelivered)) == list(range(0, 100, 5))
    assert np.allclose(found.lags, 0.08)


def test_the_wire_keeps_the_order_of_sending() -> None:
    came, left = wire(passages(10, lost={3}))
    assert np.allclose(np.diff(came), 0.02)
    assert list(np.flatnonzero(np.isnan(left))) == [3]


def late_until(seconds: float) -> Delivery:
    """Ten seconds of a stream that lags by 300 ms at first, then by 50."""
    came = START + np.arange(500, dtype=np.float64) * 0.02
    lag = np.where(came - START < seconds, 0.3, 0.05)
    return Delivery(came, came, came + lag)


def with_hole(at: int) -> Delivery:
    """A stream that is never late, and of which one frame was never delivered."""
    whole = late_until(0.0)
    emitted = whole.emitted.copy()
    emitted[at] = np.nan
    return Delivery(whole.sent, whole.left, emitted)


@pytest.mark.parametrize("seconds", [0.0, 2.0, 10.0])
def test_a_stream_has_recovered_when_it_is_late_no_more(seconds: float) -> None:
    found = recovered_after(late_until(seconds), [late_until(0.0)], level=0.1)
    assert found == pytest.approx(seconds, abs=WINDOW)


def test_a_stream_with_holes_has_not_recovered() -> None:
    found = recovered_after(with_hole(200), [late_until(0.0)], level=0.1)
    assert found == pytest.approx(4.2, abs=WINDOW)


def test_what_befalls_streams_that_nothing_was_done_to_is_the_machines() -> None:
    assert recovered_after(late_until(2.0), [late_until(3.0)], level=0.1) == 0.0
    assert recovered_after(with_hole(200), [with_hole(205)], level=0.1) == 0.0
