"""What the signaling core tells the connector."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from consentry.connectors.jitsi.muc import Occupant
from consentry.connectors.jitsi.sources import RemoteSource
from consentry.errors import EndReason


@dataclass(frozen=True, slots=True)
class AskFocus:
    """Post ``request`` to the address that the deployment names, and say what came back."""

    request: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class InLobby:
    """Somebody in the room has to let the bot in."""


@dataclass(frozen=True, slots=True)
class HostAwaited:
    """The conference begins when its host comes."""


@dataclass(frozen=True, slots=True)
class Entered:
    """The bot is in the room, under this id."""

    id: str


@dataclass(frozen=True, slots=True)
class Empowered:
    """The room says anew whether the bot runs it: Jicofo makes the first to come its owner."""

    owner: bool


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody is in the room, or something about them changed."""

    occupant: Occupant


@dataclass(frozen=True, slots=True)
class Absent:
    """Somebody left."""

    id: str


@dataclass(frozen=True, slots=True)
class Moved:
    """The bot goes to another room; whoever is there is said anew after Entered."""


@dataclass(frozen=True, slots=True)
class Chatted:
    """A line of chat, to everybody or to the bot alone."""

    sender: str
    id: str
    text: str
    private: bool


@dataclass(frozen=True, slots=True)
class Told:
    """A message in JSON to the bot alone."""

    sender: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Invited:
    """Jicofo offers a connection to the bridge; one before it is over."""

    sdp: str
    socket: str | None


@dataclass(frozen=True, slots=True)
class Sourced:
    """All that is sent now, by anybody."""

    sources: tuple[RemoteSource, ...]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Further addresses of the bridge."""

    candidates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Uninvited:
    """The connection to the bridge is over; another may be offered."""


@dataclass(frozen=True, slots=True)
class Convened:
    """The room is in this meeting."""

    meeting: str


@dataclass(frozen=True, slots=True)
class Over:
    """The call is over for the bot."""

    reason: EndReason


@dataclass(frozen=True, slots=True)
class Lost:
    """The way to the server is; joining anew may find it again."""


Happening = (
    AskFocus
    | InLobby
    | HostAwaited
    | Entered
    | Empowered
    | Present
    | Absent
    | Moved
    | Chatted
    | Told
    | Invited
    | Sourced
    | Candidates
    | Uninvited
    | Convened
    | Over
    | Lost
)
