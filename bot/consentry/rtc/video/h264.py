"""Reads H.264 from RTP payloads (RFC 6184), packetization modes 0 and 1, as WebRTC sends it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from consentry.rtc.video.piece import Piece

START_CODE = b"\x00\x00\x00\x01"

_IDR, _SPS, _PPS, _DELIMITER = 5, 7, 8, 9
_STAP_A, _FU_A = 24, 28
_SLICES = range(1, 6)
_FRAGMENT_START = 0x80

MAX_PARAMETER_SETS = 16
"""Kept for key frames that come without their own."""


class H264Depacketizer:
    """Single NAL units, STAP-A and FU-A; the interleaved mode is refused, as WebRTC does.

    A key frame that comes without its parameter sets gets the last ones seen.
    """

    def __init__(self) -> None:
        self._parameters: tuple[bytes, ...] = ()

    def read(self, payload: bytes) -> Piece | None:
        """What the payload holds; ``None`` if it is malformed or of another packet type."""
        if len(payload) < 2 or payload[0] & 0x80:
            return None
        match payload[0] & 0x1F:
            case kind if 1 <= kind < _STAP_A:
                return _piece([payload])
            case kind if kind == _STAP_A:
                units = list(_aggregated(payload))
                return _piece(units) if units and all(units) else None
            case kind if kind == _FU_A:
                return _fragment(payload)
        return None

    def join(self, pieces: Sequence[Piece]) -> bytes | None:
        """The access unit in the byte stream format (ITU-T H.264 annex B)."""
        own = tuple(chain.from_iterable(piece.parameters for piece in pieces))
        if own:
            self._remember(own)
        data = b"".join(piece.data for piece in pieces)
        if any(piece.key for piece in pieces):
            kinds = {unit[4] & 0x1F for unit in self._parameters}
            if not {_SPS, _PPS} <= kinds:
                return None
            return data if own == self._parameters else b"".join(self._parameters) + data
        return b"" if all(piece.parameters for piece in pieces) else data

    def _remember(self, own: tuple[bytes, ...]) -> None:
        """A new sequence parameter set replaces all there was; others add to it."""
        if any(unit[4] & 0x1F == _SPS for unit in own):
            self._parameters = own[:MAX_PARAMETER_SETS]
        else:
            known = tuple(unit for unit in self._parameters if unit not in own)
            self._parameters = (*known, *own)[:MAX_PARAMETER_SETS]


def _piece(units: Sequence[bytes]) -> Piece:
    kinds = [unit[0] & 0x1F for unit in units]
    return Piece(
        data=b"".join(START_CODE + unit for unit in units),
        starts=_SPS in kinds or _DELIMITER in kinds,
        key=_IDR in kinds,
        discardable=all(not unit[0] & 0x60 for unit in units),
        parameters=tuple(
            START_CODE + unit
            for unit, kind in zip(units, kinds, strict=True)
            if kind in (_SPS, _PPS)
        ),
    )


def _aggregated(payload: bytes) -> Iterator[bytes]:
    """The units of a STAP-A (section 5.7.1); an empty one where a length is a lie."""
    at = 1
    while at < len(payload):
        size = int.from_bytes(payload[at : at + 2], "big")
        unit = payload[at + 2 : at + 2 + size]
        yield unit if len(unit) == size and unit and not unit[0] & 0x80 else b""
        at += 2 + size


def _fragment(payload: bytes) -> Piece | None:
    """A FU-A (section 5.8). Parameter sets are too short to be cut, so those are refused."""
    kind = payload[1] & 0x1F
    if kind not in _SLICES or len(payload) < 3:
        return None
    starts = bool(payload[1] & _FRAGMENT_START)
    header = START_CODE + bytes([payload[0] & 0x60 | kind]) if starts else b""
    return Piece(
        data=header + payload[2:],
        continues=not starts,
        key=kind == _IDR,
        discardable=not payload[0] & 0x60,
    )
