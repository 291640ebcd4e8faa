"""One publication's media as the SDK decodes it: frames with the time of the call they are of."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from livekit import rtc

from consentry.connectors.driver import MediaConsent, Setting
from consentry.events import SAMPLE_RATE, AudioFrame, Medium, Participant, Pixels, VideoFrame
from consentry.metrics import DropReason
from consentry.rtc.capture import CaptureClock, SenderClock
from consentry.rtc.continuity import Continuity
from consentry.rtc.rtp import TIMESTAMP_MODULUS
from consentry.rtc.track import MediaEvent

logger = logging.getLogger(__name__)

BLOCK_MS = 80
CAPACITY = 25
"""Blocks that wait inside the SDK at most: 2 s. They are taken as they come."""

TYPICAL_DELAY = 0.04
"""Seconds from capture to here until the SDK has said it: its jitter buffer's least."""

OVERLAP = 0.06
"""Seconds by which a block may begin before the last one ends: the clock has found out that it was
late, and is right again a few blocks later."""

STATS_SECONDS = 1.0
"""For the SDK to say how a track arrives."""

FULL_SCALE = 32768.0


@dataclass(frozen=True, slots=True)
class Source:
    """Whose media it is, and where it goes."""

    setting: Setting
    emit: Callable[[MediaEvent], None]
    participant: Callable[[], Participant]
    """As they are called now."""
    muted: Callable[[], bool]
    """Whether they said that nothing is sent."""


class Voice:
    """What of one person outlives the tracks that bring their sound."""

    def __init__(self, participant: Participant) -> None:
        self.continuity = Continuity(participant)
        self._end = 0.0

    def after(self, at: float, duration: float) -> float:
        """``at``, or a moment after the last: clocks that settle do not turn time back at once."""
        at = max(at, self._end - OVERLAP)
        self._end = at + duration
        return at


class AudioFeed:
    """Sound of one track. :meth:`run` it; once closed, nothing more of it is handed on."""

    def __init__(self, track: rtc.Track, source: Source, voice: Voice) -> None:
        self.closed = False
        self._track = track
        self._source = source
        self._voice = voice
        self._sender = SenderClock(TYPICAL_DELAY)
        self._clock = CaptureClock(SAMPLE_RATE, self._sender)
        self._taken = 0
        """Samples so far."""
        self._arrival = Arrival()
        self._muted = True
        """When last measured; a track that is new has brought nothing yet either."""

    async def run(self) -> None:
        """Take what comes until cancelled, or until the track is gone."""
        with _track_gone():
            stream = rtc.AudioStream(
                self._track,
                capacity=CAPACITY,
                sample_rate=SAMPLE_RATE,
                num_channels=1,
                frame_size_ms=BLOCK_MS,
            )
            async with aclosing(stream):
                async for event in stream:
                    self._take(np.frombuffer(event.frame.data, np.int16))

    async def measure(self) -> int:
        """Ask the SDK how the track arrives, once a second or so; how many packets came."""
        packets, delay = await self._arrival.measure(self._track)
        self._source.setting.metrics.received[Medium.AUDIO].inc(packets)
        if delay is not None:
            self._sender.delay = delay
        muted, self._muted = self._muted, self._source.muted()
        if not packets and not (muted or self._muted):
            self._voice.continuity.interrupted()
        return packets

    @property
    def due(self) -> bool:
        """Whether something is to come of it."""
        return not self._source.muted()

    def _take(self, samples: np.ndarray[Any, np.dtype[np.int16]]) -> None:
        now = self._source.setting.clock()
        at = self._clock.at(self._taken, now - len(samples) / SAMPLE_RATE)
        self._taken = (self._taken + len(samples)) % TIMESTAMP_MODULUS
        if self._source.muted() or not samples.any():
            return  # what the SDK makes of nothing is exactly nothing
        if not _consented(self, self._source, Medium.AUDIO):
            return
        sound = samples.astype(np.float32) / np.float32(FULL_SCALE)
        at = self._voice.after(at, len(samples) / SAMPLE_RATE)
        frame = AudioFrame(self._source.participant(), sound, at)
        if (gap := self._voice.continuity.before(frame)) is not None:
            self._source.emit(gap)
        self._source.emit(frame)


