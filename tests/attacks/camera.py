"""What a webcam makes of what it sees: noise, and light that is never quite the same."""

from __future__ import annotations

from random import Random

import numpy as np

from consentry.events import Pixels
from tests.attacks.person import wave


class Camera:
    """One camera; exposure follows the light of the room."""

    def __init__(self, rng: Random, noise: float = 3.0, gain: float = 1.0) -> None:
        self._noise = noise
        self._gain = gain
        self._generator = np.random.default_rng(rng.randrange(1 << 32))
        self._drift = (rng.uniform(0.1, 0.4), rng.uniform(0, 6.28))
        self._patterns = self._generator.normal(0, noise, (4, 544, 704, 1)).astype(np.float32)

    def take(self, scene: Pixels, at: float) -> Pixels:
        """``scene``, as a picture of this camera."""
        height, width = scene.shape[:2]
        gain = self._gain * (1 + 0.015 * wave(at, *self._drift))
        pattern = self._patterns[self._generator.integers(4)]
        top, left = (int(self._generator.integers(64)) for _ in range(2))
        noisy = scene * np.float32(gain) + pattern[top : top + height, left : left + width]
        picture: Pixels = np.clip(noisy, 0, 255).astype(np.uint8)
        return picture
