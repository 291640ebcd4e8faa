"""Chains of frames to pictures, and chains that are none."""

from __future__ import annotations

import av
import numpy as np
import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.events import Picture
from consentry.rtc.video import decoder as decoder_module
from consentry.rtc.video.chain import Chain
from consentry.rtc.video.codecs import VideoCodec
from consentry.rtc.video.decoder import DecodedPicture, VideoDecoder, available
from tests.rtc.video.clips import HEIGHT, WIDTH, Encoder, clip, picture, planes


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SVT_LOG", "0")


def chain(*frames: bytes, place: int = 0, era: int = 1) -> Chain:
    return Chain(frames, timestamp=0, arrived=0.0, era=era, place=place)


def difference(picture: Picture | None, original: av.VideoFrame) -> float:
    """Mean difference of the brightness of two pictures."""
    assert picture is not None
    expected = original.to_ndarray(format="rgb24").astype(float)
    return float(np.abs(picture.rgb() - expected).mean())


@pytest.mark.parametrize("codec", VideoCodec)
def test_the_last_frame_of_a_chain_is_the_picture(codec: VideoCodec) -> None:
    assert available(codec)
    shown = VideoDecoder(codec).decode(chain(*clip(codec).frames[:12]))
    assert shown is not None
    assert (shown.width, shown.height) == (WIDTH, HEIGHT)
    assert shown.rgb().shape == (HEIGHT, WIDTH, 3)
    assert shown.rgb().dtype == np.uint8
    assert difference(shown, picture(11)) < 12 < difference(shown, picture(2))


def test_pictures_that_were_looked_at_keep_no_threads() -> None:
    decoder, process = VideoDecoder(VideoCodec.VP8), psutil.Process()
    frames = clip(VideoCodec.VP8).frames[:8]
    shown = [decoder.decode(chain(data, place=at)) for at, data in enumerate(frames)]
    before = process.num_threads()
    assert [each.rgb().shape for each in shown if each is not None] == [(HEIGHT, WIDTH, 3)] * 8
    assert process.num_threads() == before


@pytest.mark.parametrize("codec", VideoCodec)
def test_a_chain_goes_on_where_the_one_before_ended(codec: VideoCodec) -> None:
    frames = clip(codec).frames
    whole = VideoDecoder(codec).decode(chain(*frames[:12]))
    decoder = VideoDecoder(codec)
    assert decoder.decode(chain(*frames[:7])) is not None
    parts = decoder.decode(chain(*frames[7:12], place=1))
    assert isinstance(whole, DecodedPicture) and isinstance(parts, DecodedPicture)
    assert planes(whole.frame) == planes(parts.frame)


def test_where_a_chain_was_left_out_nothing_is_decoded_until_a_fresh_one() -> None:
    frames = clip(VideoCodec.VP8).frames
    decoder = VideoDecoder(VideoCodec.VP8)
    assert decoder.decode(chain(frames[0])) is not None
    assert decoder.decode(chain(frames[2], place=2)) is None
    assert decoder.decode(chain(frames[1], place=1)) is None
    assert decoder.decode(chain(frames[0], era=2)) is not None
    assert decoder.decode(chain(frames[1], place=1, era=1)) is None


@pytest.mark.parametrize("codec", VideoCodec)
def test_garbage_is_no_picture_and_the_next_fresh_chain_is(codec: VideoCodec) -> None:
    decoder = VideoDecoder(codec)
    frames = clip(codec).frames
    assert decoder.decode(chain(frames[0], b"\xff" * 100)) is None
    assert decoder.decode(chain(frames[2], place=1)) is None
    assert decoder.decode(chain(frames[0], frames[1])) is not None


@pytest.mark.parametrize("codec", VideoCodec)
def test_a_picture_larger_than_1080p_is_refused_and_the_next_is_not(codec: VideoCodec) -> None:
    decoder = VideoDecoder(codec)
    assert decoder.decode(chain(Encoder(codec, 2000, 1088).encode())) is None
    assert decoder.decode(chain(clip(codec).frames[0])) is not None


def test_few_pixels_in_one_long_row_are_refused_too_and_an_upright_picture_is_not() -> None:
    decoder = VideoDecoder(VideoCodec.VP8)
    assert decoder.decode(chain(Encoder(VideoCodec.VP8, 2400, 64).encode())) is None
    shown = decoder.decode(chain(Encoder(VideoCodec.VP8, 64, 1920).encode()))
    assert shown is not None and shown.height == 1920


def test_once_closed_nothing_is_decoded() -> None:
    decoder = VideoDecoder(VideoCodec.VP8)
    decoder.close()
    assert decoder.decode(chain(clip(VideoCodec.VP8).frames[0])) is None


@pytest.mark.parametrize("codec", VideoCodec)
@given(data=st.lists(st.binary(min_size=1, max_size=80), min_size=1, max_size=3))
def test_no_bytes_whatever_raise(codec: VideoCodec, data: list[bytes]) -> None:
    VideoDecoder(codec).decode(chain(*data))


@pytest.mark.parametrize("codec", VideoCodec)
@given(flips=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 5000), st.integers(1, 255))))
def test_frames_with_flipped_bits_never_raise(
    codec: VideoCodec, flips: list[tuple[int, int, int]]
) -> None:
    frames = [bytearray(frame) for frame in clip(codec).frames[:10]]
    for frame, place, bits in flips:
        frames[frame][place % len(frames[frame])] ^= bits
    decoder = VideoDecoder(codec)
    decoder.decode(chain(*map(bytes, frames)))
    assert decoder.decode(chain(clip(codec).frames[0])) is not None


def test_a_codec_that_this_machine_lacks_gives_no_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(decoder_module.DECODERS, VideoCodec.AV1, "libnone")
    assert not available(VideoCodec.AV1)
    assert VideoDecoder(VideoCodec.AV1).decode(chain(clip(VideoCodec.AV1).frames[0])) is None
