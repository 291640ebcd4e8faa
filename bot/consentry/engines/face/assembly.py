"""A face engine put together from what detects, what embeds and what meshes."""

from __future__ import annotations

from typing import Protocol

from consentry.engines.face.engine import Embedding, Face, Mesh
from consentry.engines.face.facemesh import FaceMesh
from consentry.engines.face.geometry import usable
from consentry.events import Pixels


class Detector(Protocol):
    """Finds faces in a picture of a usable size."""

    def detect(self, pixels: Pixels) -> list[Face]: ...


class Embedder(Protocol):
    """Makes one face comparable; see :class:`consentry.engines.face.engine.FaceEngine`."""

    @property
    def name(self) -> str: ...
    @property
    def dimensions(self) -> int: ...
    @property
    def threshold(self) -> float: ...
    def align(self, pixels: Pixels, face: Face) -> Pixels: ...
    def embed(self, aligned: Pixels) -> Embedding: ...


class AssembledEngine:
    """A ``FaceEngine``; ``threshold`` overrides the embedder's own."""

    def __init__(
        self,
        detector: Detector,
        embedder: Embedder,
        mesh: FaceMesh,
        threshold: float | None = None,
    ) -> None:
        self._detector = detector
        self._embedder = embedder
        self._mesh = mesh
        self.name = embedder.name
        self.dimensions = embedder.dimensions
        self.threshold = embedder.threshold if threshold is None else threshold

    def detect(self, pixels: Pixels) -> list[Face]:
        return self._detector.detect(pixels) if usable(pixels) else []

    def align(self, pixels: Pixels, face: Face) -> Pixels:
        return self._embedder.align(pixels, face)

    def embed(self, aligned: Pixels) -> Embedding:
        return self._embedder.embed(aligned)

    def mesh(self, pixels: Pixels, face: Face) -> Mesh | None:
        return self._mesh.mesh(pixels, face) if usable(pixels) else None
