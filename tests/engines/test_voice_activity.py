"""Voice activity, of real sound."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from consentry.engines.voice_activity import WINDOW, SileroVad
from consentry.events import Samples
from tests.bench.tracks import read_track

SPEECH = Path(__file__).parents[1] / "data" / "speech"


@pytest.fixture(scope="module")
def vad() -> SileroVad:
    return SileroVad()


@pytest.fixture(scope="module")
def launch() -> Samples:
    return read_track(SPEECH / "launch.ogg")


def test_speech_is_told_from_silence(vad: SileroVad, launch: Samples) -> None:
    stream = vad.stream()
    assert max(stream.feed(np.zeros(16_000, np.float32))) < 0.1
    assert np.mean([p > 0.5 for p in stream.feed(launch)]) > 0.6


def test_typing_is_hardly_ever_speech(vad: SileroVad) -> None:
    typing = vad.stream().feed(read_track(SPEECH / "keyboard.ogg"))
    assert np.mean([p > 0.5 for p in typing]) < 0.05


def test_each_window_is_judged_once_however_the_sound_is_cut(
    vad: SileroVad, launch: Samples
) -> None:
    whole, blocks = vad.stream(), vad.stream()
    at_once = whole.feed(launch)
    bit_by_bit = [p for i in range(0, len(launch), 700) for p in blocks.feed(launch[i : i + 700])]
    assert len(at_once) == len(launch) // WINDOW
    assert bit_by_bit == pytest.approx(at_once, abs=0.01)


def test_streams_do_not_hear_one_another(vad: SileroVad, launch: Samples) -> None:
    one, other = vad.stream(), vad.stream()
    alone = vad.stream().feed(launch)
    mixed: list[float] = []
    for i in range(0, len(launch), 1280):
        mixed += one.feed(launch[i : i + 1280])
        other.feed(np.zeros(1280, np.float32))
    assert mixed == pytest.approx(alone, abs=0.01)


def test_after_a_reset_nothing_is_left_of_what_was_heard(vad: SileroVad, launch: Samples) -> None:
    stream = vad.stream()
    first = stream.feed(launch)
    stream.reset()
    assert stream.feed(launch) == pytest.approx(first, abs=1e-6)
