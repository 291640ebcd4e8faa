"""An embedder in the manner of ArcFace is fed as it was trained, and gives vectors of length 1."""

from __future__ import annotations

import math

import numpy as np
import pytest

from consentry.engines.face.arcface import TEMPLATE, ArcFace
from consentry.engines.face.engine import Box, Face
from consentry.engines.face.geometry import transform
from consentry.engines.face.network import Network
from consentry.errors import FaceEngineError
from tests.engines.face.networks import means, network

PLANES_FIRST, PLANES_LAST = ("batch", 3, 112, 112), (1, 112, 112, 3)


def embedder(content: bytes) -> ArcFace:
    return ArcFace(Network(content, "face.embedder"), "onnx 0123456789abcdef")


def face(points: np.ndarray) -> Face:
    return Face(Box(0, 0, 1, 1), points.astype(np.float32), 0.9)


@pytest.mark.parametrize(("shape", "axes"), [(PLANES_FIRST, (2, 3)), (PLANES_LAST, (1, 2))])
def test_it_sees_red_green_blue_from_minus_1_to_1(
    shape: tuple[int | str, ...], axes: tuple[int, ...]
) -> None:
    model = embedder(means(shape, axes, np.array([1, 2, 4])))
    assert model.dimensions == 3
    aligned = np.full((112, 112, 3), [255, 0, 191], np.uint8)
    expected = np.array([1, -2, 4 * 63.5 / 127.5])
    assert np.allclose(model.embed(aligned), expected / np.linalg.norm(expected), atol=1e-6)


def test_an_embedding_has_length_1() -> None:
    model = embedder(means(PLANES_FIRST, (2, 3), np.array([1e-4, 30, 700])))
    aligned = np.random.default_rng(3).integers(0, 256, (112, 112, 3), np.uint8)
    assert np.linalg.norm(model.embed(aligned)) == pytest.approx(1)


def test_a_face_is_brought_to_the_template() -> None:
    turn = 0.4
    matrix = 2.5 * np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    places = transform(TEMPLATE, np.column_stack([matrix, [150, 60]]))
    pixels = np.zeros((480, 640, 3), np.uint8)
    for x, y in places.round().astype(int):
        pixels[y - 3 : y + 4, x - 3 : x + 4] = 255
    aligned = embedder(means(PLANES_FIRST, (2, 3), np.ones(3))).align(pixels, face(places))
    assert aligned.shape == (112, 112, 3)
    for x, y in TEMPLATE.round().astype(int):
        assert aligned[y, x].min() > 200
    assert aligned.mean() < 5


@pytest.mark.parametrize(
    "points", [np.ones((5, 2)), np.full((5, 2), np.nan), np.full((5, 2), 3e38)]
)
def test_landmarks_of_no_face_are_an_error(points: np.ndarray) -> None:
    model = embedder(means(PLANES_FIRST, (2, 3), np.ones(3)))
    with pytest.raises(FaceEngineError, match="those of no face"):
        model.align(np.zeros((50, 50, 3), np.uint8), face(points))


def test_only_an_aligned_face_is_embedded() -> None:
    model = embedder(means(PLANES_FIRST, (2, 3), np.ones(3)))
    with pytest.raises(FaceEngineError, match="an aligned face"):
        model.embed(np.zeros((150, 150, 3), np.uint8))


def test_an_embedding_without_a_direction_is_no_answer() -> None:
    model = embedder(network([1, 3, 112, 112], {"embedding": np.zeros((1, 512))}))
    assert model.dimensions == 512
    with pytest.raises(FaceEngineError, match="no finite embedding"):
        model.embed(np.zeros((112, 112, 3), np.uint8))


def test_nan_is_told_when_the_model_is_loaded() -> None:
    with pytest.raises(FaceEngineError, match="face.embedder: output 'embedding' is not finite"):
        embedder(network([1, 3, 112, 112], {"embedding": np.full((1, 512), np.nan)}))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (network([1, 3, 224, 224], {"e": np.ones((1, 8))}), r"takes \[1, 3, 224, 224\]"),
        (network([1, 512], {"e": np.ones((1, 8))}), r"takes \[1, 512\]"),
        (network([1, 3, 112, 112], {"e": np.ones((2, 8))}), r"it gives \[2, 8\]"),
        (network([1, 3, 112, 112], {"e": np.ones((1, 8, 7, 7))}), r"it gives \[1, 8, 7, 7\]"),
        (
            network([1, 3, 112, 112], {"e": np.ones((1, 8)), "f": np.ones((1, 1))}),
            r"it gives \[1, 8\], \[1, 1\]",
        ),
        (network([1, 3, 112, 112], {"e": np.ones((1, 8))}, inputs=2), "has 2 inputs"),
    ],
)
def test_a_model_of_another_kind_is_told(content: bytes, told: str) -> None:
    with pytest.raises(FaceEngineError, match=f"face.embedder: .*{told}"):
        embedder(content)
