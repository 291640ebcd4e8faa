"""Pictures for tests."""

from __future__ import annotations

import numpy as np

from consentry.events import Participant, Pixels, VideoFrame


class Still:
    """A gray picture, 32 × 18."""

    width, height = 32, 18

    def rgb(self) -> Pixels:
        return np.full((self.height, self.width, 3), 128, np.uint8)


def shown(who: Participant, at: float) -> VideoFrame:
    """What the camera of ``who`` showed at ``at``."""
    return VideoFrame(who, Still(), at)
