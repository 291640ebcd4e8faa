"""The language of a participant changes on evidence only."""

from __future__ import annotations

import pytest

from consentry.plugin import Transcription
from consentry_captions.language import SpokenLanguage


def heard(code: str | None, probability: float = 0.99, used: str = "en") -> Transcription:
    return Transcription("words", used, heard=code, heard_probability=probability)


def test_a_language_that_is_given_is_settled() -> None:
    spoken = SpokenLanguage("de")
    assert spoken.judge(heard("en"), 10, None) == "de"
    assert spoken.current == "de"


def test_the_first_likely_language_is_held() -> None:
    spoken = SpokenLanguage(None)
    assert spoken.current is None
    assert spoken.judge(heard("de", 0.8), 3, None) == "de"
    assert spoken.current == "de"


def test_a_word_of_any_language_settles_nothing() -> None:
    spoken = SpokenLanguage(None)
    assert spoken.judge(heard("en"), 0.6, None) == "en"
    assert spoken.current is None


def test_in_doubt_it_is_what_the_others_speak() -> None:
    spoken = SpokenLanguage(None)
    assert spoken.judge(heard("af", 0.6), 3, "nl") == "nl"
    assert spoken.current is None


def test_what_is_expected_takes_little_evidence() -> None:
    spoken = SpokenLanguage(None)
    spoken.judge(heard("nl", 0.55), 3, "nl")
    assert spoken.current == "nl"


def test_one_odd_detection_changes_nothing() -> None:
    spoken = SpokenLanguage(None)
    spoken.judge(heard("de"), 3, None)
    assert spoken.judge(heard("en", 0.95), 2, None) == "de"
    assert spoken.judge(heard("de"), 2, None) == "de"
    assert spoken.judge(heard("en", 0.95), 2, None) == "de"


def test_two_clear_detections_in_a_row_do() -> None:
    spoken = SpokenLanguage(None)
    spoken.judge(heard("de"), 3, None)
    spoken.judge(heard("en", 0.95), 2, None)
    assert spoken.judge(heard("en", 0.95), 2, None) == "en"


def test_a_plain_and_long_one_does_at_once() -> None:
    spoken = SpokenLanguage(None)
    spoken.judge(heard("de"), 3, None)
    assert spoken.judge(heard("en", 0.99), 4, None) == "en"


@pytest.mark.parametrize(("probability", "seconds"), [(0.8, 5.0), (0.99, 1.0)])
def test_unclear_or_short_ones_never_do(probability: float, seconds: float) -> None:
    spoken = SpokenLanguage(None)
    spoken.judge(heard("de"), 3, None)
    for _ in range(5):
        assert spoken.judge(heard("en", probability), seconds, None) == "de"


def test_an_engine_that_tells_no_language_leaves_the_hint() -> None:
    assert SpokenLanguage(None).judge(heard(None), 3, "nl") == "nl"
