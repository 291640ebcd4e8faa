"""Aligns and embeds in the manner of ArcFace, with an ONNX file that the self-hoster brings."""

from __future__ import annotations

import numpy as np

from consentry.engines.face.engine import Embedding, Face
from consentry.engines.face.geometry import similarity, warp
from consentry.engines.face.network import Network, Tensor
from consentry.errors import FaceEngineError
from consentry.events import Pixels

SIDE = 112

TEMPLATE = np.array(
    [
        [38.2946, 51.6963],
        [73.5318, 51.5014],
        [56.0252, 71.7366],
        [41.5493, 92.3655],
        [70.7299, 92.2041],
    ]
)
"""Where the five landmarks go (Deng et al. 2019, arXiv 1801.07698; insightface's face_align)."""

THRESHOLD = 1.0
"""A cosine of 0.5, stricter than is usual with such models: which rate of false matches a model
has, only an evaluation can say."""


class ArcFace:
    """The loaded network; an ``Embedder``.

    Takes red, green and blue from -1 to 1, planes first or last, and gives one vector, which is
    brought to length 1. ``name`` tells its embeddings from those of any other model.
    """

    threshold = THRESHOLD

    def __init__(self, network: Network, name: str) -> None:
        self._network = network
        self._planes_first = _planes_first(network)
        self.name = name
        self.dimensions = self._run(np.zeros((SIDE, SIDE, 3), np.uint8)).size

    def align(self, pixels: Pixels, face: Face) -> Pixels:
        """``uint8[112, 112, 3]``."""
        return align(pixels, face, self.name)

    def embed(self, aligned: Pixels) -> Embedding:
        """``float32[dimensions]`` of length 1."""
        if aligned.shape != (SIDE, SIDE, 3) or aligned.dtype != np.uint8:
            raise FaceEngineError(f"{self.name}: takes uint8[{SIDE}, {SIDE}, 3], an aligned face")
        return unit(self._run(aligned), self.name)

    def _run(self, aligned: Pixels) -> Embedding:
        tensor = (aligned.astype(np.float32) - 127.5) / np.float32(127.5)
        if self._planes_first:
            tensor = tensor.transpose(2, 0, 1)
        outputs: list[Tensor] = list(self._network.run(np.ascontiguousarray(tensor[None])).values())
        if len(outputs) != 1 or outputs[0].ndim != 2 or len(outputs[0]) != 1:
            raise FaceEngineError(
                f"{self._network.what}: must give one vector a face; it gives "
                f"{', '.join(str(list(output.shape)) for output in outputs)}"
            )
        return outputs[0].ravel()


def align(pixels: Pixels, face: Face, name: str) -> Pixels:
    """``uint8[112, 112, 3]``: the landmarks of ``face`` brought to :data:`TEMPLATE`."""
    try:
        return warp(pixels, similarity(face.landmarks, TEMPLATE), SIDE, SIDE)
    except ValueError:  # and with it numpy's LinAlgError, of a scale of 0
        raise FaceEngineError(f"{name}: the landmarks of this face are those of no face") from None


def unit(vector: Embedding, name: str) -> Embedding:
    """``vector`` at length 1; FaceEngineError where it has no direction."""
    length = float(np.linalg.norm(vector.astype(np.float64)))
    if not np.isfinite(length) or length < 1e-6:
        raise FaceEngineError(f"{name}: gave no finite embedding of this face")
    embedding: Embedding = (vector / length).astype(np.float32)
    return embedding


def _planes_first(network: Network) -> bool:
    match network.input_shape:
        case (_, 3, _, _) as shape if {shape[2], shape[3]} <= {SIDE, None}:
            return True
        case (_, _, _, 3) as shape if {shape[1], shape[2]} <= {SIDE, None}:
            return False
    raise FaceEngineError(
        f"{network.what}: takes {list(network.input_shape)}; an embedder in the manner of ArcFace "
        f"takes [1, 3, {SIDE}, {SIDE}] or [1, {SIDE}, {SIDE}, 3]"
    )
