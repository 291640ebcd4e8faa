"""What a LiveKit room tells its participants and is told by them, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from consentry.events import Medium, Participant


@dataclass(frozen=True, slots=True)
class Publication:
    """Something a participant offers to the room."""

    sid: str
    medium: Medium | None
    """AUDIO of a microphone, VIDEO of a camera; ``None`` for a shared screen and all else."""
    muted: bool = False
    encrypted: bool = False
    """End to end: the server can't read it, and neither could the bot."""


@dataclass(frozen=True, slots=True)
class Person:
    """A participant as the server describes them now."""

    identity: str
    session: str
    """The server's id of this stay of theirs; another one each time they come."""
    name: str
    human: bool
    """Whether they came by a client or a telephone: no agent, recorder or ingested stream."""
    reads: bool
    """Whether chat sent to them now is shown to somebody."""
    writes_attributes: bool
    """Whether their token lets them change what is said of them; true where that is unknown."""
    attributes: Mapping[str, str] = field(default_factory=dict)
    publications: tuple[Publication, ...] = ()


@dataclass(frozen=True, slots=True)
class Entered:
    """The bot is in the room, for the first time or once more."""

    me: str
    agent: bool
    """Whether the bot's token makes it an agent, which may caption in the name of others."""
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """Somebody came, or something about them changed."""

    person: Person


@dataclass(frozen=True, slots=True)
class Gone:
    identity: str


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The connection to the server is being made anew."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text stream that ended."""

    sender: str
    topic: str
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Data:
    """A data packet; the server vouches for ``sender``, and names nobody for a hidden one."""

    sender: str | None
    topic: str
    payload: bytes


FromRoom = Entered | Seen | Gone | Interrupted | Text | Data


@dataclass(frozen=True, slots=True)
class Came:
    """Somebody is here, or is called otherwise from now on."""

    participant: Participant


@dataclass(frozen=True, slots=True)
class Readable:
    """What is written to them now is shown to them, under the bot's name."""

    participant: Participant


@dataclass(frozen=True, slots=True)
class Went:
    participant: Participant


@dataclass(frozen=True, slots=True)
class Chatted:
    """A line of the chat that everybody reads."""

    participant: Participant
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Controlled:
    """Their consentry.js told the bot something."""

    participant: Participant
    text: bytes


@dataclass(frozen=True, slots=True)
class Sealed:
    """All there is to hear is encrypted end to end."""


Happened = Came | Readable | Went | Chatted | Controlled | Sealed


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Ask the server for this publication, or to send it no more."""

    identity: str
    sid: str
    medium: Medium
    on: bool
    fine: bool = False
    """Whether pictures are to be large enough to know a face by, not of the smallest layer."""


@dataclass(frozen=True, slots=True)
class SendText:
    """A text stream; ``to`` nobody in particular is to everybody."""

    topic: str
    text: str
    to: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    sender: str | None = None
    """In whose name an agent writes."""


@dataclass(frozen=True, slots=True)
class SendData:
    """A data packet to one participant."""

    topic: str
    payload: bytes
    to: str


@dataclass(frozen=True, slots=True)
class SendTranscription:
    """A transcription packet, which clients older than text streams read."""

    identity: str
    track: str
    id: str
    text: str
    final: bool


Message = SendText | SendData | SendTranscription
