"""A picture that stands still most of the time, as VP8."""

from __future__ import annotations

import av
import numpy as np

from consentry.events import Pixels
from consentry.rtc.send.vp8_encoder import VIDEO_RATE, Vp8Encoder

WIDTH, HEIGHT = 320, 180


def stripes(shift: int) -> Pixels:
    rows = (np.arange(HEIGHT)[:, None, None] + shift) // 6 % 2 * 255
    return np.broadcast_to(rows, (HEIGHT, WIDTH, 3)).astype(np.uint8)


def test_the_first_frame_is_a_key_frame_and_others_only_when_asked() -> None:
    encoder = Vp8Encoder(WIDTH, HEIGHT, 200_000, 2.0)
    frames = [encoder.encode(stripes(0), n / 2, key_frame=n == 5) for n in range(8)]
    assert [n for n, frame in enumerate(frames) if frame and frame.key_frame] == [0, 5]


def test_timestamps_count_the_time_of_the_call() -> None:
    encoder = Vp8Encoder(WIDTH, HEIGHT, 200_000, 2.0)
    frames = [encoder.encode(stripes(0), at) for at in (3.0, 3.5, 10.0)]
    assert [frame.timestamp for frame in frames if frame] == [
        round(at * VIDEO_RATE) for at in (3.0, 3.5, 10.0)
    ]


def test_what_did_not_change_costs_next_to_nothing() -> None:
    encoder = Vp8Encoder(WIDTH, HEIGHT, 200_000, 2.0)
    first, *others = [encoder.encode(stripes(0), n / 2) for n in range(20)]
    assert first is not None
    last = others[-1]
    assert last is not None
    assert len(last.data) < len(first.data) / 4


def test_another_decoder_sees_the_same_picture() -> None:
    encoder = Vp8Encoder(WIDTH, HEIGHT, 400_000, 2.0)
    decoder = av.CodecContext.create("libvpx", "r")
    for n in range(6):
        frame = encoder.encode(stripes(n // 3), n / 2)
        assert frame is not None
        (decoded,) = decoder.decode(av.Packet(frame.data))
    pixels = decoded.to_ndarray(format="rgb24").astype(int)
    assert np.abs(pixels - stripes(1)).mean() < 12
