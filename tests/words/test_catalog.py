"""Every sentence is there in every language, and asks for the same values."""

from __future__ import annotations

from string import Formatter

import pytest

from consentry.words.catalog import LANGUAGES, Words, accepted, first_spoken, spoken, words

NOON = 1_800_000_000.0
"""Unix time of 2027-01-15, 08:00 UTC."""


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_every_sentence_is_there_in_every_language(language: str) -> None:
    assert set(words(language).texts) == set(words().texts)


@pytest.mark.parametrize("language", LANGUAGES[1:])
@pytest.mark.parametrize("key", sorted(words().texts))
def test_a_translation_asks_for_the_same_values(language: str, key: str) -> None:
    assert placeholders(words(language).texts[key]) == placeholders(words().texts[key])


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_nothing_is_left_in_english(language: str) -> None:
    """What reads the same in two languages is one word, or none."""
    texts = {key: text for key, text in words(language).texts.items() if "self." not in key}
    same = {key for key, text in texts.items() if text == words().texts[key]}
    assert all(len(words().texts[key].split()) <= 2 for key in same), same


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_twelve_months(language: str) -> None:
    assert len(words(language).texts["self.months"].split()) == 12


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "15 January 2027, 08:00 UTC"),
        ("de", "15. Januar 2027, 08:00 Uhr UTC"),
        ("nl", "15 januari 2027, 08:00 uur UTC"),
        ("fr", "15 janvier 2027, 08:00 UTC"),
    ],
)
def test_a_moment_is_said_as_people_say_it(language: str, text: str) -> None:
    assert words(language).moment(NOON) == text


def test_a_list_is_said_as_people_say_it() -> None:
    assert [words("de").listed(["a", "b", "c"][:n]) for n in range(4)] == [
        "",
        "a",
        "a und b",
        "a, b und c",
    ]


@pytest.mark.parametrize(
    ("tag", "language"),
    [("de", "de"), ("de-AT", "de"), ("FR_be", "fr"), ("nl-NL", "nl"), ("pt", None), (None, None)],
)
def test_a_tag_is_understood_by_its_language(tag: str | None, language: str | None) -> None:
    assert spoken(tag) == language


def test_the_first_language_there_are_words_in_is_taken() -> None:
    assert first_spoken([None, "pt-BR", "nl", "de"]) == "nl"
    assert first_spoken(["pt"]) == "en"


@pytest.mark.parametrize(
    ("header", "tags"),
    [
        ("", []),
        ("de", ["de"]),
        ("nl;q=0.5, de-AT, fr;q=0.9", ["de-AT", "fr", "nl"]),
        ("fr;q=0, en", ["en"]),
        ("fr;q=high, nl;q=nan, en;q=0.1", ["en"]),
        (";q=1,,,", []),
    ],
)
def test_a_browser_says_what_it_would_rather_read(header: str, tags: list[str]) -> None:
    assert accepted(header) == tags


def test_a_language_without_words_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="en, de, nl, fr"):
        words("xx")


def test_a_value_can_not_smuggle_in_a_placeholder() -> None:
    assert Words("en", {"a.b": "{x}!"}).say("a.b", x="{y}") == "{y}!"
