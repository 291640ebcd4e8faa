"""A head that turns, tilts, blinks and speaks, out of one photo and the mesh of its face."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.tri import Triangulation
from PIL import Image, ImageDraw, ImageFilter

from consentry.engines.face.engine import Mesh
from consentry.events import Pixels
from tests.attacks.sheet import rotation
from tests.attacks.surface import HEIGHT, WIDTH, Points, Surface, resample

FACE = 190.0
"""Width of a face in them, in pixels: somebody at a laptop."""

SHARPER = 2
"""How much finer than the pictures the texture is, so that the nearest texel will do."""

OVAL = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)
"""The outline of the canonical face mesh."""

LIDS = (
    *((246, 7), (161, 163), (160, 144), (159, 145), (158, 153), (157, 154), (173, 155)),
    *((466, 249), (388, 390), (387, 373), (386, 374), (385, 380), (384, 381), (398, 382)),
)
"""Each point of the upper lids, and the one below it."""

CREASES = (247, 30, 29, 27, 28, 56, 190, 467, 260, 259, 257, 258, 286, 414)
"""Above the upper lids, in the same order: skin that goes along half the way."""

UPPER_LIP = (191, 80, 81, 82, 13, 312, 311, 310, 415)
LOWER_LIP = (95, 88, 178, 87, 14, 317, 402, 318, 324)
"""The inner edges of the lips."""

RINGS = ((1.22, 1.0), (1.5, 0.75), (1.95, 0.25), (2.6, 0.0))
"""Around the face: how far out, in outlines of it, and how much of the head's motion is there."""


@dataclass(frozen=True, slots=True)
class Pose:
    """How a head is held; left and right are the person's own."""

    yaw: float = 0.0
    """Degrees to the left."""
    pitch: float = 0.0
    """Degrees upwards."""
    roll: float = 0.0
    """Degrees towards the left shoulder."""
    closed: float = 0.0
    """Of the eyes, 0 to 1."""
    mouth: float = 0.0
    """How much further it is open than on the photo, in heights of the face."""
    x: float = 0.0
    y: float = 0.0
    """Pixels to the right and down."""


class Head:
    """One person in front of their background, at :data:`WIDTH` by :data:`HEIGHT`."""

    def __init__(self, photo: Pixels, mesh: Mesh) -> None:
        span = float(np.ptp(mesh.points[:, 0]))
        scale = FACE / span
        middle = mesh.points[:, :2].mean(axis=0)
        corner = middle - np.array([WIDTH, HEIGHT * 0.9]) / (2 * scale)
        step = 1 / (scale * SHARPER)
        texture = resample(photo, corner, step, WIDTH * SHARPER, HEIGHT * SHARPER)
        face = mesh.points.astype(np.float64) * scale
        face[:, :2] -= corner * scale
        self._points, self._weights = _surround(face)
        self._height = float(np.ptp(face[:, 1]))
        triangles = Triangulation(*self._points[:, :2].T).triangles
        places = self._points[:, :2] * SHARPER
        self._surface = Surface(texture, places, triangles)
        self._asleep = Surface(_with_lids(texture, places), places, triangles)
        lips = {*UPPER_LIP, *LOWER_LIP}
        self._inside = np.array([lips.issuperset(each) for each in triangles.tolist()])
        self._pivot = np.array([*face[:, :2].mean(axis=0), face[:, 2].max() + 0.1 * FACE])
        self._rest = attitude(face)
        self._behind = np.zeros((HEIGHT, WIDTH, 3), np.uint8)

    @property
    def rest(self) -> tuple[float, float, float]:
        """Yaw, pitch and roll on the photo, in degrees."""
        return self._rest

    def render(self, pose: Pose) -> Pixels:
        """The picture; a pose without angles looks straight into the camera."""
        dark = np.where(self._inside, max(0.25, 1 - 8 * max(pose.mouth, 0.0)), 1.0)
        surface = self._asleep if pose.closed > 0.75 else self._surface
        return surface.render(self._moved(pose), self._behind, dark.astype(np.float32))

    def _moved(self, pose: Pose) -> Points:
        points = self._expression(pose)
        angles = np.array([pose.yaw, pose.pitch, pose.roll]) - self._rest
        turned = (points - self._pivot) @ rotation(*angles).T + self._pivot
        turned[:, :2] += [pose.x, pose.y]
        moved: Points = points + (turned - points) * self._weights[:, None]
        return moved

    def _expression(self, pose: Pose) -> Points:
        points = self._points.copy()
        for (upper, lower), crease in zip(LIDS, CREASES, strict=True):
            way = (points[lower] - points[upper]) * pose.closed * 0.95
            points[upper] += way
            points[crease] += way / 2
        opened = pose.mouth * self._height
        line, middle = points[list(UPPER_LIP), 1].mean(), points[13, 0]
        below = points[:, 1] > line
        below[list(UPPER_LIP)] = False
        below[[78, 308, 61, 291]] = False  # the corners of the mouth stay
        away = np.abs(points[:, 0] - middle) / (0.45 * FACE)
        share = np.clip(1 - away**2, 0, 1) * np.clip((points[:, 1] - line) / (0.04 * FACE), 0, 1)
        share[list(LOWER_LIP)] = np.clip(1 - (away[list(LOWER_LIP)] / 0.42) ** 2, 0, 1)
        share[468:] *= np.clip(1.6 - (points[468:, 1] - points[152, 1]) / (0.3 * FACE), 0, 1)
        points[:, 1] += np.where(below, share * opened * self._weights, 0)
        return points


