"""VP8 as calls have it: real time, a fixed rate, a key frame now and then."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext

from consentry.events import Pixels

BIT_RATE = 300_000
FRAMES_PER_SECOND = 15
KEY_FRAMES = 45
"""Frames from one key frame to the next; a browser sends one on request besides."""


class Encoder:
    """libvpx, set as WebRTC sets it for a small camera picture."""

    def __init__(self, width: int, height: int, bit_rate: int = BIT_RATE) -> None:
        context = av.CodecContext.create("libvpx", "w")
        assert isinstance(context, VideoCodecContext)
        context.width, context.height = width, height
        context.pix_fmt = "yuv420p"
        context.time_base = Fraction(1, 90_000)
        context.framerate = Fraction(FRAMES_PER_SECOND)
        context.bit_rate = bit_rate
        context.gop_size = KEY_FRAMES
        context.qmin, context.qmax = 4, 56
        context.thread_count = 1
        rate = str(bit_rate)
        context.options = {
            "deadline": "realtime",
            "cpu-used": "-6",
            "lag-in-frames": "0",
            "minrate": rate,
            "maxrate": rate,
            "bufsize": rate,
            "undershoot-pct": "100",
            "overshoot-pct": "15",
        }
        self._context = context

    def encode(self, pixels: Pixels, at: float) -> Packet[Any] | None:
        """A frame taken ``at`` seconds; ``None`` where the encoder left it out."""
        frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format="yuv420p")
        frame.pts, frame.time_base = round(at * 90_000), Fraction(1, 90_000)
        packets = self._context.encode(frame)
        return packets[0] if packets else None


class Decoder:
    """The other end."""

    def __init__(self) -> None:
        context = av.CodecContext.create("vp8", "r")
        assert isinstance(context, VideoCodecContext)
        self._context = context

    def decode(self, packet: Packet[Any]) -> Pixels:
        """``uint8[height, width, 3]``."""
        frame = self._context.decode(packet)[0]
        return np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
