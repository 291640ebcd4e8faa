"""Who is filmed in a try, by a name that goes over a pipe."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from random import Random

import numpy as np

from consentry.engines.face.engine import Embedding, FaceEngine
from consentry.engines.face.loading import FaceSpec, load
from tests.attacks import kit
from tests.attacks.faces import head
from tests.attacks.head import Head
from tests.attacks.scene import Scene
from tests.engines.face.photos import photo

SPEC = FaceSpec()

GENUINE, IMPOSTOR = "genuine", "impostor"

PORTRAIT, SPEECH, ASTRONAUT = "obama", "obama2", "astronaut"
"""Photos: the first two are of one person."""

OTHER: dict[str, str] = {PORTRAIT: SPEECH, SPEECH: PORTRAIT, ASTRONAUT: ASTRONAUT}
"""The photo of the same person that is not the one they enrolled with, where there is one."""


@dataclass(frozen=True, slots=True)
class Film:
    """One try: who enrolled, and who or what is before the camera."""

    kind: str
    """``genuine``, ``impostor`` or an attack of the kit."""
    enrolled: str
    """The photo that the claimed person enrolled with."""
    seed: int

    @property
    def attacker(self) -> str:
        """The photo of who attacks."""
        return ASTRONAUT if self.enrolled != ASTRONAUT else (PORTRAIT, SPEECH)[self.seed % 2]

    def scene(self) -> Scene:
        """What the camera sees; some attacks take seconds to be made."""
        rng = Random(f"{self.kind} {self.enrolled} {self.seed}")
        if self.kind == GENUINE:
            return kit.genuine(_head(OTHER[self.enrolled]), rng)
        if self.kind == IMPOSTOR:
            return kit.genuine(_head(self.attacker), rng)
        stolen = rng.choice([self.enrolled, OTHER[self.enrolled]])
        cast = kit.Cast(_engine(), photo(stolen), photo(self.attacker), embedding(self.enrolled))
        return kit.KINDS[self.kind](cast, rng)


def embedding(name: str) -> Embedding:
    """Of the face on a photo: what somebody enrolls."""
    engine, pixels = _engine(), photo(name)
    return np.asarray(engine.embed(engine.align(pixels, engine.detect(pixels)[0])), np.float32)


def _engine() -> FaceEngine:
    return load(SPEC)


@cache
def _head(name: str) -> Head:
    return head(_engine(), photo(name))
