"""Short clips by real encoders, cut into packets by a packetizer that is not ours."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
from aiortc.codecs.h264 import H264Encoder
from aiortc.codecs.vpx import Vp8Encoder
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType

from consentry.rtc.rtp import RtpPacket
from consentry.rtc.video.codecs import VideoCodec

WIDTH, HEIGHT = 192, 112
RATE = 15
STEP = 90_000 // RATE
SSRC = 0x51DE0

ENCODERS: dict[VideoCodec, tuple[str, dict[str, str]]] = {
    VideoCodec.VP8: ("libvpx", {"cpu-used": "-6", "deadline": "realtime", "lag-in-frames": "0"}),
    VideoCodec.H264: ("libx264", {"preset": "veryfast", "tune": "zerolatency"}),
    VideoCodec.VP9: ("libvpx-vp9", {"cpu-used": "8", "deadline": "realtime", "lag-in-frames": "0"}),
    VideoCodec.AV1: ("libsvtav1", {"preset": "11", "svtav1-params": "pred-struct=1:lp=1"}),
}


def picture(number: int, width: int = WIDTH, height: int = HEIGHT) -> av.VideoFrame:
    """Moving stripes with grain, so that every frame differs and takes more than one packet."""
    y, x = np.mgrid[0:height, 0:width]
    stripes = np.stack([x + 5 * number, y + 3 * number, x * y // 32 + number], axis=-1) % 256
    grain = np.random.default_rng(number).integers(0, 40, (height, width, 1))
    frame = av.VideoFrame.from_ndarray((stripes // 2 + grain).astype(np.uint8), format="rgb24")
    frame = frame.reformat(format="yuv420p")
    frame.pts, frame.time_base = number, Fraction(1, RATE)
    return frame


class Encoder:
    """A real encoder, and the form in which its frames go onto the wire."""

    def __init__(self, codec: VideoCodec, width: int = WIDTH, height: int = HEIGHT) -> None:
        name, options = ENCODERS[codec]
        context = av.CodecContext.create(name, "w")
        assert isinstance(context, VideoCodecContext)
        context.width, context.height, context.pix_fmt = width, height, "yuv420p"
        context.time_base, context.framerate = Fraction(1, RATE), Fraction(RATE)
        context.gop_size, context.thread_count = 3000, 1
        if codec is not VideoCodec.AV1:
            context.bit_rate = 300_000
        if codec is VideoCodec.H264:
            context.profile = "Baseline"
        context.options = options
        self._context = context
        self._size = width, height
        self._number = 0

    def encode(self, key: bool = False) -> bytes:
        """The next frame; a key frame if asked for."""
        frame = picture(self._number, *self._size)
        if key:
            frame.pict_type = PictureType.I
        self._number += 1
        return b"".join(bytes(packet) for packet in self._context.encode(frame))


@dataclass(frozen=True)
class Clip:
    codec: VideoCodec
    frames: tuple[bytes, ...]
    keys: frozenset[int]

    def packets(self, sequence: int = 65_500, timestamp: int = 2**32 - 20_000) -> list[RtpPacket]:
        """The clip on the wire; both counters wrap early on."""
        return stream(
            [payloads(self.codec, data, number) for number, data in enumerate(self.frames)],
            sequence,
            timestamp,
        )


@functools.cache
def clip(codec: VideoCodec, count: int = 45, keys: Iterable[int] = (0, 20, 40)) -> Clip:
    """``count`` frames of which those numbered in ``keys`` are key frames."""
    encoder = Encoder(codec)
    frames = tuple(encoder.encode(number in keys) for number in range(count))
    return Clip(codec, frames, frozenset(keys))


def payloads(codec: VideoCodec, data: bytes, number: int) -> list[bytes]:
    """One frame, cut by aiortc's packetizers where it has them."""
    match codec:
        case VideoCodec.VP8:
            return Vp8Encoder._packetize(data, number)
        case VideoCodec.H264:
            return H264Encoder._packetize(H264Encoder._split_bitstream(data))
    raise AssertionError(codec)


def stream(frames: Sequence[Sequence[bytes]], sequence: int, timestamp: int) -> list[RtpPacket]:
    """RTP of the payloads of each frame."""
    packets: list[RtpPacket] = []
    for number, parts in enumerate(frames):
        for place, payload in enumerate(parts):
            packets.append(
                RtpPacket(
                    96,
                    (sequence + len(packets)) % (1 << 16),
                    (timestamp + number * STEP) % (1 << 32),
                    SSRC,
                    payload,
                    place == len(parts) - 1,
                )
            )
    return packets


def planes(frame: av.VideoFrame) -> bytes:
    return frame.to_ndarray(format="yuv420p").tobytes()
