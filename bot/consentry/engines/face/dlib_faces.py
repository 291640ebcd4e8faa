"""Aligns by dlib's five points, and embeds with its ResNet, in 128 dimensions."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from consentry.engines.face.engine import Embedding, Face
from consentry.errors import FaceEngineError, SetupError
from consentry.events import Pixels

_FAR = 1e6
"""Pixels from the picture that no box of a face has."""

POINTS = "shape_predictor_5_face_landmarks.dat"
RESNET = "dlib_face_recognition_resnet_model_v1.dat"

CHIP, PADDING = 150, 0.25
"""Pixels, and air around the face: how the ResNet was trained (dlib, dnn_face_recognition_ex)."""

THRESHOLD = 0.5
"""Stricter than the 0.6 at which its author reports 99.38 % on Labeled Faces in the Wild
(dlib-models); which rate of false matches that gives, see docs/checkin.md."""


class DlibFaces:
    """dlib's two models; an ``Embedder``.

    ``files`` are their verified contents by name. SetupError where dlib is not installed.
    """

    name = "dlib-resnet"
    dimensions = 128
    threshold = THRESHOLD

    def __init__(self, files: Mapping[str, bytes]) -> None:
        try:
            import dlib
        except ImportError:
            raise SetupError("dlib is not installed: pip install 'consentry[faces]'") from None
        self._dlib: Any = dlib
        self._predictor = _load(dlib.shape_predictor, POINTS, files)
        self._resnet = _load(dlib.face_recognition_model_v1, RESNET, files)

    def align(self, pixels: Pixels, face: Face) -> Pixels:
        """``uint8[150, 150, 3]``, the eyes level."""
        box = face.box
        corners = [box.left, box.top, box.right, box.bottom]
        if not (np.abs(corners) < _FAR).all():
            raise FaceEngineError(f"{self.name}: was given a face without a place")
        pixels = np.ascontiguousarray(pixels)
        # BlazeFace's boxes serve as well as dlib's own: embeddings differ by 0.05 (measured).
        points = self._predictor(pixels, self._dlib.rectangle(*(round(side) for side in corners)))
        chip = self._dlib.get_face_chip(pixels, points, size=CHIP, padding=PADDING)
        return np.asarray(chip, np.uint8)

    def embed(self, aligned: Pixels) -> Embedding:
        """``float32[128]``, of what :meth:`align` gave."""
        if aligned.shape != (CHIP, CHIP, 3) or aligned.dtype != np.uint8:
            raise FaceEngineError(f"{self.name}: takes uint8[{CHIP}, {CHIP}, 3], an aligned face")
        vector = self._resnet.compute_face_descriptor(np.ascontiguousarray(aligned))
        embedding = np.asarray(vector, np.float32)
        if embedding.shape != (self.dimensions,) or not np.isfinite(embedding).all():
            raise FaceEngineError(f"{self.name}: gave no finite embedding of this face")
        return embedding


def _load(kind: Any, name: str, files: Mapping[str, bytes]) -> Any:
    """dlib reads paths alone, so the verified bytes pass through a folder nobody else can open."""
    try:
        with tempfile.TemporaryDirectory(prefix="consentry-") as folder:
            path = Path(folder) / name
            path.write_bytes(files[name])
            return kind(str(path))
    except OSError as exc:
        raise SetupError(
            f"model 'dlib-resnet': {name} can't be put into the folder for temporary files "
            f"({type(exc).__name__}); it takes 32 MB, and TMPDIR names another"
        ) from None
    except RuntimeError:
        raise SetupError(
            f"model 'dlib-resnet': this dlib can't read {name}; install dlib-bin==20.0.1.post1"
        ) from None
