"""Partial captions that do not flicker."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from consentry_captions.draft import Draft


def show(*guesses: str) -> list[str | None]:
    draft = Draft()
    return [draft.update(guess) for guess in guesses]


def test_the_first_guess_shows_at_once() -> None:
    assert show("We ship") == ["We ship"]


def test_more_words_replace_fewer() -> None:
    assert show("We ship", "We ship the fix") == ["We ship", "We ship the fix"]


def test_fewer_words_do_not_replace_more() -> None:
    assert show("We ship the fix", "We") == ["We ship the fix", None]


def test_the_same_words_are_not_said_again() -> None:
    assert show("We ship", "We ship") == ["We ship", None]


def test_a_word_heard_wrong_once_is_put_right() -> None:
    assert show("We chip the", "We ship the fix") == ["We chip the", "We ship the fix"]


def test_what_two_guesses_agreed_on_is_not_taken_back() -> None:
    shown = show("We ship the", "We ship the fix", "He slips the fix today")
    assert shown == ["We ship the", "We ship the fix", None]


def test_case_and_commas_are_no_disagreement() -> None:
    assert show("okay we", "okay we ship", "Okay, we ship it")[-1] == "Okay, we ship it"


def test_dots_where_the_sound_stops_are_left_out() -> None:
    assert show("We ship...", "We ship the—") == ["We ship", "We ship the"]


def test_nothing_heard_shows_nothing() -> None:
    assert show("", "...") == [None, None]


@given(st.lists(st.lists(st.sampled_from("abc"), max_size=6).map(" ".join), max_size=8))
def test_what_shows_never_gets_shorter(guesses: list[str]) -> None:
    shown = [text for text in show(*guesses) if text is not None]
    lengths = [len(text.split()) for text in shown]
    assert lengths == sorted(lengths)