def _with_lids(texture: Pixels, places: Points) -> Pixels:
    """The face with its eyes closed: lids of the skin around them, and lashes."""
    painted = Image.fromarray(texture)
    for corners, pairs in (((33, 133), LIDS[:7]), ((263, 362), LIDS[7:])):
        upper = [places[u] for u, _ in pairs]
        lower = [places[low] for _, low in pairs]
        ends = [places[corner] for corner in corners]
        wide = float(np.linalg.norm(ends[0] - ends[1]))
        outline = [ends[0], *(u - (0, 0.05 * wide) for u in upper), ends[1], *reversed(lower)]
        skin = [texture[int(low[1] + 0.3 * wide), int(low[0])] for low in lower]
        tone = tuple(int(value) for value in np.median(skin, axis=0))
        mask = Image.new("L", painted.size, 0)
        ImageDraw.Draw(mask).polygon([tuple(p) for p in outline], fill=255)
        mask = mask.filter(ImageFilter.GaussianBlur(0.03 * wide))
        painted.paste(Image.new("RGB", painted.size, tone), mask=mask)
        lashes = [tuple(p) for p in (ends[0], *lower, ends[1])]
        dark = tuple(value // 3 for value in tone)
        ImageDraw.Draw(painted).line(lashes, fill=dark, width=max(2, round(0.05 * wide)))
    return np.asarray(painted)


def _surround(face: Points) -> tuple[Points, Points]:
    """The face, and rings of hair, neck and background around it; how much each point moves."""
    outline = face[list(OVAL)]
    middle = outline.mean(axis=0)
    points, weights = [face], [np.ones(len(face))]
    for out, weight in RINGS:
        ring = middle + (outline - middle) * [out, out, 0]
        ring[:, 2] = outline[:, 2] + (out - 1) * 0.2 * FACE
        neck = np.clip((ring[:, 1] - face[152, 1]) / (0.5 * FACE), 0, 1)
        points.append(ring)
        weights.append(weight * (1 - 0.7 * neck))
    edge = [
        (x, y)
        for x in (-WIDTH, 0.5 * WIDTH, 2 * WIDTH)
        for y in (-HEIGHT, 0.5 * HEIGHT, 2 * HEIGHT)
    ]
    frame = np.array([(x, y, 2 * FACE) for x, y in edge if (x, y) != (0.5 * WIDTH, 0.5 * HEIGHT)])
    return np.concatenate([*points, frame]), np.concatenate([*weights, np.zeros(len(frame))])


def attitude(face: Points) -> tuple[float, float, float]:
    """Yaw, pitch and roll of a mesh, in degrees."""
    across, down = face[454] - face[234], face[152] - face[10]
    yaw = float(np.degrees(np.arctan2(across[2], np.hypot(across[0], across[1]))))
    roll = float(np.degrees(np.arctan2(across[1], across[0])))
    pitch = float(np.degrees(np.arctan2(-down[2], np.hypot(down[0], down[1]))))
    return yaw, pitch, roll
