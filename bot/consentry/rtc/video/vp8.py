"""Reads VP8 from RTP payloads (RFC 7741)."""

from __future__ import annotations

from collections.abc import Sequence

from consentry.rtc.video.piece import Piece

_EXTENDED, _NON_REFERENCE, _START, _PARTITION = 0x80, 0x20, 0x10, 0x07
_PICTURE_ID, _BASE_INDEX, _TEMPORAL, _KEY_INDEX = 0x80, 0x40, 0x20, 0x10
_LAYER_SYNC = 0x20
_INTER_FRAME = 0x01


class Vp8Depacketizer:
    """The payload descriptor of section 4.2, and one bit of the payload header of 4.3."""

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
    first = payload[0]
    fields = payload[1] if first & _EXTENDED else 0
    at = 2 if first & _EXTENDED else 1
    if fields & _PICTURE_ID:
        at += 2 if payload[at] & 0x80 else 1
    base_index = None
    if fields & _BASE_INDEX:
        base_index = payload[at]
        at += 1
    layer = 0
    if fields & (_TEMPORAL | _KEY_INDEX):
        layer = payload[at] if fields & _TEMPORAL else 0
        at += 1
    if at >= len(payload):
        return None
    starts = first & (_START | _PARTITION) == _START
    return Piece(
        data=payload[at:],
        starts=starts,
        continues=not starts,
        key=starts and not payload[at] & _INTER_FRAME,
        discardable=bool(first & _NON_REFERENCE),
        temporal=layer >> 6,
        synchronized=bool(layer & _LAYER_SYNC),
        # The index counts frames of the lowest layer only where layers are told apart.
        base_index=base_index if fields & _TEMPORAL else None,
    )
