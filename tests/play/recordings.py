"""Small meetings made on the spot: bursts of noise where somebody speaks, Opus in Ogg."""

from __future__ import annotations

import json
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from consentry.events import SAMPLE_RATE, Samples


@dataclass(frozen=True)
class Speaker:
    """A participant and the spans, in seconds, in which they are heard."""

    name: str
    speaks: tuple[tuple[float, float], ...] = ((0.5, 1.0), (1.5, 3.0))


def microphone(speaker: Speaker, duration: float) -> Samples:
    """``float32[n]`` at 16 kHz: noise in the spans, silence elsewhere."""
    noise = np.random.default_rng(len(speaker.name)).normal(0, 0.1, int(duration * SAMPLE_RATE))
    at = np.arange(len(noise)) / SAMPLE_RATE
    speaking = np.zeros(len(noise), bool)
    for start, end in speaker.speaks:
        speaking |= (start <= at) & (at < end)
    return np.where(speaking, noise, 0).astype(np.float32)


def write_opus(file: Path, samples: Samples, redundancy: bool = False, packet: int = 20) -> None:
    """``samples`` as packets of ``packet`` ms; with ``redundancy``, each repeats the one before."""
    voice = {"application": "voip", "b": "32000", "fec": "1", "packet_loss": "20"}
    voice["frame_duration"] = str(packet)
    with av.open(str(file), "w", format="ogg") as container:
        stream = container.add_stream(
            "libopus", rate=SAMPLE_RATE, layout="mono", options=voice if redundancy else {}
        )
        scaled = (samples * 32767).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(scaled.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = SAMPLE_RATE
        frame.time_base = Fraction(1, SAMPLE_RATE)
        frame.pts = 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def write_meeting(folder: Path, *speakers: Speaker, duration: float = 4.0) -> Path:
    """A folder with ``meeting.json`` and a track of each speaker; the path of the former."""
    for speaker in speakers:
        write_opus(folder / f"{speaker.name.lower()}.ogg", microphone(speaker, duration))
    description = {
        "id": "made-up",
        "title": "A made-up meeting",
        "duration": duration,
        "tracks": [
            {"file": f"{s.name.lower()}.ogg", "participant": s.name, "speakers": [s.name.lower()]}
            for s in speakers
        ],
    }
    meeting = folder / "meeting.json"
    meeting.write_text(json.dumps(description))
    return meeting
