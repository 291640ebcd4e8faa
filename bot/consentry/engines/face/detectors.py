"""Finds faces with SCRFD or YuNet, from an ONNX file that the self-hoster brings."""

from __future__ import annotations

import numpy as np

from consentry.engines.face.boxes import Candidates, Values, grid
from consentry.engines.face.engine import Face
from consentry.engines.face.geometry import fit
from consentry.engines.face.network import Network, Tensor
from consentry.errors import FaceEngineError
from consentry.events import Pixels

SIDE = 640
"""Of what the network looks at, where the model does not fix it."""

CELLS = (8, 16, 32)
"""Pixels of a cell, of each of the three layers."""

SCORE = 0.5
"""From here on it is a face. One too many costs a try, one too few lets somebody stand by."""

OVERLAP = 0.4


def load_detector(network: Network) -> Scrfd | YuNet:
    """Which of the two ``network`` is, by its outputs; FaceEngineError where it is neither."""
    side = _side(network)
    outputs = network.run(np.zeros((1, 3, side, side), np.float32))
    if {f"{part}_{cell}" for part in ("cls", "obj", "bbox", "kps") for cell in CELLS} <= set(
        outputs
    ):
        return YuNet(network, side)
    if len(outputs) == 9:
        _layers(outputs, network.what, side)
        return Scrfd(network, side)
    raise FaceEngineError(
        f"{network.what}: has {len(outputs)} outputs; SCRFD with landmarks (its name has `kps`) "
        "has 9, and YuNet 12, named cls_8 to kps_32"
    )


class Scrfd:
    """Guo et al. 2021, arXiv 2105.04714: two anchors a cell, at its upper left corner; distances
    to the sides of the box, and of the landmarks, in cells."""

    def __init__(self, network: Network, side: int) -> None:
        self._network = network
        self._side = side

    def detect(self, pixels: Pixels) -> list[Face]:
        """All faces, the largest first."""
        fitted = fit(pixels, self._side)
        tensor = (_planes(fitted.pixels) - 127.5) / np.float32(128)
        layers = _layers(self._network.run(tensor), self._network.what, self._side)
        found = []
        for cell, (scores, sides, points) in zip(CELLS, layers, strict=True):
            corners = np.repeat(grid(self._side, cell) * cell, 2, axis=0)
            boxes = np.hstack([corners - sides[:, :2] * cell, corners + sides[:, 2:] * cell])
            places = corners[:, None] + points.reshape(-1, 5, 2) * cell
            found.append((boxes, places, scores[:, 0]))
        return _best(found, fitted.scale)


class YuNet:
    """Wu et al. 2023, doi 10.1007/s11633-023-1423-y; decoded as OpenCV's FaceDetectorYN does:
    one anchor a cell, centers in cells, sizes as their logarithms."""

    def __init__(self, network: Network, side: int) -> None:
        self._network = network
        self._side = side

    def detect(self, pixels: Pixels) -> list[Face]:
        """All faces, the largest first."""
        fitted = fit(pixels, self._side)
        # It learned from pictures as OpenCV has them: blue first, and not scaled.
        outputs = self._network.run(_planes(fitted.pixels[..., ::-1]))
        found = []
        for cell in CELLS:
            cls, obj, box, points = (
                _rows(outputs[f"{part}_{cell}"], width, self._network.what)
                for part, width in (("cls", 1), ("obj", 1), ("bbox", 4), ("kps", 10))
            )
            cells = grid(self._side, cell)
            if {len(cls), len(obj), len(box), len(points)} != {len(cells)}:
                raise FaceEngineError(f"{self._network.what}: its outputs don't fit its input")
            scores = np.sqrt(np.clip(cls[:, 0], 0, 1) * np.clip(obj[:, 0], 0, 1))
            middle = (cells + box[:, :2]) * cell
            half = np.exp(np.clip(box[:, 2:], -10, 10)) * cell / 2
            places = (cells[:, None] + points.reshape(-1, 5, 2)) * cell
            found.append((np.hstack([middle - half, middle + half]), places, scores))
        return _best(found, fitted.scale)


def _side(network: Network) -> int:
    """Of the square that the network takes; FaceEngineError where it takes no picture."""
    shape = network.input_shape
    if len(shape) != 4 or shape[1] not in (3, None):
        raise FaceEngineError(
            f"{network.what}: takes {list(shape)}; a detector takes [1, 3, height, width]"
        )
    height, width = shape[2] or SIDE, shape[3] or SIDE
    if height != width or height % CELLS[-1]:
        raise FaceEngineError(
            f"{network.what}: takes {width} by {height} pixels; take one for a square whose side "
            f"{CELLS[-1]} divides, such as {SIDE}"
        )
    return height


def _planes(pixels: Pixels) -> Tensor:
    return np.ascontiguousarray(pixels.transpose(2, 0, 1)[None], np.float32)


def _rows(output: Tensor, width: int, what: str) -> Values:
    """``float64[n, width]``, with or without a dimension for the batch in front."""
    if output.ndim not in (2, 3) or output.shape[-1] != width:
        raise FaceEngineError(f"{what}: has an output of {list(output.shape)}, not of [n, {width}]")
    return output.reshape(-1, width).astype(np.float64)


def _layers(
    outputs: dict[str, Tensor], what: str, side: int
) -> list[tuple[Values, Values, Values]]:
    """Scores, sides and landmarks of each layer. The models name their outputs by number: they
    come scores first, then sides, then landmarks, fine layer to coarse."""
    values = list(outputs.values())
    layers = []
    for i, cell in enumerate(CELLS):
        parts = [_rows(values[i + 3 * n], width, what) for n, width in enumerate((1, 4, 10))]
        count = (side // cell) ** 2 * 2
        if any(len(part) != count for part in parts):
            raise FaceEngineError(
                f"{what}: layer {i + 1} has not {count} anchors; it is no SCRFD with landmarks"
            )
        layers.append((parts[0], parts[1], parts[2]))
    return layers


def _best(found: list[tuple[Values, Values, Values]], scale: float) -> list[Face]:
    boxes, points, scores = (np.concatenate(part) for part in zip(*found, strict=True))
    likely = scores >= SCORE
    return Candidates(boxes[likely] / scale, points[likely] / scale, scores[likely]).faces(OVERLAP)
