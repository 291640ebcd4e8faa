"""What a camera would read off the tile."""

from __future__ import annotations

import numpy as np
import segno
from numpy.typing import NDArray

from consentry.events import Pixels

LINK = "https://meet.example/about/c-0123456789abcdef"


def modules_of(link: str) -> NDArray[np.bool_]:
    """The dark modules of the code for ``link``, without a border."""
    code = segno.make_qr(link, error="l")
    return np.array([list(row) for row in code.matrix], dtype=bool)


def read_modules(pixels: Pixels, size: int) -> NDArray[np.bool_]:
    """The ``size`` × ``size`` modules of the code in the upper right of a tile of any scale.

    The code is found by its own dark corners, and each module is read at its center.
    """
    height, width = pixels.shape[:2]
    part = pixels[: int(height * 0.6), int(width * 0.64) :].mean(axis=2) < 128
    rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
    top, left = rows[0], columns[0]
    side = columns[-1] + 1 - left
    centers = ((np.arange(size) + 0.5) * side / size).astype(int)
    modules: NDArray[np.bool_] = part[np.ix_(top + centers, left + centers)]
    return modules


def shows_code(pixels: Pixels, link: str) -> bool:
    """Whether every module of the code for ``link`` can be told on ``pixels``."""
    expected = modules_of(link)
    return bool((read_modules(pixels, len(expected)) == expected).all())


def difference(a: Pixels, b: Pixels) -> float:
    """How far apart the colors are on average, 0 to 255."""
    return float(np.abs(a.astype(int) - b.astype(int)).mean())
