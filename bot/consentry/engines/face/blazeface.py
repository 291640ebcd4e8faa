"""Finds faces with BlazeFace, the model for the camera on a device's back, on 256 by 256 pixels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from consentry.engines.face.engine import Box, Face
from consentry.engines.face.geometry import best_of_each, fit
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
        tensor = fitted.pixels.astype(np.float32)[None] / 127.5 - 1
        scores, values = self._read(self._network.run(tensor))
        found = scores >= SCORE
        scores, values, centers = scores[found], values[found], self._centers[found]
        middle, size = values[:, :2] + centers, values[:, 2:4]
        boxes = np.hstack([middle - size / 2, middle + size / 2]) / fitted.scale
        points = (values[:, 4:].reshape(-1, 6, 2) + centers[:, None]) / fitted.scale
        kept = best_of_each(boxes, scores, OVERLAP)
        faces = [
            Face(Box(*map(float, boxes[i])), _landmarks(points[i]), float(scores[i])) for i in kept
        ]
        return sorted(faces, key=lambda face: face.box.width, reverse=True)

    def _read(self, outputs: dict[str, Tensor]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        logits, values = [], []
        for cell, anchors in GRIDS:
            count = (SIDE // cell) ** 2 * anchors
            for output in outputs.values():
                if output.shape == (1, count, 1):
                    logits.append(output[0, :, 0])
                elif output.shape == (1, count, 16):
                    values.append(output[0])
        clipped = np.clip(np.concatenate(logits).astype(np.float64), -100, 100)
        return 1 / (1 + np.exp(-clipped)), np.concatenate(values).astype(np.float64)


def _centers() -> NDArray[np.float64]:
    """``float64[896, 2]``: the center of each anchor, row by row, in pixels of the square."""
    grids = []
    for cell, anchors in GRIDS:
        middles = np.arange(SIDE // cell) * cell + cell / 2
        x, y = np.meshgrid(middles, middles)
        grids.append(np.repeat(np.column_stack([x.ravel(), y.ravel()]), anchors, axis=0))
    return np.concatenate(grids)


def _landmarks(points: NDArray[np.float64]) -> NDArray[np.float32]:
    """Of eyes, nose, middle of the mouth and ears: the corners of the mouth are put where they are
    on a face at rest, along the line between the eyes."""
    right, left, nose, mouth = points[:4]
    half = (left - right) * _MOUTH
    return np.stack([right, left, nose, mouth - half, mouth + half]).astype(np.float32)
