"""Moves pixels and points between a picture and what a network sees of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from consentry.events import Pixels

Points = NDArray[np.floating]
"""``float[n, 2]``, x and y in pixels."""

Matrix = NDArray[np.float64]
"""``float64[2, 3]``: ``matrix[:, :2] @ point + matrix[:, 2]``."""

SMALLEST, LARGEST = 16, 8192
"""Pixels of a side: what may be a picture at all."""


def usable(pixels: Pixels) -> bool:
    """Whether ``pixels`` is ``uint8[height, width, 3]`` of a size that can hold a face."""
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
        return False
    height, width, _ = pixels.shape
    return bool(min(height, width) >= SMALLEST and max(height, width) <= LARGEST)


def similarity(source: Points, target: Points) -> Matrix:
    """The turn, even scale and shift that bring ``source`` closest to ``target`` in the least
    squares sense, without mirroring.

    Umeyama, "Least-squares estimation of transformation parameters between two point patterns",
    PAMI 13(4), 1991, eq. 40 to 42. ValueError where ``source`` is a single place or not finite.
    """
    source, target = np.asarray(source, np.float64), np.asarray(target, np.float64)
    mean, goal = source.mean(axis=0), target.mean(axis=0)
    variance = ((source - mean) ** 2).sum() / len(source)
    if not np.isfinite(variance) or variance < 1e-9:
        raise ValueError("the points are one place, or are not finite")
    covariance = (target - goal).T @ (source - mean) / len(source)
    u, d, vt = np.linalg.svd(covariance)
    signs = np.array([1.0, np.sign(np.linalg.det(u) * np.linalg.det(vt)) or 1.0])
    rotation = u @ np.diag(signs) @ vt
    scale = float((d * signs).sum()) / variance
    turn = scale * rotation
    return np.column_stack([turn, goal - turn @ mean])


def transform(points: Points, matrix: Matrix) -> NDArray[np.float64]:
    """``points`` where ``matrix`` puts them."""
    moved: NDArray[np.float64] = points @ matrix[:, :2].T + matrix[:, 2]
    return moved


def inverse(matrix: Matrix) -> Matrix:
    """The way back."""
    back = np.linalg.inv(matrix[:, :2])
    return np.column_stack([back, -back @ matrix[:, 2]])


def warp(pixels: Pixels, matrix: Matrix, width: int, height: int) -> Pixels:
    """``uint8[height, width, 3]``: the picture as ``matrix`` moves it, black outside of it."""
    back = inverse(matrix)
    # Pillow counts from a pixel's corner, the landmarks of all networks from its center.
    shift = 0.5 - back[:, :2] @ [0.5, 0.5]
    rows = np.column_stack([back[:, :2], back[:, 2] + shift])
    image = Image.fromarray(pixels).transform(
        (width, height), Image.Transform.AFFINE, tuple(rows.ravel()), Image.Resampling.BILINEAR
    )
    return np.asarray(image, np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A picture in the upper left corner of a square, as large as fits; the rest is black."""

    pixels: Pixels
    scale: float
    """Pixels of the square per pixel of the picture."""


def fit(pixels: Pixels, side: int) -> Fitted:
    """``pixels`` in a square of ``side``."""
    height, width = pixels.shape[:2]
    scale = side / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    square = np.zeros((side, side, 3), np.uint8)
    resized = Image.fromarray(pixels).resize(size, Image.Resampling.BILINEAR)
    square[: size[1], : size[0]] = np.asarray(resized)
    return Fitted(square, scale)
