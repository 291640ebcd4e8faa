"""A picture as the kiosk's screen sends it."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from PIL import Image

from consentry.errors import SetupError
from consentry.events import Pixels
from consentry.workers import Workers

MAX_BYTES = 64 * 1024
MAX_SIDE = 1280
"""Pixels: a small file must not ask for a large picture."""
MAX_SCANS = 4
"""Of one picture: a small file must not ask for it many times over. A browser makes one."""
DECODED_WITHIN = 2.0
"""Seconds; a picture takes a few milliseconds."""

_SCAN = b"\xff\xda"
"""Begins a scan (JPEG, ITU-T T.81, table B.1)."""


@dataclass(frozen=True, slots=True, eq=False)
class DecodedPicture:
    """A picture whose pixels are there."""

    pixels: Pixels

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])

    def rgb(self) -> Pixels:
        return self.pixels


class Decode(Protocol):
    """Decodes what a screen sent."""

    async def __call__(self, content: bytes) -> DecodedPicture | None:
        """``None`` where it is no picture."""
        ...


class WorkerDecode:
    """Implements :class:`Decode` in workers: no picture holds up a call."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers

    async def __call__(self, content: bytes) -> DecodedPicture | None:
        try:
            pixels = await self._workers.run_first(decode, content)
        except SetupError:  # it took too long, or its process died
            return None
        return None if pixels is None else DecodedPicture(pixels)


def decoding_workers(wanted: bool) -> Workers:
    """A process that decodes, where it is ``wanted``."""
    return Workers(int(wanted), deadline=DECODED_WITHIN)


def may_be_picture(content: bytes) -> bool:
    """Whether ``content`` is worth a look."""
    return len(content) <= MAX_BYTES and 1 <= content.count(_SCAN) <= MAX_SCANS


def decode(content: bytes) -> Pixels | None:
    """The picture of a small JPEG; ``None`` for all else."""
    if not may_be_picture(content):
        return None
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG",)) as image:
            if max(image.size) > MAX_SIDE:
                return None
            return np.asarray(image.convert("RGB"))
    except Exception:  # whatever a decoder minds, the picture is let go
        return None
