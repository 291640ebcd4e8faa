"""The photos of faces, as pixels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from consentry.events import Pixels

FOLDER = Path(__file__).parents[2] / "data" / "faces"


def photo(name: str) -> Pixels:
    """``uint8[height, width, 3]`` of tests/data/faces/NAME.jpg."""
    with Image.open(FOLDER / f"{name}.jpg") as image:
        return np.asarray(image.convert("RGB"))
