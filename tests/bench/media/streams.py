"""The RTP packets of the tracks that are sent, made one frame at a time."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, cycle, islice

from tests.bench.media.material import (
    FRAMES_PER_SECOND,
    OPUS_RATE,
    Material,
    Sound,
)

VIDEO_RATE = 90_000
MAX_PAYLOAD = 1180
"""Bytes of VP8 in a packet, so that it fits into 1,200 with its descriptor."""
FIRST_AUDIO_SSRC, FIRST_VIDEO_SSRC = 0x10000000, 0x20000000


@dataclass(frozen=True, slots=True)
class Load:
    """How many tracks of what kind are sent."""

    audio: int
    talking: int
    """The first of the audio tracks; the others are silent."""
    video: int = 0


@dataclass(frozen=True, slots=True)
class Header:
    """What all packets of one track have in common."""

    ssrc: int
    payload_type: int
    level_id: int = 0
    """Of the header extension for the audio level (RFC 6464); 0: not negotiated."""


@dataclass(slots=True)
class Sent:
    """What went out under one SSRC, for its sender reports."""

    packets: int = 0
    octets: int = 0
    timestamp: int = 0
    at: float = 0.0
    """When that timestamp was due, in monotonic seconds."""


@dataclass(slots=True)
class AudioStream:
    """An Opus track: a packet every 20 ms."""

    header: Header
    sounds: Iterator[Sound]
    sequence: Iterator[int] = field(default_factory=lambda: count(1))
    sent: Sent = field(default_factory=Sent)
    period: float = 0.02

    def packets(self) -> list[bytes]:
        """The next 20 ms."""
        sound = next(self.sounds)
        self.sent.timestamp += OPUS_RATE // 50
        return [self._packet(sound)]

    def key_frame(self) -> None:
        """Nothing: sound has no key frames."""

    def _packet(self, sound: Sound) -> bytes:
        extension = b""
        if self.header.level_id:  # one-byte form, RFC 8285 section 4.2
            level = sound.voiced << 7 | sound.level
            extension = struct.pack("!HHBBH", 0xBEDE, 1, self.header.level_id << 4, level, 0)
        return _rtp(self.header, self.sequence, self.sent, False, extension, sound.opus)


@dataclass(slots=True)
class VideoStream:
    """A VP8 track (RFC 7741), which starts its clip over when it is asked for a key frame."""

    header: Header
    clip: Sequence[bytes]
    sequence: Iterator[int] = field(default_factory=lambda: count(1))
    sent: Sent = field(default_factory=Sent)
    period: float = 1 / FRAMES_PER_SECOND
    _next: int = 0
    _picture_id: int = 0

    def packets(self) -> list[bytes]:
        """The next picture."""
        frame = self.clip[self._next]
        self._next = (self._next + 1) % len(self.clip)
        self._picture_id = (self._picture_id + 1) % 0x8000
        self.sent.timestamp += VIDEO_RATE // FRAMES_PER_SECOND
        parts = range(0, len(frame), MAX_PAYLOAD)
        return [self._packet(frame[at : at + MAX_PAYLOAD], at, len(frame)) for at in parts]

    def key_frame(self) -> None:
        """Go on with the clip's first frame; a second request at once changes nothing."""
        self._next = 0

    def _packet(self, part: bytes, at: int, length: int) -> bytes:
        descriptor = struct.pack("!BBH", 0x80 | (at == 0) << 4, 0x80, 0x8000 | self._picture_id)
        marker = at + len(part) == length
        return _rtp(self.header, self.sequence, self.sent, marker, b"", descriptor + part)


Stream = AudioStream | VideoStream


def audio_streams(load: Load, material: Material, headers: Sequence[Header]) -> list[Stream]:
    """The microphones; no two say the same at one time."""
    streams: list[Stream] = []
    for index, header in enumerate(headers):
        talks = index < load.talking
        choice = material.speech if talks else material.silence
        sounds = choice[index % len(choice)]
        start = index // len(choice) * 97 % len(sounds)
        streams.append(AudioStream(header, islice(cycle(sounds), start, None)))
    return streams


def video_streams(material: Material, headers: Sequence[Header]) -> list[Stream]:
    """The cameras."""
    clips = material.clips
    return [VideoStream(each, clips[index % len(clips)]) for index, each in enumerate(headers)]


def _rtp(
    header: Header,
    sequence: Iterator[int],
    sent: Sent,
    marker: bool,
    extension: bytes,
    payload: bytes,
) -> bytes:
    sent.packets += 1
    sent.octets += len(payload)
    return (
        struct.pack(
            "!BBHII",
            0x90 if extension else 0x80,
            marker << 7 | header.payload_type,
            next(sequence) & 0xFFFF,
            sent.timestamp & 0xFFFFFFFF,
            header.ssrc,
        )
        + extension
        + payload
    )
