"""A photo on paper in somebody's hand, who moves it as the person on it is asked to move."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random

from consentry.events import Pixels
from consentry.messages import PromptKind
from tests.attacks.camera import Camera
from tests.attacks.person import wave
from tests.attacks.sheet import Hold, Sheet

WAYS: dict[PromptKind, Hold] = {
    "turn_left": Hold(yaw=35),
    "turn_right": Hold(yaw=-35),
    "look_up": Hold(pitch=35),
    "look_down": Hold(pitch=-35),
    "tilt_left": Hold(roll=18),
    "tilt_right": Hold(roll=-18),
}

BENT: dict[PromptKind, Hold] = {
    **WAYS,
    "turn_left": Hold(yaw=38, bend=0.3),
    "turn_right": Hold(yaw=-38, bend=0.3),
    "look_up": Hold(pitch=35, bow=0.3),
    "look_down": Hold(pitch=-35, bow=0.3),
}
"""Bent about its middle, paper turns more like a face."""


@dataclass
class Hand:
    """``faces`` are prints of the photo by what was cut out of them: with holes for the eyes and
    the mouth, whoever stands behind blinks and speaks."""

    faces: dict[PromptKind | None, Sheet]
    camera: Camera
    rng: Random
    ways: dict[PromptKind, Hold]
    _answers: list[tuple[float, PromptKind]] = field(default_factory=list, init=False)

    def ask(self, kind: PromptKind, at: float) -> None:
        self._answers.append((at + self.rng.uniform(0.35, 0.6), kind))

    def picture(self, at: float) -> Pixels:
        kind, share = self._now(at)
        way = self.ways.get(kind or "look", Hold())
        sway = [wave(at, 0.3 + 0.13 * i, 1.7 * i) for i in range(5)]
        hold = replace(
            way,
            yaw=way.yaw * share + 1.5 * sway[0],
            pitch=way.pitch * share + 1.5 * sway[1],
            roll=way.roll * share + sway[2],
            bend=way.bend * share,
            bow=way.bow * share,
            x=6 * sway[3],
            y=4 * sway[4],
        )
        print_ = self.faces.get(kind if share > 0.5 else None, self.faces[None])
        return self.camera.take(print_.render(hold), at)

    def _now(self, at: float) -> tuple[PromptKind | None, float]:
        """What is being answered, and how far they are."""
        for begun, kind in reversed(self._answers):
            if at >= begun:
                passed = at - begun
                return kind, max(0.0, min(1.0, passed / 0.4, (1.3 - passed) / 0.4))
        return None, 0.0
