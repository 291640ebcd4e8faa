"""A photo becomes an embedding or advice, in memory, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import io
import logging
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from consentry.engines.face.loading import FaceSpec
from consentry.engines.face.quality import Advice
from consentry.errors import Busy
from consentry.events import Pixels
from consentry.people.photos import (
    MAX_PHOTO_BYTES,
    MAX_SCANS,
    SIDE,
    WorkerPhotos,
    look_at,
    read,
    scans,
)
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


def scanned(times: int) -> bytes:
    """A picture that a decoder goes over so often, the last scan again and again."""
    file = io.BytesIO()
    Image.new("RGB", (64, 64), "gray").save(file, "JPEG", progressive=True)
    picture = file.getvalue()
    last = picture.rindex(b"\xff\xda")
    return picture[:last] + (times - scans(picture) + 1) * picture[last:-2] + picture[-2:]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no picture",
        b"\xff\xd8\xff\xe0" + bytes(100),
        b"GIF89a" + bytes(100),
        bomb(),
        scanned(MAX_SCANS + 1),
    ],
    ids=["empty", "text", "cut off", "gif", "bomb", "many scans"],
)
def test_what_is_no_photo_is_refused(data: bytes) -> None:
    assert look_at(FaceSpec(), data) is None


def test_scans_are_counted_where_a_decoder_reads_them() -> None:
    scan = b"\xff\xda"
    thumbnail = b"\xff\xe1" + (2 + 2 * 99).to_bytes(2, "big") + 99 * scan
    film = 99 * scan
    picture = scanned(MAX_SCANS)
    whole = picture[:2] + thumbnail + picture[2:] + film
    assert scans(whole) == scans(picture) == MAX_SCANS
    assert read(whole) is not None
    assert scans(picture[:2] + b"\xff\x02\x00\xff" + picture[2:]) == MAX_SCANS, "none is hidden"
    assert scans(b"\x89PNG" + film) == 0


@given(st.binary(max_size=40))
def test_counting_scans_ends(data: bytes) -> None:
    assert scans(b"\xff\xd8" + data) <= len(data) // 2


async def test_a_photo_that_nobody_can_look_at_in_time_is_let_go() -> None:
    async with Workers(1) as workers, asyncio.TaskGroup() as tasks:
        held = tasks.create_task(workers.run(time.sleep, 1))
        await asyncio.sleep(0)
        with pytest.raises(Busy, match="in time"):
            await WorkerPhotos(workers, FaceSpec(), within=0.01).look(jpeg(photo("astronaut")))
        assert not held.done()


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
