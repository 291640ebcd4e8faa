"""Senders' side of the payload formats: aiortc's where it has one, else by the specification."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from aiortc.codecs.h264 import H264Encoder
from aiortc.codecs.vpx import Vp8Encoder, VpxPayloadDescriptor

from consentry.rtc.video.codecs import VideoCodec

SIZE = 1200


@dataclass(frozen=True)
class Place:
    """Of a frame in its stream."""

    number: int
    key: bool = False
    temporal: int = 0
    base_index: int = 0
    layers: bool = False


def payloads(codec: VideoCodec, data: bytes, place: Place) -> list[bytes]:
    """One frame in RTP payloads."""
    match codec:
        case VideoCodec.VP8 if place.layers:
            return list(_vp8_layers(data, place))
        case VideoCodec.VP8:
            return Vp8Encoder._packetize(data, place.number)
        case VideoCodec.H264:
            return H264Encoder._packetize(H264Encoder._split_bitstream(data))
        case VideoCodec.VP9:
            return list(_vp9(data, place))
        case VideoCodec.AV1:
            return _av1(data, place)


def _vp8_layers(data: bytes, place: Place) -> Iterator[bytes]:
    synchronized = 1 if place.temporal else 0
    for at in range(0, len(data), SIZE):
        descriptor = VpxPayloadDescriptor(
            partition_start=int(at == 0),
            partition_id=0,
            picture_id=place.number,
            tl0picidx=place.base_index,
            tid=(place.temporal, synchronized),
        )
        yield bytes(descriptor) + data[at : at + SIZE]


def _vp9(data: bytes, place: Place) -> Iterator[bytes]:
    """RFC 9628 section 4.2, in the non-flexible mode."""
    for at in range(0, len(data), SIZE):
        first = 0x80 | (not place.key) << 6 | place.layers << 5
        first |= (at == 0) << 3 | (at + SIZE >= len(data)) << 2
        header = bytes([first, 0x80 | place.number >> 8, place.number & 0xFF])
        if place.layers:
            header += bytes([place.temporal << 5, place.base_index])
        yield header + data[at : at + SIZE]


def _av1(data: bytes, place: Place) -> list[bytes]:
    """Aggregation headers and elements, each with its length (sections 4.4 and 4.5)."""
    pieces = [
        (unit[at : at + SIZE], at > 0, at + SIZE < len(unit))
        for unit in _obus(data)
        for at in range(0, len(unit), SIZE)
    ]
    packets: list[bytes] = []
    while pieces:
        taken = [pieces.pop(0)]
        while (
            pieces and not taken[-1][2] and sum(len(p[0]) + 2 for p in [*taken, pieces[0]]) < SIZE
        ):
            taken.append(pieces.pop(0))
        header = taken[0][1] << 7 | taken[-1][2] << 6 | (place.key and not packets) << 3
        packets.append(bytes([header]) + b"".join(leb128(len(p[0])) + p[0] for p in taken))
    return packets


def _obus(data: bytes) -> Iterator[bytes]:
    """The units of a temporal unit without their size fields and without its delimiter."""
    at = 0
    while at < len(data):
        header, extended = data[at], bool(data[at] & 0x04)
        assert header & 0x02, "the encoder writes sizes"
        head = data[at + 1 : at + 1 + extended]
        size, start = 0, at + 1 + extended
        for place in range(8):
            size |= (data[start] & 0x7F) << 7 * place
            start += 1
            if not data[start - 1] & 0x80:
                break
        if header >> 3 & 0x0F != 2:
            yield bytes([header & ~0x02]) + head + data[start : start + size]
        at = start + size


def leb128(value: int) -> bytes:
    """AV1 specification, section 4.10.5."""
    digits = []
    while value > 0x7F:
        digits.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*digits, value])
