"""A picture as the kiosk's screen sends it."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image

from consentry.events import Pixels

MAX_BYTES = 64 * 1024
MAX_SIDE = 1280
"""Pixels: a small file must not ask for a large picture."""


@dataclass(frozen=True, slots=True, eq=False)
class JpegPicture:
    """A JPEG of which only the head was read."""

    content: bytes
    width: int
    height: int

    def rgb(self) -> Pixels:
        """Decoded now; OSError where it is cut short."""
        with _opened(self.content) as image:
            return np.asarray(image.convert("RGB"))


def read_picture(content: bytes) -> JpegPicture | None:
    """``None`` where it is no JPEG, or too large."""
    if len(content) > MAX_BYTES:
        return None
    try:
        with _opened(content) as image:
            width, height = image.size
    except Exception:  # whatever a decoder minds, the picture is let go
        return None
    return JpegPicture(content, width, height) if max(width, height) <= MAX_SIDE else None


def _opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content), formats=("JPEG",))
