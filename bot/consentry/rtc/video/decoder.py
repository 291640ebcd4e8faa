"""Decodes chains of encoded frames with the libraries that come with PyAV."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.reformatter import VideoReformatter

from consentry.events import Picture, Pixels
from consentry.rtc.video.chain import Chain
from consentry.rtc.video.codecs import VideoCodec

MAX_LONG_SIDE, MAX_SHORT_SIDE = 1920, 1080
"""Pixels of a picture that is taken, upright or not."""

_CODED_PIXELS = MAX_LONG_SIDE * 1088
"""With the rows that H.264 adds to fill its macroblocks."""

DECODERS = {
    VideoCodec.VP8: "vp8",
    VideoCodec.H264: "h264",
    VideoCodec.VP9: "vp9",
    VideoCodec.AV1: "libdav1d",
}


def available(codec: VideoCodec) -> bool:
    """Whether this machine's PyAV decodes ``codec``."""
    return DECODERS[codec] in av.codecs_available


@dataclass(frozen=True, slots=True, eq=False)
class DecodedPicture:
    """A picture in its decoder's own format; converting it is left to who looks at it."""

    frame: av.VideoFrame

    @property
    def width(self) -> int:
        return self.frame.width

    @property
    def height(self) -> int:
        return self.frame.height

    def rgb(self) -> Pixels:
        """``uint8[height, width, 3]``, converted now."""
        # Left to itself it starts a thread for each core, which live as long as the picture does.
        converted = VideoReformatter().reformat(self.frame, format="rgb24", threads=1)
        return np.asarray(converted.to_ndarray(), np.uint8)


class VideoDecoder:
    """One stream's decoder. Close it, and nothing of it is left.

    :meth:`decode` belongs to one thread; :meth:`close` may be called from any, and once it has
    returned, nothing is decoded any more.
    """

    def __init__(self, codec: VideoCodec) -> None:
        self._codec = codec
        self._context: VideoCodecContext | None = None
        self._expected = (0, 0)
        """Era and place of the only chain that continues what was decoded."""
        self._open = threading.Lock()
        self._closed = False
        self._decoded = 0

    def take_count(self) -> int:
        """How many frames were decoded since this was last asked."""
        with self._open:
            count, self._decoded = self._decoded, 0
        return count

    def decode(self, chain: Chain) -> Picture | None:
        """The picture that ``chain`` ends with; ``None`` if there is none. Never raises.

        After ``None``, and where a chain was left out, only a fresh one can be decoded.
        """
        picture: Picture | None = None
        for number, data in enumerate(chain.frames):
            with self._open:
                try:
                    if number == 0:
                        self._prepare(chain)
                    picture = self._decode(data) or picture
                except Exception:  # whatever the library makes of bytes from the wire
                    self._context = None
                if self._context is None:
                    return None
        return picture

    def close(self) -> None:
        """Free the decoder and what it remembers."""
        with self._open:
            self._closed = True
            self._context = None

    def _prepare(self, chain: Chain) -> None:
        """Have the context that ``chain`` needs, if it can be had."""
        if self._closed:
            return
        if chain.fresh:
            self._context = self._context or _context(self._codec)
        elif (chain.era, chain.place) != self._expected:
            self._context = None
        self._expected = chain.era, chain.place + 1

    def _decode(self, data: bytes) -> Picture | None:
        if self._context is None:
            return None
        self._decoded += 1
        frames = self._context.decode(av.Packet(data))
        if any(frame.is_corrupt or not _fits(frame) for frame in frames):
            self._context = None
        return DecodedPicture(frames[-1]) if frames else None


def _context(codec: VideoCodec) -> VideoCodecContext | None:
    """A decoder in one thread that gives each picture at once, and no guesses at broken ones."""
    try:
        context = av.CodecContext.create(DECODERS[codec], "r")
    except ValueError:  # this machine's PyAV has none
        return None
    assert isinstance(context, VideoCodecContext)
    context.thread_count = 1
    context.options = {
        "max_pixels": str(_CODED_PIXELS),
        "flags": "low_delay",
        "err_detect": "explode",
        "ec": "0",
    }
    if codec is VideoCodec.AV1:
        context.options["alllayers"] = "1"  # the upper ones, which it would wait for, are gone
    return context


def _fits(frame: av.VideoFrame) -> bool:
    long, short = max(frame.width, frame.height), min(frame.width, frame.height)
    return long <= MAX_LONG_SIDE and short <= MAX_SHORT_SIDE
