"""What the sender sends: Opus packets of speech and of silence, and clips of VP8."""

from __future__ import annotations

import json
import math
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from consentry.events import SAMPLE_RATE, Pixels, Samples
from tests.bench.tracks import read_track

OPUS_RATE = 48_000
FRAME = SAMPLE_RATE // 50
"""Samples in a packet of 20 ms."""
SPEECH_SECONDS = 12.0
"""Of each speaker; then it starts over."""

WIDTH, HEIGHT, FRAMES_PER_SECOND = 320, 180, 15
CLIP_SECONDS = 60
CLIPS = 3
VIDEO_BITRATE = 120_000

SILENT = 127
"""The audio level of digital silence, in -dBov (RFC 6464 section 3)."""
VOICED_ABOVE = 50
"""Packets louder than -50 dBov are marked as voice."""


@dataclass(frozen=True, slots=True)
class Sound:
    """20 ms of somebody's microphone."""

    opus: bytes
    level: int
    """In -dBov, 0 to 127 (RFC 6464)."""

    @property
    def voiced(self) -> bool:
        return self.level < VOICED_ABOVE


@dataclass(frozen=True, slots=True)
class Material:
    """Packets that are the same for every receiver; each list is played round and round."""

    speech: list[list[Sound]]
    """By speaker, without pauses."""
    silence: list[list[Sound]]
    """A muted microphone, and an open one in a quiet room."""
    clips: list[list[bytes]]
    """VP8 frames; the first of each clip is its one key frame."""

    def save(self, path: Path) -> None:
        data = {
            "speech": [[_pack(sound) for sound in each] for each in self.speech],
            "silence": [[_pack(sound) for sound in each] for each in self.silence],
            "clips": [[b64encode(frame).decode() for frame in each] for each in self.clips],
        }
        path.write_text(json.dumps(data), encoding="utf-8")


def load(path: Path) -> Material:
    """What :meth:`Material.save` wrote."""
    data = json.loads(path.read_text(encoding="utf-8"))
    return Material(
        [[_unpack(sound) for sound in each] for each in data["speech"]],
        [[_unpack(sound) for sound in each] for each in data["silence"]],
        [[b64decode(frame) for frame in each] for each in data["clips"]],
    )


def make(meetings: Path, *, video: bool) -> Material:
    """Encode the speech of ``meetings`` and, if there is to be ``video``, the clips."""
    quiet = np.random.default_rng(1).normal(0.0, 10 ** (-70 / 20), SAMPLE_RATE * 4)
    return Material(
        [encode_speech(samples) for samples in speakers(meetings)],
        [
            encode_speech(np.zeros(SAMPLE_RATE * 4, np.float32)),
            encode_speech(quiet.astype(np.float32)),
        ],
        [encode_clip(seed) for seed in range(CLIPS)] if video else [],
    )


def speakers(meetings: Path) -> list[Samples]:
    """The utterances of each speaker on end, up to :data:`SPEECH_SECONDS`."""
    found = []
    for description in sorted(meetings.glob("*/meeting.json")):
        meeting = json.loads(description.read_text(encoding="utf-8"))
        tracks = {s["id"]: s["track"] for s in meeting["speakers"]}
        for speaker, track in tracks.items():
            samples = read_track(description.parent / track)
            said = [
                samples[round(u["start"] * SAMPLE_RATE) : round(u["end"] * SAMPLE_RATE)]
                for u in meeting["utterances"]
                if u["speaker"] == speaker
            ]
            if said and sum(map(len, said)) >= SAMPLE_RATE * 3:
                found.append(np.concatenate(said)[: round(SPEECH_SECONDS * SAMPLE_RATE)])
    return found


