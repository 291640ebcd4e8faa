"""Videos made for a test."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import av

from consentry.events import Pixels


def write_video(path: Path, frames: Iterable[Pixels], rate: int = 10) -> None:
    """``frames`` in a file, ``rate`` a second."""
    with av.open(str(path), "w") as container:
        stream = None
        for pixels in frames:
            if stream is None:
                stream = container.add_stream("mpeg4", rate=rate)
                stream.bit_rate = 4_000_000
                stream.height, stream.width = pixels.shape[:2]
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        if stream is not None:
            container.mux(stream.encode(None))
