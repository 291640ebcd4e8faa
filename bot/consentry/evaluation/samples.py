"""What there is to evaluate with: a folder of people, and of attacks on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from consentry.errors import SetupError
from consentry.events import Pixels

PHOTOS = frozenset({".jpg", ".jpeg", ".png", ".webp"})
VIDEOS = frozenset({".mp4", ".webm", ".mkv", ".mov", ".avi"})
ATTACKS = "attacks"

SIDE = 1280
"""Pixels of the longer side of what is looked at."""

RATE, SECONDS = 10.0, 12.0
"""Pictures a second, and how long a presentation is looked at."""


@dataclass(frozen=True, slots=True)
class Samples:
    """Files by whom and what they show."""

    people: dict[str, list[Path]]
    """Photos of each person."""
    genuine: list[Path]
    """Videos of people before a camera."""
    attacks: dict[str, dict[str, list[Path]]]
    """Videos by kind of attack and species; of a kind without species, the species is ``""``."""
    left_out: int
    """Files of no kind that is known here."""


def find(folder: Path) -> Samples:
    """The samples in ``folder``; SetupError where there are none.

    ``folder/<person>/<photo or video>``, and ``folder/attacks/<kind>/[<species>/]<video>``.
    """
    if not folder.is_dir():
        raise SetupError(f"{folder}: there is no such folder")
    people, genuine, left_out = {}, [], 0
    for person in _folders(folder):
        if person.name == ATTACKS:
            continue
        photos, videos, others = _sorted(person)
        left_out += others
        genuine += videos
        if photos:
            people[person.name] = photos
    attacks: dict[str, dict[str, list[Path]]] = {}
    for kind in _folders(folder / ATTACKS):
        for species in [kind, *_folders(kind)]:
            photos, videos, others = _sorted(species)
            left_out += others + len(photos)
            if videos:
                name = "" if species == kind else species.name
                attacks.setdefault(kind.name, {})[name] = videos
    if not people and not genuine and not attacks:
        raise SetupError(
            f"{folder}: holds nothing to evaluate; put photos into a folder for each person, "
            f"{folder.name}/<person>/<photo>.jpg"
        )
    return Samples(people, genuine, attacks, left_out)


def read_photo(path: Path) -> Pixels | None:
    """``uint8[height, width, 3]``, upright; None where it can't be read."""
    try:
        with Image.open(path) as picture:
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    upright.thumbnail((SIDE, SIDE))
    return np.asarray(upright)


def read_video(path: Path) -> Iterator[tuple[Pixels, float]]:
    """Pictures of the first seconds, at most :data:`RATE` a second, each with its time; none where
    it can't be read."""
    import av

    due = 0.0
    try:
        with av.open(str(path)) as container:
            for frame in container.decode(video=0):
                at = float(frame.time or 0.0)
                if at > SECONDS:
                    return
                if at >= due:
                    due = at + 0.99 / RATE
                    image = Image.fromarray(frame.to_ndarray(format="rgb24"))
                    image.thumbnail((SIDE, SIDE))
                    yield np.asarray(image), at
    except (av.FFmpegError, OSError, IndexError):
        return


def _folders(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(each for each in folder.iterdir() if each.is_dir() and each.name[0] != ".")


def _sorted(folder: Path) -> tuple[list[Path], list[Path], int]:
    """Photos, videos, and how many other files there are; hidden ones don't count."""
    files = sorted(each for each in folder.iterdir() if each.is_file() and each.name[0] != ".")
    photos = [each for each in files if each.suffix.lower() in PHOTOS]
    videos = [each for each in files if each.suffix.lower() in VIDEOS]
    return photos, videos, len(files) - len(photos) - len(videos)
