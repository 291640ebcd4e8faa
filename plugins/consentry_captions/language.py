"""Which language a participant speaks: held, and changed on evidence only."""

from __future__ import annotations

from consentry.api import Transcription

CLEAR = 0.7
"""Probability from which a detection counts."""
LONG_ENOUGH = 1.5
"""Seconds below which it does not: "okay" is a word of every language."""
PLAIN, PLAIN_SECONDS = 0.9, 3.0
"""A detection so clear, over so long, needs no second one."""


class SpokenLanguage:
    """The language of one participant.

    ``given`` is settled and never changes. Otherwise the first clear detection is held; another
    language takes two clear detections in a row, or a plain one.
    """

    def __init__(self, given: str | None) -> None:
        self._given = given
        self._held: str | None = None
        self._rival: str | None = None

    @property
    def current(self) -> str | None:
        """What to ask the recogniser for; ``None``: let it detect."""
        return self._given or self._held

    def judge(self, heard: Transcription, seconds: float, prior: str | None) -> str | None:
        """The language the utterance is in, given what was ``heard`` in it.

        Where it differs from ``heard.language``, it is worth recognising again. ``prior`` decides
        where nothing is known and nothing is clear.
        """
        if self._given is not None or heard.heard is None:
            return self.current
        clear = heard.heard_probability >= CLEAR and seconds >= LONG_ENOUGH
        plain = heard.heard_probability >= PLAIN and seconds >= PLAIN_SECONDS
        if self._held is None:
            if clear:
                self._held = heard.heard
                return heard.heard
            return heard.heard if prior is None or heard.heard_probability >= CLEAR else prior
        if heard.heard == self._held:
            self._rival = None
        elif plain or (clear and heard.heard == self._rival):
            self._held, self._rival = heard.heard, None
        elif clear:
            self._rival = heard.heard
        return self._held
