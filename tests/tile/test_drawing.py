"""The tile as a person in the call sees it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from consentry.events import Pixels
from consentry.tile.content import CaptionLine, TileContent
from consentry.tile.drawing import FOOT, HEIGHT, RULE, WIDTH, TileDrawing
from consentry.tile.fonts import Fonts
from tests.tile.pictures import LINK, modules_of, shows_code

KEY = "ab12 cd34 ef56 7890 ab12 cd34 ef56 7890"
CALM = TileContent("Consentry", LINK, KEY)
BUSY = TileContent(
    "Consentry",
    LINK,
    running=("Who speaks", "Live captions", "Summary"),
    speakers=("Mia",),
    captions=(CaptionLine("Mia", "We should decide on the launch date."),),
)
LONG = TileContent(
    "Kommissionsprotokollassistentin für Östergötland",
    LINK,
    running=tuple(f"A purpose with a long title, number {n}" for n in range(6)),
    stopped=("A purpose with a long title, number 1",),
    speakers=tuple(f"Jürgen Müller-Lüdenscheidt {n}" for n in range(8)),
    captions=(CaptionLine("Jürgen Müller-Lüdenscheidt", "und so weiter " * 200),) * 4,
)


@pytest.fixture(scope="module")
def drawing() -> TileDrawing:
    return TileDrawing(Fonts())


def inked(pixels: Pixels) -> NDArray[np.bool_]:
    """Where there is anything but paper."""
    changed: NDArray[np.bool_] = (pixels != pixels[-1, 0]).any(axis=2)
    return changed


@pytest.mark.parametrize("content", [CALM, BUSY, LONG, replace(LONG, link=None)])
def test_nothing_runs_over_the_edge_or_into_the_name_plate(
    drawing: TileDrawing, content: TileContent
) -> None:
    pixels = drawing.pixels(content)
    assert pixels.shape == (HEIGHT, WIDTH, 3)
    ink = inked(pixels)
    assert not ink[HEIGHT - FOOT + 4 :].any()
    assert not ink[:, :16].any()
    assert not ink[:, WIDTH - 16 :].any()


def test_the_key_is_shown_whole_while_there_is_room_for_it(drawing: TileDrawing) -> None:
    other = replace(CALM, fingerprint=KEY[:-1] + "1")
    calm = drawing.pixels(CALM)
    assert (calm != drawing.pixels(replace(CALM, fingerprint=None))).any()
    assert (calm != drawing.pixels(other)).any(), "its last digit is there"
    busy = replace(BUSY, fingerprint=KEY)
    assert (drawing.pixels(busy) == drawing.pixels(BUSY)).all(), "words need the room"


@pytest.mark.parametrize("content", [CALM, BUSY, LONG])
def test_the_code_can_be_read_at_full_and_at_half_size(
    drawing: TileDrawing, content: TileContent
) -> None:
    picture = drawing.picture(content)
    assert shows_code(np.asarray(picture), LINK)
    half = picture.resize((WIDTH // 2, HEIGHT // 2), Image.Resampling.BILINEAR)
    assert shows_code(np.asarray(half), LINK)


def test_a_longer_address_still_makes_a_code(drawing: TileDrawing) -> None:
    link = "https://meetings.some-department.example.org/consentry/about/c-0123456789abcdef"
    assert len(modules_of(link)) > len(modules_of(LINK))
    assert shows_code(drawing.pixels(replace(CALM, link=link)), link)


def test_without_a_link_the_room_is_used_for_words(drawing: TileDrawing) -> None:
    pixels = drawing.pixels(replace(LONG, link=None))
    assert inked(pixels)[:RULE, WIDTH // 2 + 100 :].any()


def test_equal_contents_make_equal_pictures(drawing: TileDrawing) -> None:
    assert (drawing.pixels(BUSY) == drawing.pixels(replace(BUSY))).all()


@pytest.mark.parametrize(
    "changed",
    [
        replace(BUSY, bot="Clark"),
        replace(BUSY, running=("Live captions",)),
        replace(BUSY, stopped=("Summary",)),
        replace(BUSY, speakers=("Sam",)),
        replace(BUSY, captions=(CaptionLine("Mia", "We should not."),)),
        replace(BUSY, link=LINK + "0"),
    ],
    ids=["bot", "running", "stopped", "speakers", "captions", "link"],
)
def test_every_part_of_the_content_is_to_be_seen(
    drawing: TileDrawing, changed: TileContent
) -> None:
    assert (drawing.pixels(BUSY) != drawing.pixels(changed)).any()


def test_the_last_words_of_a_long_caption_are_the_ones_shown(drawing: TileDrawing) -> None:
    said = "und so weiter " * 100
    one = replace(BUSY, captions=(CaptionLine("Mia", said + "Ende"),))
    other = replace(BUSY, captions=(CaptionLine("Mia", said + "Anfang"),))
    assert (drawing.pixels(one) != drawing.pixels(other)).any()


def test_a_name_that_no_font_has_draws_as_well(drawing: TileDrawing) -> None:
    strange = CaptionLine("\U00012000\U0001f984", "\U00012000")
    drawing.pixels(replace(BUSY, speakers=("\U00012000",), captions=(strange,)))
