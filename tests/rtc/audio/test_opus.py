"""Opus to 16 kHz mono, and payloads that are none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentry.rtc.audio.opus import MAX_FRAME, OpusDecoder, duration
from tests.rtc.streams import opus_payloads, tone


@pytest.fixture
def payloads(tmp_path: Path) -> list[bytes]:
    return opus_payloads(tmp_path, tone(1.0))


def loudness(samples: np.ndarray | None) -> float:
    assert samples is not None
    return float(np.sqrt(np.mean(samples**2)))


def test_a_tone_comes_out_as_the_tone_it_was(payloads: list[bytes]) -> None:
    decoder = OpusDecoder()
    samples = [s for p in payloads if (s := decoder.decode(p)) is not None]
    assert {len(s) for s in samples} == {320}
    audio = np.concatenate(samples)
    assert audio.dtype == np.float32
    assert abs(loudness(audio[3200:12800]) - 0.3 / np.sqrt(2)) < 0.02
    spectrum = np.abs(np.fft.rfft(audio[3200:12800]))
    assert abs(float(spectrum.argmax()) * 16_000 / 9600 - 440) < 2


def test_a_packet_says_how_long_it_is(payloads: list[bytes]) -> None:
    assert duration(payloads[0]) == 0.02
    assert duration(b"") == 0.0


def test_one_lost_packet_is_concealed(payloads: list[bytes]) -> None:
    decoder = OpusDecoder()
    for payload in payloads[:20]:
        decoder.decode(payload)
    assert loudness(decoder.conceal(320)) > 0.1


@pytest.mark.parametrize("garbage", [b"", b"\xff\xff\xff\xff", b"\xff" * 1501, b"\x03"])
def test_a_payload_that_is_no_opus_is_refused_and_the_next_one_is_heard(
    payloads: list[bytes], garbage: bytes
) -> None:
    decoder = OpusDecoder()
    for payload in payloads[:20]:
        decoder.decode(payload)
    assert decoder.decode(garbage) is None
    for payload in payloads[20:30]:
        heard = decoder.decode(payload)
    assert loudness(heard) > 0.1


@settings(deadline=None)
@given(st.lists(st.binary(max_size=300), max_size=20))
def test_no_bytes_whatever_break_the_decoder(garbage: list[bytes]) -> None:
    decoder = OpusDecoder()
    for payload in garbage:
        for samples in (decoder.decode(payload), decoder.recover(payload, 320)):
            if samples is not None:
                assert len(samples) <= MAX_FRAME
                assert np.isfinite(samples).all()
    decoder.close()
    decoder.close()
