"""Everybody is spoken to in their own language, as far as there are words in it."""

from __future__ import annotations

from consentry.consent.languages import Languages


def test_what_somebody_chose_comes_before_what_their_client_says_and_the_call() -> None:
    languages = Languages("fr", {"ana": "nl-BE"}.get)
    assert languages.of("bo") == "fr"
    assert languages.of("ana") == "nl"
    assert languages.choose("ana", "de-CH")
    assert languages.of("ana") == "de"
    assert languages.of("bo") == "fr", "hers is hers"


def test_a_hint_of_a_client_counts_until_somebody_chooses() -> None:
    languages = Languages()
    languages.hint("ana", "fr-CA")
    assert languages.of("ana") == "fr"
    assert languages.choose("ana", "en")
    assert languages.of("ana") == "en"


def test_a_language_without_words_changes_nothing() -> None:
    languages = Languages("de")
    languages.hint("ana", "pt")
    assert languages.of("ana") == "de"
    assert not languages.choose("ana", "pt")
    assert languages.of("ana") == "de"
    assert languages.words("ana").language == "de"


def test_everybody_at_once_is_spoken_to_in_the_language_of_the_call() -> None:
    assert Languages("nl").call == "nl"
    assert Languages("pt").call == "en"
