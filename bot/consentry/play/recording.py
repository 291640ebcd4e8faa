"""A recorded meeting: its description, and the Opus packets of each track as they are."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import av.error
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from consentry.errors import MediaFileError
from consentry.play.clip import Clip, load_clip

OPUS_RATE = 48_000
TIME_BASE = Fraction(1, OPUS_RATE)


class TrackEntry(BaseModel):
    """One track as ``meeting.json`` names it."""

    model_config = ConfigDict(frozen=True)

    file: str = Field(min_length=1)
    participant: str = Field(min_length=1, max_length=64)
    speakers: list[str] = Field(default_factory=list)
    camera: str | None = Field(default=None, min_length=1)
    """A WebM or IVF file with VP8, shown over and over; without it there is no camera."""


class MeetingFile(BaseModel):
    """What is read of ``meeting.json``; the rest of it is for whoever scores."""

    model_config = ConfigDict(frozen=True)

    id: str
    title: str
    language: str | None = None
    duration: float = Field(gt=0)
    tracks: list[TrackEntry] = Field(min_length=1, max_length=8)


@dataclass(frozen=True, slots=True)
class OpusPacket:
    """One encoded packet; ``pts`` counts 48 kHz samples from media time 0."""

    pts: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class Track:
    """Whose microphone it was, what came from it, and what their camera sees."""

    participant: str
    shared: bool
    packets: tuple[OpusPacket, ...]
    camera: Clip | None = None


@dataclass(frozen=True, slots=True)
class Recording:
    """A meeting ready to be played."""

    id: str
    title: str
    language: str | None
    duration: float
    tracks: tuple[Track, ...]


def load_recording(meeting: Path) -> Recording:
    """Read ``meeting.json`` and the tracks beside it; MediaFileError names the file at fault."""
    try:
        entry = MeetingFile.model_validate_json(meeting.read_bytes())
    except OSError as exc:
        raise MediaFileError(f"{meeting}: can't be read ({exc.strerror})") from exc
    except ValidationError as exc:
        where = ", ".join(sorted({str(e["loc"][0]) for e in exc.errors() if e["loc"]}))
        raise MediaFileError(
            f"{meeting}: not a meeting description (look at: {where or 'the JSON itself'})"
        ) from None
    if len({track.participant for track in entry.tracks}) < len(entry.tracks):
        raise MediaFileError(f"{meeting}: two tracks have the same participant; name each once")
    tracks = tuple(
        Track(
            participant=track.participant,
            shared=len(track.speakers) > 1,
            packets=load_packets(meeting.parent / track.file),
            camera=load_clip(meeting.parent / track.camera) if track.camera else None,
        )
        for track in entry.tracks
    )
    return Recording(entry.id, entry.title, entry.language, entry.duration, tracks)


def load_packets(file: Path) -> tuple[OpusPacket, ...]:
    """The Opus packets of an Ogg file, not decoded; MediaFileError if they can't be had."""
    try:
        if not file.stat().st_size:
            raise MediaFileError(f"{file}: is empty; replace it with an Ogg Opus recording")
        packets = _demux(file)
    except OSError as exc:
        reason = exc.strerror or type(exc).__name__
        raise MediaFileError(f"{file}: can't be read ({reason})") from exc
    except (av.error.FFmpegError, ValueError, IndexError) as exc:
        raise MediaFileError(f"{file}: is no Ogg file with Opus audio, or is cut off") from exc
    if not packets:
        raise MediaFileError(f"{file}: holds no audio")
    return packets


def _demux(file: Path) -> tuple[OpusPacket, ...]:
    with av.open(str(file)) as container:
        stream = container.streams.audio[0]
        if stream.codec_context.name not in ("opus", "libopus"):
            raise MediaFileError(f"{file}: holds {stream.codec_context.name}; only Opus is played")
        scale = Fraction(stream.time_base or TIME_BASE) / TIME_BASE
        return tuple(
            OpusPacket(int(packet.pts * scale), bytes(packet))
            for packet in container.demux(stream)
            if packet.pts is not None and packet.size
        )
