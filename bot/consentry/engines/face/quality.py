"""Says whether a picture of a face will do, and what to change where it will not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from consentry.engines.face.engine import Box, Face, Mesh
from consentry.events import Pixels

SIDE = 128
"""Pixels of the square in which every face is judged, near to or far from the camera."""

AVERTED = 45.0
"""Degrees from the camera at which a face is no longer seen from the front at all."""

_CHIN_SLOPE = 7.0
"""Degrees by which the line from forehead to chin leans on a face that looks straight ahead."""

_FOREHEAD, _CHIN, _RIGHT_EDGE, _LEFT_EDGE = 10, 152, 234, 454
"""Points of MediaPipe's canonical mesh."""


class Advice(StrEnum):
    """What to do better; the words are ``photo.<advice>`` in :mod:`consentry.words`."""

    NO_FACE = "no_face"
    SEVERAL_FACES = "several_faces"
    TOO_SMALL = "too_small"
    TURN_TO_CAMERA = "turn_to_camera"
    TOO_DARK = "too_dark"
    TOO_BRIGHT = "too_bright"
    BLURRED = "blurred"


@dataclass(frozen=True, slots=True)
class Quality:
    """What can be measured of a picture, of its largest face; after ISO/IEC 29794-5."""

    faces: int
    size: float = 0.0
    """Pixels between the eyes."""
    sharpness: float = 0.0
    """Of fine detail, relative to all there is to see: sharp photos have 0.03 to 0.3, one that is
    blurred by a hundredth of the face's width has 0.005 to 0.02."""
    light: float = 0.0
    """Median of the face, from 0, black, to 1, white."""
    contrast: float = 0.0
    """Between its dark and its bright parts (5 % and 95 %), likewise."""
    frontal: float = 0.0
    """1 looks into the camera, 0 is turned away by 45 degrees or more."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What is good enough, and for what."""

    size: float
    sharpness: float
    frontal: float
    dark: float = 0.08
    bright: float = 0.88
    contrast: float = 0.12


ENROLMENT = Limits(size=40, sharpness=0.01, frontal=0.6)
"""For the photo a template is made from. Fewer pixels between the eyes change the embedding, more
do not (measured); the light may be dim, so that nobody is sent away for dark skin."""

CHECK_IN = Limits(size=30, sharpness=0.004, frontal=0.5)
"""For the picture of a call that is compared: a call's own compression blurs."""


def assess(pixels: Pixels, faces: Sequence[Face], mesh: Mesh | None) -> Quality:
    """Measure the first of ``faces``, the largest; ``mesh`` is its surface, without which it does
    not count as seen from the front."""
    if not faces:
        return Quality(faces=0)
    face = faces[0]
    gray = _face_of(pixels, face.box)
    if gray is None:
        return Quality(faces=len(faces))
    low, middle, high = np.percentile(gray, [5, 50, 95])
    return Quality(
        faces=len(faces),
        size=float(np.linalg.norm(face.landmarks[1] - face.landmarks[0])),
        sharpness=_sharpness(gray),
        light=float(middle),
        contrast=float(high - low),
        frontal=0.0 if mesh is None else _frontal(mesh),
    )


def advice(quality: Quality, limits: Limits = ENROLMENT) -> list[Advice]:
    """What to change, the most important first; empty where the picture will do."""
    if quality.faces != 1:
        return [Advice.SEVERAL_FACES if quality.faces else Advice.NO_FACE]
    flat = quality.contrast < limits.contrast
    dark = quality.light < limits.dark or (flat and quality.light <= 0.5)
    bright = quality.light > limits.bright or (flat and quality.light > 0.5)
    faults = {
        Advice.TOO_SMALL: quality.size < limits.size,
        Advice.TURN_TO_CAMERA: quality.frontal < limits.frontal,
        Advice.TOO_DARK: dark,
        Advice.TOO_BRIGHT: bright,
        # What can't be seen for its light can't be judged for its focus either.
        Advice.BLURRED: quality.sharpness < limits.sharpness and not (dark or bright),
    }
    return [one for one, found in faults.items() if found]


def _face_of(pixels: Pixels, box: Box) -> NDArray[np.float64] | None:
    """The part of the face that is in the picture, in gray from 0 to 1."""
    if not all(map(math.isfinite, (box.left, box.top, box.right, box.bottom))):
        return None
    height, width = pixels.shape[:2]
    part = (max(0.0, box.left), max(0.0, box.top), min(width, box.right), min(height, box.bottom))
    if not (part[2] - part[0] >= 1 and part[3] - part[1] >= 1):
        return None
    gray = Image.fromarray(pixels).convert("L")
    square = gray.resize((SIDE, SIDE), Image.Resampling.BILINEAR, box=part)
    return np.asarray(square, np.float64) / 255


def _sharpness(gray: NDArray[np.float64]) -> float:
    """Variance of the Laplacian, as a share of the variance of the picture."""
    edges = 4 * gray[1:-1, 1:-1] - gray[:-2, 1:-1] - gray[2:, 1:-1]
    edges -= gray[1:-1, :-2] + gray[1:-1, 2:]
    return float(edges.var() / max(gray.var(), 1e-6))


def _frontal(mesh: Mesh) -> float:
    across = mesh.points[_LEFT_EDGE] - mesh.points[_RIGHT_EDGE]
    down = mesh.points[_CHIN] - mesh.points[_FOREHEAD]
    turned = np.degrees(np.arctan2(across[2], np.hypot(across[0], across[1])))
    nodded = np.degrees(np.arctan2(down[2], np.hypot(down[0], down[1]))) - _CHIN_SLOPE
    away = max(abs(float(turned)), abs(float(nodded)))
    return max(0.0, 1 - away / AVERTED)
