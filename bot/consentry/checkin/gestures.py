"""What a head does, out of the mesh of its face: turns, tilts, closes its eyes, opens its mouth.

A turn is not read off the angle that the mesh seems to have, which a photo held askew has too. It
is the part of the points' motion that depth explains, and that no motion of a flat or a bent
picture does: with ``b`` a point of the face as it looked straight ahead, ``z`` its depth there and
``p`` where it is now, ``p = q(b) + d z``, with ``q`` any polynomial of the second degree (flat
pictures under perspective move so to the first order, cylinders turned about their axis as well).
For a real head ``d`` is the sine of the angle.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float32]
"""``float32[468, 3]``, as :class:`consentry.engines.face.engine.Mesh` has them."""

EYE_CORNERS = ((33, 133), (362, 263))
"""Of the canonical mesh: the right eye, the left eye, each from the person's right to left."""

LIDS = (
    ((160, 144), (159, 145), (158, 153)),
    ((387, 373), (386, 374), (385, 380)),
)
"""Pairs of the upper and the lower lid, for each eye."""

LIPS = (13, 14)
"""The middle of the upper and the lower lip, inside."""

CROWN, CHIN, RIGHT_CHEEK, LEFT_CHEEK = 10, 152, 234, 454

RIGID = (
    *(1, 2, 4, 5, 6, 168, 195, 197, 98, 327, 48, 278, 115, 344, 220, 440, 45, 275, 19, 94),
    *(33, 133, 263, 362, 10, 67, 297, 109, 338, 151, 9, 8),
    *(234, 454, 127, 356, 93, 323, 116, 345, 50, 280, 205, 425, 36, 266, 101, 330, 118, 347),
    *(21, 251, 54, 284),
)
"""Points that neither speaking nor blinking moves: nose, corners of the eyes, forehead, cheeks."""

TURN, NOD, TILT, MOUTH, EYES = 0.15, 0.085, 10.0, 0.04, 0.76
"""From where on it is done: sine of a turn, sine of a nod, degrees, heights of the face by which
the mouth opened, and the openness of the eyes at or below which they are closed."""

NARROWEST, FLATTEST = 0.945, 1.2
"""How narrow a solid head becomes at least when it turns, and how flat at most when it nods, in
lengths of what was upright and level (:attr:`Parallax.stretch`): 0.97 to 1.06 and 0.95 to 1.18.
Paper that is bent and turned has 0.83 to 1.06 and 0.95 to 1.42."""

Motion = Literal["turn_left", "turn_right", "look_up", "look_down", "tilt_left", "tilt_right"]
Expression = Literal["blink", "open_mouth"]
Gesture = Motion | Expression


@dataclass(frozen=True, slots=True)
class Angles:
    """How a mesh lies in space, in degrees; to the person's left, upwards, to their left shoulder
    are positive."""

    yaw: float
    pitch: float
    roll: float


@dataclass(frozen=True, slots=True)
class Parallax:
    """What the motion of the points says of their depth."""

    turn: float
    """Sine of the angle, to the left of the person; about 0 for any picture of them."""
    nod: float
    """Sine of the angle, upwards."""
    stretch: float
    """Of a unit across the face to one down the face, each with the depth it gained: a solid keeps
    both as long as they were, and it is 1."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is different from when they looked straight ahead."""

    turn: float
    """Sine of the angle, to the left."""
    nod: float
    """Sine of the angle, upwards."""
    stretch: float
    """See :class:`Parallax`."""
    tilt: float
    """Degrees to the left shoulder."""
    mouth: float
    """Heights of the face by which it opened."""
    eyes: float
    """Of the more open one: 1 is as open as before, 0 without any dark in it."""

    @property
    def motion(self) -> tuple[Motion, float]:
        """What the head does most, and how far: 1 is enough."""
        ways: tuple[tuple[Motion, Motion, float], ...] = (
            ("turn_left", "turn_right", self.turn / TURN),
            ("look_up", "look_down", self.nod / NOD),
            ("tilt_left", "tilt_right", self.tilt / TILT),
        )
        one, other, size = max(ways, key=lambda way: abs(way[2]))
        return (one if size > 0 else other), abs(size)

    @property
    def straight(self) -> bool:
        """Whether the head is as it was, tilted or not, whatever eyes and mouth do."""
        return abs(self.turn) < 0.6 * TURN and abs(self.nod) < 0.6 * NOD

    @property
    def still(self) -> bool:
        """Whether they look straight ahead again, eyes open and mouth as it was."""
        return self.motion[1] < 0.6 and self.eyes > 0.85 and self.mouth < MOUTH

    def shows(self, gesture: Gesture) -> bool:
        """Whether ``gesture`` is what they do now."""
        match gesture:
            case "blink":
                return self.eyes <= EYES
            case "open_mouth":
                return self.mouth >= MOUTH
            case _:
                motion, size = self.motion
                return motion == gesture and size >= 1 and self._solid(motion)

    def _solid(self, motion: Motion) -> bool:
        match motion:
            case "turn_left" | "turn_right":
                return self.stretch >= NARROWEST
            case "look_up" | "look_down":
                return self.stretch <= FLATTEST
            case _:
                return True


