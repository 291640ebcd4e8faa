"""SCRFD and YuNet are decoded by value, and what is neither is told."""

from __future__ import annotations

import math

import numpy as np
import pytest

from consentry.engines.face.blazeface import BlazeFace
from consentry.engines.face.detectors import Scrfd, YuNet, load_detector
from consentry.engines.face.engine import Face
from consentry.engines.face.network import Network
from consentry.errors import FaceEngineError
from consentry.events import Pixels
from tests.engines.face.networks import Array, network, scrfd, yunet

SIDE = 96
PICTURE: Pixels = np.full((48, 192, 3), 255, np.uint8)
"""Twice as wide as what the models take, so that all they say is half as large."""


def detector(parts: dict[str, Array], *lit: str, side: int | str = SIDE) -> Scrfd | YuNet:
    return load_detector(Network(network([1, 3, side, side], parts, lit), "face.detector"))


def corners(face: Face) -> list[float]:
    return [face.box.left, face.box.top, face.box.right, face.box.bottom]


def scrfd_face(score: float, *sides: float) -> Array:
    return np.array([score, *sides, *np.arange(10) / 10])


def test_a_face_of_scrfd_is_where_its_anchor_and_its_distances_say() -> None:
    found = detector(scrfd(SIDE, {(16, 1, 2): scrfd_face(0.9, 1, 0.5, 1.5, 2)}))
    assert isinstance(found, Scrfd)
    (face,) = found.detect(PICTURE)
    # The anchor is at x 32, y 16 of the square, and a cell is 16 pixels of it.
    assert corners(face) == pytest.approx([32, 16, 112, 96])
    assert face.score == pytest.approx(0.9)
    expected = [[2 * (32 + 16 * n / 5), 2 * (16 + 16 * (2 * n + 1) / 10)] for n in range(5)]
    assert np.allclose(face.landmarks, expected, atol=1e-4)


@pytest.mark.parametrize("cell", [8, 16, 32])
@pytest.mark.parametrize("batch", [False, True])
def test_every_layer_of_scrfd_is_read(cell: int, batch: bool) -> None:
    parts = scrfd(SIDE, {(cell, 1, 1): scrfd_face(0.8, 1, 1, 1, 1)}, batch=batch)
    (face,) = detector(parts).detect(np.zeros((SIDE, SIDE, 3), np.uint8))
    assert corners(face) == pytest.approx([0, 0, 2 * cell, 2 * cell])


def test_scrfd_sees_red_first_and_from_minus_1_to_1() -> None:
    parts = scrfd(SIDE, {(16, 1, 1): scrfd_face(0.8, 1, 1, 1, 1)})
    lit = detector(parts, "score_8", "score_16", "score_32")
    red, blue = np.zeros((2, SIDE, SIDE, 3), np.uint8)
    red[..., 0], blue[..., 2] = 255, 255
    (face,) = lit.detect(red)
    assert face.score == pytest.approx(0.8 * 127.5 / 128)
    assert lit.detect(blue) == []


def test_a_dim_guess_of_scrfd_is_no_face_and_two_boxes_of_one_are_one() -> None:
    faces = {
        (16, 1, 1): scrfd_face(0.8, 1, 1, 1, 1),
        (16, 1, 2): scrfd_face(0.7, 1.9, 1, 0.1, 1),
        (16, 4, 4): scrfd_face(0.49, 1, 1, 1, 1),
        (32, 2, 2): scrfd_face(0.6, 0.5, 0.5, 0.5, 0.5),
    }
    found = detector(scrfd(SIDE, faces)).detect(np.zeros((SIDE, SIDE, 3), np.uint8))
    assert [round(face.score, 4) for face in found] == [0.8, 0.6]


def test_a_model_for_any_size_gets_640() -> None:
    parts = scrfd(640, {(32, 2, 2): scrfd_face(0.9, 1, 1, 1, 1)})
    (face,) = detector(parts, side="side").detect(np.zeros((320, 320, 3), np.uint8))
    assert corners(face) == pytest.approx([16, 16, 48, 48])


def yunet_face(cls: float, obj: float, *box: float) -> Array:
    return np.array([cls, obj, *box, *np.arange(10) / 10])


def test_a_face_of_yunet_is_where_its_cell_and_its_logarithms_say() -> None:
    box = (0.25, 0.5, math.log(2), math.log(3))
    found = detector(yunet(SIDE, {(16, 1, 2): yunet_face(0.9, 0.4, *box)}))
    assert isinstance(found, YuNet)
    (face,) = found.detect(PICTURE)
    # The middle is at x 36, y 24 of the square; 32 pixels wide, 48 high.
    assert corners(face) == pytest.approx([40, 0, 104, 96], abs=1e-4)
    assert face.score == pytest.approx(0.6)
    expected = [[2 * 16 * (2 + n / 5), 2 * 16 * (1 + (2 * n + 1) / 10)] for n in range(5)]
    assert np.allclose(face.landmarks, expected, atol=1e-4)


