"""The bench's sound tells what was decoded and what was restored from what was guessed."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from consentry.rtc.audio.opus import OpusDecoder
from tests.bench.loss.sound import (
    FRAME,
    Sound,
    alike,
    has_redundancy,
    likeness,
    prints,
    sound,
    tones,
)


@pytest.fixture(scope="module")
def redundant() -> Sound:
    return sound(tones(20.0), redundancy=True)


@pytest.fixture(scope="module")
def plain() -> Sound:
    return sound(tones(20.0), redundancy=False)


def heard_with_every_tenth_lost(sent: Sound, *, recovers: bool) -> NDArray[np.float32]:
    decoder = OpusDecoder()
    frames = []
    for n, payload in enumerate(sent.payloads):
        if n % 10 != 5:
            frames.append(decoder.decode(payload))
        elif recovers:
            frames.append(decoder.recover(sent.payloads[n + 1], FRAME))
        else:
            frames.append(decoder.conceal(FRAME))
    assert all(frame is not None for frame in frames)
    return np.stack([frame for frame in frames if frame is not None])


def lost(sent: Sound) -> NDArray[np.bool_]:
    return np.asarray(np.arange(len(sent.payloads)) % 10 == 5, np.bool_)


def test_every_packet_has_redundancy_or_none_has(redundant: Sound, plain: Sound) -> None:
    assert sum(map(has_redundancy, redundant.payloads)) > 0.99 * len(redundant.payloads)
    assert not any(map(has_redundancy, plain.payloads))


def test_what_was_guessed_is_not_taken_for_what_was_sent(redundant: Sound, plain: Sound) -> None:
    for sent in (redundant, plain):
        heard = heard_with_every_tenth_lost(sent, recovers=False)
        found = alike(prints(heard), prints(sent.clean))
        assert not found[lost(sent)].any()
        assert found[~lost(sent)].mean() > 0.997


def test_what_redundancy_restored_is_what_was_sent(redundant: Sound) -> None:
    heard = heard_with_every_tenth_lost(redundant, recovers=True)
    found = alike(prints(heard), prints(redundant.clean))
    assert found[lost(redundant)].mean() > 0.99
    assert found[~lost(redundant)].mean() > 0.999


def test_four_frames_are_enough_to_know_where_they_are_from(redundant: Sound) -> None:
    sent = prints(redundant.clean)
    for place in range(20, 900, 37):
        block = sent.part(place, place + 4)
        around = range(place - 15, place + 15)
        assert max(around, key=lambda each: likeness(block, sent, each)) == place


def test_silence_is_like_nothing(redundant: Sound) -> None:
    nothing = prints(np.zeros_like(redundant.clean))
    assert not alike(nothing, prints(redundant.clean)).any()
