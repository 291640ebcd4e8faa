"""The terms of every built-in plugin are there in every language."""

from __future__ import annotations

from dataclasses import fields

import pytest

from consentry.plugin import Plugin, PurposeWords
from consentry.registry import find_plugins
from consentry.words.catalog import LANGUAGES

BUILT_IN = list(find_plugins(("captions", "checkin", "names", "storage", "summary")).values())


@pytest.mark.parametrize("language", LANGUAGES[1:])
@pytest.mark.parametrize("plugin", BUILT_IN, ids=lambda plugin: plugin.name)
def test_its_terms_are_said_in_that_language(plugin: type[Plugin], language: str) -> None:
    english = plugin.purpose.words("en")
    translated = plugin.purpose.translations[language]
    for field in fields(PurposeWords):
        text = getattr(translated, field.name)
        assert text and text != getattr(english, field.name), field.name
