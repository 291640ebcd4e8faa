"""What the receiving process hands back of one track."""

from __future__ import annotations

from dataclasses import dataclass

from consentry.events import AudioFrame, Gap

Heard = AudioFrame | Gap


@dataclass(frozen=True, slots=True)
class Recorded:
    """All that a receiver gave on, and what it counted on the way."""

    heard: tuple[tuple[float, Heard], ...] = ()
    """With the monotonic time at which each came."""
    timestamps: tuple[tuple[float, int], ...] = ()
    """Of a receiver that gives on frames: their RTP time since the first, instead of sound."""
    recovered: float = 0.0
    """Frames restored from redundancy, by the receiver's own count."""
    concealed: float = 0.0
    """Frames guessed, by the receiver's own count."""
