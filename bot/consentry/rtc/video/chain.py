"""Encoded frames in memory: which of them are kept, and what leads to the newest picture."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from consentry.rtc.video.assembler import EncodedFrame

MAX_FRAMES = 256
"""Held at most: 8 s at 30 frames a second."""

MAX_BYTES = 4 << 20
"""Held at most: 8 s at 4 Mbit/s."""

MAX_KNOWN = 128
"""No reference lies further back than 127 pictures (RFC 9628 section 4.2)."""


@dataclass(frozen=True, slots=True)
class Chain:
    """Encoded frames, of which the last is the picture wanted and the others lead up to it."""

    frames: tuple[bytes, ...]
    timestamp: int
    """RTP timestamp of the last, at 90 kHz."""
    arrived: float
    """When the last was complete."""
    era: int
    """Counts the key frames that chains began with."""
    place: int
    """In its era. Each chain continues the one before, which the decoder must have seen."""

    @property
    def fresh(self) -> bool:
        """Whether it begins with a key frame, and so continues nothing."""
        return self.place == 0


class HeldFrames:
    """The frames of one stream that are to be decoded, each until it is handed out.

    What is handed out is not kept: the decoder has been there. Frames of the lowest
    temporal layer lead to one another; of all others only the newest is kept, as
    long as it is newer than those. A key frame makes all before it needless.
    """

    def __init__(self) -> None:
        self._frames: list[EncodedFrame] = []
        self._bytes = 0
        self._last: EncodedFrame | None = None
        """One that no other needs, and newer than all others."""
        self._arrived = 0.0
        self._era = 0
        self._place = 0
        self._base_index: int | None = None
        self._known: deque[int] = deque(maxlen=MAX_KNOWN)
        """Picture ids of the frames of the lowest layer since the key frame, the newest last."""
        self.broken = True
        """Nothing more can be decoded before the next key frame."""
        self.dropped = 0
        """Complete frames that will never be decoded."""

    def __len__(self) -> int:
        return len(self._frames) + (self._last is not None)

    def add(self, frame: EncodedFrame, now: float, *, lost: bool) -> bool:
        """Take the next frame, before which others may be ``lost``; whether it is kept."""
        needed = not frame.temporal and not frame.discardable
        if frame.key:
            self._start()
        elif self.broken or not self._follows(frame, lost):
            self.dropped += 1
            # One that no other needs is missed by none; any other one is.
            self.broken = self.broken or needed
            return False
        self.dropped += self._last is not None
        self._arrived = now
        if frame.key or needed:
            self._append(frame)
        else:
            self._last = frame
        return True

    def take(self) -> Chain | None:
        """The shortest way to the newest picture, if there is a new one."""
        frames = [*self._frames, self._last] if self._last else self._frames
        if not frames:
            return None
        data = tuple(frame.data for frame in frames)
        chain = Chain(data, frames[-1].timestamp, self._arrived, self._era, self._place)
        self._place += 1
        self._clear()
        return chain

    def failed(self, chain: Chain) -> None:
        """``chain`` does not decode, nor does what continues it."""
        if chain.era == self._era:
            self._break()

    def _start(self) -> None:
        self.dropped += len(self._frames)
        self._frames = []
        self._bytes = 0
        self._era, self._place = self._era + 1, 0
        self._known.clear()
        self.broken = False

    def _append(self, frame: EncodedFrame) -> None:
        self._last = None
        self._frames.append(frame)
        self._bytes += len(frame.data)
        self._base_index = frame.base_index
        if frame.picture_id is not None:
            self._known.append(frame.picture_id)
        if len(self._frames) == MAX_FRAMES or self._bytes > MAX_BYTES:
            self._break()

    def _follows(self, frame: EncodedFrame, lost: bool) -> bool:
        """Whether ``frame`` decodes after those held, going by what it says of itself."""
        if frame.temporal:
            return not lost and frame.synchronized and frame.base_index == self._base_index
        return not lost or self._follows_all_the_same(frame)

    def _follows_all_the_same(self, frame: EncodedFrame) -> bool:
        """Whether what was lost before ``frame`` was of upper layers alone.

        A sender may leave those unrepaired: Chromium does.
        """
        if frame.references and self._known:
            known = set(self._known)
            return self._known[-1] in frame.references and known.issuperset(frame.references)
        if self._base_index is None or frame.base_index is None:
            return False
        return frame.base_index == (self._base_index + 1) % 256

    def _break(self) -> None:
        self.dropped += len(self)
        self._clear()
        self.broken = True

    def _clear(self) -> None:
        self._frames = []
        self._bytes = 0
        self._last = None
