"""Findings of a face that holds itself in a given way, without a picture of it."""

from __future__ import annotations

import itertools
from dataclasses import replace
from functools import cache

import numpy as np

from consentry.checkin.findings import CHIP, Findings
from consentry.checkin.gestures import CHIN, CROWN, LIDS, LIPS, Gesture, Points
from consentry.engines.face.loading import FaceSpec, load
from tests.attacks.sheet import rotation
from tests.engines.face.photos import photo

ANGLES: dict[str, tuple[float, float, float]] = {
    "turn_left": (20.0, 0.0, 0.0),
    "turn_right": (-20.0, 0.0, 0.0),
    "look_up": (0.0, 16.0, 0.0),
    "look_down": (0.0, -16.0, 0.0),
    "tilt_left": (0.0, 0.0, 17.0),
    "tilt_right": (0.0, 0.0, -17.0),
}
"""Yaw, pitch and roll, in degrees."""

NOBODY = Findings(faces=0)
SEVERAL = Findings(faces=2)

_count = itertools.count()


@cache
def mesh() -> Points:
    """Of the portrait, which looks straight ahead."""
    engine = load(FaceSpec())
    pixels = photo("obama")
    found = engine.mesh(pixels, engine.detect(pixels)[0])
    assert found is not None
    return found.points


def turned(yaw: float, pitch: float, roll: float) -> Points:
    """The face as a solid body, in degrees."""
    points = mesh().astype(np.float64)
    middle = points.mean(axis=0)
    return np.asarray((points - middle) @ rotation(yaw, pitch, roll).T + middle, np.float32)


def face(gesture: Gesture | None = None) -> Findings:
    """Of a face that makes ``gesture``, or looks straight ahead; never the same pixels twice, as
    cameras have noise."""
    found = _face(gesture)
    assert found.points is not None
    assert found.chip is not None
    chip, number = found.chip.copy(), next(_count)
    chip[0, 0] = (number % 256, number // 256 % 256, 0)
    return replace(found, points=found.points.copy(), chip=chip)


@cache
def _face(gesture: Gesture | None) -> Findings:
    points = turned(*ANGLES.get(gesture or "", (0.0, 0.0, 0.0)))
    eyes = (0.7, 0.7)
    if gesture == "blink":
        for upper, lower in itertools.chain.from_iterable(LIDS):
            points[upper] = 0.4 * points[upper] + 0.6 * points[lower]
        eyes = (0.35, 0.35)
    if gesture == "open_mouth":
        points[LIPS[1], 1] += 0.1 * np.linalg.norm(points[CHIN] - points[CROWN])
    return Findings(
        faces=1,
        points=points,
        width=float(np.ptp(points[:, 0])),
        eyes=eyes,
        chip=_chip(seed=1),
        sharpness=20.0,
        light=120.0,
    )


def somebody_else() -> Findings:
    """Another face at the same place."""
    return replace(face(), chip=_chip(seed=2))


def _chip(seed: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    pattern = np.random.default_rng(seed).integers(0, 256, (CHIP // 8, CHIP // 8, 3))
    return np.kron(pattern, np.ones((8, 8, 1))).astype(np.uint8)
