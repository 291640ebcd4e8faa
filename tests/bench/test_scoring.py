"""The scores of captions, on texts whose errors can be counted by hand."""

from __future__ import annotations

import math

import pytest

from tests.bench.scoring import (
    Score,
    Seglst,
    cp_errors,
    cp_wer,
    normalize,
    percentile,
    word_errors,
)


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("Um, so that's 12% of users!", "en", "so thats 12 percent of users"),
        ("It costs $68,000 or €5.", "en", "it costs 68000 dollars or 5 euros"),
        ("At ten o\u2019clock, room twenty.", "en", "at 10 oclock room 20"),
        ("Zwölf Prozent, äh, 12%.", "de", "12 prozent 12 prozent"),
        ("We hebben een lijst van tien punten.", "nl", "we hebben een lijst van 10 punten"),
        ("The price is […] a month", "en", "the price is a month"),
        ("back-end", "en", "back end"),
        ("", "en", ""),
    ],
)
def test_what_is_the_same_said_is_the_same_written(text: str, language: str, words: str) -> None:
    assert normalize(text, language) == words


def test_each_kind_of_word_error_counts_one() -> None:
    assert word_errors("we ship the fix on monday", "we chip fix on monday morning") == Score(3, 6)


def test_words_where_nothing_was_said_are_errors() -> None:
    assert word_errors("", "thank you") == Score(2, 0)
    assert word_errors("", "thank you").rate == 1.0


def rows(session: str, **words: str) -> Seglst:
    return [
        {"session_id": session, "speaker": who, "words": said, "start_time": 0, "end_time": 1}
        for who, said in words.items()
    ]


def test_names_do_not_matter_but_who_said_what_together_does() -> None:
    reference = rows("m", ana="good morning", ben="we ship the fix")
    assert cp_wer(reference, rows("m", x="We ship the fix.", y="Good morning!")) == 0
    assert cp_errors(reference, rows("m", x="Good morning. We ship the fix.")) == Score(4, 6)


def test_a_meeting_without_captions_is_all_errors() -> None:
    assert cp_errors(rows("m", ana="good morning"), []) == Score(2, 2)


def test_captions_of_another_meeting_are_refused() -> None:
    with pytest.raises(ValueError, match="session"):
        cp_errors(rows("m", ana="good morning"), rows("n", ana="good morning"))


def test_scores_add_up_by_words() -> None:
    assert (Score(1, 10) + Score(0, 90)).rate == 0.01


def test_percentiles_are_values_that_occurred() -> None:
    assert percentile([3, 1, 2], 0.5) == 2
    assert percentile(range(1, 101), 0.95) == 95
    assert percentile([7], 0.95) == 7
    assert math.isnan(percentile([], 0.5))
