"""What stands before a camera, and what it does when something is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from consentry.events import Pixels
from consentry.messages import PromptKind
from tests.attacks.camera import Camera
from tests.attacks.person import Person


class Scene(Protocol):
    """Something to be filmed; times are seconds since it began, and never go back."""

    def ask(self, kind: PromptKind, at: float) -> None:
        """The person, or whoever attacks, reads this now."""
        ...

    def picture(self, at: float) -> Pixels:
        """What the camera takes."""
        ...


@dataclass
class Live:
    """A person before a webcam who does as they are asked."""

    person: Person
    camera: Camera

    def ask(self, kind: PromptKind, at: float) -> None:
        self.person.ask(kind, at)

    def picture(self, at: float) -> Pixels:
        return self.camera.take(self.person.picture(at), at)


@dataclass
class Playback:
    """Pictures that come whatever is asked, ``frames_per_second`` of them, over and over."""

    pictures: list[Pixels]
    camera: Camera | None = None
    frames_per_second: float = 15.0
    once: bool = False
    """Then the last one stays."""
    _begins: float | None = field(default=None, init=False)

    def ask(self, kind: PromptKind, at: float) -> None:
        """A recording hears nothing. One that is played once begins with the first question."""
        if self._begins is None and self.once:
            self._begins = at

    def picture(self, at: float) -> Pixels:
        index = int((at - (self._begins or 0.0)) * self.frames_per_second)
        if self.once:
            index = 0 if self._begins is None else min(index, len(self.pictures) - 1)
        taken = self.pictures[index % len(self.pictures)]
        return taken if self.camera is None else self.camera.take(taken, at)


@dataclass
class Restless:
    """A person who does something every second, and nothing that is asked."""

    person: Person
    camera: Camera
    rng: Random
    kinds: tuple[PromptKind, ...]
    _next: float = field(default=1.0, init=False)

    def ask(self, kind: PromptKind, at: float) -> None:
        pass

    def picture(self, at: float) -> Pixels:
        if at >= self._next:
            self.person.ask(self.rng.choice(self.kinds), at)
            self._next = at + self.rng.uniform(0.6, 1.4)
        return self.camera.take(self.person.picture(at), at)


@dataclass
class Altered:
    """Another scene, its pictures changed on their way."""

    scene: Scene
    change: Callable[[Pixels, float], Pixels]

    def ask(self, kind: PromptKind, at: float) -> None:
        self.scene.ask(kind, at)

    def picture(self, at: float) -> Pixels:
        return self.change(self.scene.picture(at), at)
