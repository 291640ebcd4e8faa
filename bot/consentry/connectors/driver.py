"""What a connector is: the contract between one stack and the session."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, Self

from opentelemetry.trace import Tracer

from consentry.consent.erasure import Remains
from consentry.controls import Heard
from consentry.errors import EndReason
from consentry.events import (
    AudioFrame,
    ChatReceived,
    Gap,
    Joined,
    Left,
    Medium,
    Participant,
    VideoFrame,
)
from consentry.messages import Message
from consentry.metrics import Metrics
from consentry.signing import Signer
from consentry.tracing import silent


class MediaConsent(StrEnum):
    """Where a participant stands towards the media of theirs that is being decoded."""

    GRANTED = "granted"
    UNDECIDED = "undecided"
    DECLINED = "declined"


FINE = (640, 360)
"""Pixels of the longer side and of the shorter one."""


def is_fine(width: int, height: int) -> bool:
    """Whether a picture is large enough to know a face by."""
    return max(width, height) >= FINE[0] and min(width, height) >= FINE[1]


@dataclass(frozen=True, slots=True)
class Subscription:
    """What the bot takes from one participant from now on; nothing where ``media`` is empty."""

    participant: str
    media: frozenset[Medium]
    frames_per_second: float = 1.0
    """Of pictures decoded, where ``media`` has VIDEO."""
    fine: bool = False
    """Whether pictures are to be large enough to know a face by: :data:`FINE`, or the nearest size
    above that the camera is sent in, up to 1280 x 720. Otherwise they are of its smallest."""


@dataclass(frozen=True, slots=True)
class Reachable:
    """Private messages to ``participant`` arrive from now on."""

    participant: Participant


@dataclass(frozen=True, slots=True)
class Said:
    """``participant`` told the bot something, privately."""

    participant: Participant
    control: Heard


@dataclass(frozen=True, slots=True)
class Ended:
    """The call is over for the bot."""

    reason: EndReason


class Wait(StrEnum):
    """What keeps the bot from the call for now, told to whoever invited it."""

    LOBBY = "lobby"
    """Somebody in the call has to let the bot in."""
    HOST = "host"
    """The call begins when its host comes."""
    RECONNECTING = "reconnecting"
    """The server or the network is gone; the bot tries again."""


def _nobody_is_told(wait: Wait | None) -> None:
    return None


Happening = Joined | Left | Reachable | Said | ChatReceived | AudioFrame | Gap | VideoFrame | Ended


@dataclass(frozen=True)
class Setting:
    """What a session hands its connector."""

    clock: Callable[[], float]
    """Seconds since the bot joined, monotonic."""
    signer: Signer
    metrics: Metrics
    standing: Callable[[str, Medium], MediaConsent]
    """Of a participant's id, for the count of decoded frames; asked at each decode."""
    running: Callable[[], Mapping[str, str]] = dict
    """Titles of the purposes that the owner has turned on, by plugin; everybody was told."""
    tracer: Tracer = field(default_factory=silent)
    waiting: Callable[[Wait | None], None] = _nobody_is_told
    """What the bot waits for from now on; ``None``: for nothing any more."""
    language: str = "en"
    """What everybody at once is spoken to in (BCP 47)."""


class Connector(Protocol):
    """Speaks one stack. Used as an async context manager: entering joins, leaving hangs up.

    ``__aenter__`` raises JoinRefused when the room says no.
    """

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *exc: object) -> None: ...

    def happenings(self) -> AsyncIterator[Happening]:
        """Everything that happens in the call, in order, up to and including Ended."""
        ...

    async def send(self, message: Message) -> None:
        """Carry ``message`` to those in ``to``, by whatever this stack offers."""
        ...

    def remains(self, person: str) -> frozenset[Remains]:
        """Where words about ``person`` went from which a retraction can't take them back."""
        ...

    async def want(self, subscription: Subscription) -> None:
        """Take this and no more from that participant, at the wire.

        What is no longer wanted is no longer taken before this first awaits anything.
        """
        ...
