"""Reads a recorded track as a recognizer wants it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

from consentry.events import SAMPLE_RATE, Samples


def read_track(path: Path) -> Samples:
    """``float32[n]`` at 16 kHz, mono."""
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    mono = samples.mean(axis=1)
    if rate != SAMPLE_RATE:
        count = round(len(mono) * SAMPLE_RATE / rate)
        mono = np.interp(np.arange(count) * rate / SAMPLE_RATE, np.arange(len(mono)), mono)
    return np.asarray(mono, np.float32)
