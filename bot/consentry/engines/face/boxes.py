"""What detectors share: a grid of cells, and of many boxes around one face the best."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from consentry.engines.face.engine import Box, Face

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """What may be faces, in pixels of the picture."""

    boxes: Values
    """``float64[n, 4]``: left, top, right, bottom."""
    points: Values
    """``float64[n, 5, 2]``, in the order of :data:`consentry.engines.face.engine.Landmarks`."""
    scores: Values
    """``float64[n]``, from 0 to 1."""

    def faces(self, overlap: float) -> list[Face]:
        """One face of those that overlap by more than ``overlap``, the largest first; what has no
        size is none."""
        sizes = self.boxes[:, 2:] - self.boxes[:, :2]
        real = np.flatnonzero((sizes >= 1).all(axis=1))
        kept = real[best_of_each(self.boxes[real], self.scores[real], overlap)]
        faces = [
            Face(
                Box(*map(float, self.boxes[one])),
                self.points[one].astype(np.float32),
                float(self.scores[one]),
            )
            for one in kept
        ]
        return sorted(faces, key=lambda face: face.box.width * face.box.height, reverse=True)


def grid(side: int, cell: int) -> Values:
    """``float64[n, 2]``: column and row of each cell of a square, row by row."""
    count = np.arange(side // cell, dtype=np.float64)
    columns, rows = np.meshgrid(count, count)
    return np.column_stack([columns.ravel(), rows.ravel()])


def share(one: Values, others: Values) -> Values:
    """Intersection over union of one box with others."""
    corner = np.maximum(one[:2], others[:, :2])
    far = np.minimum(one[2:], others[:, 2:])
    shared = np.clip(far - corner, 0, None).prod(axis=1)
    areas = (others[:, 2:] - others[:, :2]).prod(axis=1) + (one[2:] - one[:2]).prod()
    found: Values = shared / np.maximum(areas - shared, 1e-9)
    return found


def best_of_each(boxes: Values, scores: Values, at_most: float) -> list[int]:
    """Non-maximum suppression: indices of the boxes of which no better one has a share of more
    than ``at_most``, best first."""
    left = list(np.argsort(-scores, kind="stable"))
    kept: list[int] = []
    while left:
        best = int(left.pop(0))
        kept.append(best)
        if left:
            shares = share(boxes[best], boxes[left])
            left = [one for one, found in zip(left, shares, strict=True) if found <= at_most]
    return kept
