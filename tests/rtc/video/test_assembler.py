"""Frames out of packets, and no frame where one may lack a part."""

from __future__ import annotations

from consentry.rtc.jitter import Lost, Restart
from consentry.rtc.rtp import RtpPacket
from consentry.rtc.video.assembler import MAX_FRAME_BYTES, EncodedFrame, FrameAssembler
from consentry.rtc.video.codecs import VideoCodec, depacketizer
from consentry.rtc.video.reorder import Ordered

SETS = b"\x78\x00\x02\x67S\x00\x02\x68P"
GONE = Lost(1)


def vp8(timestamp: int, name: str, *, starts: bool = True, marker: bool = True) -> RtpPacket:
    """An inter frame of VP8, or a part of one."""
    payload = (b"\x10\x01" if starts else b"\x00") + name.encode()
    return RtpPacket(96, 0, timestamp, 1, payload, marker)


def h264(timestamp: int, payload: bytes, *, marker: bool = True) -> RtpPacket:
    return RtpPacket(96, 0, timestamp, 1, payload, marker)


def upper(timestamp: int, name: str, *, starts: bool = True, marker: bool = True) -> RtpPacket:
    """A part of a VP8 frame that no other frame needs."""
    payload = (b"\x30\x01" if starts else b"\x20") + name.encode()
    return RtpPacket(96, 0, timestamp, 1, payload, marker)


def made(*items: Ordered, codec: VideoCodec = VideoCodec.VP8) -> list[str | Lost]:
    """What becomes of packets: the text in each frame, and losses."""
    assembler = FrameAssembler(depacketizer(codec))
    out = [o for item in items for o in assembler.add(item)]
    return [text(o.data) if isinstance(o, EncodedFrame) else o for o in out]


def text(data: bytes) -> str:
    return data.translate(None, b"\x00\x01").decode("latin-1")


def test_a_frame_ends_with_its_marker() -> None:
    packets = vp8(0, "a", marker=False), vp8(0, "b", starts=False), vp8(3000, "c")
    assert made(*packets) == ["ab", "c"]


def test_without_a_marker_a_frame_ends_where_the_next_begins() -> None:
    assert made(vp8(0, "a", marker=False), vp8(3000, "b", marker=False)) == ["a"]


def test_a_frame_that_lacks_any_part_is_none() -> None:
    first, second = vp8(0, "a", marker=False), vp8(0, "b", starts=False, marker=False)
    third, after = vp8(0, "c", starts=False), vp8(3000, "d")
    assert made(first, GONE, third, after)[-1] == "d"
    assert "a" not in str(made(first, GONE, third, after))
    assert made(GONE, second, third, after)[0] == GONE
    assert made(first, second, GONE, after) == [GONE, "d"]


def test_padding_belongs_to_no_frame() -> None:
    padding = RtpPacket(96, 0, 0, 1, b"", marker=False)
    packets = vp8(0, "a", marker=False), padding, vp8(0, "b", starts=False), padding, vp8(3000, "c")
    assert made(*packets) == ["ab", "c"]


def test_a_frame_that_no_other_needs_is_no_loss_when_it_lacks_a_part() -> None:
    first, last, after = upper(0, "a", marker=False), upper(0, "c", starts=False), vp8(3000, "d")
    assert made(first, GONE, last, after) == ["d"]


def test_but_where_it_ends_in_a_loss_more_may_be_gone() -> None:
    assert made(upper(0, "a", marker=False), GONE, vp8(3000, "d")) == [GONE, "d"]
    middle = upper(0, "b", starts=False, marker=False)
    assert made(upper(0, "a", marker=False), GONE, middle, GONE, vp8(3000, "d")) == [GONE, "d"]


def test_h264_slices_after_a_loss_make_no_frame_for_the_first_may_be_gone() -> None:
    slices = h264(0, SETS, marker=False), h264(0, b"\x65x", marker=False), h264(0, b"\x65y")
    (whole,) = made(*slices, codec=VideoCodec.H264)
    assert "x" in str(whole) and "y" in str(whole)
    assert made(GONE, *slices[1:], codec=VideoCodec.H264) == [GONE, GONE, GONE]
    later = h264(3000, b"\x41y")
    assert made(*slices, GONE, later, codec=VideoCodec.H264)[1:] == [GONE, GONE]
    after = [h264(3000, b"\x41z", marker=False), h264(3000, b"\x41w")]
    assert made(GONE, *slices[1:], *after, codec=VideoCodec.H264)[-1] == "AzAw"


def test_a_packet_that_can_not_be_read_is_as_good_as_lost_and_counted() -> None:
    assembler = FrameAssembler(depacketizer(VideoCodec.VP8))
    assembler.add(vp8(0, "a", marker=False))
    assert assembler.add(RtpPacket(96, 0, 0, 1, b"\x90\xff", marker=True)) == [GONE]
    assert assembler.refused == 1


def test_a_frame_without_end_is_given_up() -> None:
    assembler = FrameAssembler(depacketizer(VideoCodec.VP8))
    assembler.add(vp8(0, "a", marker=False))
    more = vp8(0, "x" * 60_000, starts=False, marker=False)
    out = [o for _ in range(MAX_FRAME_BYTES // 60_000 + 1) for o in assembler.add(more)]
    assert out[0] == GONE
    assert not assembler.in_key_frame


def test_a_restart_leaves_nothing_of_what_was() -> None:
    assert made(vp8(0, "a", marker=False), Restart(), vp8(0, "b")) == [GONE, "b"]


def test_of_vp9_only_the_lowest_spatial_layer_is_kept() -> None:
    lower = RtpPacket(96, 0, 0, 1, b"\x2c\x00\x01\x86lower", marker=False)
    higher = RtpPacket(96, 1, 0, 1, b"\x2c\x03\x01\x86higher", marker=True)
    (frame,) = made(lower, higher, codec=VideoCodec.VP9)[:1]
    assert "lower" in str(frame) and "higher" not in str(frame)
