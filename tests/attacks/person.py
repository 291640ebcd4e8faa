"""Somebody before a camera, who does what they are asked as people do: late, smoothly, never
twice alike."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sin, tau
from random import Random

from consentry.events import Pixels
from consentry.messages import PromptKind
from tests.attacks.head import Head, Pose

REACTION = (0.35, 0.65)
"""Seconds from reading what is asked to beginning with it: choice reactions to a word or arrow
that is expected."""

MOVING = (0.35, 0.5)
"""Seconds that a head takes to get where it wants to."""

HOLDING = (0.25, 0.45)
"""Seconds that it stays there, where nothing else is asked meanwhile."""

CLOSED = (0.45, 0.75)
"""Seconds that eyes are closed for a moment."""

EXTENT: dict[PromptKind, tuple[str, float, float]] = {
    "turn_left": ("yaw", 18.0, 28.0),
    "turn_right": ("yaw", -18.0, -28.0),
    "look_up": ("pitch", 13.0, 20.0),
    "look_down": ("pitch", -13.0, -20.0),
    "tilt_left": ("roll", 14.0, 22.0),
    "tilt_right": ("roll", -14.0, -22.0),
    "blink": ("closed", 1.0, 1.0),
    "open_mouth": ("mouth", 0.08, 0.14),
}
"""What moves, and by how much at least and at most, in the units of :class:`Pose`."""


@dataclass(frozen=True, slots=True)
class _Move:
    begins: float
    takes: float
    start: Pose
    goal: Pose

    def at(self, now: float) -> Pose:
        """Minimum jerk (Flash and Hogan 1985, eq. 3)."""
        t = min(1.0, max(0.0, (now - self.begins) / self.takes))
        share = t**3 * (10 - 15 * t + 6 * t * t)
        one, other = self.start, self.goal
        return Pose(
            yaw=one.yaw + (other.yaw - one.yaw) * share,
            pitch=one.pitch + (other.pitch - one.pitch) * share,
            roll=one.roll + (other.roll - one.roll) * share,
            closed=one.closed + (other.closed - one.closed) * share,
            mouth=one.mouth + (other.mouth - one.mouth) * share,
        )


class Person:
    """One person; the same ``rng`` does the same again."""

    def __init__(self, head: Head, rng: Random, at: float = 0.0) -> None:
        self._head = head
        self._rng = rng
        self._rest = Pose(yaw=rng.uniform(-4, 4), pitch=rng.uniform(-4, 4), roll=rng.uniform(-3, 3))
        self._moves = [_Move(at, 1.0, self._rest, self._rest)]
        self._sway = [(rng.uniform(0.15, 0.6), rng.uniform(0, 6.28)) for _ in range(5)]
        self._x, self._y = rng.uniform(-30, 30), rng.uniform(-15, 15)

    def ask(self, kind: PromptKind, at: float) -> None:
        """They read it now; whatever else they had in mind is given up."""
        if kind not in EXTENT:
            return
        name, least, most = EXTENT[kind]
        begins = at + self._rng.uniform(*REACTION)
        holding = CLOSED if kind == "blink" else HOLDING
        further = getattr(self._rest, name) + self._rng.uniform(least, most)
        goal = replace(self._rest, **{name: further})
        there = _Move(begins, self._rng.uniform(*MOVING), self.pose(begins), goal)
        back = there.begins + there.takes + self._rng.uniform(*holding)
        again = _Move(back, self._rng.uniform(*MOVING), goal, self._rest)
        self._moves = [move for move in self._moves if move.begins < begins] + [there, again]

    def pose(self, at: float) -> Pose:
        """How they hold their head at ``at``."""
        move = next((move for move in reversed(self._moves) if move.begins <= at), self._moves[0])
        pose = move.at(at)
        sway = [wave(at, *each) for each in self._sway]
        return replace(
            pose,
            yaw=pose.yaw + 0.8 * sway[0],
            pitch=pose.pitch + 0.6 * sway[1],
            roll=pose.roll + 0.5 * sway[2],
            x=self._x + 2.5 * sway[3],
            y=self._y + 1.5 * sway[4],
        )

    def picture(self, at: float) -> Pixels:
        """What a perfect camera sees of them."""
        return self._head.render(self.pose(at))


def wave(at: float, hertz: float, phase: float) -> float:
    """A slow swing, -1 to 1."""
    return sin(tau * hertz * at + phase)
