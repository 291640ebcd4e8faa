"""Makes encoded frames of packets that are in order."""

from __future__ import annotations

from dataclasses import dataclass

from consentry.rtc.jitter import Lost, Restart
from consentry.rtc.rtp import RtpPacket
from consentry.rtc.video.piece import Depacketizer, Piece
from consentry.rtc.video.reorder import Ordered

MAX_FRAME_BYTES = 1 << 20
"""More than a key frame of 1080p takes at any quality a call has."""

MAX_FRAME_PACKETS = 1024


@dataclass(frozen=True, slots=True)
class EncodedFrame:
    """All of one picture, as it was encoded. For the fields see :class:`Piece`."""

    data: bytes
    timestamp: int
    """RTP, at 90 kHz."""
    key: bool
    discardable: bool
    temporal: int
    synchronized: bool
    base_index: int | None = None
    picture_id: int | None = None
    references: tuple[int, ...] = ()


class FrameAssembler:
    """Packets in; out come whole frames, and :class:`Lost` where frames may be missing.

    A packet belongs to the frame of its RTP timestamp. A frame ends with the
    marker, with what its payload descriptor says, or where the next timestamp begins.
    """

    def __init__(self, depacketizer: Depacketizer) -> None:
        self._depacketizer = depacketizer
        self._pieces: list[Piece] = []
        self._bytes = 0
        self._frame = 0
        """Timestamp of the pieces."""
        self._timestamp: int | None = None
        """Of the packet just before; ``None`` if that one is not known."""
        self._ended = False
        """Whether that one was the last of its frame."""
        self._spared: int | None = None
        """Timestamp of a frame that lost packets, but that no frame kept is predicted from."""
        self._doubtful = False
        """Whether what was lost since may have been more than packets of the spared frame."""
        self.refused = 0
        """Packets that are malformed, or of a kind not taken."""

    @property
    def in_key_frame(self) -> bool:
        """Whether the frame that is being put together is a key frame."""
        return any(piece.key or piece.parameters for piece in self._pieces)

    def add(self, item: Ordered) -> list[EncodedFrame | Lost]:
        """Take the next packet, or word of its loss."""
        match item:
            case RtpPacket():
                return self._packet(item) if item.payload else []  # padding probes bandwidth
            case Restart():
                self._drop()
                self._spared = self._timestamp = None
                return [Lost(1)]
            case Lost():
                return self._lost()

    def _packet(self, packet: RtpPacket) -> list[EncodedFrame | Lost]:
        done: list[EncodedFrame | Lost] = []
        if self._spared == packet.timestamp:
            self._doubtful = False
            self._pass(packet, packet.marker)
            return done
        if self._spared is not None and self._doubtful:
            done.append(Lost(1))
        self._spared = None
        if self._pieces and packet.timestamp != self._frame:
            done += self._finish()
        piece = self._depacketizer.read(packet.payload)
        if piece is None:
            self.refused += 1
            return done + self._lost()
        if not piece.spatial:
            done += self._piece(piece, packet)
        self._pass(packet, packet.marker or piece.ends)
        return done

    def _pass(self, packet: RtpPacket, ended: bool) -> None:
        self._timestamp, self._ended = packet.timestamp, ended

    def _piece(self, piece: Piece, packet: RtpPacket) -> list[EncodedFrame | Lost]:
        if not self._pieces and not self._begins(piece, packet):
            return [Lost(1)]
        self._frame = packet.timestamp
        self._pieces.append(piece)
        self._bytes += len(piece.data)
        if self._bytes > MAX_FRAME_BYTES or len(self._pieces) > MAX_FRAME_PACKETS:
            self._drop()
            return [Lost(1)]
        return self._finish() if packet.marker or piece.ends else []

    def _begins(self, piece: Piece, packet: RtpPacket) -> bool:
        """Whether this is the first packet of a frame, by what it says or what was before it."""
        if piece.starts or piece.continues:
            return piece.starts
        known = self._timestamp is not None
        return known and (self._ended or packet.timestamp != self._timestamp)

    def _finish(self) -> list[EncodedFrame | Lost]:
        pieces, first = self._pieces, self._pieces[0]
        data = self._depacketizer.join(pieces)
        self._drop()
        if data is None:
            return [Lost(1)]
        if not data:
            return []
        frame = EncodedFrame(
            data=data,
            timestamp=self._frame,
            key=any(piece.key for piece in pieces),
            discardable=all(piece.discardable for piece in pieces),
            temporal=first.temporal,
            synchronized=first.synchronized,
            base_index=first.base_index,
            picture_id=first.picture_id,
            references=first.references,
        )
        return [frame]

    def _lost(self) -> list[EncodedFrame | Lost]:
        """Packets are missing here: not seen, or seen and not readable."""
        spared = self._spared
        if self._pieces and all(piece.discardable or piece.temporal for piece in self._pieces):
            spared = self._frame
        self._drop()
        self._timestamp, self._spared, self._doubtful = None, spared, spared is not None
        return [] if self._doubtful else [Lost(1)]

    def _drop(self) -> None:
        self._pieces = []
        self._bytes = 0