def encode_speech(samples: Samples) -> list[Sound]:
    """Opus as browsers send it: from 48 kHz, 20 ms, mono, 32 kbit/s, with redundancy."""
    codec = av.CodecContext.create("libopus", "w")
    codec.sample_rate = OPUS_RATE
    codec.layout = "mono"
    codec.format = "flt"
    codec.bit_rate = 32_000
    codec.options = {"application": "voip", "frame_duration": "20", "fec": "1", "packet_loss": "5"}
    upward = av.AudioResampler("flt", "mono", OPUS_RATE, frame_size=OPUS_RATE // 50)
    sounds: list[Sound] = []
    for start in range(0, len(samples) - FRAME + 1, FRAME):
        block = np.ascontiguousarray(samples[start : start + FRAME], np.float32)
        frame = av.AudioFrame.from_ndarray(block[None], format="flt", layout="mono")
        frame.sample_rate = SAMPLE_RATE
        frame.pts = start
        level = audio_level(block)
        for wide in upward.resample(frame):
            sounds += [Sound(bytes(packet), level) for packet in codec.encode(wide)]
    return sounds


def audio_level(block: Samples) -> int:
    """Of 20 ms, in -dBov (RFC 6464 section 3, RFC 6465 appendix A)."""
    power = float(np.mean(np.square(block, dtype=np.float64)))
    return SILENT if power <= 0 else min(SILENT, max(0, round(-10 * math.log10(power))))


def encode_clip(seed: int, seconds: int = CLIP_SECONDS) -> list[bytes]:
    """A moving face before a wall as a browser's VP8: one key frame, no layers, no lag."""
    codec = av.CodecContext.create("libvpx", "w")
    codec.width, codec.height, codec.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    codec.bit_rate = VIDEO_BITRATE
    codec.time_base = Fraction(1, FRAMES_PER_SECOND)
    codec.gop_size = 100_000
    codec.thread_count = 1
    codec.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}
    frames: list[bytes] = []
    for index, pixels in enumerate(scene(seed, seconds * FRAMES_PER_SECOND)):
        frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format="yuv420p")
        frame.pts = index
        frames += [bytes(packet) for packet in codec.encode(frame)]
    return frames + [bytes(packet) for packet in codec.encode(None)]


def scene(seed: int, count: int) -> Iterator[Pixels]:
    """A face that sways and talks before a patterned wall, seen by a noisy sensor."""
    random = np.random.default_rng(seed)
    tiles = random.integers(60, 170, (HEIGHT // 12, WIDTH // 16, 3))
    wall = np.kron(tiles, np.ones((12, 16, 1))).astype(np.float32)
    y, x = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
    return (_picture(wall, x, y, index / FRAMES_PER_SECOND, random) for index in range(count))


def _picture(
    wall: NDArray[np.float32],
    x: NDArray[np.float32],
    y: NDArray[np.float32],
    at: float,
    random: np.random.Generator,
) -> Pixels:
    middle_x = WIDTH / 2 + 14 * math.sin(0.9 * at)
    middle_y = HEIGHT / 2 + 6 * math.sin(1.7 * at)
    picture = wall.copy()
    distance = ((x - middle_x) / 45) ** 2 + ((y - middle_y) / 62) ** 2
    picture[distance < 1] = (205, 160, 135)
    for side in (-1, 1):
        eye = ((x - middle_x - side * 17) / 6) ** 2 + ((y - middle_y + 14) / 4) ** 2
        picture[eye < 1] = (40, 30, 30)
    opening = 3 + 6 * abs(math.sin(9 * at))
    picture[((x - middle_x) / 16) ** 2 + ((y - middle_y - 30) / opening) ** 2 < 1] = (120, 40, 50)
    noise = random.integers(-3, 4, (HEIGHT, WIDTH, 1))
    pixels: Pixels = np.clip(picture + noise, 0, 255).astype(np.uint8)
    return pixels


def _pack(sound: Sound) -> list[Any]:
    return [b64encode(sound.opus).decode(), sound.level]


def _unpack(packed: list[Any]) -> Sound:
    return Sound(b64decode(packed[0]), int(packed[1]))
