"""Payloads into the Opus decoder, with losses concealed and recovered between them."""

from __future__ import annotations

import numpy as np

from consentry.events import Samples
from consentry.rtc.audio.opus import MAX_FRAME, OpusDecoder, duration
from tests.fuzz.target import SEEDS, Shape, Target, unpack


class Opus:
    """One decoder for everything."""

    def __init__(self) -> None:
        self._decoder = OpusDecoder()
        self._good = unpack((SEEDS / "opus" / "speech").read_bytes())

    def feed(self, data: bytes) -> None:
        for payload in unpack(data):
            assert 0 <= duration(payload) <= 0.12
            _sound(self._decoder.decode(payload))
            if payload and payload[0] & 1:
                _sound(self._decoder.recover(payload, len(payload) * 8))
                _sound(self._decoder.conceal(len(payload)))

    def check(self) -> None:
        decoded = [self._decoder.decode(payload) for payload in self._good]
        assert all(samples is not None and len(samples) for samples in decoded), "it is dead"
        loudest = max(float(np.abs(samples).max()) for samples in decoded if samples is not None)
        assert loudest > 0.01, "it is mute"

    def close(self) -> None:
        self._decoder.close()


def _sound(samples: Samples | None) -> None:
    assert samples is None or len(samples) <= MAX_FRAME
    assert samples is None or bool(np.isfinite(samples).all())


TARGET = Target("opus", Shape.PACKETS, Opus)
