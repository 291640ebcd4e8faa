"""Short clips by real encoders, cut into RTP packets."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType

from consentry.rtc.rtp import RtpPacket
from consentry.rtc.video.codecs import VideoCodec
from tests.rtc.video.packetizers import Place, payloads

WIDTH, HEIGHT = 192, 112
RATE = 15
STEP = 90_000 // RATE
SSRC = 0x51DE0

ENCODERS: dict[VideoCodec, tuple[str, dict[str, str]]] = {
    VideoCodec.VP8: ("libvpx", {"cpu-used": "-6", "deadline": "realtime", "lag-in-frames": "0"}),
    VideoCodec.H264: (
        "libx264",
        {"preset": "veryfast", "tune": "zerolatency", "sc_threshold": "0"},
    ),
    VideoCodec.VP9: ("libvpx-vp9", {"cpu-used": "8", "deadline": "realtime", "lag-in-frames": "0"}),
    VideoCodec.AV1: ("libsvtav1", {"preset": "11", "svtav1-params": "pred-struct=1:lp=1"}),
}

TWO_LAYERS = {
    "error-resilient": "default",
    "ts-parameters": "ts_number_layers=2:ts_target_bitrate=180,300:ts_rate_decimator=2,1:"
    "ts_periodicity=2:ts_layer_id=0,1:ts_layering_mode=2",
}
"""Of libvpx: every second frame is of an upper temporal layer."""


def picture(number: int, width: int = WIDTH, height: int = HEIGHT) -> av.VideoFrame:
    """Moving stripes with grain, so that every frame differs and most take several packets."""
    y, x = np.mgrid[0:height, 0:width]
    stripes = np.stack([x + 5 * number, y + 3 * number, x * y // 32 + number], axis=-1) % 256
    grain = np.random.default_rng(number).integers(0, 40, (height, width, 1))
    frame = av.VideoFrame.from_ndarray((stripes // 2 + grain).astype(np.uint8), format="rgb24")
    frame = frame.reformat(format="yuv420p")
    frame.pts, frame.time_base = number, Fraction(1, RATE)
    return frame


class Encoder:
    """A real encoder of one moving picture after the other."""

    def __init__(
        self, codec: VideoCodec, width: int = WIDTH, height: int = HEIGHT, *, layers: bool = False
    ) -> None:
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
        context.options = {**options, **(TWO_LAYERS if layers else {})}
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
    layers: bool

    def places(self) -> list[Place]:
        """Where each frame stands in the structure of the stream."""
        places: list[Place] = []
        base = 250  # wraps soon
        for number in range(len(self.frames)):
            upper = self.layers and number % 2 == 1
            base = (base + (not upper)) % 256
            places.append(Place(number, number in self.keys, int(upper), base, self.layers))
        return places

    def packets(self, sequence: int = 65_500, timestamp: int = 2**32 - 20_000) -> list[RtpPacket]:
        """The clip on the wire; both counters wrap early on."""
        parts = [
            payloads(self.codec, data, place)
            for data, place in zip(self.frames, self.places(), strict=True)
        ]
        return stream(parts, sequence, timestamp)

    def number(self, timestamp: int, first: int = 2**32 - 20_000) -> int:
        """Of the frame with this RTP timestamp."""
        return (timestamp - first) % (1 << 32) // STEP

    @functools.cached_property
    def pictures(self) -> tuple[bytes, ...]:
        """What a decoder makes of each frame when nothing is lost."""
        name = "libdav1d" if self.codec is VideoCodec.AV1 else self.codec.value
        context = av.CodecContext.create(name, "r")
        assert isinstance(context, VideoCodecContext)
        context.thread_count = 1
        return tuple(planes(context.decode(av.Packet(data))[0]) for data in self.frames)


@functools.cache
def clip(codec: VideoCodec, *, layers: bool = False) -> Clip:
    """Three seconds; the frames numbered 0, 20 and 40 are key frames."""
    encoder = Encoder(codec, layers=layers)
    keys = frozenset({0, 20, 40})
    frames = tuple(encoder.encode(number in keys) for number in range(45))
    return Clip(codec, frames, keys, layers)


def stream(frames: Sequence[Sequence[bytes]], sequence: int, timestamp: int) -> list[RtpPacket]:
    """RTP of the payloads of each frame."""
    parts = [
        (timestamp + number * STEP, payload, payload is frame[-1])
        for number, frame in enumerate(frames)
        for payload in frame
    ]
    return [
        RtpPacket(96, (sequence + n) % (1 << 16), at % (1 << 32), SSRC, payload, last)
        for n, (at, payload, last) in enumerate(parts)
    ]


def planes(frame: av.VideoFrame) -> bytes:
    """Every sample of a picture, as decoded."""
    return frame.to_ndarray(format="yuv420p").tobytes()
