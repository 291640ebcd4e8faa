"""What waits to be taken, in order: old pictures and old sound make room, nothing else does."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from consentry.events import AudioFrame, Gap, VideoFrame

T = TypeVar("T")

PICTURES_EACH = 2
"""Pictures of one person that wait at most: they are large, and an old one says little."""


class Backlog(Generic[T]):
    """
    A queue that never blocks whoever fills it.

    Of each person's pictures the newest :data:`PICTURES_EACH` wait. What else is let go, and when,
    is its owner's to say (:meth:`let_go`). Sound leaves a Gap where it was, so that a transcript
    can show it. Everything let go is counted in ``dropped``.
    """

    def __init__(self) -> None:
        self._waiting: deque[T | AudioFrame | Gap | VideoFrame] = deque()
        self._pictures: Counter[str] = Counter()
        self.sounds = 0
        """Frames of sound, and gaps, that wait."""
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def __reversed__(self) -> Iterator[T | AudioFrame | Gap | VideoFrame]:
        return reversed(self._waiting)

    def append(self, item: T | AudioFrame | Gap | VideoFrame) -> None:
        """Add one; a picture too many of one person takes the place of their oldest."""
        if isinstance(item, VideoFrame):
            who = item.participant.id
            if self._pictures[who] >= PICTURES_EACH:
                self._drop(self._picture_of(who))
        self._count(item, 1)
        self._waiting.append(item)

    def popleft(self) -> T | AudioFrame | Gap | VideoFrame:
        """Take the oldest; IndexError if nothing waits."""
        item = self._waiting.popleft()
        self._count(item, -1)
        return item

    def keep(self, wanted: Callable[[T | AudioFrame | Gap | VideoFrame], bool]) -> None:
        """Forget, uncounted, all that is not ``wanted``."""
        self.narrow(lambda item: item if wanted(item) else None)

    def narrow(
        self,
        left: Callable[
            [T | AudioFrame | Gap | VideoFrame], T | AudioFrame | Gap | VideoFrame | None
        ],
    ) -> None:
        """Put in the place of each what is ``left`` of it; forget it, uncounted, where that is
        nothing."""
        kept = [rest for item in self._waiting if (rest := left(item)) is not None]
        self.clear()
        for item in kept:
            self._count(item, 1)
            self._waiting.append(item)

    def clear(self) -> None:
        """Forget everything, uncounted."""
        self._waiting.clear()
        self._pictures.clear()
        self.sounds = 0

    def let_go(self, *kinds: type) -> bool:
        """Drop the oldest that is of one of ``kinds``; False if none is."""
        if kinds == (VideoFrame,) and not self._pictures:
            return False
        for index, item in enumerate(self._waiting):
            if isinstance(item, kinds):
                self._drop(index)
                return True
        return False

    def _drop(self, index: int) -> None:
        self.dropped += 1
        item = self._waiting[index]
        self._count(item, -1)
        if isinstance(item, AudioFrame):
            self._leave_gap(index, Gap(item.participant, item.at, item.duration))
        else:
            del self._waiting[index]

    def _leave_gap(self, index: int, gap: Gap) -> None:
        """Put ``gap`` at ``index``, or let the gap of theirs before it grow."""
        for before in range(index - 1, -1, -1):
            match self._waiting[before]:
                case Gap(participant=who) as earlier if who == gap.participant:
                    duration = gap.at + gap.duration - earlier.at
                    self._waiting[before] = Gap(who, earlier.at, duration)
                    del self._waiting[index]
                    return
        self._waiting[index] = gap
        self._count(gap, 1)

    def _picture_of(self, person: str) -> int:
        return next(
            index
            for index, item in enumerate(self._waiting)
            if isinstance(item, VideoFrame) and item.participant.id == person
        )

    def _count(self, item: T | AudioFrame | Gap | VideoFrame, change: int) -> None:
        match item:
            case AudioFrame() | Gap():
                self.sounds += change
            case VideoFrame(participant=who):
                self._pictures[who.id] += change
                if not self._pictures[who.id]:
                    del self._pictures[who.id]
