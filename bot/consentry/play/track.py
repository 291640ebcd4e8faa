"""A recorded microphone or camera as a live track: its own packets, each at its time."""

from __future__ import annotations

import asyncio
import bisect
import time
from collections.abc import Callable
from typing import Any

from aiortc import MediaStreamTrack
from av.packet import Packet

from consentry.play.clip import VIDEO_RATE, VIDEO_TIME_BASE, Clip
from consentry.play.recording import OPUS_RATE, TIME_BASE, OpusPacket

SILENCE = b"\xf8\xff\xfe"
"""20 ms of digital silence in Opus, for after the end of the file: microphones don't end."""

FRAME_SAMPLES = OPUS_RATE // 50
"""A microphone's packet leaves when its 20 ms have been said, not before."""


BEHIND = OPUS_RATE // 5
"""Samples after which somebody who unmutes has missed something."""


class Timeline:
    """When media time 0 is; the same for all tracks of a meeting."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._started = asyncio.Event()
        self._origin = 0.0

    @property
    def origin(self) -> float | None:
        """The monotonic time of media time 0; ``None`` until it was said."""
        return self._origin if self._started.is_set() else None

    @property
    def now(self) -> float:
        """Media time, in seconds; below 0 before the start."""
        return self._clock() - self._origin if self._started.is_set() else -1.0

    def start(self, delay: float = 0.0) -> None:
        """Media time 0 is ``delay`` seconds from now."""
        self._origin = self._clock() + delay
        self._started.set()

    async def until(self, media_time: float) -> None:
        """Wait for a media time; at once if it has passed."""
        await self._started.wait()
        await asyncio.sleep(max(0.0, media_time - self.now))


class OpusFileTrack(MediaStreamTrack):
    """The packets of one file, as an ``av.Packet`` each, which aiortc sends as they are.

    Starts muted. While muted nothing comes, and time goes on.
    """

    kind = "audio"

    def __init__(self, packets: tuple[OpusPacket, ...], timeline: Timeline) -> None:
        super().__init__()
        self._packets = packets
        self._timeline = timeline
        self._unmuted = asyncio.Event()
        self._was_muted = True
        self._next = 0
        self._end = packets[-1].pts + FRAME_SAMPLES if packets else 0

    def mute(self) -> None:
        self._unmuted.clear()
        self._was_muted = True

    def unmute(self) -> None:
        self._unmuted.set()

    async def recv(self) -> Packet[Any]:
        """The next packet at its time; waits for as long as the track is muted."""
        while True:
            await self._unmuted.wait()
            await self._timeline.until(0.0)
            if self._was_muted:
                self._was_muted = False
                self._skip(int(self._timeline.now * OPUS_RATE))
            upcoming = self._packet(self._next)
            await self._timeline.until((upcoming.pts + FRAME_SAMPLES) / OPUS_RATE)
            if self._unmuted.is_set():
                break
        self._next += 1
        packet = Packet(upcoming.payload)
        packet.pts = upcoming.pts
        packet.time_base = TIME_BASE
        return packet

    def _packet(self, index: int) -> OpusPacket:
        if index < len(self._packets):
            return self._packets[index]
        past = index - len(self._packets)
        return OpusPacket(self._end + past * FRAME_SAMPLES, SILENCE)

    def _skip(self, now: int) -> None:
        """Leave out what was said while muted. On a busy machine packets come late, but all do."""
        if now - self._packet(self._next).pts <= BEHIND:
            return
        index = bisect.bisect_left(self._packets, now, key=lambda packet: packet.pts)
        if index == len(self._packets):
            index += max(0, (now - self._end) // FRAME_SAMPLES)
        self._next = max(self._next, index)


class ClipTrack(MediaStreamTrack):
    """A clip over and over, as an ``av.Packet`` for each picture, which aiortc sends as they are.

    Starts muted. While muted nothing comes, and time goes on; it comes back with a key frame.
    """

    kind = "video"

    def __init__(self, clip: Clip, timeline: Timeline) -> None:
        super().__init__()
        self._clip = clip
        self._timeline = timeline
        self._unmuted = asyncio.Event()
        self._was_muted = True
        self._next = 0

    def mute(self) -> None:
        self._unmuted.clear()
        self._was_muted = True

    def unmute(self) -> None:
        self._unmuted.set()

    async def recv(self) -> Packet[Any]:
        """The next picture at its time; waits for as long as the track is muted."""
        while True:
            await self._unmuted.wait()
            await self._timeline.until(0.0)
            if self._was_muted:
                self._was_muted = False
                self._skip(int(self._timeline.now * VIDEO_RATE))
            await self._timeline.until(self._pts(self._next) / VIDEO_RATE)
            if self._unmuted.is_set() and not self._was_muted:
                break
        packet = Packet(self._clip.packets[self._next % len(self._clip.packets)].payload)
        packet.pts, packet.time_base = self._pts(self._next), VIDEO_TIME_BASE
        self._next += 1
        return packet

    def _pts(self, index: int) -> int:
        round_, within = divmod(index, len(self._clip.packets))
        return round_ * self._clip.duration + self._clip.packets[within].pts

    def _skip(self, now: int) -> None:
        """Go on with the first key frame that is not past."""
        packets = self._clip.packets
        self._next = max(self._next, now // self._clip.duration * len(packets))
        while self._pts(self._next) < now or not packets[self._next % len(packets)].key:
            self._next += 1
