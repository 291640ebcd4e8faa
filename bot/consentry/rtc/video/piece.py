"""What one RTP packet holds of an encoded frame, and who reads it from the payload."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Piece:
    """One packet's part of a frame, as its payload descriptor describes it."""

    data: bytes
    starts: bool = False
    """Is the first packet of its frame."""
    continues: bool = False
    """Is not the first packet of its frame. Some packets of some codecs say neither."""
    ends: bool = False
    """Is the last packet of its frame, whatever the marker bit says."""
    key: bool = False
    """Belongs to a frame that decodes without any other."""
    discardable: bool = False
    """No other frame is predicted from this one."""
    temporal: int = 0
    """Temporal layer; frames of a layer are predicted from that one and lower ones alone."""
    spatial: int = 0
    """Spatial layer; only the lowest is kept."""
    synchronized: bool = False
    """Of an upper temporal layer, and predicted from the newest frame of the lowest one alone."""
    base_index: int | None = None
    """Number modulo 256 of the newest frame of the lowest temporal layer, this one included."""
    picture_id: int | None = None
    """Of the frame, in the count of its stream."""
    references: tuple[int, ...] = ()
    """Picture ids of all frames that this one is predicted from, where the sender names them."""
    parameters: tuple[bytes, ...] = ()
    """H.264: the parameter sets in the packet, each with its start code."""


class Depacketizer(Protocol):
    """Reads the payload format of one codec. One per stream; it never raises."""

    def read(self, payload: bytes) -> Piece | None:
        """What the payload holds; ``None`` if it is malformed, or of a kind not taken."""
        ...

    def join(self, pieces: Sequence[Piece]) -> bytes | None:
        """The frame that all its pieces, in order, make.

        Empty if there is no picture in it; ``None`` if it can't be decoded.
        """
        ...
