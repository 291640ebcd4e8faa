"""The purposes that scripted bots ask for."""

from __future__ import annotations

from typing import Any

from consentry.messages import PurposeTerms


def terms(name: str, title: str, **fields: Any) -> PurposeTerms:
    defaults: dict[str, Any] = {
        "sentence": "What you say is written down while you speak and shown to everyone in this "
        "call; your voice itself is not kept.",
        "data": "your voice",
        "why": "Everybody can read along.",
        "retention": "until the call ends",
        "recipients": "everyone in this call",
        "biometric": False,
        "mode": "opt_in",
        "grace_seconds": 10.0,
        "media": ["audio"],
        "version": "a1.1",
    }
    return PurposeTerms(name=name, title=title, **(defaults | fields))


CAPTIONS = terms("captions", "Live captions")
SUMMARY = terms(
    "summary",
    "Summary",
    sentence="The captions of your words are condensed into decisions and tasks, with links to "
    "what was said.",
    data="the captions of your words",
    why="Nobody has to take notes.",
    media=[],
    version="b1.1",
)
COVERED = terms(
    "covered",
    "Covered cameras",
    sentence="Your camera's picture is checked for being dark, so that you are told when it is "
    "covered; no picture is kept.",
    data="your camera's picture",
    why="You notice a closed shutter.",
    media=["video"],
    version="e1.1",
)
NAMED_BY_VOICE = terms(
    "voices",
    "Names by voice",
    sentence="Your voice is compared with a print of it that only your own secret unlocks.",
    why="People who share a microphone get the right name.",
    biometric=True,
    version="d1.1",
)


def announced(seconds: float) -> PurposeTerms:
    """Captions in ``notice`` mode: they start unless the person says no."""
    return terms("captions", "Live captions", mode="notice", grace_seconds=seconds, version="a2.1")
