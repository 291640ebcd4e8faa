"""What a receiver got done, in one form for all receivers."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from consentry.events import SAMPLE_RATE, Pixels, Samples


@dataclass(slots=True)
class Tally:
    """Sound and pictures taken so far, by the index of the track among those of its kind."""

    events: int = 0
    """Taken in all, gaps in the sound included."""
    seconds: dict[int, float] = field(default_factory=dict)
    """Of mono PCM at 16 kHz."""
    energy: float = 0.0
    """Sum of the squares of all samples: the proof that they were heard."""
    pictures: dict[int, int] = field(default_factory=dict)
    """In RGB."""
    light: float = 0.0
    """Sum over the pictures of one pixel in the middle, 0 to 255."""

    def heard(self, index: int, samples: Samples) -> None:
        """``float32[n]`` in [-1, 1]."""
        self.events += 1
        self.seconds[index] = self.seconds.get(index, 0.0) + len(samples) / SAMPLE_RATE
        self.energy += float(np.dot(samples, samples))

    def saw(self, index: int, picture: Pixels) -> None:
        self.events += 1
        self.pictures[index] = self.pictures.get(index, 0) + 1
        height, width, _ = picture.shape
        self.light += float(picture[height // 2, width // 2, 0])

    def fields(self) -> dict[str, Any]:
        return asdict(self)
