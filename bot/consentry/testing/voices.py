"""Three recorded voices that talk without a pause, and whose of them a piece of sound is."""

from __future__ import annotations

import wave
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Self

import av
import numpy as np
from numpy.typing import NDArray

from consentry.events import SAMPLE_RATE, Samples

VOICES = ("mia", "sam", "olivia")
"""Recordings that come with the package."""

STEP = 0.02
"""Seconds of one point of a loudness curve."""
PAUSE = 0.2
"""Seconds of quiet that are left between two words."""
QUIET = 0.01
"""-40 dBFS: what is softer is a pause."""
ALIKE = 0.8
"""Correlation of two loudness curves above which they are of the same words."""

Curve = NDArray[np.float64]
"""Loudness, a point for each :data:`STEP`."""


@dataclass(frozen=True, slots=True, eq=False)
class Voice:
    """Somebody's recording, its pauses cut short."""

    name: str
    samples: Samples

    @classmethod
    def load(cls, name: str) -> Self:
        """The recording called ``name``, of :data:`VOICES`."""
        with as_file(files("consentry.demo") / f"{name}.ogg") as path:
            return cls(name, _without_pauses(_decode(path)))

    def write(self, path: Path) -> None:
        """A WAV file, mono with 16 bits, as browsers take it for a fake microphone."""
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(SAMPLE_RATE)
            file.writeframes((self.samples * 32767).astype("<i2").tobytes())


class Recognizer:
    """Knows whose voice a few seconds of sound are, by how loud they are from moment to moment.

    That outlives codecs and gain control, and needs no model. Each voice is taken to go on from
    the start when it ends. ``seconds`` is how long the pieces are that will be asked about.
    """

    def __init__(self, voices: Mapping[str, Voice], seconds: float) -> None:
        self.seconds = seconds
        count = round(seconds / STEP)
        self._known = {name: _windows(voice.samples, count) for name, voice in voices.items()}

    def whose(self, samples: Samples) -> str | None:
        """The name of the voice that says ``samples``, which are at least :attr:`seconds` long;
        None where it is quiet, or none of them."""
        if float(np.abs(samples).max(initial=0.0)) < QUIET:
            return None
        curve = _normal(_loudness(samples)[: round(self.seconds / STEP)])
        likeness = {name: float((known @ curve).max()) for name, known in self._known.items()}
        best = max(likeness, key=likeness.__getitem__)
        return best if likeness[best] > ALIKE else None


def _decode(path: Path) -> Samples:
    resampler = av.AudioResampler(format="flt", layout="mono", rate=SAMPLE_RATE)
    with av.open(str(path)) as container:
        decoded = [
            part.to_ndarray()[0]
            for frame in container.decode(audio=0)
            for part in resampler.resample(frame)
        ]
    return np.concatenate(decoded).astype(np.float32)


def _without_pauses(samples: Samples) -> Samples:
    size = round(STEP * SAMPLE_RATE)
    frames = samples[: len(samples) // size * size].reshape(-1, size)
    loud = np.abs(frames).max(axis=1) > QUIET
    reach = np.ones(2 * round(PAUSE / 2 / STEP) + 1)
    kept: Samples = frames[np.convolve(loud, reach, mode="same") > 0].reshape(-1)
    return kept


def _loudness(samples: Samples) -> Curve:
    size = round(STEP * SAMPLE_RATE)
    frames = samples[: len(samples) // size * size].reshape(-1, size)
    power = np.square(frames, dtype=np.float64).mean(axis=1)
    curve: Curve = np.log10(power + QUIET**2)
    return curve


def _normal(curve: Curve) -> Curve:
    """Of mean 0 and length 1, so that a product of two is their correlation."""
    centered = curve - curve.mean(axis=-1, keepdims=True)
    normal: Curve = centered / (np.linalg.norm(centered, axis=-1, keepdims=True) + 1e-12)
    return normal


def _windows(samples: Samples, count: int) -> Curve:
    curve = _loudness(samples)
    around = np.concatenate([curve, curve[: count - 1]])
    return _normal(np.lib.stride_tricks.sliding_window_view(around, count))