@dataclass(frozen=True, slots=True, eq=False)
class Rest:
    """A face that looks straight ahead: what all else is measured from."""

    points: Points
    eyes: tuple[float, float]
    """As :class:`consentry.checkin.findings.Findings` has them."""

    def change(self, points: Points, eyes: tuple[float, float]) -> Change:
        """What is different in ``points`` and ``eyes``."""
        moved = parallax(self.points, points)
        return Change(
            turn=moved.turn,
            nod=moved.nod,
            stretch=moved.stretch,
            tilt=angles(points).roll - angles(self.points).roll,
            mouth=_mouth(points) - _mouth(self.points),
            eyes=self._openness(points, eyes),
        )

    def _openness(self, points: Points, eyes: tuple[float, float]) -> float:
        """The mesh follows lids half-heartedly, and the dark of an eye varies with the light: the
        product of the two tells."""
        now, then = _lids(points), _lids(self.points)
        shares = [
            (n / max(t, 1e-3)) * max(0.0, dark) / max(before, 1e-3)
            for n, t, dark, before in zip(now, then, eyes, self.eyes, strict=True)
        ]
        return float(max(shares))


def parallax(rest: Points, now: Points) -> Parallax:
    """What moved the points since ``rest``."""
    before, after = rest[list(RIGID)].astype(np.float64), now[list(RIGID)].astype(np.float64)
    half = np.ptp(rest[:, 0]) / 2
    x, y, z = ((before - before.mean(axis=0)) / half).T
    # In the unit of a face that is as tall as it was: turning makes it narrower, and not smaller.
    scale = half * np.ptp(now[:, 1]) / np.ptp(rest[:, 1])
    moved = (after[:, :2] - after[:, :2].mean(axis=0)) / scale
    solid = np.column_stack([np.ones_like(x), x, y, -z])
    any_picture = np.column_stack([solid, x * x, x * y, y * y])
    depth = np.linalg.lstsq(any_picture, moved, rcond=None)[0][3]
    # Rows of a rotation, scaled, where it is one (Tomasi and Kanade, IJCV 9(2), 1992, eq. 15).
    rows = np.linalg.lstsq(solid, moved, rcond=None)[0][1:].T
    across, down = np.linalg.norm(rows, axis=1)
    return Parallax(float(depth[0]), float(-depth[1]), float(across / max(down, 1e-6)))


def angles(points: Points) -> Angles:
    """How the face lies in space, as far as the mesh can be believed."""
    across = points[LEFT_CHEEK] - points[RIGHT_CHEEK]
    down = points[CHIN] - points[CROWN]
    return Angles(
        yaw=float(np.degrees(np.arctan2(across[2], np.hypot(across[0], across[1])))),
        pitch=float(np.degrees(np.arctan2(-down[2], np.hypot(down[0], down[1])))),
        roll=float(np.degrees(np.arctan2(across[1], across[0]))),
    )


def middle(meshes: list[Points]) -> Points:
    """The median of some meshes, point by point."""
    return np.asarray(np.median(np.stack(meshes), axis=0), np.float32)


def _lids(points: Points) -> tuple[float, float]:
    """The height of each eye in its widths."""
    right, left = (
        float(
            np.mean([np.linalg.norm(points[up] - points[down]) for up, down in pairs])
            / max(float(np.linalg.norm(points[ends[0]] - points[ends[1]])), 1e-3)
        )
        for pairs, ends in zip(LIDS, EYE_CORNERS, strict=True)
    )
    return right, left


def _mouth(points: Points) -> float:
    gap = np.linalg.norm(points[LIPS[0]] - points[LIPS[1]])
    return float(gap / max(float(np.linalg.norm(points[CROWN] - points[CHIN])), 1e-3))
