"""How many lines the pictures of each person may have: few, unless they are to be fine."""

from __future__ import annotations

from dataclasses import dataclass

from consentry.connectors.driver import is_fine
from consentry.rtc.video.codecs import VideoCodec

SMALL, FINE, FINEST = 180, 540, 720
"""Jitsi's clients halve the lines of a camera, and halve them again, and the bridge sends what has
no more than it is told. So of 720 and 360 lines 360 come, of 1080 and 540 540. Where it does not
know better it takes every camera for one of 720: of one that has 480 it sends 240 as its 360."""

WHOLE = (VideoCodec.VP8, VideoCodec.H264)
"""What comes whole in each size. In the others Jitsi's clients build the larger ones on the
smallest, and of those no other one can be read."""

LARGER_AFTER = 1.0
"""Seconds after which a picture that is still small is as large as they will get."""


@dataclass(slots=True)
class _Fine:
    since: float
    lines: int = FINE


class Heights:
    """Of everybody, by id. ``now`` is of any one clock."""

    def __init__(self) -> None:
        self._fine: dict[str, _Fine] = {}

    def lines(self, person: str) -> int:
        """What they may have now."""
        fine = self._fine.get(person)
        return SMALL if fine is None else fine.lines

    def want(self, person: str, codec: VideoCodec | None, now: float) -> None:
        """Have their pictures fine, where they come in ``codec``; ``None``: none came yet."""
        if codec not in WHOLE:
            self.forget(person)
        elif person not in self._fine:
            self._fine[person] = _Fine(now)

    def forget(self, person: str) -> None:
        """Have their pictures small."""
        self._fine.pop(person, None)

    def seen(self, person: str, width: int, height: int, now: float) -> bool:
        """A picture of theirs came; whether they may have more lines now than before."""
        fine = self._fine.get(person)
        if fine is None or fine.lines == FINEST or is_fine(width, height):
            return False
        if now < fine.since + LARGER_AFTER:
            return False
        fine.lines = FINEST
        return True
