"""When one participant counts as speaking, from speech probabilities and time alone."""

from __future__ import annotations

from dataclasses import dataclass

from consentry.api import SAMPLE_RATE

WINDOW = 512 / SAMPLE_RATE
"""Seconds that one probability stands for."""

LATENESS = 0.4
"""Seconds by which audio may trail the clock before its absence counts as silence."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    probability: float
    onset: float
    hangover: float


class Activity:
    """
    Silent until speech adds up to ``onset`` seconds, speaking until ``hangover`` seconds pass
    without any. Before the onset a window without speech takes back what a window with speech
    gave, so clicks and coughs never add up.
    """

    def __init__(self, thresholds: Thresholds) -> None:
        self._thresholds = thresholds
        self._heard = 0.0
        self._last_speech = 0.0
        self.since: float | None = None
        """When this turn began, in seconds since the bot joined; None while silent."""

    def feed(self, probabilities: list[float], end: float) -> None:
        """Take the probabilities of consecutive windows, the last of which ends at ``end``."""
        count = len(probabilities)
        for i, probability in enumerate(probabilities, start=1):
            self._window(probability >= self._thresholds.probability, end - (count - i) * WINDOW)

    def tick(self, at: float) -> None:
        """Time passed; with no audio at all (muted, or silence not sent) the turn ends too."""
        self._rest(at - LATENESS)

    def _window(self, speech: bool, end: float) -> None:
        if not speech:
            self._heard = max(0.0, self._heard - WINDOW)
            self._rest(end)
            return
        self._rest(end - WINDOW)
        self._heard += WINDOW
        self._last_speech = end
        if self.since is None and self._heard >= self._thresholds.onset:
            self.since = end - self._heard

    def _rest(self, at: float) -> None:
        if at - self._last_speech >= self._thresholds.hangover:
            self.since, self._heard = None, 0.0
