"""A textured surface of triangles, as a camera sees it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from consentry.events import Pixels

WIDTH, HEIGHT = 640, 480
"""Of all pictures, in pixels."""

Points = NDArray[np.float64]
"""``float64[n, 2]`` or ``float64[n, 3]``: x to the right, y down, z away from the camera."""


class Surface:
    """Triangles over a texture; ``places`` is where in it, in texels, each corner is."""

    def __init__(self, texture: Pixels, places: Points, triangles: NDArray[np.integer]) -> None:
        self._texture = texture
        self._places = places[triangles]
        self._triangles = triangles

    def render(
        self, points: Points, behind: Pixels, shade: NDArray[np.float32] | None = None
    ) -> Pixels:
        """The surface with its corners at ``points``, before ``behind``; the nearest triangle is
        in front. ``shade`` says how bright each triangle is, 1 at most."""
        ids = self._rasterize(points)
        a, b, c, d, e, f = np.ascontiguousarray(
            _affine(points[:, :2][self._triangles], self._places).reshape(-1, 6).T
        )
        columns = np.arange(WIDTH, dtype=np.float32)
        rows = np.arange(HEIGHT, dtype=np.float32)[:, None]
        x = a[ids] * columns + b[ids] * rows + c[ids]
        y = d[ids] * columns + e[ids] * rows + f[ids]
        height, width = self._texture.shape[:2]
        places = np.clip(y, 0, height - 1).astype(np.int32) * width + np.clip(
            x, 0, width - 1
        ).astype(np.int32)
        picture: Pixels = self._texture.reshape(-1, 3)[places]
        if shade is not None and shade.min() < 1:
            dark = shade[ids] < 1
            picture[dark] = (picture[dark] * shade[ids[dark], None]).astype(np.uint8)
        outside = ids < 0
        picture[outside] = behind[outside]
        return picture

    def _rasterize(self, points: Points) -> NDArray[np.int32]:
        """Which triangle is in front at each pixel; -1 where there is none."""
        corners = points[self._triangles]
        image = Image.new("I", (WIDTH, HEIGHT), -1)
        draw = ImageDraw.Draw(image)
        flat = corners[:, :, :2].reshape(-1, 6).tolist()
        for index in np.argsort(-corners[:, :, 2].mean(axis=1)).tolist():
            draw.polygon(flat[index], fill=index)
        return np.asarray(image, np.int32)


def _affine(target: Points, source: Points) -> NDArray[np.float32]:
    """``float32[n, 2, 3]``: from each triangle of the picture to its place in the texture."""
    corners = np.concatenate([target, np.ones((*target.shape[:2], 1))], axis=2)
    corners[np.abs(np.linalg.det(corners)) < 1e-6] = np.eye(3)  # seen from its edge: never drawn
    solved = np.linalg.solve(corners, source)
    return np.swapaxes(solved, 1, 2).astype(np.float32)


def resample(photo: Pixels, corner: Points, step: float, width: int, height: int) -> Pixels:
    """``uint8[height, width, 3]``: ``photo`` from ``corner`` on, a texel every ``step`` pixels of
    it; its edges are repeated outwards."""
    x = np.clip(np.arange(width) * step + corner[0], 0, photo.shape[1] - 1.001)
    y = np.clip(np.arange(height) * step + corner[1], 0, photo.shape[0] - 1.001)
    x0, y0 = x.astype(int), y.astype(int)
    right, down = (x - x0)[None, :, None], (y - y0)[:, None, None]
    upper = photo[y0][:, x0] * (1 - right) + photo[y0][:, x0 + 1] * right
    lower = photo[y0 + 1][:, x0] * (1 - right) + photo[y0 + 1][:, x0 + 1] * right
    mixed: Pixels = (upper * (1 - down) + lower * down).astype(np.uint8)
    return mixed
