"""What a self-hoster decides of check-in, and how people are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pydantic import BaseModel, ConfigDict

from consentry.api import Purpose, PurposeWords

LASTS, LASTS_ALOUD = 15.0, 20.0
"""Seconds after which a try is over, without and with a number to be read aloud."""


class CheckInOptions(BaseModel):
    """What is shown to whom."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    assurance_to_owner: bool = False
    """Whether the owner of the call sees by what each person was checked in: code, passkey or
    face. Everybody reads so before they decide."""
    read_aloud: bool = False
    """Whether a try to check in by face ends with four digits to be read aloud, which takes a
    speech engine and hears that moment alone. Everybody reads so before they decide."""


def told_how(purpose: Purpose, how: Mapping[str, str]) -> Purpose:
    """``purpose`` where the owner sees by what somebody was checked in; ``how`` says so."""
    translations = {
        language: replace(words, recipients=f"{words.recipients}; {how[language]}")
        for language, words in purpose.translations.items()
    }
    recipients = f"{purpose.recipients}; {how['en']}"
    return replace(purpose, recipients=recipients, translations=translations)


def told_aloud(purpose: Purpose, aloud: Mapping[str, tuple[str, str]]) -> Purpose:
    """``purpose`` where a number may be asked for; ``aloud`` says what is done, and with which
    data, in each language."""

    def more(language: str) -> PurposeWords:
        words, (sentence, data) = purpose.words(language), aloud[language]
        return replace(
            words,
            sentence=f"{words.sentence.rstrip('.')}; {sentence}",
            data=f"{words.data}; {data}",
            retention=words.retention.replace(f"{LASTS:g}", f"{LASTS_ALOUD:g}"),
        )

    told = more("en")
    return replace(
        purpose,
        sentence=told.sentence,
        data=told.data,
        retention=told.retention,
        translations={language: more(language) for language in purpose.translations},
    )
