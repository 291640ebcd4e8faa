"""Whisper in a worker process: one utterance in, one guess at its words out."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from consentry.engines.models import ModelStore
from consentry.engines.phantoms import Evidence, is_phantom, repeats, without_tags
from consentry.events import SAMPLE_RATE, Samples
from consentry.plugin import Transcription

if TYPE_CHECKING:
    from faster_whisper.tokenizer import Tokenizer

FRAMES_PER_SECOND = 100
"""Of the log-mel spectrogram."""

FULL_WINDOW = 30
"""Seconds the encoder was trained on."""

WINDOWS = (10, 15, 20, FULL_WINDOW)
"""Seconds it may look at instead. 10 cost a seventh of 30; below 10 it loops (measured)."""

FINAL_WINDOW = 15
"""Seconds that a final looks at, at least. With the second look it made 31 errors in 1,312 words;
30 s always made 32 and take three times as long, 10 s made 39 (measured)."""

SURE = 0.85
"""Mean probability of a token below which an utterance deserves a second look."""

MARGIN = 0.6
"""Seconds of emptiness the encoder needs after the words, so that they end."""

MAX_TOKENS_PER_SECOND = 11
"""Fast speech has about 8. More is a loop of the decoder."""


_WELL_TRAINED = """
    en zh de es ru ko fr ja pt tr pl ca nl ar sv it id hi fi vi he uk el ms cs ro da hu ta no th ur
    hr bg
