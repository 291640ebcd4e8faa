"""The speech engine that plugins see: utterances go to the workers, text comes back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from opentelemetry.trace import Tracer

from consentry.engines.whisper import Effort, Question, WhisperSpec, prepare, transcribe
from consentry.events import SAMPLE_RATE, Samples
from consentry.plugin import Transcription
from consentry.tracing import current, silent, span
from consentry.workers import Workers

MAX_SECONDS = 30
"""The encoder sees no more at once."""


class WhisperSpeech:
    """Whisper over :class:`Workers`; a ``SpeechEngine``."""

    def __init__(self, workers: Workers, spec: WhisperSpec, tracer: Tracer | None = None) -> None:
        self._workers = workers
        self._spec = spec
        self._tracer = tracer or silent()

    async def transcribe(
        self,
        samples: Samples,
        *,
        language: str | None = None,
        hotwords: Sequence[str] = (),
        urgent: bool = True,
    ) -> Transcription | None:
        """Recognize ``float32[n]`` at 16 kHz, up to 30 s.

        An urgent utterance goes before all else that waits, and is listened to less closely where
        others wait already. One that is not gives ``None`` at once
        where the workers are busy. Raises SetupError where the worker died over it, and its kinds
        ModelMissing and ModelCorrupt where the model can't be loaded.
        """
        if len(samples) > MAX_SECONDS * SAMPLE_RATE:
            raise ValueError(f"an utterance of {len(samples) / SAMPLE_RATE:.0f} s; the limit is 30")
        samples = np.ascontiguousarray(samples, np.float32)
        if not urgent:
            draft = Question(language, tuple(hotwords), Effort.DRAFT)
            return await self._workers.run_if_idle(transcribe, self._spec, samples, draft)
        effort = Effort.QUICK if self._workers.waiting else Effort.FULL
        question = Question(language, tuple(hotwords), effort)
        with span(self._tracer, "recognition", effort=effort.name.lower()) as one, current(one):
            return await self._workers.run_first(transcribe, self._spec, samples, question)


def preparation(spec: WhisperSpec) -> Callable[[], None]:
    """What new workers run first, so that the model is there before the first word."""
    return partial(prepare, spec)
