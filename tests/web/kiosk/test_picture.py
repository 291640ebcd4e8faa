"""Pictures of a screen's camera are taken as they come, or not at all."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from consentry.web.kiosk.picture import MAX_BYTES, MAX_SIDE, read_picture
from tests.web.kiosk.kiosk import jpeg


def test_a_jpeg_has_its_size_and_is_decoded_when_somebody_looks() -> None:
    picture = read_picture(jpeg(64, 48))
    assert picture is not None
    assert (picture.width, picture.height) == (64, 48)
    pixels = picture.rgb()
    assert pixels.shape == (48, 64, 3)
    assert pixels.dtype == np.uint8
    assert abs(int(pixels.mean()) - 128) < 3


def png() -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (8, 8)).save(content, "PNG")
    return content.getvalue()


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xd8\xff", b"GIF89a", png(), jpeg(MAX_SIDE + 1, 8), jpeg() + bytes(MAX_BYTES)],
    ids=["nothing", "cut", "a GIF", "a PNG", "too wide", "too many bytes"],
)
def test_what_is_no_small_jpeg_is_let_go(content: bytes) -> None:
    assert read_picture(content) is None


def test_one_that_is_cut_short_says_so_when_somebody_looks() -> None:
    picture = read_picture(jpeg(640, 480)[:-400])
    assert picture is not None
    with pytest.raises(OSError):
        picture.rgb()
