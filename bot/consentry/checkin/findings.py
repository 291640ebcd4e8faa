"""What one picture of a try shows, looked at in a worker process. Nothing here tells who it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from consentry.checkin.gestures import EYE_CORNERS
from consentry.engines.face.engine import Face, Mesh
from consentry.engines.face.geometry import similarity, warp
from consentry.engines.face.loading import FaceSpec, load
from consentry.events import Pixels

CHIP = 64
"""Pixels of a side of the face as it is compared with itself a moment later."""

CHIP_EYES = np.array([[0.28, 0.36], [0.72, 0.36], [0.5, 0.62]]) * CHIP
"""Where the outer corners of the eyes and the tip of the nose come to lie in it."""

TEXTURE = 128
"""Pixels of a side of the part whose texture is looked at, at the camera's own resolution."""

LUMA = np.array([0.299, 0.587, 0.114], np.float32)
"""Rec. ITU-R BT.601-7, section 2.5.1."""


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """Of one picture."""

    faces: int
    points: NDArray[np.float32] | None = None
    """The mesh, ``float32[468, 3]``, where there is exactly one face and the network sees it."""
    width: float = 0.0
    """Of the face, in pixels."""
    side: int = 1
    """The longer one of the picture, in pixels."""
    eyes: tuple[float, float] = (0.0, 0.0)
    """How dark each eye is before the skin below it: the right one, the left one."""
    chip: NDArray[np.uint8] | None = None
    """``uint8[64, 64, 3]``: the face upright, kept for as long as the try is on."""
    sharpness: float = 0.0
    """Mean size of the Laplacian of the chip, in gray levels."""
    light: float = 0.0
    """Mean gray level of the chip, 0 to 255."""
    grid: float = 0.0
    """How far the strongest fine regular pattern stands out: a screen, or a printer's dots."""


def look(spec: FaceSpec, pixels: Pixels) -> Findings:
    """The job that a worker runs: about 25 ms. There is no embedding in it."""
    engine = load(spec)
    faces = distinct(engine.detect(pixels))
    if len(faces) != 1:
        return Findings(len(faces))
    mesh = engine.mesh(pixels, faces[0])
    if mesh is None or not np.isfinite(mesh.points).all():
        return Findings(0)
    return _describe(pixels, faces[0], mesh)


def distinct(faces: list[Face]) -> list[Face]:
    """Without faces that have their middle within a larger one: a head that is turned and tilted
    at once is found twice now and then."""
    kept: list[Face] = []
    for face in faces:
        x, y = (face.box.left + face.box.right) / 2, (face.box.top + face.box.bottom) / 2
        if not any(
            each.box.left < x < each.box.right and each.box.top < y < each.box.bottom
            for each in kept
        ):
            kept.append(face)
    return kept


def _describe(pixels: Pixels, face: Face, mesh: Mesh) -> Findings:
    places = mesh.points[[33, 263, 1], :2].astype(np.float64)
    chip = warp(pixels, similarity(places, CHIP_EYES), CHIP, CHIP)
    gray = chip.astype(np.float32) @ LUMA
    laplacian = (
        4 * gray[1:-1, 1:-1] - gray[:-2, 1:-1] - gray[2:, 1:-1] - gray[1:-1, :-2] - gray[1:-1, 2:]
    )
    return Findings(
        faces=1,
        points=mesh.points,
        width=float(np.ptp(mesh.points[:, 0])),
        side=max(pixels.shape[:2]),
        eyes=_eyes(pixels, mesh.points),
        chip=chip,
        sharpness=float(np.abs(laplacian).mean()),
        light=float(gray.mean()),
        grid=_grid(pixels, face),
    )


def _eyes(pixels: Pixels, points: NDArray[np.float32]) -> tuple[float, float]:
    """For each eye the share by which its darker parts are darker than the skin below it."""
    right, left = (_eye(pixels, points[list(ends), :2]) for ends in EYE_CORNERS)
    return right, left


def _eye(pixels: Pixels, ends: NDArray[np.float32]) -> float:
    along = ends[1] - ends[0]
    if along[0] < 0:
        along = -along
    across = np.array([-along[1], along[0]])
    middle = ends.mean(axis=0)
    u, v = np.meshgrid(np.linspace(-0.3, 0.3, 13), np.linspace(-0.22, 0.22, 9))
    eye = _sample(pixels, middle + u[..., None] * along + v[..., None] * across)
    u, v = np.meshgrid(np.linspace(-0.1, 0.1, 5), np.linspace(0.5, 0.6, 3))
    skin = float(_sample(pixels, middle + u[..., None] * along + v[..., None] * across).mean())
    return float((skin - np.percentile(eye, 15)) / max(skin, 1.0))


def _sample(pixels: Pixels, at: NDArray[np.floating]) -> NDArray[np.float32]:
    """Gray levels at the places ``at``."""
    height, width = pixels.shape[:2]
    x = np.clip(np.rint(at[..., 0]), 0, width - 1).astype(np.intp)
    y = np.clip(np.rint(at[..., 1]), 0, height - 1).astype(np.intp)
    gray: NDArray[np.float32] = pixels[y, x].astype(np.float32) @ LUMA
    return gray


def _grid(pixels: Pixels, face: Face) -> float:
    """The strongest of the fine frequencies in the face, in medians of those as fine.

    Texture of skin has a spectrum without peaks; dots, pixels and their moiré have them.
    """
    middle_x, middle_y = (face.box.left + face.box.right) / 2, (face.box.top + face.box.bottom) / 2
    left, top = int(middle_x) - TEXTURE // 2, int(middle_y) - TEXTURE // 2
    if left < 0 or top < 0:
        return 0.0
    part = pixels[top : top + TEXTURE, left : left + TEXTURE].astype(np.float32) @ LUMA
    if part.shape != (TEXTURE, TEXTURE):
        return 0.0
    window = np.hanning(TEXTURE)
    spectrum = np.abs(np.fft.rfft2((part - part.mean()) * window[:, None] * window))
    rows = np.abs(np.fft.fftfreq(TEXTURE))[:, None]
    frequency = np.hypot(rows, np.fft.rfftfreq(TEXTURE)[None, :])
    fine = spectrum[(frequency > 0.16) & (frequency < 0.5)]
    return float(fine.max() / max(float(np.median(fine)), 1e-3))