"""
DETECTABLE = frozenset(_WELL_TRAINED.split())
"""Languages with 80 hours and more in the training data (Radford et al. 2022, appendix E). The
others are not guessed, since accents of these are taken for them; they can be asked for."""

SPARSE_SECONDS, SPARSE_WORDS = 4.0, 1.7
"""An utterance this long with fewer words a second left somebody out: the quieter of two."""


@dataclass(frozen=True, slots=True)
class WhisperSpec:
    """Which model a worker loads, and how. Hashable: it names the one loaded copy."""

    model: str = "whisper-base"
    threads: int = 1
    """More than one costs more processor time than it saves on utterances (measured)."""
    directory: Path | None = None


_BEAM = 5


class Effort(Enum):
    """How much an utterance is worth."""

    DRAFT = "draft"
    """Short window, greedy: it is soon replaced."""
    QUICK = "quick"
    """Short window: others wait."""
    FULL = "full"
    """Short window, and the full one where that left doubts."""


@dataclass(frozen=True, slots=True)
class Question:
    """How to listen to one utterance."""

    language: str | None = None
    hotwords: tuple[str, ...] = ()
    effort: Effort = Effort.FULL


@dataclass(frozen=True, slots=True)
class _Guess:
    text: str
    confidence: float

    def __len__(self) -> int:
        return len(self.text)


@functools.cache
def loaded(spec: WhisperSpec) -> Whisper:
    """The model of ``spec``, loaded once per process."""
    return Whisper(spec)


def prepare(spec: WhisperSpec) -> None:
    """Load the model, and let it hear a moment of silence so that the first caption is as fast."""
    loaded(spec).transcribe(np.zeros(SAMPLE_RATE, np.float32), Question(language="en"))


def transcribe(spec: WhisperSpec, samples: Samples, question: Question) -> Transcription:
    """The job that a worker runs."""
    return loaded(spec).transcribe(samples, question)


class Whisper:
    """A loaded model. Decodes at temperature 0 only: the ladder of temperatures of the paper
    makes one bad clip six times slower, and what it finds there is made up."""

    def __init__(self, spec: WhisperSpec) -> None:
        from faster_whisper import WhisperModel

        files: dict[str, Any] = dict(ModelStore(spec.directory).read(spec.model))
        self._model = WhisperModel(
            spec.model, device="cpu", compute_type="int8", cpu_threads=spec.threads, files=files
        )
        self._tokenizers: dict[str, Tokenizer] = {}

    def transcribe(self, samples: Samples, question: Question) -> Transcription:
        """Recognize ``float32[n]`` at 16 kHz, up to 30 s; empty text where nothing was said."""
        seconds = len(samples) / SAMPLE_RATE
        features = self._features(samples)
        encoded = self._model.encode(_window(features, _first_window(seconds, question)))
        heard, probability = self._detect(encoded)
        language = self._language(question.language, heard)
        question = replace(question, language=language)
        guess = self._listen(encoded, features, question, seconds)
        if question.effort is Effort.FULL and guess.text and guess.confidence < SURE:
            encoded = self._model.encode(_window(features, FULL_WINDOW))
            guess = self._listen(encoded, features, question, seconds)
        if question.effort is not Effort.DRAFT and _sparse(guess.text, seconds):
            guess = max(guess, self._halves(samples, question), key=len)
        return Transcription(
            text=guess.text,
            language=language,
            confidence=guess.confidence,
            heard=heard,
            heard_probability=probability,
        )

    def _listen(
        self, encoded: Any, features: NDArray[np.float32], question: Question, seconds: float
    ) -> _Guess:
        text, evidence = self._decode(encoded, question, seconds)
        if evidence.looped or repeats(text):
            # The cure is the window it was trained on, and a ban on repetition.
            encoded = self._model.encode(_window(features, FULL_WINDOW))
            text, evidence = self._decode(encoded, question, seconds, ban=4)
        text = without_tags(text)
        confidence = min(1.0, math.exp(evidence.mean_log_probability))
        return _Guess("" if is_phantom(text, evidence) else text, confidence)

    def _halves(self, samples: Samples, question: Question) -> _Guess:
        """Both sides of the quietest moment in the middle, each on its own."""
        cut = _quietest(samples)
        one, other = (self.transcribe(half, question) for half in (samples[:cut], samples[cut:]))
        text = " ".join(half.text for half in (one, other) if half.text)
        return _Guess(text, min(one.confidence, other.confidence))

    def _features(self, samples: Samples) -> NDArray[np.float32]:
        return np.asarray(self._model.feature_extractor(samples), np.float32)

    def _detect(self, encoded: Any) -> tuple[str, float]:
        if not self._model.model.is_multilingual:
            return "en", 1.0
        for token, probability in self._model.model.detect_language(encoded)[0]:
            if (code := token.strip("<|>")) in DETECTABLE:
                return code, float(probability)
        return "en", 0.0

    def _language(self, given: str | None, heard: str) -> str:
        known = self._model.supported_languages
        code = (given or heard).split("-")[0].lower()
        return code if code in known else heard if heard in known else "en"

    def _decode(
        self, encoded: Any, question: Question, seconds: float, ban: int = 0
    ) -> tuple[str, Evidence]:
        tokenizer = self._tokenizer(question.language or "en")
        prompt = self._model.get_prompt(
            tokenizer,
            [],
            without_timestamps=True,
            # A prompt that does not end like a sentence makes it misspell plain words (measured).
            hotwords=f"{', '.join(question.hotwords)}." if question.hotwords else None,
        )
        limit = 8 + int(MAX_TOKENS_PER_SECOND * seconds)
        result = self._model.model.generate(
            encoded,
            [prompt],
            beam_size=1 if question.effort is Effort.DRAFT else _BEAM,
            # CTranslate2 gives the answer half of this at most, and what the prompt leaves.
            max_length=min(448, max(2 * limit, len(prompt) + limit)),
            no_repeat_ngram_size=ban,
            return_scores=True,
            return_no_speech_prob=True,
            suppress_tokens=_suppressed(tokenizer),
        )[0]
        tokens: Sequence[int] = result.sequences_ids[0]
        evidence = Evidence(
            # The score is already a mean over the tokens without the closing one.
            mean_log_probability=result.scores[0] * len(tokens) / (len(tokens) + 1),
            no_speech=result.no_speech_prob,
            seconds=seconds,
            looped=len(tokens) >= limit,
        )
        return tokenizer.decode(tokens).strip(), evidence

    def _tokenizer(self, language: str) -> Tokenizer:
        from faster_whisper.tokenizer import Tokenizer

        if language not in self._tokenizers:
            self._tokenizers[language] = Tokenizer(
                self._model.hf_tokenizer,
                self._model.model.is_multilingual,
                task="transcribe",
                language=language,
            )
        return self._tokenizers[language]


def _suppressed(tokenizer: Tokenizer) -> list[int]:
    """No tags such as ``[Music]``, and no token that switches the task."""
    return sorted(
        {
            *tokenizer.non_speech_tokens,
            tokenizer.transcribe,
            tokenizer.translate,
            tokenizer.sot,
            tokenizer.sot_prev,
            tokenizer.sot_lm,
            tokenizer.no_speech,
        }
    )


def _window(features: NDArray[np.float32], seconds: float) -> NDArray[np.float32]:
    """``features`` cut or padded to the shortest window that holds ``seconds``."""
    window = next((w for w in WINDOWS if seconds <= w), FULL_WINDOW)
    frames = window * FRAMES_PER_SECOND
    kept = features[:, :frames]
    return np.pad(kept, ((0, 0), (0, frames - kept.shape[1])))


def _first_window(seconds: float, question: Question) -> float:
    match question:
        case Question(effort=Effort.DRAFT):
            return seconds + MARGIN
        case Question(effort=Effort.FULL, language=None):
            return FULL_WINDOW  # A language is not well told apart in less.
        case _:
            return max(seconds + MARGIN, FINAL_WINDOW)


def _sparse(text: str, seconds: float) -> bool:
    return seconds >= SPARSE_SECONDS and 0 < len(text.split()) < SPARSE_WORDS * seconds


def _quietest(samples: Samples) -> int:
    """The sample in the middle of the quietest 100 ms of the middle half."""
    step = SAMPLE_RATE // 50
    blocks = samples[: len(samples) // step * step].reshape(-1, step)
    power = np.convolve((blocks**2).mean(axis=1), np.ones(5), "valid")
    first, last = len(power) // 4, len(power) * 3 // 4
    return (first + int(np.argmin(power[first:last])) + 2) * step
