"""What simulated participants do in a meeting, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

YesNo = Literal["yes", "no"]


@dataclass(frozen=True, slots=True)
class ParticipantPlan:
    """How one participant answers the bot."""

    answers: Mapping[str, YesNo] = field(default_factory=dict)
    """By purpose; others get ``otherwise``."""
    otherwise: YesNo | None = "yes"
    """``None`` leaves what is asked without an answer."""
    answer_after: float = 0.0
    """Seconds from the notice to the answers."""
    owner_code: str | None = None
    """Given to the bot as soon as it can be reached."""
    enable: tuple[str, ...] = ()
    """Purposes turned on once the bot has confirmed the owner."""
    language: str | None = None
    camera: bool = False
    """Without a recorded one, their camera sees a square that wanders about."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer one purpose, whatever was answered before."""

    purpose: str
    answer: YesNo


@dataclass(frozen=True, slots=True)
class TurnOn:
    purpose: str


@dataclass(frozen=True, slots=True)
class TurnOff:
    purpose: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask a plugin for its result now."""

    plugin: str


@dataclass(frozen=True, slots=True)
class Type:
    """Type a line into the chat; with a ``/`` in front it is for the bot."""

    text: str


@dataclass(frozen=True, slots=True)
class HangUp:
    """Leave the call."""


Deed = Answer | TurnOn | TurnOff | Ask | Type | HangUp


@dataclass(frozen=True, slots=True)
class Action:
    """``who`` (a display name) does something at a media time, in seconds."""

    at: float
    who: str
    deed: Deed


@dataclass(frozen=True, slots=True)
class Plan:
    """A meeting's script. By default everybody says yes to whatever they are asked."""

    participants: Mapping[str, ParticipantPlan] = field(default_factory=dict)
    """By display name; who is not in it gets ``everybody``."""
    everybody: ParticipantPlan = ParticipantPlan()
    actions: tuple[Action, ...] = ()
    tail: float = 2.0
    """Seconds that they stay after the recording has ended."""

    def of(self, name: str) -> ParticipantPlan:
        return self.participants.get(name, self.everybody)
