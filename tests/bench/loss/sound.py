"""Sound in which every 20 ms can be told from what a concealment would guess, as Opus packets."""

from __future__ import annotations

import io
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
from numpy.typing import NDArray

from consentry.events import SAMPLE_RATE, Samples
from consentry.play.recording import OpusPacket
from consentry.rtc.audio.opus import OpusDecoder

FRAME = SAMPLE_RATE // 50
"""Samples in a packet: 20 ms."""

TICKS = 960
"""Of a packet, on the RTP clock of Opus."""

BIT_RATE = 32_000
"""Of speech in a browser's call."""

LOSS_PERCENT = 20
"""What the encoder is told to expect, as a browser tells its own by the receiver's reports."""

_LOWEST, _STEP, _TONES = 350, 150, 14
"""Hertz, hertz, and how many there are."""

_DELAY = FRAME * 3 // 8
"""Samples by which the codec is late: at a frame's start the one before is still heard."""

_ALIKE = 0.25
"""Correlation from which a frame is what was sent. Restored from redundancy it is 0.7 and more,
a guess 0.15 and less. Decoded just after a guess it is 0.5, but below 0.25 in two of a hundred,
whose loudest tone still tells them; both together miss one in two hundred (measured)."""


@dataclass(frozen=True, slots=True)
class Sound:
    """What is sent, packet by packet, and what it sounds like when nothing is lost."""

    payloads: tuple[bytes, ...]
    clean: NDArray[np.float32]
    """``float32[packets, 320]``: decoded in order, none missing."""

    def packets(self) -> tuple[OpusPacket, ...]:
        """As a track plays them."""
        return tuple(OpusPacket(n * TICKS, payload) for n, payload in enumerate(self.payloads))

    def redundant(self, index: int) -> bool:
        """Whether packet ``index`` holds the one before it once more."""
        return has_redundancy(self.payloads[index])


def tones(seconds: float, seed: int = 1) -> Samples:
    """20 ms of one tone after another, none near any of the three before it."""
    draws = np.random.default_rng(seed)
    at = np.arange(FRAME) / SAMPLE_RATE
    chosen: list[int] = []
    frames = []
    for _ in range(round(seconds * 50)):
        free = [tone for tone in range(_TONES) if all(abs(tone - old) > 1 for old in chosen[-3:])]
        chosen.append(int(draws.choice(free)))
        hertz = _LOWEST + _STEP * chosen[-1]
        frames.append(0.3 * np.sin(2 * np.pi * (hertz * at + draws.random())))
    return np.concatenate(frames).astype(np.float32)


def ogg(samples: Samples, *, redundancy: bool) -> bytes:
    """``samples`` (16 kHz) as a file of Opus packets of 20 ms, as a browser makes them for speech.

    With ``redundancy`` each holds a coarse copy of the one before (in-band FEC, RFC 6716
    section 2.1.7), as a browser adds once it hears of loss.
    """
    file = io.BytesIO()
    with av.open(file, "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=SAMPLE_RATE, layout="mono")
        stream.bit_rate = BIT_RATE
        stream.options = {
            "application": "voip",
            "frame_duration": "20",
            "fec": str(int(redundancy)),
            "packet_loss": str(LOSS_PERCENT),
        }
        scaled = (samples * 32767).astype(np.int16).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(scaled, format="s16", layout="mono")
        frame.sample_rate, frame.time_base, frame.pts = SAMPLE_RATE, Fraction(1, SAMPLE_RATE), 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def encode(samples: Samples, *, redundancy: bool) -> tuple[bytes, ...]:
    """The packets of :func:`ogg`."""
    with av.open(io.BytesIO(ogg(samples, redundancy=redundancy)), "r") as encoded:
        packets = encoded.demux(encoded.streams.audio[0])
        return tuple(bytes(packet) for packet in packets if packet.size and packet.pts is not None)


def sound(samples: Samples, *, redundancy: bool) -> Sound:
    """``samples`` encoded, and decoded as they were."""
    payloads = encode(samples, redundancy=redundancy)
    decoder = OpusDecoder()
    decoded = [decoder.decode(payload) for payload in payloads]
    decoder.close()
    clean = [frame for frame in decoded if frame is not None]
    assert len(clean) == len(payloads), "the encoder made packets that the decoder refuses"
    return Sound(payloads, np.stack(clean))


def has_redundancy(payload: bytes) -> bool:
    """Whether an Opus packet of one mono SILK frame has the LBRR flag (RFC 6716 section 4.2.3)."""
    silk = payload[0] >> 3 < 16
    return silk and len(payload) > 1 and bool(payload[1] & 0x40)


@dataclass(frozen=True, slots=True, eq=False)
class Prints:
    """What identifies each of a row of frames: how its later part goes, and its loudest tone."""

    shapes: NDArray[np.float32]
    """``float32[n, 200]``, each of length 1."""
    tones: NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.shapes)

    def part(self, first: int, last: int) -> Prints:
        """Those of the frames from ``first`` to before ``last``."""
        return Prints(self.shapes[first:last], self.tones[first:last])


def prints(frames: NDArray[np.float32]) -> Prints:
    """Of ``float32[n, 320]``."""
    parts = frames[:, _DELAY:]
    norms = np.linalg.norm(parts, axis=1, keepdims=True)
    hertz = _LOWEST + _STEP * np.arange(_TONES)
    at = np.arange(FRAME - _DELAY) / SAMPLE_RATE
    probes = np.hanning(len(at)) * np.exp(-2j * np.pi * np.outer(hertz, at))
    loudest = np.abs(parts @ probes.T).argmax(axis=1)
    return Prints(np.asarray(parts / np.maximum(norms, 1e-6), np.float32), loudest)


def alike(heard: Prints, sent: Prints) -> NDArray[np.bool_]:
    """Which frames of ``heard`` are those of ``sent``, row by row; silence is like nothing."""
    correlation = np.einsum("ij,ij->i", heard.shapes, sent.shapes)
    audible = np.any(heard.shapes, axis=1)
    return np.asarray((correlation > _ALIKE) | (audible & (heard.tones == sent.tones)), np.bool_)


def likeness(heard: Prints, sent: Prints, place: int) -> float:
    """How much ``heard`` is like ``sent`` from row ``place`` on: at most 1 for each frame."""
    first, last = max(0, place), min(place + len(heard), len(sent))
    if first >= last:
        return 0.0
    return float((heard.shapes[first - place : last - place] * sent.shapes[first:last]).sum())