@pytest.mark.parametrize("cell", [8, 16, 32])
def test_every_layer_of_yunet_is_read(cell: int) -> None:
    parts = yunet(SIDE, {(cell, 1, 1): yunet_face(1.2, 0.9, 0, 0, 0, 0)})
    (face,) = detector(parts).detect(np.zeros((SIDE, SIDE, 3), np.uint8))
    assert corners(face) == pytest.approx([cell / 2, cell / 2, 3 * cell / 2, 3 * cell / 2])
    assert face.score == pytest.approx(math.sqrt(0.9)), "more than 1 counts as 1"


def test_yunet_sees_blue_first_and_the_bytes_as_they_are() -> None:
    parts = yunet(SIDE, {(16, 1, 1): yunet_face(0.003, 1, 0, 0, 0, 0)})
    lit = detector(parts, "cls_8", "cls_16", "cls_32")
    red, blue = np.zeros((2, SIDE, SIDE, 3), np.uint8)
    red[..., 0], blue[..., 2] = 255, 255
    (face,) = lit.detect(blue)
    assert face.score == pytest.approx(math.sqrt(0.003 * 255))
    assert lit.detect(red) == []


def test_a_wild_logarithm_makes_no_endless_box() -> None:
    parts = yunet(SIDE, {(16, 1, 1): yunet_face(1, 1, 0, 0, 500, 500)})
    (face,) = detector(parts).detect(PICTURE)
    assert math.isfinite(face.box.width)


SIX = {name: value for name, value in scrfd(SIDE, {}).items() if "points" not in name}


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        (SIX, r"has 6 outputs; SCRFD with landmarks \(its name has `kps`\)"),
        ({"vector": np.zeros((1, 5))}, "has 1 outputs"),
        (scrfd(64, {}), "layer 1 has not 288 anchors"),
        (dict(reversed(scrfd(SIDE, {}).items())), r"has an output of \[.*\], not of \[n, 1\]"),
    ],
)
def test_a_model_that_is_neither_is_told(parts: dict[str, Array], told: str) -> None:
    with pytest.raises(FaceEngineError, match=f"face.detector: .*{told}"):
        detector(parts)


def test_a_yunet_whose_outputs_do_not_fit_is_told() -> None:
    found = detector(yunet(64, {}))
    with pytest.raises(FaceEngineError, match="don't fit its input"):
        found.detect(PICTURE)


@pytest.mark.parametrize(
    ("shape", "told"),
    [
        ([1, 3, 96, 128], "takes 128 by 96 pixels; take one for a square"),
        ([1, 3, 100, 100], "whose side 32 divides"),
        ([1, 96, 96, 3], r"takes \[1, 96, 96, 3\]; a detector takes \[1, 3, height, width\]"),
        ([1, 3], r"a detector takes"),
    ],
)
def test_a_model_for_another_kind_of_picture_is_told(shape: list[int], told: str) -> None:
    with pytest.raises(FaceEngineError, match=told):
        load_detector(Network(network(shape, scrfd(SIDE, {})), "face.detector"))


def test_what_is_not_finite_is_no_answer() -> None:
    parts = scrfd(SIDE, {(16, 1, 1): scrfd_face(float("nan"), 1, 1, 1, 1)})
    with pytest.raises(FaceEngineError, match="output 'score_16' is not finite"):
        detector(parts)


def blaze(logits: dict[int, float], values: dict[int, Array]) -> BlazeFace:
    """BlazeFace that says this of its anchors, by their number."""
    scores, says = np.full(896, -50.0), np.zeros((896, 16))
    for anchor, logit in logits.items():
        scores[anchor] = logit
    for anchor, value in values.items():
        says[anchor] = value
    parts = {
        "a": scores[None, :512, None],
        "b": says[None, :512],
        "c": says[None, 512:],
        "d": scores[None, 512:, None],
    }
    return BlazeFace(Network(network([1, 256, 256, 3], parts), "model 'blazeface'"))


def test_blazeface_counts_from_the_middle_of_its_cells() -> None:
    points = [-20, -10, 20, -10, 0, 5, 0, 25, -30, 0, 30, 0]
    fine, coarse = 2 * (16 * 3 + 5) + 1, 512 + 6 * (8 * 2 + 1) + 4
    value = np.array([4, 2, 60, 80, *points])
    first, second = blaze({fine: 0.0, coarse: 3.0}, {fine: value, coarse: value * 0.5}).detect(
        np.zeros((512, 512, 3), np.uint8)
    )
    assert corners(first) == pytest.approx([124, 36, 244, 196]), "row 3, column 5 of 16 pixels"
    assert first.score == pytest.approx(0.5)
    assert first.landmarks[:3].tolist() == [[136, 92], [216, 92], [176, 122]]
    assert np.allclose(first.landmarks[3:], [[176 - 30.4, 162], [176 + 30.4, 162]], atol=0.01)
    assert corners(second) == pytest.approx([70, 122, 130, 202]), "row 2, column 1 of 32 pixels"


def test_blazeface_leaves_out_what_is_likely_no_face() -> None:
    value = np.array([0, 0, 50, 50, *np.zeros(12)])
    assert blaze({7: -0.5}, {7: value}).detect(np.zeros((256, 256, 3), np.uint8)) == []
