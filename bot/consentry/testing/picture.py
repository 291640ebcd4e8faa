"""Pictures for scripted cameras."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from consentry.events import Pixels


@dataclass(frozen=True, slots=True, eq=False)
class StillPicture:
    """A picture that is ready: ``pixels`` is ``uint8[height, width, 3]``, red, green, blue."""

    pixels: Pixels

    @classmethod
    def gray(cls, level: float, width: int = 320, height: int = 180) -> Self:
        """One gray all over: 0 is black, 1 is white."""
        return cls(np.full((height, width, 3), round(level * 255), np.uint8))

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])

    def rgb(self) -> Pixels:
        """A view that can't be written to. It keeps ``pixels`` alive: a test sees who holds it."""
        view = self.pixels.view()
        view.flags.writeable = False
        return view
