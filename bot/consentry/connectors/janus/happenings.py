"""What happens in a Janus session, and who is in its room."""

from __future__ import annotations

from dataclasses import dataclass, field

from consentry.connectors.janus.frames import FeedId, Stream
from consentry.errors import EndReason

TEXT = 0
"""Names the connection to the text room; those that bring media are named by ``take``."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Which room, and what it takes to come in."""

    room: FeedId
    display: str
    pin: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    """Of the room's list of those allowed, and of Janus's own, where it has one."""
    api_secret: str | None = field(default=None, repr=False)
    text_room: FeedId | None = None
    """The text room to connect to; None: there is none."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the room, as Janus asserts them; their display is what they say of themselves."""

    id: FeedId
    display: str
    streams: tuple[Stream, ...] = ()
    """Empty while they publish nothing."""


@dataclass(frozen=True, slots=True)
class Entered:
    """The bot is in the room."""


@dataclass(frozen=True, slots=True)
class Seen:
    """``person`` is there, or is not as they were."""

    person: Person


@dataclass(frozen=True, slots=True)
class Gone:
    id: FeedId


@dataclass(frozen=True, slots=True)
class Offered:
    """Janus offers a connection; ``JanusClient.answer`` is due."""

    connection: int
    sdp: str


@dataclass(frozen=True, slots=True)
class Trickled:
    """One more address of Janus's; ``candidate`` is None when there are no more."""

    connection: int
    candidate: str | None
    mid: str | None
    index: int | None


@dataclass(frozen=True, slots=True)
class Switched:
    """Of the camera that comes by this connection, Janus sends this simulcast layer from now on."""

    connection: int
    substream: int


@dataclass(frozen=True, slots=True)
class Hung:
    """This connection is over, as Janus sees it, or never came about."""

    connection: int


@dataclass(frozen=True, slots=True)
class Over:
    """Janus said something final; ``remedy`` is what to do, where the reason does not say it."""

    reason: EndReason
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class Lost:
    """The session is gone; a new one may do."""


Happening = Entered | Seen | Gone | Offered | Trickled | Switched | Hung | Over | Lost
