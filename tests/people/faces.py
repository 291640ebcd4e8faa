"""People made of numbers: embeddings whose distances are those of dlib's network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from consentry.engines.face.engine import Embedding

DIMENSIONS = 128
LENGTH = 1.4
ALIKE = 1.15
"""Of that length, what all faces have in common."""
SPREAD = 0.28
"""Between a face and a photo of it: two photos of one face are 0.4 apart, of two some 1.1."""


@dataclass(frozen=True, slots=True, eq=False)
class MadeUp:
    """Somebody's face, of which each photo is a little different."""

    face: Embedding
    rng: np.random.Generator

    def photo(self) -> Embedding:
        away = self.rng.normal(size=DIMENSIONS)
        photo = self.face + SPREAD * away / np.linalg.norm(away)
        return photo.astype(np.float32)


def made_up(rng: np.random.Generator) -> MadeUp:
    """Faces have much in common, and lengths of their own, as those of the network have."""
    own = rng.normal(size=DIMENSIONS)
    common = np.ones(DIMENSIONS) / np.sqrt(DIMENSIONS)
    length = rng.normal(LENGTH, 0.06)
    face = ALIKE * common + own / np.linalg.norm(own) * np.sqrt(length**2 - ALIKE**2)
    return MadeUp(face.astype(np.float32), rng)
