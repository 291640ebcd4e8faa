"""Finds and embeds faces with insightface, from a pack of models that the self-hoster brings."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from consentry.engines.face.arcface import SIDE, THRESHOLD, align, unit
from consentry.engines.face.boxes import Candidates
from consentry.engines.face.engine import Embedding, Face
from consentry.engines.face.network import read_model
from consentry.errors import FaceEngineError, ModelMissing, SetupError
from consentry.events import Pixels

PARTS = ("detection", "recognition")
"""All of a pack that is ever used: never what guesses an age or a sex."""

_NO_OVERLAP = 1.0
"""insightface suppressed what overlaps already."""


class InsightFacePack:
    """A pack in a folder; both a ``Detector`` and an ``Embedder``. ``name`` tells its embeddings
    from those of any other.

    SetupError where insightface is not installed; ModelMissing where the pack lacks a part.
    """

    threshold = THRESHOLD

    def __init__(self, pack: Path, name: str, threads: int = 1) -> None:
        self._models = _parts(pack, threads)
        embedder = self._models["recognition"]
        if tuple(embedder.input_size) != (SIDE, SIDE):
            raise FaceEngineError(
                f"face.pack: its embedder takes {embedder.input_size}, must take {SIDE} by {SIDE}"
            )
        self.name = name
        self.dimensions = self._feature(np.zeros((SIDE, SIDE, 3), np.uint8)).size

    def detect(self, pixels: Pixels) -> list[Face]:
        """All faces, the largest first."""
        boxes, points = self._models["detection"].detect(_blue_first(pixels))
        if points is None:
            raise FaceEngineError("face.pack: its detector gives no landmarks; take one with `kps`")
        if not (np.isfinite(boxes).all() and np.isfinite(points).all()):
            raise FaceEngineError("face.pack: its detector gave what is not finite")
        boxes = boxes.astype(np.float64)
        found = Candidates(boxes[:, :4], points.astype(np.float64), boxes[:, 4])
        return found.faces(_NO_OVERLAP)

    def align(self, pixels: Pixels, face: Face) -> Pixels:
        """``uint8[112, 112, 3]``."""
        return align(pixels, face, self.name)

    def embed(self, aligned: Pixels) -> Embedding:
        """``float32[dimensions]`` of length 1."""
        if aligned.shape != (SIDE, SIDE, 3) or aligned.dtype != np.uint8:
            raise FaceEngineError(f"{self.name}: takes uint8[{SIDE}, {SIDE}, 3], an aligned face")
        return unit(self._feature(aligned), self.name)

    def _feature(self, aligned: Pixels) -> Embedding:
        feature = self._models["recognition"].get_feat(_blue_first(aligned))
        return np.asarray(feature, np.float32).ravel()


def pin(path: Path, key: str) -> str:
    """64 bits of the SHA-256 of a model that ``key`` of the configuration names."""
    return hashlib.sha256(read_model(path, key)).hexdigest()[:16]


def pack_files(pack: Path) -> list[Path]:
    """The models in a pack; ModelMissing where there are none."""
    files = sorted(pack.glob("*.onnx"))
    if not files:
        raise ModelMissing(
            "face.pack: there are no .onnx files in that folder; put the pack's models into it, "
            "not the archive they came in"
        )
    return files


def _parts(pack: Path, threads: int) -> dict[str, Any]:
    pack_files(pack)
    try:
        import onnxruntime
        from insightface.app import FaceAnalysis
    except ImportError:
        raise SetupError(
            "insightface is not installed: pip install 'consentry[insightface]'"
        ) from None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        analysis = FaceAnalysis(
            str(pack),
            allowed_modules=list(PARTS),
            providers=["CPUExecutionProvider"],
            sess_options=options,
        )
        analysis.prepare(ctx_id=-1)
    except Exception as exc:  # insightface asserts, and raises whatever its own libraries do
        raise FaceEngineError(
            f"face.pack: insightface can't load this pack ({type(exc).__name__}); it needs a "
            "detector and an embedder, intact, as ONNX"
        ) from None
    missing = [part for part in PARTS if part not in analysis.models]
    if missing:
        raise ModelMissing(f"face.pack: has no model for {' and '.join(missing)}; add one")
    return dict(analysis.models)


def _blue_first(pixels: Pixels) -> Pixels:
    return np.ascontiguousarray(pixels[..., ::-1])
