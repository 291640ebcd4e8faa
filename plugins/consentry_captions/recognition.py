"""The words of an utterance: each piece recognized, lost audio marked, language judged."""

from __future__ import annotations

from collections.abc import Sequence

from consentry.api import SAMPLE_RATE, Samples, SetupError, SpeechEngine, Transcription
from consentry_captions.language import SpokenLanguage
from consentry_captions.listener import Utterance

LOST = "[…]"
"""Stands where audio was lost."""

SHORTEST = 0.2
"""Seconds of a piece that may hold a word."""


class Recognition:
    """Asks the speech engine, in the ways captions need."""

    def __init__(self, speech: SpeechEngine, hotwords: Sequence[str]) -> None:
        self._speech = speech
        self._hotwords = hotwords

    async def draft(self, utterance: Utterance, language: str | None) -> str | None:
        """A first guess at an unfinished utterance; ``None`` if the workers are busy."""
        guesses: list[Transcription | None] = []
        for piece in utterance.pieces:
            guess = None
            if piece is not None and _may_speak(piece):
                guess = await self._speech.transcribe(
                    piece, language=language, hotwords=self._hotwords, urgent=False
                )
                if guess is None:
                    return None
            guesses.append(guess)
        return _joined(utterance, guesses)

    async def final(
        self, utterance: Utterance, spoken: SpokenLanguage, prior: str | None
    ) -> tuple[str, str | None]:
        """The words, and the language they are in. Empty where nothing was said.

        Raises SetupError where the engine failed twice.
        """
        heard = await self._all(utterance, spoken.current or prior)
        longest = _longest(utterance, heard)
        if longest is None:
            return "", None
        piece, evidence = longest
        language = spoken.judge(evidence, len(piece) / SAMPLE_RATE, prior)
        if language is None or language == evidence.language:
            return _joined(utterance, heard), evidence.language
        heard = await self._all(utterance, language)
        return _joined(utterance, heard), language

    async def _all(self, utterance: Utterance, language: str | None) -> list[Transcription | None]:
        return [
            await self._one(piece, language) if piece is not None and _may_speak(piece) else None
            for piece in utterance.pieces
        ]

    async def _one(self, piece: Samples, language: str | None) -> Transcription | None:
        try:
            return await self._speech.transcribe(piece, language=language, hotwords=self._hotwords)
        except SetupError:
            # A worker that died is replaced; these words are worth a second try, and no third.
            return await self._speech.transcribe(piece, language=language, hotwords=self._hotwords)


def _may_speak(piece: Samples) -> bool:
    return len(piece) >= SHORTEST * SAMPLE_RATE


def _longest(
    utterance: Utterance, heard: Sequence[Transcription | None]
) -> tuple[Samples, Transcription] | None:
    """The piece with most sound in it tells the language best."""
    pairs = [
        (piece, one)
        for piece, one in zip(utterance.pieces, heard, strict=True)
        if piece is not None and one is not None
    ]
    return max(pairs, key=lambda pair: len(pair[0]), default=None)


def _joined(utterance: Utterance, heard: Sequence[Transcription | None]) -> str:
    """The text with a mark where audio was lost; empty where there is no word."""
    if not any(one is not None and one.text for one in heard):
        return ""
    parts = [
        LOST if piece is None else one.text if one is not None else ""
        for piece, one in zip(utterance.pieces, heard, strict=True)
    ]
    return " ".join(part for part in parts if part)
