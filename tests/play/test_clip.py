"""A camera's pictures: a recorded clip, or one made up, at the pace of a live camera."""

from __future__ import annotations

import asyncio
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from consentry.errors import MediaFileError
from consentry.events import Pixels
from consentry.play.clip import VIDEO_RATE, Clip, load_clip, made_up_clip
from consentry.play.track import ClipTrack, Timeline
from tests.play.clocks import Clock

MADE_UP = made_up_clip(0)


def seen(clip: Clip) -> list[Pixels]:
    """Every picture of it, decoded."""
    decoder = av.CodecContext.create("vp8", "r")
    assert isinstance(decoder, av.VideoCodecContext)
    packets = [av.Packet(packet.payload) for packet in clip.packets]
    frames = [frame for packet in packets for frame in decoder.decode(packet)]
    return [np.asarray(frame.to_ndarray(format="rgb24"), np.uint8) for frame in frames]


def playing() -> tuple[Clock, ClipTrack]:
    clock = Clock()
    timeline = Timeline(clock)
    timeline.start()
    track = ClipTrack(MADE_UP, timeline)
    track.unmute()
    return clock, track


def test_a_made_up_clip_shows_something_that_moves() -> None:
    pictures = seen(MADE_UP)
    assert len(pictures) == len(MADE_UP.packets) == 60
    first, later = pictures[0].astype(int), pictures[30].astype(int)
    assert np.abs(later - first).max() > 100
    assert len({clip.packets[0].payload for clip in map(made_up_clip, range(3))}) == 3


def test_there_is_a_key_frame_every_second() -> None:
    keys = [packet.pts for packet in MADE_UP.packets if packet.key]
    assert keys == [second * VIDEO_RATE for second in range(4)]


@pytest.mark.parametrize("suffix", ["webm", "ivf"])
def test_a_recorded_clip_is_taken_packet_by_packet(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"ana.{suffix}"
    write_clip(file, MADE_UP)
    clip = load_clip(file)
    assert [p.payload for p in clip.packets] == [p.payload for p in MADE_UP.packets]
    assert [p.key for p in clip.packets] == [p.key for p in MADE_UP.packets]
    assert abs(clip.duration / VIDEO_RATE - 4.0) < 0.1


@pytest.mark.parametrize("content", [b"", b"no video", bytes(4096)])
def test_a_file_that_is_no_video_is_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "ana.webm"
    file.write_bytes(content)
    with pytest.raises(MediaFileError, match=r"ana\.webm"):
        load_clip(file)


def test_a_clip_in_another_codec_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "ana.mp4"
    with av.open(str(file), "w") as container:
        stream = container.add_stream("mpeg4", rate=15)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
        container.mux(stream.encode(frame.reformat(format="yuv420p")))
        container.mux(stream.encode(None))
    with pytest.raises(MediaFileError, match="mpeg4; only VP8"):
        load_clip(file)


async def test_pictures_come_as_they_are_at_their_times_and_over_and_over() -> None:
    clock, track = playing()
    clock.now += 10.0
    key = await track.recv()
    clock.now += 10.0
    shown = [key, *[await track.recv() for _ in range(70)]]
    assert key.pts == 10 * VIDEO_RATE
    assert bytes(key) == MADE_UP.packets[30].payload, "two seconds into the clip"
    assert bytes(shown[30]) == MADE_UP.packets[0].payload
    times = [packet.pts for packet in shown if packet.pts is not None]
    assert {b - a for a, b in zip(times, times[1:], strict=False)} == {VIDEO_RATE // 15}


async def test_a_camera_that_was_off_comes_back_with_a_key_frame() -> None:
    clock, track = playing()
    await track.recv()
    track.mute()
    clock.now += 1.5
    receiving = asyncio.ensure_future(track.recv())
    for _ in range(10):
        await asyncio.sleep(0)
    assert not receiving.done()
    track.unmute()
    clock.now += 0.5
    packet = await receiving
    assert packet.pts == 2 * VIDEO_RATE


def write_clip(file: Path, clip: Clip) -> None:
    with av.open(str(file), "w") as container:
        stream = container.add_stream("libvpx", rate=15)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for made in clip.packets:
            packet = av.Packet(made.payload)
            packet.stream = stream
            packet.pts = packet.dts = made.pts * 15 // VIDEO_RATE
            packet.time_base = Fraction(1, 15)
            packet.is_keyframe = made.key
            container.mux(packet)
