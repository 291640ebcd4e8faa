"""A purpose: one thing done with a person's data, and what it takes to start it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


class Mode(StrEnum):
    """What it takes from a participant before a purpose may touch their data."""

    OPT_IN = "opt_in"
    """Their yes."""
    NOTICE = "notice"
    """A delivered notice, a grace period, and no refusal in it."""


ENGLISH = "en"

DEFAULT_GRACE = 10.0
"""Seconds between a notice on the screen and the start, in ``notice`` mode."""


@dataclass(frozen=True, slots=True)
class PurposeWords:
    """What a participant reads of a purpose, in one language."""

    title: str
    sentence: str
    data: str
    why: str
    retention: str
    recipients: str


@dataclass(frozen=True, slots=True)
class Purpose:
    """One thing done with a person's data, in words a participant reads."""

    title: str
    """Two or three words: "Live captions"."""
    sentence: str
    """What is done with my data, and what not. One sentence, second person."""
    data: str
    """What of mine is used: "your voice"."""
    why: str
    """What the call gains by it."""
    retention: str
    """How long it is kept: "until the call ends"."""
    recipients: str = "everyone in this call"
    keep: timedelta | None = None
    """How long the store keeps what is put into the vault; None: until it is erased."""
    biometric: bool = False
    """Identifies people by their body (GDPR art. 9); such purposes are opt-in, always."""
    mode: Mode = Mode.OPT_IN
    """What the self-hoster may tighten or, where it is not biometric, relax."""
    translations: Mapping[str, PurposeWords] = field(default_factory=dict, hash=False)
    """The words above, which are English, in other languages (BCP 47: ``de``)."""

    def speaks(self, language: str) -> str:
        """``language`` where there are words in it, else English."""
        return language if language in self.translations else ENGLISH

    def words(self, language: str) -> PurposeWords:
        """What is read by those who read ``language``; English where that is not there."""
        own = PurposeWords(
            self.title, self.sentence, self.data, self.why, self.retention, self.recipients
        )
        return self.translations.get(language, own)
