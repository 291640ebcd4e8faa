"""One video stream on the event loop: repaired, held encoded, handed on as often as asked for."""

from __future__ import annotations

from consentry.rtc.feedback import NOTHING_TO_ASK, Feedback
from consentry.rtc.jitter import Lost
from consentry.rtc.rtp import RtpPacket
from consentry.rtc.video.assembler import EncodedFrame, FrameAssembler
from consentry.rtc.video.chain import Chain, HeldFrames
from consentry.rtc.video.codecs import VideoCodec, depacketizer
from consentry.rtc.video.key_request import KeyFrameRequest
from consentry.rtc.video.reorder import Ordered, ReorderBuffer

STALE = 5.0
"""Seconds of packets without one frame to decode after which a key frame is asked for."""


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
        self._frames = HeldFrames()
        self._request = KeyFrameRequest()
        self._lost = False
        """Frames may be missing before the next one."""
        self._due_from = float("-inf")
        self._unfinished: float | None = None
        """When the first packet came since a frame that decodes was complete."""
        self._heard = False
        """Whether a packet came since a key frame was asked for."""

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
    def dropped(self) -> int:
        """Complete frames that will never be decoded."""
        return self._frames.dropped

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
        """What to decode now: the shortest way to the newest whole picture, if one is due.

        What follows builds on it: where it isn't decoded, :meth:`failed` is to be told.
        """
        self._take(self._order.pop(now), now)
        if now < self._due_from or (chain := self._frames.take()) is None:
            return None
        self._due_from = now + 1 / self.frames_per_second
        return chain

    def feedback(self, now: float) -> Feedback:
        """What to ask the sender for now; it counts as asked for."""
        self._take(self._order.pop(now), now)
        missing = tuple(self._order.ask(now))
        needed = self._heard and self._needs_key_frame(now) and self._request.due(now)
        if needed:
            self._heard = False
        return Feedback(missing, needed) if missing or needed else NOTHING_TO_ASK

    def failed(self, chain: Chain) -> None:
        """The decoder could not decode ``chain``, nor can it what continues it."""
        self._frames.failed(chain)

    def _take(self, ordered: list[Ordered], now: float) -> None:
        for item in ordered:
            for frame in self._assembler.add(item):
                match frame:
                    case Lost():
                        self._lost = True
                    case EncodedFrame():
                        self._frame(frame, now)

    def _frame(self, frame: EncodedFrame, now: float) -> None:
        if not self._frames.add(frame, now, lost=self._lost):
            return
        self._lost, self._unfinished = False, None
        if frame.key:
            self._request.answered()

    def _needs_key_frame(self, now: float) -> bool:
        if self._assembler.in_key_frame:
            return False
        stale = self._unfinished is not None and now - self._unfinished >= STALE
        return self._frames.broken or stale
