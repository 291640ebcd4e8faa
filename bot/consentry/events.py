"""What can happen in a call. Frozen data, no behavior, no imports from the bot."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 16_000
"""Of all audio inside Consentry, in Hz."""

Samples = NDArray[np.float32]
"""``float32[n]`` in [-1, 1], mono at :data:`SAMPLE_RATE`."""


Pixels = NDArray[np.uint8]
"""``uint8[height, width, 3]``: red, green, blue."""


class Role(StrEnum):
    """What the stack's server says of somebody's say over the call."""

    UNKNOWN = "unknown"
    """This stack has no notion of it: whoever has the owner's code owns the call."""
    GUEST = "guest"
    """Not theirs to run: the owner's code is not taken from them."""
    OWNER = "owner"
    """Theirs to run, with the owner's code besides."""
    PROVEN_OWNER = "proven_owner"
    """A token signed by whoever runs the stack names them the owner: no code is needed."""


class Medium(StrEnum):
    """What a plugin may need from a participant."""

    AUDIO = "audio"
    VIDEO = "video"
    SEGMENTS = "segments"
    SUMMARIES = "summaries"
    CHAT = "chat"
    CHECK_INS = "check_ins"
    """Tries to check in by face. Of who needs these, all that comes from a device is taken while
    a try of that person runs, and at no other time."""


ON_THE_WIRE = frozenset({Medium.AUDIO, Medium.VIDEO})
"""What a participant's device sends; the rest is made from it, or comes another way."""


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody in the call, as the stack's server asserts them."""

    id: str
    name: str
    role: Role = Role.UNKNOWN
    shared: bool = False
    """Several people sit at this microphone: its words have no one owner."""
    language: str | None = None
    """What their client says they read (BCP 47), a hint and no more."""


@dataclass(frozen=True, slots=True)
class Joined:
    """``participant`` is in the call; said again when their name or role changes."""

    participant: Participant
    at: float


@dataclass(frozen=True, slots=True)
class Left:
    participant: Participant
    at: float


@dataclass(frozen=True, slots=True, eq=False)
class AudioFrame:
    """A block of what ``participant`` says, 20 to 100 ms long."""

    participant: Participant
    samples: Samples
    at: float
    """Capture time of the first sample, in seconds since the bot joined."""

    @property
    def duration(self) -> float:
        return len(self.samples) / SAMPLE_RATE

    @property
    def end(self) -> float:
        return self.at + self.duration


@dataclass(frozen=True, slots=True)
class Gap:
    """Audio of ``participant`` from ``at`` on was lost for ``duration`` seconds."""

    participant: Participant
    at: float
    duration: float


class Picture(Protocol):
    """A decoded picture, in the form its decoder left it in until somebody looks."""

    @property
    def width(self) -> int:
        """In pixels."""
        ...

    @property
    def height(self) -> int:
        """In pixels."""
        ...

    def rgb(self) -> Pixels:
        """The picture, converted now."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class VideoFrame:
    """What ``participant``'s camera showed."""

    participant: Participant
    picture: Picture
    at: float
    """Capture time, in seconds since the bot joined."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A finished piece of transcript; a higher ``revision`` replaces the same ``id``."""

    participant: Participant
    id: str
    revision: int
    text: str
    at: float
    """When its first word was spoken, in seconds since the bot joined."""
    end: float
    language: str | None = None


Kind = Literal["abstract", "decision", "action", "question"]
"""Of a line of a summary."""


@dataclass(frozen=True, slots=True)
class SummaryItem:
    """One line of a summary, and whose words it was made from."""

    kind: Kind
    text: str
    segments: tuple[str, ...]
    """Ids of what it rests on."""
    about: frozenset[str]
    """Ids of everybody whose words it rests on or whom it names; each must agree."""
    at: float
    """When the first of those words was spoken, in seconds since the bot joined."""
    owner: str | None = None
    """Of an action: the id of who took it on."""
    due: str | None = None
    """As it was said."""
    due_date: str | None = None
    """ISO 8601."""


@dataclass(frozen=True, slots=True)
class Summarized:
    """The summary as it is now; a higher ``revision`` replaces the same ``id``, with all its
    lines. A plugin sees the lines alone in which everybody agrees to its purpose."""

    at: float
    id: str
    revision: int
    lines: tuple[SummaryItem, ...]
    final: bool
    """Made when the call ended, not on request."""


@dataclass(frozen=True, slots=True)
class ChatReceived:
    """A chat message to everybody; messages to the bot alone are commands, not events."""

    participant: Participant
    id: str
    text: str
    at: float


@dataclass(frozen=True, slots=True)
class Requested:
    """Somebody in the call asked for this plugin's result now; who, is not told."""

    at: float


@dataclass(frozen=True, slots=True)
class CheckInAsked:
    """``participant`` said who they are, and wants their face to prove it: a try begins.

    Until it is over their pictures come. What is said of it has its ``id``.
    """

    participant: Participant
    id: str
    ticket: str = field(repr=False)
    """Of their claim, for :class:`~consentry.plugin.FaceChecks`; it does not tell who they are."""
    at: float
    language: str = "en"
    """In which they are spoken to (BCP 47): a number to be read aloud is likely said in it."""


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passed. The only clock a plugin has; one comes about every 100 ms."""

    at: float


@dataclass(frozen=True, slots=True)
class Revoked:
    """``participant`` may no longer be processed: forget what was derived from them."""

    participant: Participant
    at: float


Event = (
    Joined
    | Left
    | AudioFrame
    | Gap
    | VideoFrame
    | Segment
    | Summarized
    | ChatReceived
    | Requested
    | CheckInAsked
    | Tick
    | Revoked
)
