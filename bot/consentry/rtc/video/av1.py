"""Reads AV1 from RTP payloads (AOMedia, RTP Payload Format For AV1, version 1.0)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from consentry.rtc.video.piece import Piece

_CONTINUES, _CONTINUED, _NEW_SEQUENCE = 0x80, 0x40, 0x08
_FORBIDDEN, _EXTENSION, _HAS_SIZE = 0x80, 0x04, 0x02
_TEMPORAL_DELIMITER, _TILE_LIST, _PADDING = 2, 8, 15
_LEFT_OUT = frozenset({_TEMPORAL_DELIMITER, _TILE_LIST, _PADDING})
MAX_LEB128_BYTES = 8


class Av1Depacketizer:
    """The aggregation header of section 4.4 and the OBU elements of section 4.5."""

    def read(self, payload: bytes) -> Piece | None:
        """What the payload holds; ``None`` if its elements don't fill it exactly."""
        if len(payload) < 2 or not (elements := _elements(payload)):
            return None
        continues = bool(payload[0] & _CONTINUES)
        new_sequence = bool(payload[0] & _NEW_SEQUENCE) and not continues
        return Piece(
            data=payload,
            starts=new_sequence,
            continues=continues,
            key=new_sequence,
            temporal=max(map(_temporal, elements[continues:]), default=0),
        )

    def join(self, pieces: Sequence[Piece]) -> bytes | None:
        """The temporal unit in the low-overhead format (AV1 specification, section 5.2)."""
        units: list[bytes] = []
        open_unit: bytes | None = None
        for piece in pieces:
            header, elements = piece.data[0], _elements(piece.data)
            if bool(header & _CONTINUES) != (open_unit is not None) or not elements:
                return None
            if open_unit is not None:
                elements[0] = open_unit + elements[0]
            open_unit = elements.pop() if header & _CONTINUED else None
            units += elements
        if open_unit is not None:
            return None
        return b"".join(_sized(unit) for unit in units if _is_kept(unit))


def _elements(payload: bytes) -> list[bytes]:
    """The OBUs, or parts of them, in a payload; none if the lengths are lies."""
    count = payload[0] >> 4 & 0x03
    at = 1
    elements: list[bytes] = []
    while at < len(payload):
        size = len(payload) - at
        if not count or len(elements) < count - 1:
            size, at = _leb128(payload, at)
        if not 0 < size <= len(payload) - at:
            return []
        elements.append(payload[at : at + size])
        at += size
    return elements if not count or len(elements) == count else []


def _leb128(data: bytes, at: int) -> tuple[int, int]:
    """A number and where it ends (AV1 specification, section 4.10.5); -1 if it doesn't."""
    value = 0
    for place, byte in enumerate(data[at : at + MAX_LEB128_BYTES]):
        value |= (byte & 0x7F) << 7 * place
        if not byte & 0x80:
            return value, at + place + 1
    return -1, at


def _as_leb128(value: int) -> bytes:
    return bytes(_digits(value))


def _digits(value: int) -> Iterator[int]:
    while value > 0x7F:
        yield value & 0x7F | 0x80
        value >>= 7
    yield value


def _temporal(unit: bytes) -> int:
    return unit[1] >> 5 if unit[0] & _EXTENSION and len(unit) > 1 else 0


def _is_kept(unit: bytes) -> bool:
    """Whether an OBU belongs to the lowest spatial layer, and into a stream at all."""
    if unit[0] & _FORBIDDEN or unit[0] >> 3 & 0x0F in _LEFT_OUT:
        return False
    return not unit[0] & _EXTENSION or (len(unit) > 1 and not unit[1] >> 3 & 0x03)


def _sized(unit: bytes) -> bytes:
    """The OBU with the size field that RTP leaves out."""
    if unit[0] & _HAS_SIZE:
        return unit
    head = 2 if unit[0] & _EXTENSION else 1
    return bytes([unit[0] | _HAS_SIZE]) + unit[1:head] + _as_leb128(len(unit) - head) + unit[head:]
