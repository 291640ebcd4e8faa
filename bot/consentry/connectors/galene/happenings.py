"""What happens in a Galene group, as :mod:`signaling` tells it."""

from __future__ import annotations

from dataclasses import dataclass

from consentry.connectors.galene.frames import Candidate, IceServer
from consentry.connectors.galene.subscriptions import Media
from consentry.errors import EndReason


@dataclass(frozen=True, slots=True)
class Person:
    """A client of the group, as the server asserts it."""

    id: str
    name: str
    operator: bool
    """Has the permission ``op``: runs the group."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """The bot is in the group; the people in it follow."""

    ice_servers: tuple[IceServer, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """The bot is not let in, or its time in the group is over."""

    reason: EndReason


@dataclass(frozen=True, slots=True)
class RosterKnown:
    """All who were in the group when the bot came have been told."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """``person`` is in the group; said again when their name or permissions change."""

    person: Person


@dataclass(frozen=True, slots=True)
class Reached:
    """What is written to ``id`` gets to a client that has a chat."""

    id: str


@dataclass(frozen=True, slots=True)
class Departed:
    id: str


@dataclass(frozen=True, slots=True)
class Offered:
    """A stream of ``person`` that is to be answered; it holds no more than is wanted of them."""

    stream: str
    number: int
    """What the answer is to name: it is no answer to any other offer."""
    person: str
    media: Media
    sdp: str


@dataclass(frozen=True, slots=True)
class CandidateFound:
    """One more address of the server's, for a stream that was offered."""

    stream: str
    person: str
    candidate: Candidate


@dataclass(frozen=True, slots=True)
class StreamEnded:
    """A stream of ``person`` that was offered is no more."""

    stream: str
    person: str


@dataclass(frozen=True, slots=True)
class Spoke:
    """A line of chat; ``private``: to the bot alone."""

    person: str
    id: str
    text: str
    private: bool


@dataclass(frozen=True, slots=True)
class Told:
    """What consentry.js in ``person``'s page told the bot."""

    person: str
    text: str


@dataclass(frozen=True, slots=True)
class ServerClosing:
    """The server ends every connection; it may be back."""


GroupHappening = (
    Admitted
    | Refused
    | RosterKnown
    | Arrived
    | Reached
    | Departed
    | Offered
    | CandidateFound
    | StreamEnded
    | Spoke
    | Told
    | ServerClosing
)
