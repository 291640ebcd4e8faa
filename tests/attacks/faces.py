"""Heads out of photos, and faces that are between two people."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from matplotlib.tri import Triangulation

from consentry.engines.face.engine import Embedding, FaceEngine, Mesh
from consentry.engines.face.geometry import similarity, transform
from consentry.events import Pixels
from tests.attacks.head import FACE, Head
from tests.attacks.surface import HEIGHT, WIDTH, Points, Surface, resample


def head(engine: FaceEngine, photo: Pixels) -> Head:
    """Of the largest face on ``photo``."""
    return Head(photo, _mesh(engine, photo))


def morph(engine: FaceEngine, one: Pixels, other: Pixels, share: float) -> Pixels:
    """``one`` with a face that has ``share`` of ``other``'s shape and color."""
    place, picture = _framed(engine, one)
    foreign, foreign_picture = _framed(engine, other)
    foreign_at = transform(foreign, similarity(foreign, place))
    goal = place + share * (foreign_at - place)
    triangles = Triangulation(*place.T).triangles
    depth = np.column_stack([goal, np.zeros(len(goal))])
    mine = Surface(picture, place, triangles).render(depth, picture)
    theirs = Surface(foreign_picture, foreign, triangles).render(depth, picture)
    mixed: Pixels = (mine * (1 - share) + theirs * share).astype(np.uint8)
    return mixed


def disguise(engine: FaceEngine, photo: Pixels, goal: Embedding, rounds: int, seed: int) -> Pixels:
    """``photo`` with noise that brings its embedding closer to ``goal``: a random search in blocks
    of pixels, 24 gray levels at most, that knows the engine and may ask it ``rounds`` times."""
    generator = np.random.default_rng(seed)
    found = engine.detect(photo)[0]
    box = found.box
    left, top, right, bottom = (
        max(0, round(side)) for side in (box.left, box.top, box.right, box.bottom)
    )
    height, width = photo[top:bottom, left:right].shape[:2]

    def shown(noise: Points) -> Pixels:
        rows, columns = np.arange(height) * 16 // height, np.arange(width) * 16 // width
        changed = photo.copy()
        part = changed[top:bottom, left:right] + noise[rows][:, columns]
        changed[top:bottom, left:right] = np.clip(part, 0, 255).astype(np.uint8)
        return changed

    def away(noise: Points) -> float:
        aligned = engine.align(shown(noise), found)
        return float(np.linalg.norm(engine.embed(aligned) - goal))

    return shown(_search(away, generator, rounds))


def _search(away: Callable[[Points], float], generator: np.random.Generator, rounds: int) -> Points:
    best = np.zeros((16, 16, 3))
    least = away(best)
    for _ in range(rounds):
        tried = np.clip(best + generator.choice([-12.0, 0.0, 12.0], best.shape), -24, 24)
        if (distance := away(tried)) < least:
            best, least = tried, distance
    return best


def _mesh(engine: FaceEngine, photo: Pixels) -> Mesh:
    found = engine.mesh(photo, engine.detect(photo)[0])
    assert found is not None
    return found


def _framed(engine: FaceEngine, photo: Pixels) -> tuple[Points, Pixels]:
    """The face's points and the part of the photo around it, at the size of all pictures."""
    points = _mesh(engine, photo).points[:, :2].astype(np.float64)
    scale = FACE / float(np.ptp(points[:, 0]))
    corner = points.mean(axis=0) - np.array([WIDTH, HEIGHT * 0.9]) / (2 * scale)
    return (points - corner) * scale, resample(photo, corner, 1 / scale, WIDTH, HEIGHT)
