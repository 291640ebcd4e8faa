"""What the mesh network says of its square is put back into the picture, by value."""

from __future__ import annotations

import numpy as np
import pytest

from consentry.engines.face.engine import Box, Face
from consentry.engines.face.facemesh import FaceMesh
from consentry.engines.face.network import Network
from tests.engines.face.networks import network

PICTURE = np.full((480, 640, 3), 255, np.uint8)


def mesher(score: float, *lit: str) -> FaceMesh:
    """Says that all points are at x 96, y 48 and z 24 of its square."""
    points = np.tile([96.0, 48.0, 24.0], 468)
    parts = {"contours": np.zeros((1, 266)), "flag": np.array([[score]]), "points": points[None]}
    return FaceMesh(Network(network([1, 192, 192, 3], parts, lit), "model 'facemesh'"))


def face(right: tuple[float, float], left: tuple[float, float]) -> Face:
    landmarks = np.array([right, left, (0, 0), (0, 0), (0, 0)], np.float32)
    return Face(Box(100, 200, 228, 328), landmarks, 0.9)


@pytest.mark.parametrize(
    ("right", "left", "place"),
    [
        ((130, 240), (200, 240), (164, 216)),
        ((130, 240), (130, 310), (212, 264)),  # lies on the left ear: up is to the right
        ((200, 240), (130, 240), (164, 312)),  # head over heels
    ],
)
def test_a_point_is_put_back_upright_or_not(
    right: tuple[float, float], left: tuple[float, float], place: tuple[float, float]
) -> None:
    mesh = mesher(0.9).mesh(PICTURE, face(right, left))
    assert mesh is not None
    # The square of 192 shows one and a half of the box, 192 pixels: a pixel is a pixel.
    assert np.allclose(mesh.points, [*place, 24], atol=1e-3)
    assert mesh.score == pytest.approx(0.9)


def test_a_larger_face_is_seen_smaller_and_put_back_larger() -> None:
    large = Face(Box(0, 0, 256, 256), face((0, 9), (9, 9)).landmarks, 0.9)
    mesh = mesher(0.9).mesh(PICTURE, large)
    assert mesh is not None
    assert np.allclose(mesh.points, [128, 32, 48], atol=1e-3)


def test_what_is_likely_no_face_has_no_mesh() -> None:
    assert mesher(0.49).mesh(PICTURE, face((130, 240), (200, 240))) is None


def test_it_sees_the_picture_from_0_to_1() -> None:
    lit = mesher(0.6, "flag")
    white = lit.mesh(PICTURE, face((130, 240), (200, 240)))
    assert white is not None
    assert white.score == pytest.approx(0.6), "the first row of a white picture is 1"
    assert lit.mesh(PICTURE // 2, face((130, 240), (200, 240))) is None
