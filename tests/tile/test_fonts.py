"""Text fits where it is put, and what no font has does not come out as boxes."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from consentry.errors import SetupError
from consentry.tile.fonts import ELLIPSIS, Face, Fonts


@pytest.fixture(scope="module")
def face() -> Face:
    return Fonts().face(25)


@pytest.fixture(scope="module")
def bare() -> Face:
    """On a machine without a single font of its own."""
    return Fonts(folders=()).face(25)


def test_a_text_that_fits_is_left_alone(face: Face) -> None:
    assert face.ellipsize("Mia", 500) == "Mia"


def test_a_long_name_ends_in_an_ellipsis_and_fits(face: Face) -> None:
    cut = face.ellipsize("Kommissionsprotokollassistentin", 200)
    assert cut.endswith(ELLIPSIS)
    assert face.length(cut) <= 200
    assert face.length(cut) > 160, "and no more of it is cut than must be"


def test_lines_break_between_words_and_keep_them_all(face: Face) -> None:
    text = "We should really decide on the launch date today"
    lines = face.wrap(text, 200, indent=90)
    assert " ".join(lines) == text
    assert face.length(lines[0]) <= 110
    assert all(face.length(line) <= 200 for line in lines)


def test_a_word_wider_than_the_tile_is_cut(face: Face) -> None:
    (line,) = face.wrap("x" * 400, 300)
    assert face.length(line) <= 300


@given(st.text(max_size=60), st.integers(40, 400))
@settings(max_examples=60, deadline=None)
def test_no_text_is_drawn_beyond_its_width(text: str, width: int) -> None:
    face = Fonts().face(25)
    lines = face.wrap(face.legible(text), width)
    assert all(face.length(line) <= width for line in lines)


def test_an_accent_no_font_has_is_left_out_but_not_its_letter(bare: Face) -> None:
    assert bare.legible("José Żółć") == "Jose Zoc"  # ł has no plain letter inside


def test_a_script_no_font_has_is_left_out(bare: Face) -> None:
    assert bare.legible("王伟 (Wei)") == " (Wei)"


def test_control_characters_are_left_out(face: Face) -> None:
    assert face.legible("Mia\u202e\x07\nSam") == "Mia Sam"


def test_every_letter_of_latin_can_be_drawn_where_fonts_are_installed(face: Face) -> None:
    if not Fonts().found:
        pytest.skip("no fonts on this machine: apt install fonts-dejavu-core")
    letters = [chr(c) for c in range(0x20, 0x180) if unicodedata.category(chr(c))[0] in "LNPS"]
    assert face.legible("".join(letters)) == unicodedata.normalize("NFC", "".join(letters))


def test_drawing_ends_where_measuring_says(face: Face) -> None:
    draw = ImageDraw.Draw(Image.new("RGB", (400, 60)))
    end = face.draw(draw, (10, 40), "Mia", "#ffffff")
    assert end == pytest.approx(10 + face.length("Mia"))


def test_a_file_that_is_no_font_is_named(tmp_path: Path) -> None:
    file = tmp_path / "notes.ttf"
    file.write_text("not a font")
    with pytest.raises(SetupError, match=r"tile\.font: .*notes\.ttf"):
        Fonts(file)
