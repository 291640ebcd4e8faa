"""The surface of a face in 468 points, by MediaPipe's FaceMesh on 192 by 192 pixels."""

from __future__ import annotations

import math

import numpy as np

from consentry.engines.face.engine import MESH_POINTS, Face, Mesh
from consentry.engines.face.geometry import Matrix, inverse, transform, warp
from consentry.engines.face.network import Network
from consentry.events import Pixels

SIDE = 192

MARGIN = 1.5
"""Side of what the network looks at, in sides of the box around the face: what it was trained on
(Kartynnik et al. 2019, arXiv 1907.06724: 25 % more on each side)."""

SCORE = 0.5
"""Below, it is not a face."""


class FaceMesh:
    """The loaded network; its outputs are told apart by their shapes."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def mesh(self, pixels: Pixels, face: Face) -> Mesh | None:
        """The surface of ``face``; None where the network sees none."""
        matrix = _crop(face)
        if matrix is None:
            return None
        crop = warp(pixels, matrix, SIDE, SIDE)
        # From 0 to 1, not from -1: so the score of what is no face stays under 0.01 (measured).
        outputs = self._network.run(crop.astype(np.float32)[None] / np.float32(255))
        shapes = {output.shape[-1]: output for output in outputs.values()}
        score = float(shapes[1].ravel()[0])
        if score < SCORE:
            return None
        points = shapes[MESH_POINTS * 3].reshape(MESH_POINTS, 3).astype(np.float64)
        back = inverse(matrix)
        places = transform(points[:, :2], back)
        depths = points[:, 2] * math.sqrt(abs(np.linalg.det(back[:, :2])))
        return Mesh(np.column_stack([places, depths]).astype(np.float32), score)


def _crop(face: Face) -> Matrix | None:
    """Brings the face upright into the square; None where it has no place or no size."""
    right, left = face.landmarks[:2]
    angle = math.atan2(float(left[1] - right[1]), float(left[0] - right[0]))
    side = MARGIN * max(face.box.width, face.box.height)
    if not (math.isfinite(side) and math.isfinite(angle) and side >= 1):
        return None
    scale = SIDE / side
    cosine, sine = scale * math.cos(angle), scale * math.sin(angle)
    turn = np.array([[cosine, sine], [-sine, cosine]])
    middle = np.array([face.box.left + face.box.right, face.box.top + face.box.bottom]) / 2
    return np.column_stack([turn, SIDE / 2 - turn @ middle])
