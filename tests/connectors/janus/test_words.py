"""What the bot whispers in a text room."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from consentry.connectors.janus.words import MAX_LINES, pieces, unwrapped, whose_code, wrapped


def test_the_code_stands_behind_the_name_as_it_is_to_be_written() -> None:
    assert "Mia #ABC234" in whose_code("Mia", "ABC234")


@given(st.text())
def test_what_is_for_consentry_js_comes_back_as_it_was(text: str) -> None:
    assert unwrapped(wrapped(text)) == text


@given(st.text())
def test_what_a_person_types_is_not_taken_for_that(text: str) -> None:
    assert unwrapped(text) is None


def test_a_bomb_is_what_a_person_typed() -> None:
    assert unwrapped('{"consentry":' * 5000) is None
    assert unwrapped('{"consentry":1}') is None


@given(st.lists(st.text(alphabet="ab c", max_size=2 * MAX_LINES), max_size=4))
def test_long_text_goes_in_pieces_and_loses_no_word(lines: list[str]) -> None:
    found = pieces("\n".join(lines))
    assert all(0 < len(piece) <= MAX_LINES for piece in found)
    assert "".join("".join(found).split()) == "".join("".join(lines).split())


def test_a_text_is_cut_between_lines() -> None:
    line = "x" * (MAX_LINES - 10)
    assert pieces(f"{line}\nsecond\nthird line") == [f"{line}\nsecond", "third line"]
