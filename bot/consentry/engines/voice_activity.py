"""Speech probability per 32 ms window, by Silero VAD."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from consentry.engines.models import ModelStore
from consentry.events import Samples

if TYPE_CHECKING:
    import onnxruntime

WINDOW = 512
"""Samples per probability: 32 ms at 16 kHz, fixed by the network."""

_CONTEXT = 64
"""Samples of the window before that the network wants in front of each window."""


class SileroVad:
    """The network, loaded once for all tracks. Each track gets a stream of its own.

    Costs 0.1 ms per window on one thread, so it is fed from the event loop directly: a hand-off to
    a thread would cost more than the work.
    """

    def __init__(self, models: ModelStore | None = None) -> None:
        import onnxruntime

        content = (models or ModelStore()).read("silero-vad")["silero_vad_v6.onnx"]
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            content, sess_options=options, providers=["CPUExecutionProvider"]
        )

    def stream(self) -> SileroStream:
        """A stream for one track."""
        return SileroStream(self._session)


class SileroStream:
    """The state of one track between its blocks of audio."""

    def __init__(self, session: onnxruntime.InferenceSession) -> None:
        self._session = session
        self._h = _zeros(1, 1, 128)
        self._c = _zeros(1, 1, 128)
        self._pending: Samples = _zeros(_CONTEXT)

    def feed(self, samples: Samples) -> list[float]:
        """Probabilities of the windows that ``float32[n]`` at 16 kHz completed."""
        pending = np.concatenate([self._pending, samples])
        count = (len(pending) - _CONTEXT) // WINDOW
        if count == 0:
            self._pending = pending
            return []
        windows = np.stack(
            [pending[i * WINDOW : (i + 1) * WINDOW + _CONTEXT] for i in range(count)]
        )
        # The network reads the windows of one call as a sequence and returns its state.
        probabilities, self._h, self._c = self._session.run(
            None, {"input": windows.astype(np.float32), "h": self._h, "c": self._c}
        )
        self._pending = pending[count * WINDOW :]
        return [float(p) for p in np.ravel(probabilities)]

    def reset(self) -> None:
        """Forget all that was heard."""
        self._h, self._c = _zeros(1, 1, 128), _zeros(1, 1, 128)
        self._pending = _zeros(_CONTEXT)


def _zeros(*shape: int) -> NDArray[np.float32]:
    return np.zeros(shape, np.float32)
