"""A folder of people and attacks is read as it is laid out, and nothing in it can stop the rest."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from consentry.errors import SetupError
from consentry.evaluation.samples import find, read_photo, read_video
from tests.evaluation.videos import write_video


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")


def test_people_and_attacks_are_found(tmp_path: Path) -> None:
    touch(tmp_path, "mia/1.jpg", "mia/2.PNG", "mia/call.mp4", "mia/notes.txt", "sam/1.webp")
    touch(tmp_path, "attacks/print/a.mp4", "attacks/screen/oled/b.webm", "attacks/screen/tv/c.mkv")
    touch(tmp_path, "attacks/print/still.jpg", ".hidden/1.jpg", "mia/.DS_Store", "README")
    found = find(tmp_path)
    assert {person: len(photos) for person, photos in found.people.items()} == {"mia": 2, "sam": 1}
    assert [video.name for video in found.genuine] == ["call.mp4"]
    assert {kind: list(species) for kind, species in found.attacks.items()} == {
        "print": [""],
        "screen": ["oled", "tv"],
    }
    assert found.left_out == 2, "notes, and a still of an attack"


@pytest.mark.parametrize("folder", ["none", "empty"])
def test_a_folder_with_nothing_in_it_is_told(tmp_path: Path, folder: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(SetupError, match="no such folder|empty/<person>/<photo>.jpg"):
        find(tmp_path / folder)


def test_a_photo_is_upright_and_not_too_large(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned to the right
    Image.new("RGB", (2560, 1000), "red").save(tmp_path / "1.jpg", exif=exif)
    pixels = read_photo(tmp_path / "1.jpg")
    assert pixels is not None
    assert pixels.shape == (1280, 500, 3)


@pytest.mark.parametrize("content", [b"", b"GIF", b"\xff\xd8\xff\xe0" + bytes(50)])
def test_a_broken_file_is_no_photo_and_no_video(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "1.jpg").write_bytes(content)
    (tmp_path / "1.mp4").write_bytes(content)
    assert read_photo(tmp_path / "1.jpg") is None
    assert list(read_video(tmp_path / "1.mp4")) == []


def test_a_video_is_read_ten_times_a_second_for_twelve_seconds(tmp_path: Path) -> None:
    frames = [np.full((64, 96, 3), i % 200, np.uint8) for i in range(14 * 30)]
    write_video(tmp_path / "1.mp4", frames, rate=30)
    read = list(read_video(tmp_path / "1.mp4"))
    times = [at for _, at in read]
    assert 118 <= len(read) <= 122
    assert times == sorted(times)
    assert times[-1] <= 12.0
    assert read[0][0].shape == (64, 96, 3)
