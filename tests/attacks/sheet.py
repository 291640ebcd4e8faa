"""A photo on paper or on a screen, held before a camera: turned, tilted, bent."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from consentry.events import Pixels
from tests.attacks.surface import HEIGHT, WIDTH, Points, Surface

CELLS = 16
"""Of the sheet, in each direction."""

DISTANCE = 3.0
"""From the camera, in widths of the sheet: near, so that perspective shows."""


@dataclass(frozen=True, slots=True)
class Hold:
    """How a sheet is held; left and right are those of whoever stands behind it."""

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    """Degrees."""
    bend: float = 0.0
    """Of paper about its upright middle: how far the edges are behind it, in widths."""
    bow: float = 0.0
    """The same about its level middle."""
    x: float = 0.0
    y: float = 0.0
    """Pixels to the right and down."""


class Sheet:
    """``content`` as large as it is in pixels, in the middle of the picture."""

    def __init__(self, content: Pixels, behind: Pixels) -> None:
        height, width = content.shape[:2]
        self._behind, self._width, self._height = behind, width, height
        steps = np.linspace(0, 1, CELLS + 1)
        self._grid: Points = np.array([(x, y) for y in steps for x in steps])
        corners = [
            (row * (CELLS + 1) + column, row, column)
            for row, column in itertools.product(range(CELLS), range(CELLS))
        ]
        triangles = [(c, c + 1, c + CELLS + 1) for c, _, _ in corners]
        triangles += [(c + 1, c + CELLS + 2, c + CELLS + 1) for c, _, _ in corners]
        self._surface = Surface(content, self._grid * [width, height], np.array(triangles))

    def render(self, hold: Hold) -> Pixels:
        """What the camera sees."""
        points = np.column_stack(
            [(self._grid - 0.5) * [self._width, self._height], self._bent(hold)]
        )
        points = points @ rotation(hold.yaw, hold.pitch, hold.roll).T
        away = DISTANCE * self._width
        near = away / (away + points[:, 2])
        points[:, 0] = WIDTH / 2 + hold.x + points[:, 0] * near
        points[:, 1] = HEIGHT / 2 + hold.y + points[:, 1] * near
        return self._surface.render(points, self._behind)

    def _bent(self, hold: Hold) -> Points:
        across, down = ((2 * self._grid - 1) ** 2).T
        bent: Points = hold.bend * self._width * across + hold.bow * self._height * down
        return bent


def rotation(yaw: float, pitch: float, roll: float) -> Points:
    """Degrees to a matrix; x to the right, y down, z away from the camera."""
    (cy, sy), (cp, sp), (cr, sr) = ((np.cos(a), np.sin(a)) for a in np.radians([yaw, pitch, roll]))
    about_y = np.array([[cy, 0, -sy], [0, 1, 0], [sy, 0, cy]])
    about_x = np.array([[1, 0, 0], [0, cp, sp], [0, -sp, cp]])
    about_z = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    turned: Points = about_z @ about_x @ about_y
    return turned
