"""One ONNX model, run on a fixed number of threads, and what can be wrong with its file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from consentry.errors import FaceEngineError, ModelCorrupt, ModelMissing

if TYPE_CHECKING:
    import onnxruntime

Tensor = NDArray[np.float32]


class Network:
    """A loaded model with one input.

    ``what`` is how errors call it. ModelCorrupt where ``content`` is no model.
    """

    def __init__(self, content: bytes, what: str, threads: int = 1) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 4
        self.what = what
        try:
            self._session: onnxruntime.InferenceSession = onnxruntime.InferenceSession(
                content, sess_options=options, providers=["CPUExecutionProvider"]
            )
        except Exception as exc:  # onnxruntime has no common class for what it raises
            raise ModelCorrupt(
                f"{what}: is no ONNX model that can be read ({type(exc).__name__}); get it again"
            ) from None
        inputs = self._session.get_inputs()
        if len(inputs) != 1:
            raise FaceEngineError(f"{what}: has {len(inputs)} inputs, must have one, a picture")
        self._input = inputs[0]

    @property
    def input_shape(self) -> tuple[int | None, ...]:
        """Of the one input; None where any length will do."""
        return tuple(side if isinstance(side, int) else None for side in self._input.shape)

    @property
    def outputs(self) -> tuple[str, ...]:
        """Their names, in the order of the model."""
        return tuple(output.name for output in self._session.get_outputs())

    def run(self, tensor: Tensor) -> dict[str, Tensor]:
        """The outputs by name, all finite; FaceEngineError otherwise."""
        names = self.outputs
        try:
            values = self._session.run(names, {self._input.name: tensor})
        except Exception as exc:
            raise FaceEngineError(
                f"{self.what}: does not take float32{list(tensor.shape)} ({type(exc).__name__}); "
                "it is not a model of the kind it was named as"
            ) from None
        found = {
            name: np.asarray(value, np.float32) for name, value in zip(names, values, strict=True)
        }
        for name, value in found.items():
            if not np.isfinite(value).all():
                raise FaceEngineError(f"{self.what}: output {name!r} is not finite")
        return found


def read_model(path: Path, key: str) -> bytes:
    """The file that ``key`` of the configuration names; ModelMissing where it can't be read."""
    try:
        return path.read_bytes()
    except OSError as exc:
        raise ModelMissing(
            f"{key}: {path.name} can't be read ({type(exc).__name__}); put the model there, "
            "or name the file that holds it"
        ) from None
