"""What a simulated camera sees, as VP8: a recorded clip, or a square that wanders about."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.error
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType

from consentry.errors import MediaFileError
from consentry.events import Pixels

VIDEO_RATE = 90_000
"""Of all video over RTP, in Hz (RFC 3551 section 5)."""
VIDEO_TIME_BASE = Fraction(1, VIDEO_RATE)

WIDTH, HEIGHT, FRAME_RATE, SECONDS = 320, 180, 15, 4
SQUARE = 60
"""Pixels; large enough to be told from the ground after any scaling."""
BIT_RATE = 150_000


@dataclass(frozen=True, slots=True)
class ClipPacket:
    """One encoded picture; ``pts`` counts 1/90,000 s from the clip's start."""

    pts: int
    key: bool
    payload: bytes


@dataclass(frozen=True, slots=True)
class Clip:
    """Pictures to be shown over and over. The first is a key frame."""

    packets: tuple[ClipPacket, ...]
    duration: int
    """In 1/90,000 s."""


def load_clip(file: Path) -> Clip:
    """The VP8 packets of a WebM or IVF file, not decoded; MediaFileError if they can't be had.

    They are sent as they are: nobody's request for a key frame can be answered, so there should be
    one every second or two.
    """
    try:
        packets = _demux(file)
    except OSError as exc:
        raise MediaFileError(f"{file}: can't be read ({exc.strerror})") from exc
    except (av.error.FFmpegError, ValueError, IndexError) as exc:
        raise MediaFileError(f"{file}: is no WebM or IVF file with VP8 video") from exc
    if len(packets) < 2 or not packets[0].key:
        raise MediaFileError(f"{file}: holds no video that starts with a key frame")
    return Clip(packets, packets[-1].pts + packets[1].pts)


def made_up_clip(number: int) -> Clip:
    """Four seconds of a white square on gray, a key frame each second; another way for each
    ``number``."""
    encoder = _encoder()
    packets: list[ClipPacket] = []
    for index in range(FRAME_RATE * SECONDS):
        frame = av.VideoFrame.from_ndarray(_picture(index, number), format="rgb24")
        frame = frame.reformat(format="yuv420p")
        frame.pts, frame.time_base = index * VIDEO_RATE // FRAME_RATE, VIDEO_TIME_BASE
        if index % FRAME_RATE == 0:
            frame.pict_type = PictureType.I
        packets += [
            ClipPacket(frame.pts, packet.is_keyframe, bytes(packet))
            for packet in encoder.encode(frame)
        ]
    return Clip(tuple(packets), VIDEO_RATE * SECONDS)


def _picture(index: int, number: int) -> Pixels:
    turn = 2 * math.pi * (index / (FRAME_RATE * SECONDS) + number / 8)
    left = round((WIDTH - SQUARE) * (1 + math.cos(turn)) / 2)
    top = round((HEIGHT - SQUARE) * (1 + math.sin(turn)) / 2)
    picture = np.full((HEIGHT, WIDTH, 3), 96, np.uint8)
    picture[top : top + SQUARE, left : left + SQUARE] = 255
    return picture


def _encoder() -> VideoCodecContext:
    encoder = VideoCodecContext.create("libvpx", "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.bit_rate, encoder.time_base = BIT_RATE, VIDEO_TIME_BASE
    encoder.thread_count = 1
    encoder.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}
    return encoder


def _demux(file: Path) -> tuple[ClipPacket, ...]:
    with av.open(str(file)) as container:
        stream = container.streams.video[0]
        if stream.codec_context.name not in ("vp8", "libvpx"):
            raise MediaFileError(f"{file}: holds {stream.codec_context.name}; only VP8 is played")
        return tuple(_from_start(container.demux(stream)))


def _from_start(packets: Iterable[av.Packet[Any]]) -> Iterable[ClipPacket]:
    start: int | None = None
    for packet in packets:
        if packet.pts is None or packet.time_base is None or not packet.size:
            continue
        pts = round(packet.pts * packet.time_base * VIDEO_RATE)
        start = pts if start is None else start
        yield ClipPacket(pts - start, packet.is_keyframe, bytes(packet))
