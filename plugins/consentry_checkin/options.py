"""What a self-hoster decides of check-in, and how people are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pydantic import BaseModel, ConfigDict

from consentry.api import Purpose


class CheckInOptions(BaseModel):
    """What is shown to whom."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    assurance_to_owner: bool = False
    """Whether the owner of the call sees by what each person was checked in: code, passkey or
    face. Everybody reads so before they decide."""


def told_how(purpose: Purpose, how: Mapping[str, str]) -> Purpose:
    """``purpose`` where the owner sees by what somebody was checked in; ``how`` says so."""
    translations = {
        language: replace(words, recipients=f"{words.recipients}; {how[language]}")
        for language, words in purpose.translations.items()
    }
    recipients = f"{purpose.recipients}; {how['en']}"
    return replace(purpose, recipients=recipients, translations=translations)
