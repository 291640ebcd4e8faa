"""Which language a participant speaks: held, and changed on evidence only."""

from __future__ import annotations

from consentry.api import Transcription

LONG_ENOUGH = 1.5
"""Seconds below which a detection does not count: "okay" is a word of every language."""
LIKELY, CLEAR, PLAIN = 0.5, 0.9, 0.97
"""Probabilities from which a detection counts: where it is what was expected, against that, and
against that with no second one to bear it out."""
PLAIN_SECONDS = 3.0
"""Length of the utterance that such a detection takes."""


class SpokenLanguage:
    """The language of one participant.

    ``given`` is settled and never changes. Otherwise the first likely detection is held, and
    another language takes two clear detections in a row, or a plain one. What the others in the
    call speak is expected of somebody who has not been understood yet: accents mislead detection.
    """

    def __init__(self, given: str | None) -> None:
        self._given = given
        self._held: str | None = None
        self._rival: str | None = None

    @property
    def current(self) -> str | None:
        """The language known; ``None`` as long as there is none."""
        return self._given or self._held

    def judge(self, heard: Transcription, seconds: float, prior: str | None) -> str | None:
        """The language of the utterance in which ``heard`` was heard, ``seconds`` long.

        ``prior`` is expected while nothing is known. Where the answer differs from
        ``heard.language``, the utterance is worth recognizing again. ``None``: no telling.
        """
        if self._given is not None or heard.heard is None:
            return self.current or prior
        expected = self._held or prior
        if self._wins(heard.heard, heard.heard_probability, seconds, expected):
            self._held = heard.heard
        return self._held or expected or heard.heard

    def _wins(self, code: str, probability: float, seconds: float, expected: str | None) -> bool:
        if seconds < LONG_ENOUGH:
            return False
        if expected in (None, code):
            self._rival = None
            return probability >= LIKELY
        if probability >= PLAIN and seconds >= PLAIN_SECONDS:
            return True
        again, self._rival = self._rival == code, code if probability >= CLEAR else None
        return again and self._rival == code
