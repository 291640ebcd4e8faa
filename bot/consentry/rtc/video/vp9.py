"""Reads VP9 from RTP payloads (RFC 9628)."""

from __future__ import annotations

from collections.abc import Sequence

from consentry.rtc.video.piece import Piece

_PICTURE_ID, _PREDICTED, _LAYERS, _FLEXIBLE = 0x80, 0x40, 0x20, 0x10
_START, _END, _STRUCTURE = 0x08, 0x04, 0x02
MAX_REFERENCES = 3
"""P_DIFF entries of a picture (section 4.2)."""


class Vp9Depacketizer:
    """The payload descriptor of section 4.2, and the first bits of the frame header."""

    def read(self, payload: bytes) -> Piece | None:
        """What the payload holds; ``None`` if it ends before its descriptor does."""
        try:
            return _read(payload)
        except IndexError:
            return None

    def join(self, pieces: Sequence[Piece]) -> bytes | None:
        """The frame: its pieces end to end."""
        return b"".join(piece.data for piece in pieces)


def _read(payload: bytes) -> Piece | None:
    first, at = payload[0], 1
    picture_id = None
    if first & _PICTURE_ID:
        at += 2 if payload[at] & 0x80 else 1
        if at == 3:  # one of 7 bits comes again too soon to name a frame
            picture_id = int.from_bytes(payload[1:3], "big") & 0x7FFF
    layer, base_index = 0, None
    if first & _LAYERS:
        layer = payload[at]
        at += 1
        if not first & _FLEXIBLE:
            base_index = payload[at]
            at += 1
    references: list[int] = []
    if first & _FLEXIBLE and first & _PREDICTED:
        references = _differences(payload, at)
        at += len(references)
    if first & _STRUCTURE:
        at = _after_structure(payload, at)
    if at >= len(payload):
        return None
    starts, spatial = bool(first & _START), layer >> 1 & 0x07
    return Piece(
        data=payload[at:],
        starts=starts,
        continues=not starts,
        ends=bool(first & _END),
        key=starts and not first & _PREDICTED and not spatial and _is_key_frame(payload[at]),
        temporal=layer >> 5,
        spatial=spatial,
        base_index=base_index,
        picture_id=picture_id,
        references=tuple((picture_id - back) & 0x7FFF for back in references)
        if picture_id is not None
        else (),
    )


def _differences(payload: bytes, at: int) -> list[int]:
    """How many pictures back each reference lies, a byte each."""
    differences: list[int] = []
    for _ in range(MAX_REFERENCES):
        differences.append(payload[at + len(differences)] >> 1)
        if not payload[at + len(differences) - 1] & 0x01:
            return differences
    raise IndexError


def _after_structure(payload: bytes, at: int) -> int:
    """Past the scalability structure of section 4.2.1."""
    first = payload[at]
    at += 1
    if first & 0x10:  # a width and a height for each spatial layer
        at += 4 * ((first >> 5) + 1)
    if first & 0x08:  # pictures in a group, each with its own references
        pictures = payload[at]
        at += 1
        for _ in range(pictures):
            at += 1 + (payload[at] >> 2 & 0x03)
    return at


def _is_key_frame(header: int) -> bool:
    """By the first byte of the uncompressed header (VP9 bitstream specification, section 6.2)."""
    reserved = header & 0x30 == 0x30  # of profile 3, which shifts the rest by a bit
    shown_again, inter = (header & 0x04, header & 0x02) if reserved else (header & 0x08, header & 4)
    return header >> 6 == 2 and not shown_again and not inter
