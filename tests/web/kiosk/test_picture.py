"""Pictures of a screen's camera are taken as they come, or not at all."""

from __future__ import annotations

import io
import os

import numpy as np
import pytest
from PIL import Image

from consentry.errors import SetupError
from consentry.web.kiosk.picture import MAX_BYTES, MAX_SIDE, WorkerDecode, decode
from consentry.workers import Workers
from tests.web.kiosk.kiosk import jpeg


def test_a_jpeg_is_decoded() -> None:
    pixels = decode(jpeg(64, 48))
    assert pixels is not None
    assert pixels.shape == (48, 64, 3)
    assert pixels.dtype == np.uint8
    assert abs(int(pixels.mean()) - 128) < 3


def png() -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (8, 8)).save(content, "PNG")
    return content.getvalue()


def bomb() -> bytes:
    """A picture that a decoder goes over again and again: its last scan, many times."""
    content = io.BytesIO()
    noise = np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(content, "JPEG", progressive=True, quality=50)
    picture = content.getvalue()
    last = picture.rindex(b"\xff\xda")
    return picture[:last] + 50 * picture[last:-2] + picture[-2:]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xd8\xff",
        b"\xff\xda",
        b"GIF89a",
        png(),
        jpeg(MAX_SIDE + 1, 8),
        jpeg() + bytes(MAX_BYTES),
        jpeg(640, 480)[:-400],
        bomb(),
    ],
    ids=["nothing", "cut", "a scan", "GIF", "PNG", "too wide", "too long", "cut short", "bomb"],
)
def test_what_is_no_small_jpeg_is_let_go(content: bytes) -> None:
    assert decode(content) is None


async def test_a_worker_decodes_and_one_that_dies_takes_one_picture_along() -> None:
    async with Workers(1, deadline=5) as workers:
        decodes = WorkerDecode(workers)
        with pytest.raises(SetupError):
            await workers.run(os.abort)
        picture = await decodes(jpeg(32, 24))
        assert picture is not None
        assert (picture.width, picture.height) == (32, 24)
        assert picture.rgb().shape == (24, 32, 3)
        assert await decodes(b"junk") is None


async def test_a_picture_that_takes_too_long_is_let_go() -> None:
    async with Workers(1, deadline=0.0) as impatient:
        assert await WorkerDecode(impatient)(jpeg()) is None
