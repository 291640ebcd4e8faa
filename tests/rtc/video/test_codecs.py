"""Payload descriptors: read by the specification, and never trusted."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.rtc.video.codecs import VideoCodec, depacketizer
from consentry.rtc.video.h264 import START_CODE
from consentry.rtc.video.piece import Depacketizer, Piece
from tests.rtc.video.clips import clip
from tests.rtc.video.packetizers import leb128, payloads

DELIMITER = b"\x12\x00"
"""Of a temporal unit of AV1, which RTP leaves out."""


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SVT_LOG", "0")


def read(codec: VideoCodec, *payload: int | bytes) -> Piece | None:
    """What a payload of these bytes holds."""
    parts = [bytes([part]) if isinstance(part, int) else part for part in payload]
    return depacketizer(codec).read(b"".join(parts))


def joined(reader: Depacketizer, packets: Sequence[bytes]) -> bytes | None:
    pieces = [piece for payload in packets if (piece := reader.read(payload))]
    assert len(pieces) == len(packets)
    return reader.join(pieces)


@pytest.mark.parametrize("codec", VideoCodec)
def test_what_a_sender_cut_up_comes_together_again(codec: VideoCodec) -> None:
    shown = clip(codec)
    reader = depacketizer(codec)
    for data, place in zip(shown.frames, shown.places(), strict=True):
        packets = payloads(codec, data, place)
        pieces = [piece for payload in packets if (piece := reader.read(payload))]
        assert any(piece.key for piece in pieces) == place.key
        together = reader.join(pieces)
        assert together is not None
        match codec:
            case VideoCodec.AV1:
                assert DELIMITER + together == data
            case VideoCodec.H264:
                assert units(together) == units(data)
            case _:
                assert together == data


def units(stream: bytes) -> list[bytes]:
    """The NAL units of a byte stream, whichever start codes it has."""
    return [unit.rstrip(b"\x00") for unit in stream.split(b"\x00\x00\x01")]


@pytest.mark.parametrize("codec", VideoCodec)
@given(st.binary(max_size=60))
def test_no_bytes_whatever_raise(codec: VideoCodec, payload: bytes) -> None:
    reader = depacketizer(codec)
    if piece := reader.read(payload):
        reader.join([piece, piece])


@pytest.mark.parametrize("codec", VideoCodec)
@given(number=st.integers(0, 44), keep=st.integers(0, 40), flip=st.integers(0, 255))
def test_truncated_and_altered_packets_of_a_real_sender_never_raise(
    codec: VideoCodec, number: int, keep: int, flip: int
) -> None:
    shown = clip(codec)
    packets = payloads(codec, shown.frames[number], shown.places()[number])
    reader = depacketizer(codec)
    altered = bytearray(packets[0])
    altered[keep % len(altered)] ^= flip
    pieces = [reader.read(packets[-1][:keep]), reader.read(bytes(altered)), reader.read(packets[0])]
    reader.join([piece for piece in pieces if piece])


def test_vp8_without_extensions() -> None:
    assert read(VideoCodec.VP8, 0x10, 0x00, b"key") == Piece(b"\x00key", starts=True, key=True)
    assert read(VideoCodec.VP8, 0x10, 0x01, b"inter") == Piece(b"\x01inter", starts=True)
    assert read(VideoCodec.VP8, 0x00, b"more") == Piece(b"more", continues=True)
    second_partition = read(VideoCodec.VP8, 0x11, b"\x00more")
    assert second_partition is not None and second_partition.continues


def test_vp8_with_all_its_extensions() -> None:
    piece = read(VideoCodec.VP8, 0xB0, 0xF0, 0x81, 0x02, 0x2A, 0x60 | 0x05, 0x01, b"x")
    assert piece == Piece(
        b"\x01x", starts=True, discardable=True, temporal=1, synchronized=True, base_index=0x2A
    )


def test_vp8_a_base_index_without_layers_says_nothing() -> None:
    piece = read(VideoCodec.VP8, 0x90, 0x40, 0x2A, 0x01)
    assert piece == Piece(b"\x01", starts=True)


@pytest.mark.parametrize("length", range(7))
def test_vp8_that_ends_within_its_descriptor_is_refused(length: int) -> None:
    payload = bytes([0x90, 0xF0, 0x81, 0x02, 0x2A, 0x60, 0x01])
    assert (read(VideoCodec.VP8, payload[:length]) is None) == (length < 7)


@pytest.mark.parametrize("kind", [0, 24, 25, 26, 27, 29, 30, 31])
def test_h264_of_a_kind_that_webrtc_does_not_send_is_refused(kind: int) -> None:
    assert read(VideoCodec.H264, 0x60 | kind, 0x85, b"data") is None


def test_h264_units_alone_and_together() -> None:
    alone = read(VideoCodec.H264, 0x01, b"x")
    assert alone == Piece(START_CODE + b"\x01x", discardable=True)
    together = read(VideoCodec.H264, 0x78, b"\x00\x02\x67S", b"\x00\x02\x68P", b"\x00\x02\x65I")
    assert together is not None
    assert together.key and together.starts and not together.discardable
    assert together.parameters == (START_CODE + b"\x67S", START_CODE + b"\x68P")


@pytest.mark.parametrize(
    "payload", [b"\x78", b"\x78\x00\x05abc", b"\x78\x00\x00", b"\x78\x00\x02\x67S\x00", b"\xe1x"]
)
def test_h264_with_lengths_that_lie_is_refused(payload: bytes) -> None:
    assert read(VideoCodec.H264, payload) is None


def test_h264_fragments() -> None:
    assert read(VideoCodec.H264, 0x7C, 0x85, b"I") == Piece(START_CODE + b"\x65I", key=True)
    assert read(VideoCodec.H264, 0x1C, 0x01, b"P") == Piece(b"P", continues=True, discardable=True)
    assert read(VideoCodec.H264, 0x7C, 0x87, b"S") is None


def test_h264_a_key_frame_without_parameter_sets_gets_the_last_ones() -> None:
    reader = depacketizer(VideoCodec.H264)
    sets = b"\x78\x00\x02\x67S\x00\x02\x68P"
    bare = START_CODE + b"\x65I"
    assert joined(reader, [b"\x65I"]) is None
    assert joined(reader, [sets]) == b""
    whole = START_CODE + b"\x67S" + START_CODE + b"\x68P" + bare
    assert joined(reader, [b"\x65I"]) == whole
    assert joined(reader, [sets, b"\x65I"]) == whole
    assert joined(reader, [b"\x68Q"]) == b""
    added = START_CODE + b"\x68Q"
    assert joined(reader, [b"\x65I"]) == whole.removesuffix(bare) + added + bare


def test_vp9_layers_in_both_modes() -> None:
    fixed = read(VideoCodec.VP9, 0xE8, 0x05, 0x20, 0x2A, b"\x84x")
    assert fixed == Piece(b"\x84x", starts=True, temporal=1, base_index=0x2A)
    flexible = read(VideoCodec.VP9, 0xF4, 0x81, 0x05, 0x22, 0x03, 0x04, b"\x84x")
    assert flexible == Piece(
        b"\x84x",
        continues=True,
        ends=True,
        temporal=1,
        spatial=1,
        picture_id=0x105,
        references=(0x104, 0x103),
    )


def test_vp9_picture_ids_wrap_and_short_ones_name_nothing() -> None:
    wrapped = read(VideoCodec.VP9, 0xF8, 0x80, 0x01, 0x00, 0x04, b"\x84")
    assert wrapped is not None and wrapped.references == (0x7FFF,)
    short = read(VideoCodec.VP9, 0xF8, 0x01, 0x00, 0x04, b"\x84")
    assert short is not None and short.picture_id is None and not short.references


def test_vp9_a_key_frame_with_its_scalability_structure() -> None:
    structure = bytes([0x38, 1, 64, 0, 180, 2, 128, 1, 104, 2, 0x04, 1, 0x08, 1, 2])
    piece = read(VideoCodec.VP9, 0x0A, structure, b"\x82key")
    assert piece == Piece(b"\x82key", starts=True, key=True)
    for length in range(len(structure)):
        assert read(VideoCodec.VP9, 0x0A, structure[:length]) is None


def test_vp9_only_a_key_frame_is_one() -> None:
    for header, key in [(0x82, True), (0x86, False), (0x8A, False), (0xB0, True), (0xB2, False)]:
        piece = read(VideoCodec.VP9, 0x08, header, b"x")
        assert piece is not None and piece.key is key


def test_vp9_with_more_references_than_there_may_be_is_refused() -> None:
    assert read(VideoCodec.VP9, 0x58, 0x03, 0x03, 0x03, 0x03, b"\x84") is None


def test_av1_units_cut_over_packets() -> None:
    reader = depacketizer(VideoCodec.AV1)
    first = bytes([0x68]) + leb128(2) + b"\x08S" + b"\x30ab"
    second = b"\x90cd"
    assert joined(reader, [first, second]) == b"\x0a\x01S" + b"\x32\x04abcd"
    assert joined(reader, [first]) is None
    assert joined(reader, [second]) is None


def test_av1_without_a_count_every_unit_has_its_length() -> None:
    reader = depacketizer(VideoCodec.AV1)
    assert joined(reader, [b"\x00" + leb128(2) + b"\x30a" + leb128(2) + b"\x30b"]) == (
        b"\x32\x01a\x32\x01b"
    )


def test_av1_upper_spatial_layers_delimiters_and_padding_are_left_out() -> None:
    reader = depacketizer(VideoCodec.AV1)
    kept, upper, delimiter, padding = b"\x34\x00a", b"\x34\x08b", b"\x10", b"\x78\x00"
    payload = b"\x00" + b"".join(leb128(len(u)) + u for u in (delimiter, kept, upper, padding))
    assert joined(reader, [payload]) == b"\x36\x00\x01a"


def test_av1_says_its_temporal_layer() -> None:
    piece = read(VideoCodec.AV1, 0x10, b"\x34\x40a")
    assert piece is not None and piece.temporal == 2


@pytest.mark.parametrize("payload", [b"", b"\x10", b"\x20\x05ab", b"\x00\xff\xff", b"\x30\x01a"])
def test_av1_with_lengths_that_lie_is_refused(payload: bytes) -> None:
    assert read(VideoCodec.AV1, payload) is None
