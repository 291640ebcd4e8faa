"""Hears one person read a number aloud: the sound of that moment, and nothing after it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from consentry.api import SAMPLE_RATE, Samples, SpeechEngine, VoiceActivity

SPEECH, STILL_SPEECH = 0.5, 0.35
"""Probabilities at which speech starts and goes on: the hysteresis of Silero VAD."""
WINDOW = 512 / SAMPLE_RATE
"""Seconds of one decision of the voice activity detector."""
ENOUGH = 8
"""Windows of voice without which there were no four digits: a quarter of a second."""
PAUSE = 0.5
"""Seconds of quiet after which it is time to look what was said. Who pauses between two digits
goes on, and is listened to again from the beginning."""
LONGEST = 10.0
"""Seconds that are kept at most; a number is waited for less long."""
AUDIBLE = 1e-4
"""Peak (-80 dBFS) below which a microphone is off: an open one has its own noise, or a voice."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """What a try listens with."""

    speech: SpeechEngine
    activity: VoiceActivity
    language: str


class Ear:
    """What a person says from when they are asked for a number until they are asked for something
    else."""

    def __init__(self, hearing: Hearing) -> None:
        self._hearing = hearing
        self._heard: list[Samples] = []
        self._voiced = 0
        self._quiet = 0.0
        self._speaking = False
        self.audible = False
        """Whether anything came from their microphone."""

    def hear(self, samples: Samples) -> bool:
        """Take more of it; whether it is time to :meth:`recognize`."""
        self.audible = self.audible or float(np.max(np.abs(samples), initial=0.0)) > AUDIBLE
        if sum(map(len, self._heard)) < LONGEST * SAMPLE_RATE:
            self._heard.append(samples)
        ended = [self._window(voice) for voice in self._hearing.activity.feed(samples)]
        return any(ended)

    def lose(self, seconds: float) -> None:
        """So much of it did not come."""
        self._heard.append(np.zeros(int(min(seconds, LONGEST) * SAMPLE_RATE), np.float32))

    async def recognize(self) -> str | None:
        """The words of all there was; ``None``: others are being recognized just now.

        A draft is enough for digits: it understands as many as a beam search does, for an eighth
        of the work that captions take (measured).
        """
        samples = np.concatenate([np.zeros(0, np.float32), *self._heard])
        hearing = self._hearing
        said = await hearing.speech.transcribe(samples, language=hearing.language, urgent=False)
        return None if said is None else said.text

    def forget(self) -> None:
        """Nothing was said."""
        self._heard.clear()
        self._voiced, self._quiet, self._speaking, self.audible = 0, 0.0, False, False
        self._hearing.activity.reset()

    def _window(self, voice: float) -> bool:
        """Whether with this window what was said comes to a pause."""
        if voice >= (STILL_SPEECH if self._speaking else SPEECH):
            self._voiced, self._quiet, self._speaking = self._voiced + 1, 0.0, True
            return False
        self._quiet += WINDOW
        paused = self._speaking and self._quiet >= PAUSE
        self._speaking = self._speaking and not paused
        return paused and self._voiced >= ENOUGH
