"""What was said stays, what was made up goes."""

from __future__ import annotations

import pytest

from consentry.engines.phantoms import Evidence, is_phantom, repeats, without_tags

SURE = Evidence(mean_log_probability=-0.2, no_speech=0.02, seconds=3)
UNSURE = Evidence(mean_log_probability=-1.1, no_speech=0.4, seconds=1)
SILENT = Evidence(mean_log_probability=-0.8, no_speech=0.8, seconds=1)


@pytest.mark.parametrize(
    "text",
    [
        "Thank you.",
        "Yes, yes, yes, yes.",
        "No, I don't. Let's leave that open.",
        "Please do not touch the subtitles of the video.",
        "Wait a second, wait a second.",
        "Ja.",
        "Thank you, goodbye.",
    ],
)
def test_what_is_clearly_said_stays(text: str) -> None:
    assert not is_phantom(text, SURE)


@pytest.mark.parametrize(
    "text",
    [
        "Thanks for watching!",
        "Subtitles by the Amara.org community",
        "Untertitelung im Auftrag des ZDF für funk, 2017",
        "Ondertitels ingediend door de Amara.org gemeenschap",
        "TV GELDERLAND 2021",
        "Sous-titrage Société Radio-Canada",
        "...",
        "",
    ],
)
def test_credits_of_films_are_never_shown(text: str) -> None:
    assert is_phantom(text, SURE)


@pytest.mark.parametrize("text", ["Thank you.", "you", "Bye.", "Okay", "We'll be right back."])
def test_what_a_recognizer_says_on_noise_needs_evidence(text: str) -> None:
    assert is_phantom(text, UNSURE)
    assert is_phantom(text, SILENT)


def test_a_doubtful_sentence_stays_unless_the_doubt_is_great() -> None:
    text = "The scanner in Rotterdam was down."
    assert not is_phantom(text, UNSURE)
    assert is_phantom(text, Evidence(-1.6, 0.3, 3))
    assert is_phantom(text, Evidence(-1.1, 0.3, 3, looped=True))
    assert is_phantom(text, SILENT)


@pytest.mark.parametrize(
    "text",
    [
        "and and and and and and and",
        "I'm going to the store. " * 5,
        "na na na " * 8,
        "one two three four five six " * 4,
    ],
)
def test_loops_are_recognized(text: str) -> None:
    assert repeats(text)


@pytest.mark.parametrize("text", ["no no no no", "really, really, really good", "", "yes"])
def test_emphasis_is_no_loop(text: str) -> None:
    assert not repeats(text)


def test_a_long_plain_text_is_no_loop() -> None:
    assert not repeats(
        "It was the best of times, it was the worst of times, it was the age of wisdom, it was the"
        " age of foolishness, it was the epoch of belief, it was the epoch of incredulity."
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[Music] Good morning.", "Good morning."),
        ("(coughs) Sorry (laughs) about that.", "Sorry about that."),
        ("*sniff*", ""),
        ("♪ la la ♪", ""),
    ],
)
def test_sounds_that_are_described_are_no_words(text: str, words: str) -> None:
    assert without_tags(text) == words
