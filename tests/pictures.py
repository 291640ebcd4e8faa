"""Pictures for tests."""

from __future__ import annotations

from consentry.events import Participant, VideoFrame
from consentry.testing import StillPicture


def shown(who: Participant, at: float) -> VideoFrame:
    """What the camera of ``who`` showed at ``at``: a small gray picture."""
    return VideoFrame(who, StillPicture.gray(0.5, 32, 18), at)
