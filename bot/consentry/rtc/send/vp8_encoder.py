"""Pictures to VP8, for a picture that stands still most of the time."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import av
from av.error import FFmpegError
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType

from consentry.errors import SetupError
from consentry.events import Pixels

VIDEO_RATE = 90_000
"""Of RTP timestamps of video, in Hz (RFC 7741 section 4.1)."""

KEY_FRAMES_ON_REQUEST = 1 << 20
"""Frames after which libvpx would make a key frame of its own accord: never."""


@dataclass(frozen=True, slots=True)
class EncodedFrame:
    """One frame of VP8."""

    data: bytes
    timestamp: int
    """At :data:`VIDEO_RATE`, from the start of the call."""
    key_frame: bool


class Vp8Encoder:
    """libvpx in real time, on one thread, tuned for text. For one thread at a time.

    Blocks that did not change cost next to nothing, so a picture may be encoded again and again;
    each time, what is left of the bit rate makes it sharper. SetupError if libvpx is missing.
    """

    def __init__(self, width: int, height: int, bit_rate: int, frames_per_second: float) -> None:
        try:
            context = av.CodecContext.create("libvpx", "w")
        except (FFmpegError, ValueError):
            raise SetupError("av was built without libvpx: reinstall it from a wheel") from None
        assert isinstance(context, VideoCodecContext)
        context.width, context.height = width, height
        context.pix_fmt = "yuv420p"
        context.time_base = Fraction(1, VIDEO_RATE)
        context.framerate = Fraction(frames_per_second).limit_denominator(100)
        context.bit_rate = bit_rate
        context.gop_size = KEY_FRAMES_ON_REQUEST
        context.qmin, context.qmax = 4, 40
        context.thread_count = 1
        context.options = {
            "deadline": "realtime",
            "cpu-used": "-6",
            "lag-in-frames": "0",
            "static-thresh": "1",
            "screen-content-mode": "1",
        }
        self._context = context

    def encode(self, pixels: Pixels, at: float, *, key_frame: bool = False) -> EncodedFrame | None:
        """``uint8[height, width, 3]`` shown ``at`` seconds of the call; later each time.

        ``None`` if the encoder left the frame out.
        """
        frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format="yuv420p")
        frame.pts = timestamp = round(at * VIDEO_RATE)
        frame.time_base = Fraction(1, VIDEO_RATE)
        if key_frame:
            frame.pict_type = PictureType.I
        packets = self._context.encode(frame)
        if not packets:
            return None
        data = b"".join(bytes(packet) for packet in packets)
        return EncodedFrame(data, timestamp, packets[0].is_keyframe)
