"""Points and pixels go where they should, and come back."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.engines.face.geometry import (
    fit,
    inverse,
    similarity,
    transform,
    usable,
    warp,
)

FIVE = np.array([[38.0, 51.7], [73.5, 51.5], [56.0, 71.7], [41.5, 92.4], [70.7, 92.2]])


def moved(angle: float, scale: float, x: float, y: float) -> np.ndarray:
    turn = scale * np.array(
        [[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]]
    )
    return np.column_stack([turn, [x, y]])


@given(
    angle=st.floats(-math.pi, math.pi),
    scale=st.floats(0.05, 20),
    x=st.floats(-2000, 2000),
    y=st.floats(-2000, 2000),
)
def test_the_similarity_between_two_sets_of_points_is_found(
    angle: float, scale: float, x: float, y: float
) -> None:
    made = moved(angle, scale, x, y)
    assert np.allclose(similarity(FIVE, transform(FIVE, made)), made, atol=1e-6 * (1 + abs(x + y)))


def test_a_mirrored_face_is_turned_and_never_mirrored() -> None:
    found = similarity(FIVE, FIVE * [-1, 1])
    assert np.linalg.det(found[:, :2]) > 0


def test_points_with_noise_are_met_better_than_by_any_neighbor() -> None:
    target = FIVE + np.random.default_rng(1).normal(0, 2, FIVE.shape)
    best = similarity(FIVE, target)
    error = ((transform(FIVE, best) - target) ** 2).sum()
    for angle, scale, x, y in [(0.01, 1, 0, 0), (0, 1.01, 0, 0), (0, 1, 0.3, 0), (0, 1, 0, 0.3)]:
        step = moved(angle, scale, x, y)
        other = transform(transform(FIVE, best), step)
        assert ((other - target) ** 2).sum() > error


@pytest.mark.parametrize("bad", [np.ones((5, 2)), np.full((5, 2), np.nan)])
def test_points_that_are_one_place_have_no_similarity(bad: np.ndarray) -> None:
    with pytest.raises(ValueError, match="one place"):
        similarity(bad, FIVE)


def test_a_point_comes_back() -> None:
    there = moved(0.7, 2.5, 30, -4)
    assert np.allclose(transform(transform(FIVE, there), inverse(there)), FIVE)


def test_a_pixel_lands_where_its_center_goes() -> None:
    picture = np.zeros((60, 80, 3), np.uint8)
    picture[20, 30] = 255
    assert np.array_equal(warp(picture, moved(0, 1, 0, 0), 80, 60), picture)
    shifted = warp(picture, moved(0, 1, 7, -5), 80, 60)
    assert np.argwhere(shifted[..., 0]).tolist() == [[15, 37]]
    turned = warp(picture, moved(math.pi / 2, 1, 59, 0), 60, 80)
    assert np.argwhere(turned[..., 0] > 250).tolist() == [[30, 39]]


def test_what_was_outside_is_black() -> None:
    white = np.full((20, 20, 3), 255, np.uint8)
    out = warp(white, moved(0, 1, 10, 0), 20, 20)
    assert out[:, :9].max() == 0
    assert out[:, 11:].min() == 255


def test_a_picture_is_fitted_into_a_square_from_its_upper_left_corner() -> None:
    fitted = fit(np.full((90, 160, 3), 200, np.uint8), 64)
    assert fitted.pixels.shape == (64, 64, 3)
    assert fitted.scale == 0.4
    assert fitted.pixels[:36].min() == 200
    assert fitted.pixels[36:].max() == 0


@pytest.mark.parametrize(
    ("shape", "kind", "good"),
    [
        ((480, 640, 3), "uint8", True),
        ((16, 16, 3), "uint8", True),
        ((0, 640, 3), "uint8", False),
        ((15, 640, 3), "uint8", False),
        ((480, 640), "uint8", False),
        ((480, 640, 4), "uint8", False),
        ((480, 640, 3), "float32", False),
        ((9000, 16, 3), "uint8", False),
    ],
)
def test_what_may_hold_a_face(shape: tuple[int, ...], kind: str, good: bool) -> None:
    assert usable(np.zeros(shape, kind)) is good