class VideoFeed:
    """Pictures of one track, as often as asked for."""

    def __init__(self, track: rtc.Track, source: Source, frames_per_second: float) -> None:
        self.closed = False
        self.frames_per_second = frames_per_second
        self._track = track
        self._source = source
        self._next = 0.0
        self._arrival = Arrival()
        self._delay = TYPICAL_DELAY

    async def run(self) -> None:
        """Take what comes until cancelled, or until the track is gone."""
        with _track_gone():
            async with aclosing(rtc.VideoStream(self._track, capacity=1)) as stream:
                async for event in stream:
                    self._take(event)

    async def measure(self) -> int:
        """Ask the SDK how the track arrives, once a second or so; how many packets came."""
        packets, delay = await self._arrival.measure(self._track)
        self._source.setting.metrics.received[Medium.VIDEO].inc(packets)
        self._delay = delay or self._delay
        return packets

    @property
    def due(self) -> bool:
        """Whether something is to come of it."""
        return not self._source.muted()

    def _take(self, event: rtc.VideoFrameEvent) -> None:
        if not _consented(self, self._source, Medium.VIDEO):
            return
        setting = self._source.setting
        now = setting.clock()
        if now < self._next:
            setting.metrics.dropped[DropReason.NOT_NEEDED].inc()
            return
        self._next = max(self._next + 1 / self.frames_per_second, now)
        picture = SdkPicture(event.frame, _turns(event))
        at = max(0.0, now - self._delay)
        self._source.emit(VideoFrame(self._source.participant(), picture, at))


Feed = AudioFeed | VideoFeed


@contextmanager
def _track_gone() -> Iterator[None]:
    """The SDK asserts that its native side knows a track, which may have ended a moment ago. One
    that is there again brings a feed of its own."""
    try:
        yield
    except AssertionError:
        logger.warning("a track had ended before it could be read")


def _consented(feed: Feed, source: Source, medium: Medium) -> bool:
    """Count a frame that the SDK has decoded; False if it must go no further."""
    metrics = source.setting.metrics
    if feed.closed:
        # Unsubscribed already: it was on its way, and nobody looks at it.
        metrics.dropped[DropReason.NO_CONSENT].inc()
        return False
    standing = source.setting.standing(source.participant().id, medium)
    metrics.decoded[medium, standing].inc()
    return standing is MediaConsent.GRANTED


class Arrival:
    """What the SDK's figures say of one track since they were last asked for."""

    def __init__(self) -> None:
        self._packets = 0
        self._emitted = 0
        self._delayed = 0.0

    async def measure(self, track: rtc.Track) -> tuple[int, float | None]:
        """Packets that came, and seconds from capture to here: half of the round trip to the
        server, and what the jitter buffer held samples for (W3C webrtc-stats, 8.1)."""
        try:
            async with asyncio.timeout(STATS_SECONDS):
                found = await track.get_stats()
        except Exception:  # the SDK's own, of no class: a track that is gone
            return 0, None
        packets, buffered, trip = 0, 0.0, 0.0
        for stats in found:
            match stats.WhichOneof("stats"):
                case "inbound_rtp":
                    received, inbound = stats.inbound_rtp.received, stats.inbound_rtp.inbound
                    packets = max(0, received.packets_received - self._packets)
                    self._packets = received.packets_received
                    emitted = inbound.jitter_buffer_emitted_count - self._emitted
                    delayed = inbound.jitter_buffer_delay - self._delayed
                    buffered = delayed / emitted if emitted > 0 else 0.0
                    self._emitted = inbound.jitter_buffer_emitted_count
                    self._delayed = inbound.jitter_buffer_delay
                case "candidate_pair":
                    pair = stats.candidate_pair.candidate_pair
                    trip = max(trip, pair.current_round_trip_time)
        return packets, min(buffered, 1.0) + min(trip, 1.0) / 2


@dataclass(frozen=True, slots=True, eq=False)
class SdkPicture:
    """A decoded picture in the SDK's own format; converting it is left to who looks at it."""

    frame: rtc.VideoFrame
    turns: int
    """Quarters by which it is to be turned clockwise."""

    @property
    def width(self) -> int:
        return self.frame.height if self.turns % 2 else self.frame.width

    @property
    def height(self) -> int:
        return self.frame.width if self.turns % 2 else self.frame.height

    def rgb(self) -> Pixels:
        """``uint8[height, width, 3]``, converted now."""
        converted = self.frame.convert(rtc.VideoBufferType.RGB24)
        shape = (self.frame.height, self.frame.width, 3)
        pixels = np.frombuffer(converted.data, np.uint8).reshape(shape)
        return np.ascontiguousarray(np.rot90(pixels, -self.turns))


def _turns(event: rtc.VideoFrameEvent) -> int:
    match event.rotation:
        case rtc.VideoRotation.VIDEO_ROTATION_90:
            return 1
        case rtc.VideoRotation.VIDEO_ROTATION_180:
            return 2
        case rtc.VideoRotation.VIDEO_ROTATION_270:
            return 3
        case _:
            return 0
