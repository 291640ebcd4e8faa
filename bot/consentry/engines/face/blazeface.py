"""Finds faces with BlazeFace, the model for the camera on a device's back, on 256 by 256 pixels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from consentry.engines.face.boxes import Candidates, grid
from consentry.engines.face.engine import Face
from consentry.engines.face.geometry import fit
from consentry.engines.face.network import Network, Tensor
from consentry.events import Pixels

SIDE = 256

GRIDS = ((16, 2), (32, 6))
"""Pixels of a cell, and how many anchors are at the middle of each cell. All have the size of the
whole picture, so only their centers matter (Bazarevsky et al. 2019, arXiv 1907.05047, and the
options of MediaPipe's SSD anchors for this model)."""

SCORE = 0.4
"""From here on it is a face. On six photos, 12 faces had 0.47 and more, nothing else over 0.31;
a person who is missed here would not count as a second one."""

OVERLAP = 0.3
"""Two boxes that share more are the same face."""

_MOUTH = 0.38
"""Half the width of a mouth at rest, in distances between the eyes."""


class BlazeFace:
    """The loaded network; its outputs are told apart by their shapes."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._centers = _centers()

    def detect(self, pixels: Pixels) -> list[Face]:
        """All faces, the largest first."""
        fitted = fit(pixels, SIDE)
        tensor = fitted.pixels.astype(np.float32)[None] / np.float32(127.5) - 1
        scores, values = _read(self._network.run(tensor))
        found = scores >= SCORE
        values, centers = values[found], self._centers[found]
        middle, half = values[:, :2] + centers, values[:, 2:4] / 2
        points = values[:, 4:].reshape(-1, 6, 2) + centers[:, None]
        boxes = np.hstack([middle - half, middle + half])
        return Candidates(
            boxes / fitted.scale, _landmarks(points) / fitted.scale, scores[found]
        ).faces(OVERLAP)


def _read(outputs: dict[str, Tensor]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """``float64[896]``, the score of each anchor, and ``float64[896, 16]``, what it says."""
    logits, values = [], []
    for cell, anchors in GRIDS:
        count = (SIDE // cell) ** 2 * anchors
        logits += [out[0, :, 0] for out in outputs.values() if out.shape == (1, count, 1)]
        values += [out[0] for out in outputs.values() if out.shape == (1, count, 16)]
    clipped = np.clip(np.concatenate(logits).astype(np.float64), -100, 100)
    return 1 / (1 + np.exp(-clipped)), np.concatenate(values).astype(np.float64)


def _centers() -> NDArray[np.float64]:
    """``float64[896, 2]``: the center of each anchor, in pixels of the square."""
    return np.concatenate(
        [np.repeat((grid(SIDE, cell) + 0.5) * cell, anchors, axis=0) for cell, anchors in GRIDS]
    )


def _landmarks(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """``float64[n, 5, 2]`` of eyes, nose, middle of the mouth and ears: the corners of the mouth
    are put where they are on a face at rest, along the line between the eyes."""
    right, left, nose, mouth = (points[:, i] for i in range(4))
    half = (left - right) * _MOUTH
    return np.stack([right, left, nose, mouth - half, mouth + half], axis=1)
