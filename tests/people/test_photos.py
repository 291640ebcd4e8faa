"""A photo becomes an embedding or advice, in memory, and leaves nothing behind."""

from __future__ import annotations

import io
import logging
import os
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from consentry.engines.face.loading import FaceSpec
from consentry.engines.face.quality import Advice
from consentry.events import Pixels
from consentry.people.photos import MAX_PHOTO_BYTES, SIDE, WorkerPhotos, look_at, read
from consentry.workers import Workers
from tests.engines.face.photos import photo


def jpeg(pixels: Pixels, **options: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", **options)
    return file.getvalue()


@pytest.fixture(scope="module")
def astronaut() -> bytes:
    return jpeg(photo("astronaut"), quality=92)


def test_a_good_photo_becomes_an_embedding_of_its_one_face(astronaut: bytes) -> None:
    found = look_at(FaceSpec(), astronaut)
    assert isinstance(found, np.ndarray) and found.shape == (128,)


def test_advice_is_given_before_anything_is_embedded() -> None:
    dark = (photo("astronaut") * 0.06).astype(np.uint8)
    nobody = np.full((480, 640, 3), 127, np.uint8)
    two = np.hstack([photo("astronaut"), photo("astronaut")])
    advised = [look_at(FaceSpec(), jpeg(one)) for one in (dark, nobody, two)]
    for found, expected in zip(
        advised, (Advice.TOO_DARK, Advice.NO_FACE, Advice.SEVERAL_FACES), strict=True
    ):
        assert isinstance(found, tuple) and expected in found


def test_a_photo_is_upright_and_not_larger_than_it_need_be() -> None:
    wide = Image.fromarray(np.zeros((1000, 3000, 3), np.uint8))
    exif = wide.getexif()
    exif[0x0112] = 6  # taken with the device on its side
    file = io.BytesIO()
    wide.save(file, "JPEG", exif=exif)
    pixels = read(file.getvalue())
    assert pixels is not None
    assert pixels.shape[0] == SIDE > pixels.shape[1]


def bomb() -> bytes:
    file = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    "data",
    [b"", b"no picture", b"\xff\xd8\xff\xe0" + bytes(100), b"GIF89a" + bytes(100), bomb()],
    ids=["empty", "text", "cut off", "gif", "bomb"],
)
def test_what_is_no_photo_is_refused(data: bytes) -> None:
    assert look_at(FaceSpec(), data) is None


async def test_a_photo_that_is_too_large_is_not_even_looked_at() -> None:
    looked = await WorkerPhotos(Workers(), FaceSpec()).look(bytes(MAX_PHOTO_BYTES + 1))
    assert not looked.readable


@pytest.mark.skipif(sys.platform != "linux", reason="looks at open files by /proc")
def test_a_photo_touches_no_disk_and_no_log(
    astronaut: bytes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    look_at(FaceSpec(), astronaut)  # what is loaded once is open now
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    opened: list[str] = []
    hooked = [True]

    def audit(event: str, args: tuple[object, ...]) -> None:
        if hooked and event in ("open", "os.mkdir", "os.rename", "shutil.copyfile"):
            opened.append(f"{event} {args[0]!r}")

    sys.addaudithook(audit)
    before = {os.readlink(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd") if alive(fd)}
    opened.clear()
    with caplog.at_level(logging.DEBUG):
        look_at(FaceSpec(), astronaut)
    seen = list(opened)
    hooked.clear()
    after = {os.readlink(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd") if alive(fd)}
    assert [one for one in seen if "/proc/" not in one] == []
    assert after - before == set()
    assert list(tmp_path.iterdir()) == []
    assert caplog.records == []


def alive(fd: str) -> bool:
    return os.path.exists(f"/proc/self/fd/{fd}")
