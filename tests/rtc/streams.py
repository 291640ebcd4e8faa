"""Opus streams to receive, and what becomes of them on a bad network."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from consentry.events import SAMPLE_RATE, Samples
from consentry.play.recording import load_packets
from consentry.rtc.rtp import RtpPacket
from tests.play.recordings import write_opus

FRAME = 0.02
SSRC = 0x1234ABCD


def tone(seconds: float, hertz: float = 440.0) -> Samples:
    at = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (0.3 * np.sin(2 * np.pi * hertz * at)).astype(np.float32)


def opus_payloads(folder: Path, samples: Samples) -> list[bytes]:
    """``samples`` (16 kHz) as Opus packets of 20 ms."""
    file = folder / "stream.ogg"
    write_opus(file, samples)
    return [packet.payload for packet in load_packets(file)]


def redundant_payloads(folder: Path, samples: Samples, frame: int = 20) -> list[bytes]:
    """The same, and each packet, ``frame`` ms long, repeats the one before it (in-band FEC)."""
    file = folder / "redundant.ogg"
    write_opus(file, samples, redundancy=True, packet=frame)
    return [packet.payload for packet in load_packets(file)]


def stream(
    payloads: Iterable[bytes], sequence: int = 65_530, timestamp: int = 0, step: int = 960
) -> list[RtpPacket]:
    """RTP of packets of 20 ms, or ``step`` / 48; the sequence number wraps after the first few."""
    return [
        RtpPacket(96, (sequence + n) % 65_536, (timestamp + step * n) % (1 << 32), SSRC, payload)
        for n, payload in enumerate(payloads)
    ]
