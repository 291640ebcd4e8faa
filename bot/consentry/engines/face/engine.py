"""What a face engine is: faces, their points and their embeddings, out of pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from consentry.events import Pixels

Embedding = NDArray[np.float32]
"""``float32[d]``. Two of one engine are compared by their Euclidean distance; an engine that was
trained for the cosine gives vectors of length 1, which the distance ranks the same way."""

Landmarks = NDArray[np.float32]
"""``float32[5, 2]``, x and y in pixels of the picture: the person's right eye, left eye, tip of
the nose, right and left corner of the mouth."""

MESH_POINTS = 468
"""Of MediaPipe's canonical face mesh, in its order."""


@dataclass(frozen=True, slots=True)
class Box:
    """Where a face is, in pixels; it may reach over the edge of the picture."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """A face that was found, whoever it is."""

    box: Box
    landmarks: Landmarks
    score: float
    """How sure the detector is, from 0 to 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """The surface of one face."""

    points: NDArray[np.float32]
    """``float32[468, 3]``: x and y in pixels of the picture, z in the same unit, smaller is nearer
    to the camera."""
    score: float
    """How sure the network is that it saw a face, from 0 to 1."""


class FaceEngine(Protocol):
    """Detect, align, embed: one face at a time, in a worker process.

    A picture of an odd size holds no faces; it is never an error.
    """

    @property
    def name(self) -> str:
        """Engine and model: embeddings under different names are never compared."""
        ...

    @property
    def dimensions(self) -> int:
        """The length of an embedding."""
        ...

    @property
    def threshold(self) -> float:
        """The largest distance that counts as the same person."""
        ...

    def detect(self, pixels: Pixels) -> list[Face]:
        """All faces in ``uint8[height, width, 3]``, the largest first."""
        ...

    def align(self, pixels: Pixels, face: Face) -> Pixels:
        """``face`` upright and of the size that :meth:`embed` takes."""
        ...

    def embed(self, aligned: Pixels) -> Embedding:
        """What tells this face from others; FaceEngineError where that is not finite."""
        ...

    def mesh(self, pixels: Pixels, face: Face) -> Mesh | None:
        """The surface of ``face``; None where the network does not see one there."""
        ...
