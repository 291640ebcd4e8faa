"""One video stream on the event loop: repaired, held encoded, handed on as often as asked for."""

from __future__ import annotations

from dataclasses import dataclass

from consentry.rtc.jitter import Lost
from consentry.rtc.rtp import RtpPacket
from consentry.rtc.video.assembler import EncodedFrame, FrameAssembler
from consentry.rtc.video.codecs import VideoCodec, depacketizer
from consentry.rtc.video.key_request import KeyFrameRequest
from consentry.rtc.video.reorder import Ordered, ReorderBuffer

MAX_FRAMES = 256
"""Held encoded: 8 s at 30 frames a second."""

MAX_BYTES = 4 << 20
"""Held encoded: 8 s at 4 Mbit/s."""

STALE = 5.0
"""Seconds of packets without one frame to decode after which a key frame is asked for."""


@dataclass(frozen=True, slots=True)
class Chain:
    """Encoded frames, of which the last is the picture wanted and the others lead up to it."""

    frames: tuple[bytes, ...]
    timestamp: int
    """RTP timestamp of the last, at 90 kHz."""
    arrived: float
    """When the last was complete."""
    fresh: bool
    """Begins with a key frame. Otherwise it continues the chain handed out before."""
    era: int
    """Counts the key frames that chains began with."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a stream would have its sender do (RFC 4585)."""

    missing: tuple[int, ...] = ()
    """Sequence numbers to send again."""
    key_frame: bool = False


class VideoReceiver:
    """Takes the packets of one source. Decodes nothing, and never raises whatever is in them.

    Only frames of the lowest temporal and spatial layer are kept, and the newest
    of those that no other frame needs. Time is an input, in seconds on any one clock.
    """

    def __init__(self, codec: VideoCodec, frames_per_second: float) -> None:
        self.frames_per_second = frames_per_second
        """How often :meth:`due` has something at most. May be changed."""
        self._order = ReorderBuffer()
        self._assembler = FrameAssembler(depacketizer(codec))
        self._request = KeyFrameRequest()
        self._frames: list[EncodedFrame] = []
        self._bytes = 0
        self._last: EncodedFrame | None = None
        """Of no use to later frames, and newer than all that are held."""
        self._fresh = False
        self._era = 0
        self._base_index: int | None = None
        self._waiting = True
        """For a key frame: no other can be decoded."""
        self._lost = False
        """Frames may be missing before the next one."""
        self._due_from = float("-inf")
        self._arrived = 0.0
        self._unfinished: float | None = None
        """When the first packet came since a frame that decodes was complete."""
        self._heard = False
        self.dropped = 0
        """Complete frames that will never be decoded."""

    @property
    def refused(self) -> int:
        """Packets that were malformed or of a kind not taken."""
        return self._assembler.refused

    @property
    def late(self) -> int:
        """Packets that came after they were given up, or again after they were used."""
        return self._order.late

    @property
    def duplicates(self) -> int:
        """Packets that came again while they were held."""
        return self._order.duplicates

    @property
    def held(self) -> int:
        """Encoded frames in memory."""
        return len(self._frames)

    def receive(self, packet: RtpPacket, now: float) -> None:
        """One packet arrived, in any order; retransmitted ones too."""
        if self._unfinished is None:
            self._unfinished = now
        self._heard = True
        self._take(self._order.push(packet, now), now)

    def due(self, now: float) -> Chain | None:
        """What to decode now: the shortest way to the newest whole picture, if one is due."""
        self._take(self._order.pop(now), now)
        frames = [*self._frames, *([self._last] if self._last else [])]
        if not frames or now < self._due_from:
            return None
        self._due_from = now + 1 / self.frames_per_second
        data = tuple(frame.data for frame in frames)
        chain = Chain(data, frames[-1].timestamp, self._arrived, self._fresh, self._era)
        self._clear()
        return chain

    def feedback(self, now: float) -> Feedback:
        """What to ask the sender for now; it counts as asked for."""
        self._take(self._order.pop(now), now)
        missing = tuple(self._order.ask(now))
        wanted = self._needs_key_frame(now) and self._heard and self._request.due(now)
        if wanted:
            self._heard = False
        return Feedback(missing, wanted)

    def failed(self, chain: Chain) -> None:
        """The decoder could not decode ``chain``, nor can it what follows on it."""
        if chain.era == self._era and not self._fresh:
            self._break()

    def _take(self, ordered: list[Ordered], now: float) -> None:
        for packet in ordered:
            for frame in self._assembler.add(packet):
                match frame:
                    case Lost():
                        self._lost = True
                    case EncodedFrame():
                        self._frame(frame, now)

    def _frame(self, frame: EncodedFrame, now: float) -> None:
        if frame.key:
            self._start(frame)
        elif frame.temporal or frame.discardable:
            if not self._decodes_now(frame):
                self.dropped += 1
                return
            self.dropped += self._last is not None
            self._last = frame
        elif self._waiting or (self._lost and not self._continues(frame)):
            self._waiting = True
            self.dropped += 1
            return
        else:
            self._append(frame)
        self._arrived, self._unfinished = now, None

    def _start(self, frame: EncodedFrame) -> None:
        self.dropped += len(self._frames)
        self._clear()
        self._fresh, self._waiting = True, False
        self._era += 1
        self._request.answered()
        self._append(frame)

    def _append(self, frame: EncodedFrame) -> None:
        self.dropped += self._last is not None
        self._last = None
        self._frames.append(frame)
        self._bytes += len(frame.data)
        self._base_index = frame.base_index
        self._lost = False
        if len(self._frames) > MAX_FRAMES or self._bytes > MAX_BYTES:
            self._break()

    def _decodes_now(self, frame: EncodedFrame) -> bool:
        """Whether a frame that none needs decodes after the frames held."""
        if self._waiting or self._lost:
            return False
        if frame.temporal:
            return frame.synchronized and frame.base_index == self._base_index
        return True

    def _continues(self, frame: EncodedFrame) -> bool:
        """Whether what was lost before ``frame`` was of upper layers alone."""
        if self._base_index is None or frame.base_index is None:
            return False
        return frame.base_index == (self._base_index + 1) % 256

    def _needs_key_frame(self, now: float) -> bool:
        if self._assembler.in_key_frame:
            return False
        stale = self._unfinished is not None and now - self._unfinished >= STALE
        return self._waiting or stale

    def _break(self) -> None:
        """Nothing that is held or follows can be decoded before the next key frame."""
        self.dropped += len(self._frames)
        self._clear()
        self._waiting = True

    def _clear(self) -> None:
        self._frames = []
        self._bytes = 0
        self._last = None
        self._fresh = False
