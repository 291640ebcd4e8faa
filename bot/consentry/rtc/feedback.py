"""What a stream would have its sender do (RFC 4585)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Feedback:
    """A request, or none."""

    missing: tuple[int, ...] = ()
    """Sequence numbers to send again."""
    key_frame: bool = False


NOTHING_TO_ASK = Feedback()
