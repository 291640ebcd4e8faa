"""Which cues go with which language."""

from __future__ import annotations

from consentry_summary import dutch, english, french, german
from consentry_summary.phrases import Phrases


def phrases_for(language: str) -> Phrases:
    """The cues of a language; English for one that has none."""
    match language:
        case "de":
            return german.PHRASES
        case "nl":
            return dutch.PHRASES
        case "fr":
            return french.PHRASES
        case _:
            return english.PHRASES
