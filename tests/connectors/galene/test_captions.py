"""One line of captions for everybody who speaks."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from consentry.connectors.galene.captions import MAX_CHARACTERS, CaptionLine, ending


def test_a_caption_has_the_name_in_it() -> None:
    assert CaptionLine().show("c1", "Sam", "good morning") == "Sam: good morning"


def test_of_a_long_one_the_last_words_show() -> None:
    line = CaptionLine().show("c1", "Sam", "one two three " * 20 + "and the end")
    assert line.startswith("Sam: …") and line.endswith("and the end")
    assert len(line) <= MAX_CHARACTERS


def test_what_is_taken_back_goes_if_it_is_what_stands_there() -> None:
    line = CaptionLine()
    line.show("c1", "Sam", "good morning")
    line.show("c2", "Mia", "hello")
    assert not line.retract(frozenset({"c1"}))
    assert line.retract(frozenset({"c2", "c3"}))
    assert not line.retract(frozenset({"c2"}))


@given(st.text(max_size=200), st.integers(2, 60))
def test_an_ending_fits_and_is_the_end_of_what_was_said(text: str, length: int) -> None:
    shown = ending(text, length)
    assert len(shown) <= length
    assert " ".join(text.split()).endswith(shown.removeprefix("…"))
